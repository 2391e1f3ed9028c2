/* Mean absolute error over outputs and samples. */
#include "engine/metric.h"

#include <math.h>

enum { SUM, COUNT, STATE };

static size_t state_size(const struct nn_metric_scope *scope)
{
    (void)scope;
    return STATE;
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    size_t count = batch->batch * scope->width;
    for (size_t i = 0; i < count; i++)
        state[SUM] += fabs((double)batch->y[i] - (double)batch->values[i]);
    state[COUNT] += (double)count;
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    (void)scope;
    return state[COUNT] > 0.0 ? state[SUM] / state[COUNT] : (double)NAN;
}

const struct nn_metric_class nn_metric_mae = {
    .name = "mae",
    .summary = "mean absolute error",
    .formula = "mean over samples and outputs of |y - t|",
    .source = "class labels as one-hot or 0/1",
    .state = state_size,
    .add = add,
    .value = value,
};
