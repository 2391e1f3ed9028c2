/* Ranks: the correlation of two maps by the order of their values, and the inequality of one. */
#ifndef NN_EXPLAIN_RANK_H
#define NN_EXPLAIN_RANK_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/* Spearman's rank correlation, -1..1, ties at their mean rank; by magnitude or by value. NaN if one
 * map is constant. */
enum nn_status nn_rank_correlation(const float *a, const float *b, size_t count, bool magnitude,
                                   double *correlation, struct nn_error *error);
/* The numbers of the values, largest first; equal ones in their order. order [count]. */
enum nn_status nn_rank_order(const float *values, size_t count, size_t *order,
                             struct nn_error *error);
/* Gini index of the magnitudes, 0 (all equal) .. 1 (one holds all); Hurley, Rickard 2009. Sorts a
 * copy. */
enum nn_status nn_gini(const float *values, size_t count, double *gini, struct nn_error *error);

#endif
