#include "engine/layers/copy.h"

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = nn_shape_make(1, (size_t[]){nn_shape_size(&in[0])});
    return NN_OK;
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
    .forward = nn_copy_forward,
    .backward = nn_copy_backward,
    .flops = nn_no_flops,
};
