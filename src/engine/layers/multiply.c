#include "base/pool.h"
#include "engine/layers/broadcast.h"

#include <string.h>

static const struct nn_arg_spec args[] = {{0}};

static const float *input_at(const struct nn_call *call, int k, size_t sample, size_t at,
                             size_t *step)
{
    const struct nn_shape *in = &call->node->in_shape[k];
    return call->x[k] + sample * nn_shape_size(in) + nn_broadcast_place(call->node, k, at, step);
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, run = nn_broadcast_run(call->node), step;
    for (size_t b = begin; b < end; b++)
        for (size_t at = 0; at < size; at += run) {
            float *y = call->y + b * size + at;
            for (int k = 0; k < call->node->input_count; k++) {
                const float *x = input_at(call, k, b, at, &step);
                for (size_t i = 0; i < run; i++)
                    y[i] = k ? y[i] * x[i * step] : x[i * step];
            }
        }
}

/* dx_k += dy times the other inputs, for one run. */
static void backward_run(const struct nn_call *call, int k, size_t sample, size_t at, float *dx)
{
    const struct nn_node *node = call->node;
    size_t run = nn_broadcast_run(node), step, other;
    const float *dy = call->dy + sample * node->size + at;
    dx += nn_broadcast_place(node, k, at, &step);
    for (size_t i = 0; i < run; i++) {
        float product = dy[i];
        for (int j = 0; j < node->input_count; j++)
            if (j != k)
                product *= input_at(call, j, sample, at, &other)[i * other];
        dx[i * step] += product;
    }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    for (int k = 0; k < call->node->input_count; k++) {
        size_t in = nn_shape_size(&call->node->in_shape[k]);
        if (!call->dx[k])
            continue;
        memset(call->dx[k] + begin * in, 0, (end - begin) * in * sizeof(float));
        for (size_t b = begin; b < end; b++)
            for (size_t at = 0; at < call->node->size; at += nn_broadcast_run(call->node))
                backward_run(call, k, b, at, call->dx[k] + b * in);
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

static double flops(const struct nn_node *node)
{
    return (double)(node->input_count - 1) * (double)node->size;
}

const struct nn_layer_class nn_layer_multiply = {
    .name = "multiply",
    .prefix = "multiply",
    .summary = "product of layers, value by value: a gate",
    .formula = "y = x_1 x_2 ...; an axis of length 1 is repeated along the others'",
    .source = "definition; Hu, Shen and Sun 2018, Squeeze-and-excitation networks, equation 4",
    .args = args,
    .min_inputs = 2,
    .max_inputs = NN_MAX_INPUTS,
    .infer = nn_broadcast_infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
