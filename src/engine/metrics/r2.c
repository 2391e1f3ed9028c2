/* Coefficient of determination. */
#include "base/mem.h"
#include "engine/metric.h"

#include <math.h>

/* Of each output: samples, mean of the targets, sum of their squared distances from it, sum of
 * squared errors. */
enum { COUNT, MEAN, SPREAD, ERRORS, STATE };

static size_t state_size(const struct nn_metric_scope *scope)
{
    size_t size;
    return nn_size_mul(scope->width, STATE, &size) ? size : SIZE_MAX;
}

/* Welford 1962: the mean and the spread without cancellation. */
static void add_one(double *state, double y, double t)
{
    double distance = t - state[MEAN];
    state[COUNT] += 1.0;
    state[MEAN] += distance / state[COUNT];
    state[SPREAD] += distance * (t - state[MEAN]);
    state[ERRORS] += (y - t) * (y - t);
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    for (size_t i = 0; i < batch->batch * scope->width; i++)
        add_one(state + i % scope->width * STATE, (double)batch->y[i], (double)batch->values[i]);
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    double sum = 0.0;
    for (size_t k = 0; k < scope->width; k++) {
        const double *one = state + k * STATE;
        if (one[COUNT] == 0.0)
            return (double)NAN;
        sum += one[SPREAD] > 0.0 ? 1.0 - one[ERRORS] / one[SPREAD] : (double)(one[ERRORS] == 0.0);
    }
    return sum / (double)scope->width;
}

const struct nn_metric_class nn_metric_r2 = {
    .name = "r2",
    .summary = "share of the targets' variance that is explained (R squared)",
    .formula = "mean over outputs of 1 - sum of (y - t)^2 / sum of (t - mean t)^2",
    .source = "scikit-learn r2_score: constant targets count as 1 if they are met, else 0",
    .higher_is_better = true,
    .state = state_size,
    .add = add,
    .value = value,
};
