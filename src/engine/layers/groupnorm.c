#include "engine/layers/rownorm.h"

enum { GROUPS, EPS, AFFINE };

static const struct nn_arg_spec args[] = {
    [GROUPS] = {.name = "num_groups",
                .type = NN_ARG_INT,
                .min = 1,
                .max = INT32_MAX,
                .help = "groups of channels; as many as channels: instance normalization, 1: all "
                        "together",
                .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [EPS] = NN_ROWNORM_EPS,
    [AFFINE] = {.name = "affine",
                .type = NN_ARG_BOOL,
                .fallback = "yes",
                .help = "learn a scale and a shift for each channel"},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    size_t groups = (size_t)nn_args_int(values, GROUPS);
    if (in[0].dim[0] % groups != 0)
        return nn_fail(error, NN_SHAPE, "num_groups=%zu does not divide the %zu channels", groups,
                       in[0].dim[0]);
    *out = in[0];
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    struct nn_shape channels = nn_shape_make(1, in[0].dim);
    return nn_args_bool(values, AFFINE) ? nn_rownorm_params(&channels, specs) : 0;
}

static struct nn_rownorm describe(const struct nn_node *node)
{
    size_t groups = (size_t)nn_args_int(&node->args, GROUPS), channels = node->shape.dim[0];
    return (struct nn_rownorm){.rows = groups,
                               .length = node->size / groups,
                               .run = node->size / channels,
                               .params = channels,
                               .eps = nn_args_real(&node->args, EPS),
                               .affine = nn_args_bool(&node->args, AFFINE)};
}

static size_t saved(const struct nn_node *node, size_t batch)
{
    return 2 * batch * describe(node).rows;
}

static void forward(const struct nn_call *call)
{
    struct nn_rownorm norm = describe(call->node);
    nn_rownorm_forward(call, &norm);
}

static void backward(const struct nn_call *call)
{
    struct nn_rownorm norm = describe(call->node);
    nn_rownorm_backward(call, &norm);
}

static double flops(const struct nn_node *node)
{
    return 8.0 * (double)node->size;
}

const struct nn_layer_class nn_layer_groupnorm = {
    .name = "groupnorm",
    .aliases = "groupnormalization",
    .prefix = "gn",
    .summary = "normalises groups of channels of each sample by their own mean and deviation",
    .formula = "y = (x - mean) / sqrt(var + eps) weight + bias",
    .source = "Wu and He 2018, section 3.1; PyTorch's GroupNorm",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .infer = infer,
    .params = params,
    .saved = saved,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
