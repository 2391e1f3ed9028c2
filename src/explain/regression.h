/* Weighted linear regression on coalitions: what Kernel SHAP and LIME fit. Small and dense, in
 * double.
 *
 * Rows are added one by one; only the normal equations are kept, so memory is features^2.
 */
#ifndef NN_EXPLAIN_REGRESSION_H
#define NN_EXPLAIN_REGRESSION_H

#include "base/status.h"
#include "engine/cancel.h"

#include <stddef.h>

struct nn_regression {
    size_t n;                     /* features */
    double *square;               /* [n, n]: sum of w z z^T */
    double *moment;               /* [n]: sum of w y z */
    double *mean;                 /* [n]: sum of w z */
    double weight, total;         /* sum of w, of w y */
    struct nn_progress *progress; /* asked on the way whether to stop; NULL */
};
enum nn_status nn_regression_init(struct nn_regression *regression, size_t n,
                                  struct nn_error *error);
void nn_regression_clear(struct nn_regression *regression);
void nn_regression_add(struct nn_regression *regression, const double *z, double y, double weight);

/* Least squares without intercept by Cholesky; a ridge of 1e-10 of the largest diagonal keeps
 * features that never varied at 0. Overwrites the equations. */
enum nn_status nn_regression_solve(struct nn_regression *regression, double *coefficients,
                                   struct nn_error *error);
/* Lasso with intercept: minimizes weighted mean square / 2 + alpha |c|_1 by coordinate descent (the
 * objective of scikit-learn's Lasso with sample weights). */
enum nn_status nn_regression_lasso(const struct nn_regression *regression, double alpha,
                                   double *coefficients, double *intercept, struct nn_error *error);

#endif
