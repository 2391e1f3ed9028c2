/* Falls in steps. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_EVERY, ARG_AT, ARG_FACTOR, ARG_WARMUP };

static const struct nn_arg_spec args[] = {
    [ARG_EVERY] = {.name = "every",
                   .type = NN_ARG_INT,
                   .fallback = "10",
                   .min = 1,
                   .max = 1e9,
                   .unit = "epochs",
                   .help = "between two steps"},
    [ARG_AT] = {.name = "at",
                .type = NN_ARG_NUMBERS,
                .max = 1e9,
                .unit = "epochs",
                .help = "the steps themselves, instead of every="},
    [ARG_FACTOR] = NN_SCHEDULE_FACTOR("0.1"),
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate(const struct nn_schedule_call *call)
{
    const struct nn_arg *at = &call->args->values[ARG_AT];
    double epoch = nn_schedule_epoch(call), steps = 0.0;
    if (!at->set)
        steps = floor(epoch / nn_args_real(call->args, ARG_EVERY));
    for (size_t i = 0; i < at->number_count; i++)
        steps += epoch >= at->numbers[i];
    return call->lr * pow(nn_args_real(call->args, ARG_FACTOR), steps);
}

const struct nn_schedule_class nn_schedule_step = {
    .name = "step",
    .summary = "falls by a factor every few epochs, or at given ones",
    .formula = "lr factor^floor(epoch / every)",
    .source = "PyTorch StepLR and MultiStepLR",
    .args = args,
    .rate = rate,
};
