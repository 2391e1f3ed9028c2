#include "engine/layers/copy.h"

#include <string.h>

/* The input only says where in the net the constant stands: nothing of it is read. */

enum { SHAPE, TRAINABLE };

static const struct nn_arg_spec args[] = {
    [SHAPE] = {.name = "shape",
               .type = NN_ARG_DIMS,
               .help = "shape of the output",
               .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [TRAINABLE] = {.name = "trainable",
                   .type = NN_ARG_BOOL,
                   .fallback = "yes",
                   .help = "training changes the values"},
    {0},
};

static struct nn_shape shape_of(const struct nn_args *values)
{
    const struct nn_arg *dims = &values->values[SHAPE];
    struct nn_shape shape = {.rank = dims->dim_count};
    for (int i = 0; i < shape.rank; i++)
        shape.dim[i] = (size_t)dims->dims[i];
    return shape;
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in, (void)in_count, (void)error;
    *out = shape_of(values);
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in, (void)in_count;
    specs[0] = (struct nn_param_spec){.name = "value",
                                      .shape = shape_of(values),
                                      .init = NN_INIT_ZEROS,
                                      .fan_in = 1,
                                      .fan_out = 1,
                                      .trainable = nn_args_bool(values, TRAINABLE)};
    return 1;
}

static void forward(const struct nn_call *call)
{
    size_t size = call->node->size;
    for (size_t b = 0; b < call->batch; b++)
        memcpy(call->y + b * size, call->w[0], size * sizeof *call->y);
}

static void backward(const struct nn_call *call)
{
    size_t size = call->node->size, in = nn_shape_size(&call->node->in_shape[0]);
    if (call->dx[0])
        memset(call->dx[0], 0, call->batch * in * sizeof(float));
    for (size_t i = 0; i < size && call->dw && call->dw[0]; i++) {
        double sum = 0.0;
        for (size_t b = 0; b < call->batch; b++)
            sum += (double)call->dy[b * size + i];
        call->dw[0][i] = (float)sum;
    }
}

const struct nn_layer_class nn_layer_constant = {
    .name = "constant",
    .prefix = "constant",
    .summary =
        "values of its own, the same for every sample: a learned embedding of places, a mask",
    .formula = "y = value",
    .source = "definition",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_CONSTANT,
    .infer = infer,
    .params = params,
    .forward = forward,
    .backward = backward,
    .flops = nn_no_flops,
};
