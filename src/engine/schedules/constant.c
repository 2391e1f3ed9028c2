/* The same rate always, but for a warm-up. */
#include "engine/schedule.h"

static const struct nn_arg_spec args[] = {NN_SCHEDULE_WARMUP, {.name = NULL}};

static double rate(const struct nn_schedule_call *call)
{
    return call->lr;
}

const struct nn_schedule_class nn_schedule_constant = {
    .name = "constant",
    .summary = "the same rate always, after a warm-up if wanted",
    .formula = "lr; in the warm-up lr (t + 1) / steps of the warm-up",
    .source = "warm-up: Goyal et al. 2017, arXiv:1706.02677, section 2.2",
    .args = args,
    .rate = rate,
};
