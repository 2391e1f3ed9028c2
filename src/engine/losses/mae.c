/* Mean absolute error. */
#include "engine/loss.h"

#include <math.h>

static const struct nn_arg_spec args[] = {{.name = NULL}};

static double evaluate(const struct nn_loss_call *call)
{
    size_t count = call->batch * call->width;
    double sum = 0.0, step = 1.0 / (double)count;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)call->z[i] - (double)call->values[i];
        sum += fabs(difference);
        if (call->dz)
            call->dz[i] = (float)(difference > 0.0 ? step : difference < 0.0 ? -step : 0.0);
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_mae = {
    .name = "mae",
    .aliases = "mean_absolute_error",
    .summary = "mean absolute error",
    .formula = "mean over samples and outputs of |z - t|",
    .source = "PyTorch L1Loss, reduction mean; the gradient at z = t is 0",
    .args = args,
    .target = NN_TARGET_VALUES,
    .evaluate = evaluate,
};
