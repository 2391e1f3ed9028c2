#include "engine/layers/rownorm.h"

enum { SHAPE, EPS, AFFINE };

static const struct nn_arg_spec args[] = {
    [SHAPE] = {.name = "normalized_shape",
               .type = NN_ARG_DIMS,
               .help = "the last axes, which are normalised together (default: the last one)",
               .flags = NN_ARG_POSITIONAL},
    [EPS] = NN_ROWNORM_EPS,
    [AFFINE] = {.name = "elementwise_affine",
                .type = NN_ARG_BOOL,
                .fallback = "yes",
                .help = "learn a scale and a shift for each place of normalized_shape"},
    {0},
};

/* The axes that are normalised together. */
static struct nn_shape row_shape(const struct nn_args *values, const struct nn_shape *in)
{
    int rank = nn_args_is_set(values, SHAPE) ? values->values[SHAPE].dim_count : 1;
    return nn_shape_make(rank, in->dim + (in->rank - rank));
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    const struct nn_arg *wanted = &values->values[SHAPE];
    bool fits = !wanted->set || wanted->dim_count <= in[0].rank;
    for (int i = 0; fits && wanted->set && i < wanted->dim_count; i++)
        fits = (size_t)wanted->dims[i] == in[0].dim[in[0].rank - wanted->dim_count + i];
    if (!fits) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE, "the input %s does not end with the axes %s",
                       nn_shape_text(text, &in[0]), nn_args_text(values, SHAPE));
    }
    *out = in[0];
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    struct nn_shape shape = row_shape(values, &in[0]);
    return nn_args_bool(values, AFFINE) ? nn_rownorm_params(&shape, specs) : 0;
}

static struct nn_rownorm describe(const struct nn_node *node)
{
    struct nn_shape shape = row_shape(&node->args, &node->in_shape[0]);
    size_t length = nn_shape_size(&shape);
    return (struct nn_rownorm){.rows = node->size / length,
                               .length = length,
                               .run = 1,
                               .params = length,
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

const struct nn_layer_class nn_layer_layernorm = {
    .name = "layernorm",
    .aliases = "layernormalization",
    .prefix = "ln",
    .summary = "normalises each sample, along its last axes, by its own mean and deviation",
    .formula = "y = (x - mean) / sqrt(var + eps) weight + bias",
    .source = "Ba, Kiros and Hinton 2016, equation 3; PyTorch's LayerNorm",
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
