/* Falls along half a cosine again and again. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_PERIOD, ARG_STRETCH, ARG_MIN_LR, ARG_WARMUP };

static const struct nn_arg_spec args[] = {
    [ARG_PERIOD] = {.name = "period",
                    .type = NN_ARG_REAL,
                    .fallback = "10",
                    .min = 1e-6,
                    .max = 1e9,
                    .unit = "epochs",
                    .help = "length of the first fall"},
    [ARG_STRETCH] = {.name = "stretch",
                     .type = NN_ARG_INT,
                     .fallback = "1",
                     .min = 1,
                     .max = 100,
                     .help = "each fall is so many times as long as the one before"},
    [ARG_MIN_LR] = NN_SCHEDULE_MIN_LR,
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate(const struct nn_schedule_call *call)
{
    double period = nn_schedule_period(call, ARG_PERIOD), step = call->step;
    double stretch = nn_args_real(call->args, ARG_STRETCH);
    if (stretch == 1.0)
        step = fmod(step, period);
    for (; step >= period; period *= stretch)
        step -= period;
    double low = fmin(call->lr, nn_args_real(call->args, ARG_MIN_LR));
    return low + (call->lr - low) * 0.5 * (1.0 + cos(acos(-1.0) * step / period));
}

const struct nn_schedule_class nn_schedule_cosine_restarts = {
    .name = "cosine_restarts",
    .summary = "falls along half a cosine, jumps back and falls again",
    .formula =
        "min_lr + (lr - min_lr) (1 + cos(pi t / T)) / 2, t from the last restart, T its period",
    .source =
        "Loshchilov, Hutter 2017, ICLR, section 3; PyTorch CosineAnnealingWarmRestarts, stepped "
        "at each batch",
    .args = args,
    .rate = rate,
};
