/* Thread pool: splits one loop over worker threads. One pool for the whole process.
 *
 * Work is split by output items, never by a reduction, so results do not depend on the number of
 * threads. Waiting threads spin for a bounded time (some 50 us), then sleep on a futex or
 * condition. A loop started inside a worker, or by a second thread while the pool is busy, runs in
 * the caller alone: never a deadlock, the result is the same.
 *
 * Threads: any thread may call nn_pool_run; nn_pool_set_threads only when nothing runs.
 */
#ifndef NN_BASE_POOL_H
#define NN_BASE_POOL_H

#include "base/status.h"

#include <stddef.h>

/* Number of threads including the caller: 1..256. Threads start lazily at the first parallel loop
 * (start-up stays fast). A thread that cannot be created reduces the number silently. */
enum nn_status nn_pool_set_threads(int threads, struct nn_error *error);
int nn_pool_threads(void);
/* The number of usable processors (sched_getaffinity), the default. */
int nn_pool_processors(void);

/* Calls task(context, begin, end) for disjoint ranges that cover [0, count), each at least `grain`
 * items long but for the last. Returns when all are done. With count <= grain it is a plain call.
 */
typedef void nn_pool_task(void *context, size_t begin, size_t end);
void nn_pool_run(size_t count, size_t grain, nn_pool_task *task, void *context);

/* Ends the worker threads (at exit, and before fork in tests). */
void nn_pool_shutdown(void);

#endif
