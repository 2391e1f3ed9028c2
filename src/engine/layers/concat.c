#include "engine/net.h"

#include <string.h>

/* Along an axis, each sample is `outer` runs; a run holds `length` floats of each input after
 * another. */

enum { AXIS };

static const struct nn_arg_spec args[] = {
    [AXIS] = {.name = "axis",
              .type = NN_ARG_INT,
              .fallback = "1",
              .min = 1,
              .max = NN_MAX_RANK,
              .help = "axis that grows; 1 is the first after the batch: features, channels"},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    char first[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
    int axis = (int)nn_args_int(values, AXIS) - 1;
    if (axis >= in[0].rank)
        return nn_fail(error, NN_SHAPE, "axis %d is beyond the input %s", axis + 1,
                       nn_shape_text(first, &in[0]));
    struct nn_shape sum = in[0];
    for (int k = 1; k < in_count; k++) {
        struct nn_shape same = in[k];
        same.dim[axis] = in[0].dim[axis];
        if (!nn_shape_equal(&same, &in[0]))
            return nn_fail(error, NN_SHAPE, "the inputs differ beyond axis %d: %s and %s", axis + 1,
                           nn_shape_text(first, &in[0]), nn_shape_text(other, &in[k]));
        sum.dim[axis] += in[k].dim[axis];
    }
    *out = sum;
    return NN_OK;
}

/* Floats of input k in one run. */
static size_t run_length(const struct nn_node *node, int k)
{
    size_t length = 1;
    for (int i = (int)nn_args_int(&node->args, AXIS) - 1; i < node->shape.rank; i++)
        length *= node->in_shape[k].dim[i];
    return length;
}

/* Runs in the batch. */
static size_t run_count(const struct nn_call *call)
{
    size_t count = call->batch;
    for (int i = 0; i < (int)nn_args_int(&call->node->args, AXIS) - 1; i++)
        count *= call->node->shape.dim[i];
    return count;
}

static void forward(const struct nn_call *call)
{
    size_t runs = run_count(call), whole = call->batch * call->node->size / runs;
    float *y = call->y;
    for (int k = 0; k < call->node->input_count; k++) {
        size_t length = run_length(call->node, k);
        for (size_t r = 0; r < runs; r++)
            memcpy(y + r * whole, call->x[k] + r * length, length * sizeof *y);
        y += length;
    }
}

static void backward(const struct nn_call *call)
{
    size_t runs = run_count(call), whole = call->batch * call->node->size / runs;
    const float *dy = call->dy;
    for (int k = 0; k < call->node->input_count; k++) {
        size_t length = run_length(call->node, k);
        for (size_t r = 0; call->dx[k] && r < runs; r++)
            memcpy(call->dx[k] + r * length, dy + r * whole, length * sizeof *dy);
        dy += length;
    }
}

static double flops(const struct nn_node *node)
{
    (void)node;
    return 0.0;
}

const struct nn_layer_class nn_layer_concat = {
    .name = "concat",
    .prefix = "concat",
    .summary = "layers side by side along one axis",
    .formula = "y = (x_1, x_2, ...)",
    .source = "Szegedy et al. 2015, Going deeper with convolutions, section 4; axes counted with "
              "the batch as axis 0, as PyTorch and ONNX do",
    .args = args,
    .min_inputs = 2,
    .max_inputs = NN_MAX_INPUTS,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
