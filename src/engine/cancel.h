/* Progress and cancellation of long work: what a job hands down to the engine and to explanations.
 */
#ifndef NN_ENGINE_CANCEL_H
#define NN_ENGINE_CANCEL_H

#include <stdatomic.h>
#include <stdbool.h>

struct nn_progress {
    atomic_bool cancel;      /* set by anyone: stop soon with NN_CANCELLED */
    _Atomic double fraction; /* 0..1, for display */
    double begin, span;      /* the part of the whole that the work at hand is; span 0 = all of it.
                                The worker's own */
    double work;             /* floating-point operations so far: what the same would cost again,
                                whatever the machine. The worker's own */
};

static inline void nn_progress_work(struct nn_progress *progress, double operations)
{
    if (progress)
        progress->work += operations;
}

static inline bool nn_cancelled(const struct nn_progress *progress)
{
    return progress &&
           atomic_load_explicit(&((struct nn_progress *)progress)->cancel, memory_order_relaxed);
}
static inline void nn_progress_set(struct nn_progress *progress, double fraction)
{
    if (!progress)
        return;
    double span = progress->span > 0 ? progress->span : 1;
    atomic_store_explicit(&progress->fraction, progress->begin + span * fraction,
                          memory_order_relaxed);
}
/* What follows is part `index` of `count` equal ones of the work at hand; nn_progress_back ends it.
 */
struct nn_progress_part {
    double begin, span;
};
static inline struct nn_progress_part nn_progress_enter(struct nn_progress *progress, double index,
                                                        double count)
{
    struct nn_progress_part whole = {0, 1};
    if (!progress)
        return whole;
    whole = (struct nn_progress_part){progress->begin, progress->span > 0 ? progress->span : 1};
    progress->begin = whole.begin + whole.span * index / count;
    progress->span = whole.span / count;
    return whole;
}
static inline void nn_progress_back(struct nn_progress *progress, struct nn_progress_part whole)
{
    if (!progress)
        return;
    progress->begin = whole.begin;
    progress->span = whole.span;
}

#endif
