/* Rises to the rate and falls far below where it began, once. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_PERIOD, ARG_RISE, ARG_DIVIDE, ARG_FINAL_DIVIDE };

static const struct nn_arg_spec args[] = {
    [ARG_PERIOD] = NN_SCHEDULE_PERIOD,
    [ARG_RISE] = {.name = "rise",
                  .type = NN_ARG_REAL,
                  .fallback = "0.3",
                  .max = 1,
                  .help = "share of the period in which the rate rises"},
    [ARG_DIVIDE] = {.name = "divide",
                    .type = NN_ARG_REAL,
                    .fallback = "25",
                    .min = 1,
                    .max = 1e12,
                    .help = "it begins at lr / divide"},
    [ARG_FINAL_DIVIDE] = {.name = "final_divide",
                          .type = NN_ARG_REAL,
                          .fallback = "10000",
                          .min = 1,
                          .max = 1e12,
                          .help = "and ends at that / final_divide"},
    {.name = NULL},
};

/* From `from` to `to` along half a cosine. */
static double anneal(double from, double to, double share)
{
    return to + (from - to) * 0.5 * (1.0 + cos(acos(-1.0) * share));
}

static double rate(const struct nn_schedule_call *call)
{
    double last = nn_schedule_period(call, ARG_PERIOD) - 1.0;
    double top = nn_args_real(call->args, ARG_RISE) * (last + 1.0) - 1.0;
    double low = call->lr / nn_args_real(call->args, ARG_DIVIDE);
    double end = low / nn_args_real(call->args, ARG_FINAL_DIVIDE);
    if (call->step <= top)
        return top > 0.0 ? anneal(low, call->lr, call->step / top) : call->lr;
    return last > top ? anneal(call->lr, end, fmin(1.0, (call->step - top) / (last - top))) : end;
}

const struct nn_schedule_class nn_schedule_one_cycle = {
    .name = "one_cycle",
    .summary = "rises to the rate, then falls far below where it began",
    .formula = "half a cosine from lr / divide to lr, then one to lr / divide / final_divide",
    .source = "Smith, Topin 2018, arXiv:1708.07120; PyTorch OneCycleLR with cycle_momentum=False",
    .args = args,
    .rate = rate,
};
