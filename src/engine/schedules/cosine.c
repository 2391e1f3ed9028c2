/* Falls along half a cosine. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_PERIOD, ARG_MIN_LR, ARG_WARMUP };

static const struct nn_arg_spec args[] = {
    [ARG_PERIOD] = NN_SCHEDULE_PERIOD,
    [ARG_MIN_LR] = NN_SCHEDULE_MIN_LR,
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate(const struct nn_schedule_call *call)
{
    double done = fmin(1.0, call->step / nn_schedule_period(call, ARG_PERIOD));
    double low = fmin(call->lr, nn_args_real(call->args, ARG_MIN_LR));
    return low + (call->lr - low) * 0.5 * (1.0 + cos(acos(-1.0) * done));
}

const struct nn_schedule_class nn_schedule_cosine = {
    .name = "cosine",
    .summary = "falls along half a cosine, and stays at the lowest rate",
    .formula = "min_lr + (lr - min_lr) (1 + cos(pi t / period)) / 2",
    .source =
        "Loshchilov, Hutter 2017, ICLR, equation 5; PyTorch CosineAnnealingLR, stepped at each "
        "batch",
    .args = args,
    .rate = rate,
};
