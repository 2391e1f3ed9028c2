/* Schedule class: one file in schedules/ with one `const struct nn_schedule_class`. A schedule says
 * the learning rate of every step. Its position counts all steps since `compile`, over all runs.
 *
 * Formulas and defaults are PyTorch's. Periods are in epochs; rates change with every step unless
 * the formula says floor(epoch).
 */
#ifndef NN_ENGINE_SCHEDULE_H
#define NN_ENGINE_SCHEDULE_H

#include "base/args.h"

#include <stddef.h>

#define NN_SCHEDULE_STATE 5

struct nn_schedule_call {
    double step;        /* steps done, warm-up not counted */
    double epoch_steps; /* steps of an epoch */
    double total;       /* steps when this run ends, warm-up not counted */
    double lr;          /* of compile */
    const struct nn_args *args;
    const double *state; /* [NN_SCHEDULE_STATE], all 0 at the start */
};

struct nn_schedule_class {
    const char *name;
    const char *summary;
    const char *formula;
    const char *source;
    const struct nn_arg_spec *args;
    double (*rate)(const struct nn_schedule_call *call);
    /* The end of an epoch with its validation loss, or training loss where nothing is validated.
     * NULL: it does not look. */
    void (*observe)(const struct nn_schedule_call *call, double loss, double *state);
};

extern const struct nn_schedule_class *const nn_schedules[];
extern const size_t nn_schedule_count;
const struct nn_schedule_class *nn_schedule_find(const char *name);

/* The rate of a step with the warm-up before the schedule: call->step and total count it here. */
double nn_schedule_rate(const struct nn_schedule_class *schedule,
                        const struct nn_schedule_call *call);

/* ---- for schedules ---- */

/* "epoch" of a call, and the steps of a period= that is given or ends with the run. At least 1. */
double nn_schedule_epoch(const struct nn_schedule_call *call);
double nn_schedule_period(const struct nn_schedule_call *call, int period);

/* Arguments that several have. */
#define NN_SCHEDULE_WARMUP                                                                         \
    {                                                                                              \
        .name = "warmup", .type = NN_ARG_REAL, .fallback = "0", .max = 1e9, .unit = "epochs",      \
        .help = "the rate first rises in a straight line; the schedule begins after it"            \
    }
#define NN_SCHEDULE_PERIOD                                                                         \
    {                                                                                              \
        .name = "period", .type = NN_ARG_REAL, .min = 1e-6, .max = 1e9, .unit = "epochs",          \
        .help = "how long it takes, from compile on; else to the end of the run"                   \
    }
#define NN_SCHEDULE_MIN_LR                                                                         \
    {                                                                                              \
        .name = "min_lr", .type = NN_ARG_REAL, .fallback = "0", .max = 1e6,                        \
        .help = "the lowest rate"                                                                  \
    }
#define NN_SCHEDULE_FACTOR(value)                                                                  \
    {                                                                                              \
        .name = "factor", .type = NN_ARG_REAL, .fallback = value, .min = 1e-9, .max = 1,           \
        .help = "what the rate is multiplied by each time"                                         \
    }

#endif
