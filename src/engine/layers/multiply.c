#include "base/pool.h"
#include "engine/net.h"

#include <string.h>

/* An axis of length 1 is repeated along the others' (as a gate C x 1 x 1 of maps C x H x W). The
 * output is walked in runs along its last axis. */

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values;
    struct nn_shape shape = in[0];
    bool fits = true;
    for (int k = 1; fits && k < in_count; k++) {
        fits = in[k].rank == shape.rank;
        for (int i = 0; fits && i < shape.rank; i++) {
            fits = in[k].dim[i] == shape.dim[i] || in[k].dim[i] == 1 || shape.dim[i] == 1;
            shape.dim[i] = in[k].dim[i] > shape.dim[i] ? in[k].dim[i] : shape.dim[i];
        }
        if (!fits) {
            char first[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
            return nn_fail(error, NN_SHAPE, "the inputs do not go together: %s and %s",
                           nn_shape_text(first, &in[0]), nn_shape_text(other, &in[k]));
        }
    }
    *out = shape;
    return NN_OK;
}

/* Where a run of the output, `at` values into a sample, reads an input: *step is 0 where the input
 * is repeated along the run. */
static size_t place_of(const struct nn_shape *out, const struct nn_shape *in, size_t at,
                       size_t *step)
{
    size_t place = 0, stride = 1;
    for (int i = out->rank - 1; i >= 0; i--) {
        place += in->dim[i] == 1 ? 0 : at % out->dim[i] * stride;
        at /= out->dim[i];
        stride *= in->dim[i];
    }
    *step = in->dim[out->rank - 1] == 1 ? 0 : 1;
    return place;
}

static const float *input_at(const struct nn_call *call, int k, size_t sample, size_t at,
                             size_t *step)
{
    const struct nn_shape *in = &call->node->in_shape[k];
    return call->x[k] + sample * nn_shape_size(in) + place_of(&call->node->shape, in, at, step);
}

static size_t run_length(const struct nn_node *node)
{
    return node->shape.dim[node->shape.rank - 1];
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, run = run_length(call->node), step;
    for (size_t b = begin; b < end; b++)
        for (size_t at = 0; at < size; at += run) {
            float *y = call->y + b * size + at;
            for (int k = 0; k < call->node->input_count; k++) {
                const float *x = input_at(call, k, b, at, &step);
                for (size_t i = 0; i < run; i++)
                    y[i] = k ? y[i] * x[i * step] : x[i * step];
            }
        }
}

/* dx_k += dy times the other inputs, for one run. */
static void backward_run(const struct nn_call *call, int k, size_t sample, size_t at, float *dx)
{
    const struct nn_node *node = call->node;
    size_t run = run_length(node), step, other;
    const float *dy = call->dy + sample * node->size + at;
    dx += place_of(&node->shape, &node->in_shape[k], at, &step);
    for (size_t i = 0; i < run; i++) {
        float product = dy[i];
        for (int j = 0; j < node->input_count; j++)
            if (j != k)
                product *= input_at(call, j, sample, at, &other)[i * other];
        dx[i * step] += product;
    }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    for (int k = 0; k < call->node->input_count; k++) {
        size_t in = nn_shape_size(&call->node->in_shape[k]);
        if (!call->dx[k])
            continue;
        memset(call->dx[k] + begin * in, 0, (end - begin) * in * sizeof(float));
        for (size_t b = begin; b < end; b++)
            for (size_t at = 0; at < call->node->size; at += run_length(call->node))
                backward_run(call, k, b, at, call->dx[k] + b * in);
    }
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, 1 + 16384 / call->node->size, forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    nn_pool_run(call->batch, 1 + 16384 / call->node->size, backward_samples, (void *)call);
}

static double flops(const struct nn_node *node)
{
    return (double)(node->input_count - 1) * (double)node->size;
}

const struct nn_layer_class nn_layer_multiply = {
    .name = "multiply",
    .prefix = "multiply",
    .summary = "product of layers, value by value: a gate",
    .formula = "y = x_1 x_2 ...; an axis of length 1 is repeated along the others'",
    .source = "definition; Hu, Shen and Sun 2018, Squeeze-and-excitation networks, equation 4",
    .args = args,
    .min_inputs = 2,
    .max_inputs = NN_MAX_INPUTS,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
