/* What the tasks of nnbench share: options, timing, and the lines that they print. */
#ifndef NN_TESTS_BENCH_H
#define NN_TESTS_BENCH_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct bench {
    int threads;
    const char *data;    /* folder of the Fashion-MNIST idx files */
    const char *program; /* nnscope itself */
    double seconds;      /* to spend on one figure, about */
    int runs;            /* of which the median is printed */
    size_t images;       /* of an epoch; 0: all */
    bool cpu;            /* time of the processor, not of the wall */
};

struct bench_task {
    const char *name, *summary;
    enum nn_status (*run)(const struct bench *bench, struct nn_error *error);
};

extern const struct bench_task *const bench_tasks[]; /* NULL at the end */

/* Median and extremes of repeated measurements. */
struct figure {
    double median, least, most;
    int count;
};

enum { BENCH_MAX_RUNS = 64 };
struct figure figure_of(double *values, int count); /* sorts them */

double bench_clock(const struct bench *bench);

/* Seconds of one call of `work`, measured `runs` times; each time as many calls as fill its part of
 * bench->seconds. */
struct figure bench_time(const struct bench *bench, void (*work)(void *context), void *context);

/* "nnscope TASK threads=N kernels=SET " and what the format says; a new line. */
void bench_print(const struct bench *bench, const char *task, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Numbers of -1 .. 1 that are the same in every run. */
void bench_fill(float *x, size_t count);

#endif
