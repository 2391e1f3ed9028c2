/* The schedules, from the list of sources, and what they share. */
#include "engine/schedule.h"

#include <math.h>
#include <string.h>

#define NN_SCHEDULE(class) extern const struct nn_schedule_class class;
#include "engine/schedules.def"
#undef NN_SCHEDULE

const struct nn_schedule_class *const nn_schedules[] = {
#define NN_SCHEDULE(class) &class,
#include "engine/schedules.def"
#undef NN_SCHEDULE
};
const size_t nn_schedule_count = sizeof nn_schedules / sizeof *nn_schedules;

const struct nn_schedule_class *nn_schedule_find(const char *name)
{
    for (size_t i = 0; i < nn_schedule_count; i++)
        if (strcmp(nn_schedules[i]->name, name) == 0)
            return nn_schedules[i];
    return NULL;
}

double nn_schedule_rate(const struct nn_schedule_class *schedule,
                        const struct nn_schedule_call *call)
{
    struct nn_schedule_call rest = *call;
    int at = nn_args_find(schedule->args, "warmup");
    double warmup = at < 0 ? 0.0 : nn_args_real(call->args, at) * call->epoch_steps;
    if (call->step < warmup) /* the last of its steps has the whole rate */
        return call->lr * fmin(1.0, (call->step + 1.0) / warmup);
    rest.step -= warmup;
    rest.total -= warmup;
    return schedule->rate(&rest);
}

double nn_schedule_epoch(const struct nn_schedule_call *call)
{
    return call->step / call->epoch_steps;
}

double nn_schedule_period(const struct nn_schedule_call *call, int period)
{
    double steps = nn_args_is_set(call->args, period)
                       ? nn_args_real(call->args, period) * call->epoch_steps
                       : call->total;
    return fmax(1.0, steps);
}
