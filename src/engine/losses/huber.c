/* Huber's loss: squared for small errors, absolute for large ones. */
#include "engine/loss.h"

#include <math.h>

enum { ARG_DELTA };

static const struct nn_arg_spec args[] = {
    [ARG_DELTA] = {.name = "delta",
                   .type = NN_ARG_REAL,
                   .fallback = "1",
                   .min = 1e-9,
                   .max = 1e9,
                   .help = "error from which on it grows in a straight line"},
    {.name = NULL},
};

static double evaluate(const struct nn_loss_call *call)
{
    double delta = nn_args_real(call->args, ARG_DELTA), sum = 0.0;
    size_t count = call->batch * call->width;
    for (size_t i = 0; i < count; i++) {
        double difference = (double)call->z[i] - (double)call->values[i], size = fabs(difference);
        bool small = size <= delta;
        sum += small ? 0.5 * difference * difference : delta * (size - 0.5 * delta);
        if (call->dz) {
            double slope = small ? difference : copysign(delta, difference);
            call->dz[i] = (float)(slope / (double)count);
        }
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_huber = {
    .name = "huber",
    .summary = "squared error, but only linear for outliers",
    .formula = "mean over samples and outputs of d^2 / 2 for |d| <= delta, else "
               "delta (|d| - delta / 2); d = z - t",
    .source = "Huber 1964, Annals of Mathematical Statistics 35; PyTorch HuberLoss",
    .args = args,
    .target = NN_TARGET_VALUES,
    .evaluate = evaluate,
};
