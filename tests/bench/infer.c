/* Inference: many samples at a time, and one. */
#include "nets.h"

#include "base/mem.h"
#include "engine/pass.h"

#include <stdio.h>
#include <stdlib.h>

struct forward {
    struct nn_pass *pass;
    size_t batch;
};

static void run_forward(void *context)
{
    const struct forward *forward = context;
    nn_pass_forward(forward->pass, forward->batch, NULL);
}

static enum nn_status prepare(const struct bench *bench, const struct bench_net *what, size_t batch,
                              struct nn_net **net, struct nn_pass **pass, struct nn_error *error)
{
    struct nn_dataset *dataset = NULL;
    enum nn_status status;
    NN_TRY(bench_fashion(bench, what, &dataset, error));
    NN_TRY(bench_build(what, net, error));
    NN_TRY(nn_pass_new(*net, batch, NN_PASS_FORWARD, 0, pass, error));
    size_t size = nn_shape_size(&(*net)->nodes[0]->shape);
    for (size_t i = 0; i < batch; i++)
        nn_dataset_sample(dataset, NN_SPLIT_TRAIN, i, nn_pass_input(*pass) + i * size);
out:
    nn_dataset_free(dataset);
    return status;
}

static enum nn_status infer(const struct bench *bench, const struct bench_net *what,
                            struct nn_error *error)
{
    struct nn_net *net = NULL;
    struct forward forward = {.batch = 256};
    enum nn_status status;
    char task[32];
    NN_TRY(prepare(bench, what, forward.batch, &net, &forward.pass, error));
    struct figure f = bench_time(bench, run_forward, &forward);
    snprintf(task, sizeof task, "infer-%s", what->name);
    bench_print(bench, task, "batch=256 images_s=%.0f min=%.0f max=%.0f", 256 / f.median,
                256 / f.most, 256 / f.least);
out:
    nn_pass_free(forward.pass);
    nn_net_free(net);
    return status;
}

static enum nn_status latency(const struct bench *bench, const struct bench_net *what,
                              struct nn_error *error)
{
    enum { MOST = 20000 };
    static double times[MOST];
    struct nn_net *net = NULL;
    struct forward forward = {.batch = 1};
    enum nn_status status;
    int count = 0;
    char task[32];
    NN_TRY(prepare(bench, what, 1, &net, &forward.pass, error));
    for (int i = 0; i < 20; i++)
        run_forward(&forward);
    for (double spent = 0.0; count < MOST && spent < bench->seconds; spent += times[count++]) {
        double start = bench_clock(bench);
        run_forward(&forward);
        times[count] = bench_clock(bench) - start;
    }
    struct figure f = figure_of(times, count);
    snprintf(task, sizeof task, "latency-%s", what->name);
    bench_print(bench, task, "batch=1 p50_us=%.2f p99_us=%.2f min_us=%.2f n=%d", 1e6 * f.median,
                1e6 * times[count * 99 / 100], 1e6 * f.least, count);
out:
    nn_pass_free(forward.pass);
    nn_net_free(net);
    return status;
}

static enum nn_status run_infer(const struct bench *bench, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int i = 0; i < NET_COUNT; i++)
        NN_TRY(infer(bench, &bench_nets[i], error));
out:
    return status;
}

static enum nn_status run_latency(const struct bench *bench, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int i = 0; i < NET_COUNT; i++)
        NN_TRY(latency(bench, &bench_nets[i], error));
out:
    return status;
}

const struct bench_task bench_infer = {"infer", "256 images at a time", run_infer};
const struct bench_task bench_latency = {"latency", "one image at a time", run_latency};
