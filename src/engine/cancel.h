/* Progress and cancellation of long work: what a job hands down to the engine and to explanations.
 */
#ifndef NN_ENGINE_CANCEL_H
#define NN_ENGINE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

struct nn_progress {
    atomic_bool cancel;      /* set by anyone: stop soon with NN_CANCELLED */
    _Atomic double fraction; /* 0..1, for display */
};

static inline bool nn_cancelled(const struct nn_progress *progress)
{
    return progress &&
           atomic_load_explicit(&((struct nn_progress *)progress)->cancel, memory_order_relaxed);
}
static inline void nn_progress_set(struct nn_progress *progress, double fraction)
{
    if (progress)
        atomic_store_explicit(&progress->fraction, fraction, memory_order_relaxed);
}

#endif
