/* Falls to the lowest rate along a power of what is left. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_PERIOD, ARG_POWER, ARG_MIN_LR, ARG_WARMUP };

static const struct nn_arg_spec args[] = {
    [ARG_PERIOD] = NN_SCHEDULE_PERIOD,
    [ARG_POWER] = {.name = "power",
                   .type = NN_ARG_REAL,
                   .fallback = "1",
                   .max = 100,
                   .help = "1: in a straight line"},
    [ARG_MIN_LR] = NN_SCHEDULE_MIN_LR,
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate(const struct nn_schedule_call *call)
{
    double left = fmax(0.0, 1.0 - call->step / nn_schedule_period(call, ARG_PERIOD));
    double low = fmin(call->lr, nn_args_real(call->args, ARG_MIN_LR));
    return low + (call->lr - low) * pow(left, nn_args_real(call->args, ARG_POWER));
}

const struct nn_schedule_class nn_schedule_polynomial = {
    .name = "polynomial",
    .summary = "falls in a straight line, or along a power of what is left",
    .formula = "min_lr + (lr - min_lr) (1 - t / period)^power",
    .source = "PyTorch PolynomialLR, stepped at each batch",
    .args = args,
    .rate = rate,
};
