#include "engine/net.h"

/* Node 0 of every net: its output is what the caller writes there. */

enum { SHAPE };

static const struct nn_arg_spec args[] = {
    [SHAPE] = {.name = "shape",
               .type = NN_ARG_DIMS,
               .help = "shape of one sample, as in 784 or 1x28x28",
               .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in, (void)in_count;
    const struct nn_arg *shape = &values->values[SHAPE];
    if (!shape->set)
        return nn_fail(error, NN_SHAPE, "the shape of a sample is missing");
    *out = (struct nn_shape){.rank = shape->dim_count};
    for (int i = 0; i < shape->dim_count; i++)
        out->dim[i] = (size_t)shape->dims[i];
    return NN_OK;
}

static double flops(const struct nn_node *node)
{
    (void)node;
    return 0.0;
}

const struct nn_layer_class nn_layer_input = {
    .name = "input",
    .prefix = "input",
    .summary = "where a sample enters the net",
    .formula = "y = x",
    .source = "definition",
    .args = args,
    .min_inputs = 0,
    .max_inputs = 0,
    .infer = infer,
    .flops = flops,
};
