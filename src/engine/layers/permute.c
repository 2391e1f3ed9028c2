#include "base/pool.h"
#include "engine/layers/copy.h"

enum { DIMS };

static const struct nn_arg_spec args[] = {
    [DIMS] = {.name = "dims",
              .type = NN_ARG_DIMS,
              .max = NN_MAX_RANK,
              .min = 1,
              .help =
                  "axes in their new order, counted from 1: 2x1 transposes, 2x3x1 puts channels "
                  "last",
              .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    const struct nn_arg *dims = &values->values[DIMS];
    struct nn_shape shape = {.rank = in[0].rank};
    unsigned seen = 0;
    for (int i = 0; i < dims->dim_count && dims->dim_count == in[0].rank; i++)
        if (dims->dims[i] <= in[0].rank) {
            seen |= 1u << dims->dims[i];
            shape.dim[i] = in[0].dim[dims->dims[i] - 1];
        }
    if (seen != (1u << (in[0].rank + 1)) - 2) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE, "dims=%s does not name each of the %d axes of %s once",
                       nn_args_text(values, DIMS), in[0].rank, nn_shape_text(text, &in[0]));
    }
    *out = shape;
    return NN_OK;
}

/* Where value `at` of an output stands in its input. */
static size_t source_of(const struct nn_node *node, size_t at)
{
    const struct nn_shape *in = &node->in_shape[0];
    const int64_t *dims = node->args.values[DIMS].dims;
    size_t place[NN_MAX_RANK] = {0}, source = 0;
    for (int i = node->shape.rank - 1; i >= 0; i--) {
        place[dims[i] - 1] = at % node->shape.dim[i];
        at /= node->shape.dim[i];
    }
    for (int i = 0; i < in->rank; i++)
        source = source * in->dim[i] + place[i];
    return source;
}

/* Steps in the input from one value of the output's last axis to the next. */
static size_t source_step(const struct nn_node *node)
{
    const struct nn_shape *in = &node->in_shape[0];
    size_t step = 1;
    for (int i = (int)node->args.values[DIMS].dims[node->shape.rank - 1]; i < in->rank; i++)
        step *= in->dim[i];
    return step;
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, run = call->node->shape.dim[call->node->shape.rank - 1];
    size_t step = source_step(call->node);
    for (size_t at = 0; at < size; at += run) {
        size_t source = source_of(call->node, at);
        for (size_t b = begin; b < end; b++)
            for (size_t i = 0; i < run; i++)
                call->y[b * size + at + i] = call->x[0][b * size + source + i * step];
    }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, run = call->node->shape.dim[call->node->shape.rank - 1];
    size_t step = source_step(call->node);
    for (size_t at = 0; at < size; at += run) {
        size_t source = source_of(call->node, at);
        for (size_t b = begin; b < end; b++)
            for (size_t i = 0; i < run; i++)
                call->dx[0][b * size + source + i * step] = call->dy[b * size + at + i];
    }
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, 1 + 16384 / call->node->size, forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pool_run(call->batch, 1 + 16384 / call->node->size, backward_samples, (void *)call);
}

const struct nn_layer_class nn_layer_permute = {
    .name = "permute",
    .prefix = "permute",
    .summary = "axes in another order",
    .formula = "axis i of y is axis dims[i] of x",
    .source = "definition; axes counted with the batch as axis 0, as Keras' Permute and PyTorch do",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = nn_no_flops,
};
