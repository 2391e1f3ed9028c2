/* Exact path integral of the gradient for piecewise linear nets: the path is cut where a unit
 * switches, and on each piece the gradient is constant.
 */
#ifndef NN_EXPLAIN_EXACT_H
#define NN_EXPLAIN_EXACT_H

#include "explain/line.h"

/* NN_REFUSED unless everything before the explained output is linear or piecewise linear. */
enum nn_status nn_exact_check(const struct nn_explain_call *call, const struct nn_line *line,
                              struct nn_error *error);

/* sum[line->size] = integral over t in [0, 1] of the gradient of F along the line that was laid for
 * sample `s`; *pieces: how many linear pieces the path has. Cost: some 25 evaluations for each
 * switch of a unit. */
enum nn_status nn_exact_integral(const struct nn_explain_call *call, const struct nn_line *line,
                                 size_t s, double *sum, size_t *pieces, struct nn_error *error);

#endif
