/* Features: the answers of one layer to many samples, and a linear classifier on them (a probe).
 *
 * Source: Alain, Bengio 2016, "Understanding intermediate layers using linear classifier probes".
 * Errors: NN_LIMIT when the answers do not fit into memory, NN_MEMORY, NN_CANCELLED.
 */
#ifndef NN_EXPLAIN_FEATURES_H
#define NN_EXPLAIN_FEATURES_H

#include "base/status.h"
#include "engine/cancel.h"
#include "engine/net.h"

#include <stdbool.h>
#include <stdint.h>

/* Samples that one pass takes in some 50 ms, so that a wish to stop is soon heard: 1 to `most`. */
size_t nn_samples_at_once(const struct nn_net *net, bool gradients, size_t most);

/* Answers of the node's output to x [n, input]. Gives *out [n, node's size], for nn_free. */
enum nn_status nn_features(const struct nn_net *net, int node, const float *x, size_t n,
                           struct nn_progress *progress, float **out, struct nn_error *error);

/* Softmax regression: minimizes mean cross-entropy + alpha/2 |W|^2 over features that are centred
 * and divided by one number for all (the root of their mean variance); W is of these.
 *
 * By Nesterov's accelerated gradient with restarts and the step of the Lipschitz bound, so without
 * chance; stops when the gradient has fallen to 1e-4, or after `rounds`.
 */
struct nn_linear {
    size_t size, classes;
    float *weight; /* [classes, size], of the scaled features */
    float *bias;   /* [classes] */
    float *mean;   /* [size] */
    float scale;   /* scaled = (feature - mean) * scale */
};
enum nn_status nn_linear_fit(struct nn_linear *linear, const float *features, size_t n, size_t size,
                             const int32_t *labels, size_t classes, double alpha, size_t rounds,
                             struct nn_progress *progress, struct nn_error *error);
void nn_linear_clear(struct nn_linear *linear);
/* Share of samples whose class is the label. work as for nn_features: none. */
double nn_linear_accuracy(const struct nn_linear *linear, const float *features,
                          const int32_t *labels, size_t n);

#endif
