#include "engine/layers/copy.h"

enum { SHAPE };

static const struct nn_arg_spec args[] = {
    [SHAPE] = {.name = "shape",
               .type = NN_ARG_DIMS,
               .min = -1,
               .max = INT32_MAX,
               .help = "shape of a sample: 1x28x28; -1 stands for what is left",
               .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status fail(const struct nn_args *values, const struct nn_shape *in,
                           struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    return nn_fail(error, NN_SHAPE, "the %zu values of %s do not make the shape %s",
                   nn_shape_size(in), nn_shape_text(text, in), nn_args_text(values, SHAPE));
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    const struct nn_arg *wanted = &values->values[SHAPE];
    struct nn_shape shape = {.rank = wanted->dim_count};
    size_t size = nn_shape_size(&in[0]), count;
    int rest = -1;
    for (int i = 0; i < shape.rank; i++) {
        if (wanted->dims[i] == 0 || (wanted->dims[i] < 0 && rest >= 0))
            return fail(values, &in[0], error);
        if (wanted->dims[i] < 0)
            rest = i;
        shape.dim[i] = wanted->dims[i] < 0 ? 1 : (size_t)wanted->dims[i];
    }
    if (nn_shape_count(&shape, &count, NULL) != NN_OK)
        return fail(values, &in[0], error);
    if (rest >= 0) {
        shape.dim[rest] = size / count;
        count *= shape.dim[rest];
    }
    if (count != size)
        return fail(values, &in[0], error);
    *out = shape;
    return NN_OK;
}

const struct nn_layer_class nn_layer_reshape = {
    .name = "reshape",
    .prefix = "reshape",
    .summary = "the same values in another shape",
    .formula = "y = x, read and filled row by row",
    .source = "definition; -1 as in PyTorch and Keras",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = nn_copy_forward,
    .backward = nn_copy_backward,
    .flops = nn_no_flops,
};
