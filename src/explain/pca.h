/* Principal components: the directions that samples vary most in, and how much.
 *
 * By subspace iteration from seeded noise with a few directions more than asked for, Rayleigh-Ritz
 * at the end (Halko, Martinsson, Tropp 2011, section 4.5): no covariance matrix is made, so that
 * images and feature maps are no trouble. Each component's sign is such that its entry of largest
 * magnitude is positive. Variances are those of the population (divided by n).
 *
 * Ownership: nn_pca_init / nn_pca_clear. Errors: NN_LIMIT, NN_MEMORY, NN_CANCELLED.
 * Cost:      some 40 n d k multiply-adds.
 */
#ifndef NN_EXPLAIN_PCA_H
#define NN_EXPLAIN_PCA_H

#include "base/status.h"
#include "engine/cancel.h"

#include <stddef.h>

struct nn_pca {
    size_t size, count; /* of a sample; components: at most n - 1 and size, and those that vary */
    float *mean;        /* [size] */
    float *components;  /* [count, size], orthonormal, largest variance first */
    double *variances;  /* [count] */
    double total;       /* variance of the samples in all directions */
};

/* samples [n, size], n > 0; most > 0 components. */
enum nn_status nn_pca_init(struct nn_pca *pca, const float *samples, size_t n, size_t size,
                           size_t most, struct nn_progress *progress, struct nn_error *error);
void nn_pca_clear(struct nn_pca *pca);
/* The coordinates [n, count] of samples along the components. */
void nn_pca_project(const struct nn_pca *pca, const float *samples, size_t n, double *coordinates);

/* Eigenvalues, largest first, and eigenvectors (rows of vectors [n, n]) of a symmetric matrix
 * [n, n], which is overwritten: cyclic Jacobi (Golub, Van Loan, section 8.5). */
void nn_eigen_symmetric(double *matrix, size_t n, double *values, double *vectors);

#endif
