/* Coalitions: inputs in which some features are present and the others at the baseline; what
 * Shapley values, LIME, RISE and ablation evaluate by the batch.
 */
#ifndef NN_EXPLAIN_COALITION_H
#define NN_EXPLAIN_COALITION_H

#include "explain/method.h"

/* F of `n` inputs made of sample `s` of a call: in input k feature i is present where
 * present(context, k, i). Runs in chunks, so n may be large. */
typedef bool nn_present(const void *context, size_t k, size_t feature);
enum nn_status nn_coalition_values(const struct nn_explain_call *call, size_t s, size_t n,
                                   nn_present *present, const void *context, double *value,
                                   struct nn_error *error);

#endif
