/* One job at a time. The caller publishes it under the lock, works on it like everyone else, closes
 * it and waits for those workers that joined; a worker that wakes too late finds it closed and is
 * not waited for. Chunks of the loop are handed out by an atomic counter. */
#include "config.h"

#include "base/pool.h"

#include "base/file.h" /* nn_clock */

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum {
    MAX_THREADS = 256,
    CHUNKS_PER_THREAD = 4, /* evens out unequal chunks at little cost */
    SPINS_PER_LOOK = 64    /* pauses between two looks at the clock */
};
static const double spin_seconds = 50e-6;

static struct {
    pthread_mutex_t lock;
    pthread_cond_t wake, idle;
    atomic_bool busy;       /* a caller owns the pool */
    atomic_int threads;     /* wanted, with the caller; 0 = not chosen yet */
    atomic_uint generation; /* grows with every job and at the end */
    atomic_int joined;      /* workers inside the job */
    bool open, ending;
    bool may_spin; /* not when there are more threads than processors */
    int started;
    pthread_t workers[MAX_THREADS - 1];

    nn_pool_task *task;
    void *context;
    size_t count, chunk;
    atomic_size_t next;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER,
          .idle = PTHREAD_COND_INITIALIZER};

static void pause_cpu(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool no_new_job(unsigned seen)
{
    return atomic_load(&pool.generation) == seen;
}

static bool job_has_workers(unsigned unused)
{
    (void)unused;
    return atomic_load(&pool.joined) > 0;
}

/* Spins while waiting(argument) holds, for a bounded time. */
static void spin_while(bool (*waiting)(unsigned), unsigned argument)
{
    if (!pool.may_spin)
        return;
    double end = nn_clock() + spin_seconds;
    do {
        for (int i = 0; i < SPINS_PER_LOOK; i++) {
            if (!waiting(argument))
                return;
            pause_cpu();
        }
    } while (nn_clock() < end);
}

static void work_on_job(void)
{
    for (;;) {
        size_t begin = atomic_fetch_add(&pool.next, pool.chunk);
        if (begin >= pool.count)
            return;
        size_t left = pool.count - begin;
        pool.task(pool.context, begin, begin + (left < pool.chunk ? left : pool.chunk));
    }
}

static void *worker(void *first_generation)
{
    unsigned seen = (unsigned)(uintptr_t)first_generation;
    bool ending = false;

    pthread_mutex_lock(&pool.lock);
    while (!ending) {
        pthread_mutex_unlock(&pool.lock);
        spin_while(no_new_job, seen);
        pthread_mutex_lock(&pool.lock);
        while (no_new_job(seen))
            pthread_cond_wait(&pool.wake, &pool.lock);
        seen = atomic_load(&pool.generation);
        ending = pool.ending;
        if (!pool.open)
            continue;
        atomic_fetch_add(&pool.joined, 1);
        pthread_mutex_unlock(&pool.lock);
        work_on_job();
        pthread_mutex_lock(&pool.lock);
        if (atomic_fetch_sub(&pool.joined, 1) == 1)
            pthread_cond_signal(&pool.idle);
    }
    pthread_mutex_unlock(&pool.lock);
    return NULL;
}

/* Signals belong to the main thread; only those that a fault of the worker itself raises stay open,
 * so that the crash handler can run. */
static void worker_signals(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(set, faults[i]);
}

/* Starts the workers that are missing; the owner of the pool calls it. */
static void start_workers(void)
{
    int wanted = nn_pool_threads() - 1;
    if (pool.started >= wanted)
        return;

    /* No job is published before all are started, so one generation serves them all. */
    void *generation = (void *)(uintptr_t)atomic_load(&pool.generation);
    pool.may_spin = wanted < nn_pool_processors();
    sigset_t set, old;
    worker_signals(&set);
    pthread_sigmask(SIG_SETMASK, &set, &old);
    while (pool.started < wanted &&
           pthread_create(&pool.workers[pool.started], NULL, worker, generation) == 0)
        pool.started++;
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    atomic_store(&pool.threads, pool.started + 1);
}

int nn_pool_processors(void)
{
    long count = 0;
#if defined(__linux__)
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        count = CPU_COUNT(&set);
#endif
    if (count < 1)
        count = sysconf(_SC_NPROCESSORS_ONLN);
    if (count < 1)
        return 1;
    return count < MAX_THREADS ? (int)count : MAX_THREADS;
}

int nn_pool_threads(void)
{
    int threads = atomic_load(&pool.threads);
    if (threads == 0) {
        int processors = nn_pool_processors();
        /* A failed exchange leaves the number that someone else just chose. */
        if (atomic_compare_exchange_strong(&pool.threads, &threads, processors))
            threads = processors;
    }
    return threads;
}

enum nn_status nn_pool_set_threads(int threads, struct nn_error *error)
{
    if (threads < 1 || threads > MAX_THREADS)
        return nn_fail(error, NN_ARGUMENT, "threads must be from 1 to %d, not %d", MAX_THREADS,
                       threads);
    nn_pool_shutdown();
    atomic_store(&pool.threads, threads);
    return NN_OK;
}

/* At least `grain`, a multiple of it, and a few chunks for each thread. */
static size_t chunk_size(size_t count, size_t grain, size_t threads)
{
    size_t grains = (count - 1) / grain + 1;
    return ((grains - 1) / (threads * CHUNKS_PER_THREAD) + 1) * grain;
}

/* A loop for all threads; the caller owns the pool. */
static void run_shared(size_t count, size_t grain, nn_pool_task *task, void *context)
{
    start_workers();

    pthread_mutex_lock(&pool.lock);
    pool.task = task;
    pool.context = context;
    pool.count = count;
    pool.chunk = chunk_size(count, grain, (size_t)nn_pool_threads());
    atomic_store(&pool.next, 0);
    pool.open = true;
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);

    work_on_job();

    pthread_mutex_lock(&pool.lock);
    pool.open = false;
    pthread_mutex_unlock(&pool.lock);
    spin_while(job_has_workers, 0);
    pthread_mutex_lock(&pool.lock);
    while (atomic_load(&pool.joined) > 0)
        pthread_cond_wait(&pool.idle, &pool.lock);
    pthread_mutex_unlock(&pool.lock);
    atomic_store(&pool.busy, false);
}

void nn_pool_run(size_t count, size_t grain, nn_pool_task *task, void *context)
{
    if (count == 0)
        return;
    if (grain == 0)
        grain = 1;
    /* The flag also covers a loop inside a loop: whoever finds it set works alone. */
    if (count <= grain || nn_pool_threads() == 1 || atomic_exchange(&pool.busy, true))
        task(context, 0, count);
    else
        run_shared(count, grain, task, context);
}

void nn_pool_shutdown(void)
{
    while (atomic_exchange(&pool.busy, true))
        sched_yield();
    pthread_mutex_lock(&pool.lock);
    pool.ending = true;
    atomic_fetch_add(&pool.generation, 1);
    pthread_cond_broadcast(&pool.wake);
    pthread_mutex_unlock(&pool.lock);
    for (int i = 0; i < pool.started; i++)
        pthread_join(pool.workers[i], NULL);
    pool.started = 0;
    pool.ending = false;
    atomic_store(&pool.busy, false);
}
