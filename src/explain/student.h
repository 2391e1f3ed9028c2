/* Student's t: Welch's test of two means, and the distribution it needs.
 *
 * Source: Welch 1947; the regularized incomplete beta function by its continued fraction (DLMF
 *         8.17.22), to 1e-12.
 */
#ifndef NN_EXPLAIN_STUDENT_H
#define NN_EXPLAIN_STUDENT_H

#include <stddef.h>

/* Probability of |T| at least |t| for `freedom` > 0 degrees of freedom. */
double nn_student_two_sided(double t, double freedom);
/* p of two samples having one mean (two-sided), without assuming one variance. NaN for fewer than
 * two values; with no variance at all 1 for equal means, else 0. */
double nn_welch_test(const double *a, size_t a_count, const double *b, size_t b_count);
double nn_mean(const double *values, size_t count);
double nn_deviation(const double *values, size_t count); /* of the sample: n - 1; 0 for one */

#endif
