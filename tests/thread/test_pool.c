/* The thread pool under load from several callers, for ThreadSanitizer, which cannot run Criterion.
 * Prints TAP. */
#include "base/pool.h"
#include "kernels/kernels.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { COUNT = 4096, ROUNDS = 300, CALLERS = 3 };

static int tests, failures;

static void report(bool ok, const char *what)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++tests, what);
    failures += !ok;
}

static void add_one(void *context, size_t begin, size_t end)
{
    int *items = context;
    for (size_t i = begin; i < end; i++)
        items[i]++;
}

/* Plain ints: any two threads on one item, or a result read too early, is a race that shows. */
static bool count_rounds(int *items)
{
    memset(items, 0, COUNT * sizeof *items);
    for (int round = 1; round <= ROUNDS; round++) {
        nn_pool_run(COUNT, 16, add_one, items);
        for (size_t i = 0; i < COUNT; i++)
            if (items[i] != round)
                return false;
    }
    return true;
}

static void *caller(void *items)
{
    return count_rounds(items) ? items : NULL;
}

/* Several threads use the pool at once: one gets it, the others work alone. */
static bool concurrent_callers(void)
{
    static int items[CALLERS][COUNT];
    pthread_t threads[CALLERS];
    bool ok = true;
    for (int i = 0; i < CALLERS; i++)
        if (pthread_create(&threads[i], NULL, caller, items[i]) != 0)
            return false;
    for (int i = 0; i < CALLERS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        ok = ok && result;
    }
    return ok;
}

static bool start_and_end(void)
{
    static int items[COUNT];
    for (int i = 1; i <= 40; i++) {
        memset(items, 0, sizeof items);
        if (nn_pool_set_threads(i % 6 + 1, NULL) != NN_OK)
            return false;
        nn_pool_run(COUNT, 1, add_one, items);
        for (size_t j = 0; j < COUNT; j++)
            if (items[j] != 1)
                return false;
    }
    return true;
}

static atomic_int blocked, seen;

static void look_at_signals(void *context, size_t begin, size_t end)
{
    const pthread_t *main_thread = context;
    (void)begin;
    (void)end;
    if (pthread_equal(*main_thread, pthread_self()))
        return;
    sigset_t set;
    pthread_sigmask(SIG_SETMASK, NULL, &set);
    atomic_fetch_add(&seen, 1);
    if (sigismember(&set, SIGINT) && sigismember(&set, SIGTERM) && sigismember(&set, SIGWINCH) &&
        sigismember(&set, SIGHUP) && !sigismember(&set, SIGSEGV))
        atomic_fetch_add(&blocked, 1);
}

static bool workers_take_no_signals(void)
{
    pthread_t self = pthread_self();
    sigset_t set;
    for (int i = 0; i < 100000 && atomic_load(&seen) == 0; i++)
        nn_pool_run(64, 1, look_at_signals, &self);
    pthread_sigmask(SIG_SETMASK, NULL, &set);
    return atomic_load(&seen) > 0 && atomic_load(&blocked) == atomic_load(&seen) &&
           !sigismember(&set, SIGINT);
}

static bool gemm_is_the_same(void)
{
    enum { SIZE = 150 };
    static float a[SIZE * SIZE], c[2][SIZE * SIZE];
    for (size_t i = 0; i < SIZE * SIZE; i++)
        a[i] = (float)(i % 17) - 7.3f;
    for (int i = 0; i < 2; i++) {
        nn_pool_set_threads(i ? 5 : 1, NULL);
        nn_gemm(false, true, SIZE, SIZE, SIZE, a, SIZE, a, SIZE, c[i], SIZE, false);
    }
    return memcmp(c[0], c[1], sizeof c[0]) == 0;
}

int main(void)
{
    static int items[COUNT];
    printf("1..6\n");
    nn_pool_set_threads(2, NULL);
    report(count_rounds(items), "two threads");
    nn_pool_set_threads(4, NULL);
    report(count_rounds(items), "more threads than processors may be there");
    report(concurrent_callers(), "several callers at once");
    report(workers_take_no_signals(), "workers block signals, but not faults");
    report(start_and_end(), "starting and ending");
    report(gemm_is_the_same(), "gemm over the pool");
    nn_pool_shutdown();
    return failures > 0;
}
