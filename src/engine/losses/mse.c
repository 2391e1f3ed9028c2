/* Mean squared error. */
#include "engine/loss.h"

static const struct nn_arg_spec args[] = {{.name = NULL}};

static double evaluate(const struct nn_loss_call *call)
{
    size_t count = call->batch * call->width;
    double sum = 0.0, factor = 2.0 / (double)count;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)call->z[i] - (double)call->values[i];
        sum += difference * difference;
        if (call->dz)
            call->dz[i] = (float)(factor * difference);
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_mse = {
    .name = "mse",
    .aliases = "mean_squared_error",
    .summary = "mean squared error",
    .formula = "mean over samples and outputs of (z - t)^2",
    .source = "PyTorch MSELoss, reduction mean",
    .args = args,
    .target = NN_TARGET_VALUES,
    .evaluate = evaluate,
};
