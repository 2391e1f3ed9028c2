#include "base/pool.h"
#include "engine/layers/broadcast.h"
#include "kernels/kernels.h"

#include <string.h>

#define BLOCK ((size_t)16384)

static const struct nn_arg_spec args[] = {{0}};

static void add_blocks(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t count = call->batch * call->node->size;
    for (size_t at = begin * BLOCK; at < count && at < end * BLOCK; at += BLOCK) {
        size_t n = count - at < BLOCK ? count - at : BLOCK;
        nn_kernels->add(n, call->x[0] + at, call->x[1] + at, call->y + at);
        for (int k = 2; k < call->node->input_count; k++)
            nn_kernels->accumulate(n, call->x[k] + at, call->y + at);
    }
}

static bool alike(const struct nn_node *node)
{
    for (int k = 0; k < node->input_count; k++)
        if (!nn_shape_equal(&node->in_shape[k], &node->shape))
            return false;
    return true;
}

static void add_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    const struct nn_node *node = call->node;
    size_t run = nn_broadcast_run(node), step;
    for (size_t b = begin; b < end; b++)
        for (size_t at = 0; at < node->size; at += run) {
            float *y = call->y + b * node->size + at;
            for (int k = 0; k < node->input_count; k++) {
                const float *x = call->x[k] + b * nn_shape_size(&node->in_shape[k]) +
                                 nn_broadcast_place(node, k, at, &step);
                for (size_t i = 0; i < run; i++)
                    y[i] = k ? y[i] + x[i * step] : x[i * step];
            }
        }
}

static void forward(const struct nn_call *call)
{
    size_t count = call->batch * call->node->size;
    if (alike(call->node))
        nn_pool_run((count + BLOCK - 1) / BLOCK, 1, add_blocks, (void *)call);
    else
        nn_pool_run(call->batch, nn_broadcast_grain(call->node), add_samples, (void *)call);
}

/* An input that is repeated gets the sum over its places. */
static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    const struct nn_node *node = call->node;
    size_t run = nn_broadcast_run(node), step;
    for (int k = 0; k < node->input_count; k++) {
        size_t in = nn_shape_size(&node->in_shape[k]);
        if (!call->dx[k])
            continue;
        memset(call->dx[k] + begin * in, 0, (end - begin) * in * sizeof(float));
        for (size_t b = begin; b < end; b++)
            for (size_t at = 0; at < node->size; at += run) {
                float *dx = call->dx[k] + b * in + nn_broadcast_place(node, k, at, &step);
                for (size_t i = 0; i < run; i++)
                    dx[i * step] += call->dy[b * node->size + at + i];
            }
    }
}

static void backward(const struct nn_call *call)
{
    if (!alike(call->node))
        nn_pool_run(call->batch, nn_broadcast_grain(call->node), backward_samples, (void *)call);
    for (int k = 0; k < call->node->input_count && alike(call->node); k++)
        if (call->dx[k])
            memcpy(call->dx[k], call->dy, call->batch * call->node->size * sizeof *call->dy);
}

static double flops(const struct nn_node *node)
{
    return (double)(node->input_count - 1) * (double)node->size;
}

const struct nn_layer_class nn_layer_add = {
    .name = "add",
    .prefix = "add",
    .summary = "sum of layers, as a residual connection is",
    .formula = "y = x_1 + x_2 + ...; an axis of length 1 is repeated along the others'",
    .source = "He et al. 2016, Deep residual learning, equation 1",
    .args = args,
    .min_inputs = 2,
    .max_inputs = NN_MAX_INPUTS,
    .flags = NN_LAYER_LINEAR,
    .infer = nn_broadcast_infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
