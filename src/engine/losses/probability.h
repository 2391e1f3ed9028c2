/* What losses of probabilities have in common: the argument from_logits, sigmoid and softmax in
 * double, logarithms that stay finite.
 *
 * Threads: reentrant.
 */
#ifndef NN_ENGINE_LOSSES_PROBABILITY_H
#define NN_ENGINE_LOSSES_PROBABILITY_H

#include "engine/loss.h"

#define NN_LOSS_FROM_LOGITS(layer)                                                                 \
    {                                                                                              \
        .name = "from_logits", .type = NN_ARG_BOOL, .fallback = "yes",                             \
        .help = "the outputs are logits (a final " layer " is always recognised)"                  \
    }

double nn_loss_sigmoid(double z);
/* log(1 + e^z) - z t without overflow: the cross-entropy of sigmoid(z) and t. */
double nn_loss_binary_logit(double z, double t);
/* log p, at least -100, as PyTorch bounds it: a confident mistake costs 100 and not infinity.
 * Keeps NaN. */
double nn_loss_bounded_log(double p);
/* 1 / p for the gradient of log p, bounded as PyTorch's BCELoss bounds it. */
double nn_loss_bounded_inverse(double p);

/* A row of logits: the largest of them and log of the sum of exp(z - top), apart because the first
 * may be huge. log softmax(z)[k] = (z[k] - top) - log_sum. */
double nn_loss_log_sum(const float *z, size_t width, double *top);

#endif
