/* nnbench: measures nnscope's engine on the tasks that its peers are measured on.
 *
 *   nnbench [--threads=N] [--kernels=NAME] [--data=DIR] [--seconds=S] [--runs=N] [--images=N]
 * [--cpu] TASK...
 *
 * --images: those of an epoch of the convolutional nets; the time of all is extrapolated.
 * --cpu counts the time of the processor instead of the wall's: for one thread on a busy machine.
 * One line for each figure: nnscope TASK threads=N kernels=NAME key=value ... */
#include "bench.h"

#include "base/file.h"
#include "base/number.h"
#include "base/pool.h"
#include "base/random.h"
#include "kernels/kernels.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

struct figure figure_of(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    double median = (values[count / 2] + values[(count - 1) / 2]) / 2;
    return (struct figure){median, values[0], values[count - 1], count};
}

double bench_clock(const struct bench *bench)
{
    struct timespec t;
    if (!bench->cpu)
        return nn_clock();
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double seconds_of(const struct bench *bench, void (*work)(void *), void *context, long calls)
{
    double start = bench_clock(bench);
    for (long i = 0; i < calls; i++)
        work(context);
    return bench_clock(bench) - start;
}

struct figure bench_time(const struct bench *bench, void (*work)(void *context), void *context)
{
    double values[BENCH_MAX_RUNS], part = bench->seconds / (bench->runs + 1), spent;
    long calls = 1;
    while ((spent = seconds_of(bench, work, context, calls)) < part / 2)
        calls *= spent > part / 16 ? 2 : 8;
    for (int i = 0; i < bench->runs; i++)
        values[i] = seconds_of(bench, work, context, calls) / (double)calls;
    return figure_of(values, bench->runs);
}

void bench_print(const struct bench *bench, const char *task, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    printf("nnscope %s threads=%d kernels=%s ", task, bench->threads, nn_kernels->name);
    vprintf(format, list);
    putchar('\n');
    fflush(stdout);
    va_end(list);
}

void bench_fill(float *x, size_t count)
{
    struct nn_random random;
    nn_random_init(&random, count, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < count; i++)
        x[i] = 2.0f * nn_random_float(&random) - 1.0f;
}

static int usage(const char *problem)
{
    fprintf(stderr,
            "nnbench: %s\n"
            "nnbench [--threads=N] [--kernels=NAME] [--data=DIR] [--program=FILE] [--seconds=S] "
            "[--runs=N] [--images=N] [--cpu] TASK...\n",
            problem);
    for (const struct bench_task *const *task = bench_tasks; *task; task++)
        fprintf(stderr, "  %-12s %s\n", (*task)->name, (*task)->summary);
    return 2;
}

static int complain(const struct nn_error *error)
{
    fprintf(stderr, "nnbench: %s\n", error->message);
    return 1;
}

static const struct bench_task *find(const char *name)
{
    for (const struct bench_task *const *task = bench_tasks; *task; task++)
        if (strcmp((*task)->name, name) == 0)
            return *task;
    return NULL;
}

/* The value of --name=value, or NULL if it is another option. */
static const char *value_of(const char *option, const char *name)
{
    size_t length = strlen(name);
    bool is = strncmp(option, name, length) == 0 && option[length] == '=';
    return is ? option + length + 1 : NULL;
}

int main(int count, char **words)
{
    struct bench bench = {.threads = 1,
                          .data = "/usr/share/datasets/fashion-mnist",
                          .program = "./nnscope",
                          .seconds = 1,
                          .runs = 5};
    const char *kernels = "auto", *value;
    struct nn_error error = {0};
    int i = 1;
    for (; i < count && strncmp(words[i], "--", 2) == 0; i++) {
        if ((value = value_of(words[i], "--threads")))
            bench.threads = atoi(value);
        else if ((value = value_of(words[i], "--kernels")))
            kernels = value;
        else if ((value = value_of(words[i], "--data")))
            bench.data = value;
        else if ((value = value_of(words[i], "--program")))
            bench.program = value;
        else if ((value = value_of(words[i], "--seconds")))
            bench.seconds = atof(value);
        else if (strcmp(words[i], "--cpu") == 0)
            bench.cpu = true;
        else if ((value = value_of(words[i], "--images")))
            bench.images = (size_t)atol(value);
        else if ((value = value_of(words[i], "--runs")))
            bench.runs = atoi(value);
        else
            return usage("unknown option");
    }
    if (i == count || bench.seconds <= 0 || bench.runs < 1 || bench.runs > BENCH_MAX_RUNS)
        return usage("what is to be measured?");
    if (nn_kernels_select(kernels, &error) != NN_OK ||
        nn_pool_set_threads(bench.threads, &error) != NN_OK)
        return complain(&error);
    for (; i < count; i++) {
        const struct bench_task *task = find(words[i]);
        if (!task)
            return usage("unknown task");
        if (task->run(&bench, &error) != NN_OK)
            return complain(&error);
    }
    nn_pool_shutdown();
    return 0;
}
