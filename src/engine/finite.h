/* Numbers that are none: where infinities and NaN begin in a pass, and what to say of them. */
#ifndef NN_ENGINE_FINITE_H
#define NN_ENGINE_FINITE_H

#include "engine/pass.h"

/* False when one of the values is infinite or NaN. */
bool nn_all_finite(const float *values, size_t count);
/* The first node whose output in the last batch is not finite; NULL if all are. */
const struct nn_node *nn_first_broken(const struct nn_pass *pass);
/* What a layer asks of its inputs that may not have been given; false: nothing to say. */
bool nn_broken_hint(const struct nn_node *node, struct nn_error *error);
/* NN_STATE with the number (in `index`) of the first sample whose answer is not
 * finite, and the layer where that begins; NN_OK if all are. */
enum nn_status nn_check_answers(const struct nn_pass *pass, const size_t *index,
                                struct nn_error *error);

#endif
