#include "base/pool.h"
#include "engine/net.h"
#include "kernels/kernels.h"

#include <string.h>

#define BLOCK ((size_t)16384)

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values;
    for (int k = 1; k < in_count; k++)
        if (!nn_shape_equal(&in[0], &in[k])) {
            char first[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
            return nn_fail(error, NN_SHAPE, "the inputs differ: %s and %s",
                           nn_shape_text(first, &in[0]), nn_shape_text(other, &in[k]));
        }
    *out = in[0];
    return NN_OK;
}

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

static void forward(const struct nn_call *call)
{
    size_t count = call->batch * call->node->size;
    nn_pool_run((count + BLOCK - 1) / BLOCK, 1, add_blocks, (void *)call);
}

static void backward(const struct nn_call *call)
{
    for (int k = 0; k < call->node->input_count; k++)
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
    .summary = "sum of layers of one shape, as a residual connection is",
    .formula = "y = x_1 + x_2 + ...",
    .source = "He et al. 2016, Deep residual learning, equation 1",
    .args = args,
    .min_inputs = 2,
    .max_inputs = NN_MAX_INPUTS,
    .flags = NN_LAYER_LINEAR,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
