#include "engine/metrics/probability.h"

#include <math.h>

void nn_metric_probabilities(const struct nn_metric_scope *scope, const float *y, double *p)
{
    double top = (double)y[0], sum = 0.0;
    if (scope->width == 1) {
        double yes = scope->logits ? 1.0 / (1.0 + exp(-(double)y[0])) : (double)y[0];
        p[0] = 1.0 - yes;
        p[1] = yes;
        return;
    }
    for (size_t k = 1; k < scope->width; k++)
        top = fmax(top, (double)y[k]);
    for (size_t k = 0; k < scope->width; k++) {
        p[k] = scope->logits ? exp((double)y[k] - top) : (double)y[k];
        sum += p[k];
    }
    for (size_t k = 0; scope->logits && k < scope->width; k++)
        p[k] /= sum;
}
