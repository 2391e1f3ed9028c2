/* Start of the program and its memory. */
#define _GNU_SOURCE
#include "bench.h"

#include "base/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>

extern char **environ;

/* Runs the program once on a line of commands; its wall time and peak memory. */
static enum nn_status start(const struct bench *bench, const char *commands, double *seconds,
                            double *mebibytes, struct nn_error *error)
{
    char *words[] = {(char *)bench->program, "-c", (char *)commands, NULL};
    posix_spawn_file_actions_t files;
    struct rusage usage;
    pid_t child;
    int state, failed;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    double begin = nn_clock();
    failed = posix_spawn(&child, bench->program, &files, NULL, words, environ);
    posix_spawn_file_actions_destroy(&files);
    if (failed || wait4(child, &state, 0, &usage) != child || state != 0)
        return nn_fail(error, NN_STATE, "%s -c '%s' fails", bench->program, commands);
    *seconds = nn_clock() - begin;
    *mebibytes = (double)usage.ru_maxrss / 1024;
    return NN_OK;
}

static enum nn_status measure(const struct bench *bench, const char *task, const char *commands,
                              struct nn_error *error)
{
    double seconds[BENCH_MAX_RUNS], memory = 0;
    enum nn_status status = NN_OK;
    for (int i = 0; i < bench->runs; i++)
        NN_TRY(start(bench, commands, &seconds[i], &memory, error));
    struct figure f = figure_of(seconds, bench->runs);
    bench_print(bench, task, "wall_s=%.4f min=%.4f max=%.4f peak_mib=%.1f", f.median, f.least,
                f.most, memory);
out:
    return status;
}

static enum nn_status run(const struct bench *bench, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(measure(bench, "startup", "quit", error));
    NN_TRY(measure(bench, "startup-train-mlp",
                   "data demo fashion; net new; add flatten; add dense 128 relu; "
                   "add dense 10 softmax; compile loss=categorical_crossentropy; train epochs=1 "
                   "batch=64",
                   error));
out:
    return status;
}

const struct bench_task bench_startup = {"startup", "start of the program, and its memory", run};
