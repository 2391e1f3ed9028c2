/* Falls when the loss no longer does. */
#include "engine/schedule.h"

#include <math.h>

enum { ARG_FACTOR, ARG_WAIT, ARG_THRESHOLD, ARG_COOLDOWN, ARG_MIN_LR, ARG_WARMUP };
/* State: falls so far, the lowest loss and whether there is one, epochs without a better one,
 * epochs of the cooldown to come. */
enum { FALLS, BEST, SEEN, WAITED, COOLING };

static const struct nn_arg_spec args[] = {
    [ARG_FACTOR] = NN_SCHEDULE_FACTOR("0.1"),
    [ARG_WAIT] = {.name = "wait",
                  .type = NN_ARG_INT,
                  .fallback = "10",
                  .max = 1e9,
                  .unit = "epochs",
                  .help = "without a better validation loss (or training loss, where nothing is "
                          "validated) before it falls"},
    [ARG_THRESHOLD] = {.name = "threshold",
                       .type = NN_ARG_REAL,
                       .fallback = "0.0001",
                       .max = 1,
                       .help = "better is lower by this share of the best"},
    [ARG_COOLDOWN] = {.name = "cooldown",
                      .type = NN_ARG_INT,
                      .fallback = "0",
                      .max = 1e9,
                      .unit = "epochs",
                      .help = "after a fall in which it does not count"},
    [ARG_MIN_LR] = NN_SCHEDULE_MIN_LR,
    [ARG_WARMUP] = NN_SCHEDULE_WARMUP,
    {.name = NULL},
};

static double rate_after(const struct nn_schedule_call *call, double falls)
{
    double low = fmin(call->lr, nn_args_real(call->args, ARG_MIN_LR));
    return fmax(low, call->lr * pow(nn_args_real(call->args, ARG_FACTOR), falls));
}

static double rate(const struct nn_schedule_call *call)
{
    return rate_after(call, call->state[FALLS]);
}

static void fall(const struct nn_schedule_call *call, double *state)
{
    double next = rate_after(call, state[FALLS] + 1.0);
    if (rate_after(call, state[FALLS]) - next > 1e-8) /* PyTorch's eps */
        state[FALLS] += 1.0;
    state[COOLING] = nn_args_real(call->args, ARG_COOLDOWN);
    state[WAITED] = 0.0;
}

static void observe(const struct nn_schedule_call *call, double loss, double *state)
{
    double threshold = nn_args_real(call->args, ARG_THRESHOLD);
    bool better = state[SEEN] == 0.0 || loss < state[BEST] * (1.0 - threshold);
    if (better && isfinite(loss)) {
        state[BEST] = loss;
        state[SEEN] = 1.0;
        state[WAITED] = 0.0;
    } else
        state[WAITED] += 1.0;
    if (state[COOLING] > 0.0) {
        state[COOLING] -= 1.0;
        state[WAITED] = 0.0;
    }
    if (state[WAITED] > nn_args_real(call->args, ARG_WAIT))
        fall(call, state);
}

const struct nn_schedule_class nn_schedule_plateau = {
    .name = "plateau",
    .summary = "falls when the validation loss has not become better for some epochs",
    .formula = "lr factor^(number of falls), at least min_lr",
    .source = "PyTorch ReduceLROnPlateau, threshold_mode rel",
    .args = args,
    .rate = rate,
    .observe = observe,
};
