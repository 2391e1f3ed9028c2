/* Falls by the same factor in every epoch. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_FACTOR, ARG_WARMUP };

static const struct nn_arg_spec args[] = {
    [ARG_FACTOR] = NN_SCHEDULE_FACTOR("0.95"),
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate(const struct nn_schedule_call *call)
{
    return call->lr * pow(nn_args_real(call->args, ARG_FACTOR), floor(nn_schedule_epoch(call)));
}

const struct nn_schedule_class nn_schedule_exponential = {
    .name = "exponential",
    .summary = "falls by the same factor in every epoch",
    .formula = "lr factor^floor(epoch)",
    .source = "PyTorch ExponentialLR",
    .args = args,
    .rate = rate,
};
