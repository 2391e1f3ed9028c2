#include "engine/net.h"

#include <string.h>

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = nn_shape_make(1, (size_t[]){nn_shape_size(&in[0])});
    return NN_OK;
}

static void forward(const struct nn_call *call)
{
    memcpy(call->y, call->x[0], call->batch * call->node->size * sizeof *call->y);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        memcpy(call->dx[0], call->dy, call->batch * call->node->size * sizeof *call->dy);
}

static double flops(const struct nn_node *node)
{
    (void)node;
    return 0.0;
}

const struct nn_layer_class nn_layer_flatten = {
    .name = "flatten",
    .prefix = "flatten",
    .summary = "feature maps become one vector",
    .formula = "y = x, read row by row",
    .source = "definition",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
