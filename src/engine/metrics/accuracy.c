/* Share of samples whose class is predicted. */
#include "engine/metric.h"

#include <math.h>

enum { CORRECT, SAMPLES, STATE };

static size_t state_size(const struct nn_metric_scope *scope)
{
    (void)scope;
    return STATE;
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    size_t correct = 0;
    for (size_t i = 0; i < batch->batch; i++) {
        const float *y = batch->y + i * scope->width;
        correct += nn_predicted_class(y, scope->width, scope->logits) == batch->classes[i];
    }
    state[CORRECT] += (double)correct;
    state[SAMPLES] += (double)batch->batch;
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    (void)scope;
    return state[SAMPLES] > 0.0 ? state[CORRECT] / state[SAMPLES] : (double)NAN;
}

const struct nn_metric_class nn_metric_accuracy = {
    .name = "accuracy",
    .summary = "share of samples whose class is predicted",
    .source = "top-1; one output counts as class 1 from one half on (logits: from 0 on)",
    .classification = true,
    .higher_is_better = true,
    .state = state_size,
    .add = add,
    .value = value,
};
