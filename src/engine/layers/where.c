#include "base/pool.h"
#include "engine/layers/broadcast.h"

#include <string.h>

static const struct nn_arg_spec args[] = {{0}};

/* The run of input k. */
struct run {
    size_t at, step;
};

static struct run run_of(const struct nn_node *node, int k, size_t sample, size_t at)
{
    struct run run;
    run.at = sample * nn_shape_size(&node->in_shape[k]);
    run.at += nn_broadcast_place(node, k, at, &run.step);
    return run;
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, length = nn_broadcast_run(call->node);
    for (size_t at = begin * size; at < end * size; at += length) {
        struct run run[3];
        for (int k = 0; k < 3; k++)
            run[k] = run_of(call->node, k, at / size, at % size);
        for (size_t i = 0; i < length; i++) {
            int k = call->x[0][run[0].at + i * run[0].step] != 0.0f ? 1 : 2;
            call->y[at + i] = call->x[k][run[k].at + i * run[k].step];
        }
    }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, length = nn_broadcast_run(call->node);
    for (int k = 0; k < 3; k++) {
        size_t in = nn_shape_size(&call->node->in_shape[k]);
        if (!call->dx[k])
            continue;
        memset(call->dx[k] + begin * in, 0, (end - begin) * in * sizeof(float));
        for (size_t at = begin * size; k > 0 && at < end * size; at += length) {
            struct run run = run_of(call->node, k, at / size, at % size);
            struct run which = run_of(call->node, 0, at / size, at % size);
            for (size_t i = 0; i < length; i++)
                if ((call->x[0][which.at + i * which.step] != 0.0f) == (k == 1))
                    call->dx[k][run.at + i * run.step] += call->dy[at + i];
        }
    }
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, nn_broadcast_grain(call->node), forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    nn_pool_run(call->batch, nn_broadcast_grain(call->node), backward_samples, (void *)call);
}

const struct nn_layer_class nn_layer_where = {
    .name = "where",
    .prefix = "where",
    .summary = "of two layers one or the other, value by value, as a third one says",
    .formula = "y = a where c is not 0, else b (from=C,A,B); an axis of length 1 is repeated",
    .source = "definition; numpy's where",
    .args = args,
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = nn_broadcast_infer,
    .forward = forward,
    .backward = backward,
};
