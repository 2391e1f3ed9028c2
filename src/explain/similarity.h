/* Similarity of representations: linear CKA between the answers of layers to the same samples.
 *
 * CKA(X, Y) = <K, L> / (|K| |L|), K = X X^T and L = Y Y^T with rows and columns centred: 1 for the
 * same representation up to rotation and scale, 0 for unrelated ones.
 * Source: Kornblith, Norouzi, Lee, Hinton 2019, "Similarity of neural network representations
 *         revisited", eq. 3 with linear kernels (the biased estimate of HSIC).
 */
#ifndef NN_EXPLAIN_SIMILARITY_H
#define NN_EXPLAIN_SIMILARITY_H

#include "base/status.h"
#include "engine/cancel.h"
#include "engine/net.h"

/* matrix [count, count] for the nodes; NaN where a layer gives the same to every sample. */
enum nn_status nn_cka(const struct nn_net *net, const int *nodes, size_t count, const float *x,
                      size_t n, float *matrix, struct nn_progress *progress,
                      struct nn_error *error);

#endif
