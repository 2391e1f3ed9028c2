/* Probabilities from outputs, as the metrics of confidence need them. Threads: reentrant. */
#ifndef NN_ENGINE_METRICS_PROBABILITY_H
#define NN_ENGINE_METRICS_PROBABILITY_H

#include "engine/metric.h"

/* Probability of each class, p [classes], from the outputs of one sample: softmax or sigmoid of
 * logits, else the outputs themselves. One output tells two classes apart; several outputs are as
 * many as classes. */
void nn_metric_probabilities(const struct nn_metric_scope *scope, const float *y, double *p);

#endif
