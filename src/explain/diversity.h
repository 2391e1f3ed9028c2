/* Diversity: how alike the answers of a layer to several images are, and its gradient; subtracted
 * from an objective, it makes them show different sides of one unit.
 *
 * D = 1/n sum over i != j of the cosine of G_i and G_j, where G is the Gram matrix of the maps of
 * an image (A A^T over the places), or for a layer without maps the answer itself. Source: Olah,
 * Mordvintsev, Schubert 2017, "Feature visualization", section diversity (lucid's objective
 * `diversity`).
 */
#ifndef NN_EXPLAIN_DIVERSITY_H
#define NN_EXPLAIN_DIVERSITY_H

#include "base/status.h"

#include <stddef.h>

/* answers [n, maps, places]; places 1: no Gram matrix. gradient [n, maps, places] of D, may be
 * NULL.
 */
enum nn_status nn_diversity(const float *answers, size_t n, size_t maps, size_t places,
                            double *similarity, float *gradient, struct nn_error *error);

#endif
