#include "base/pool.h"
#include "engine/net.h"
#include "kernels/kernels.h"

#include <math.h>

/* Over the first axis of a sample: the classes of a vector, the channels of a map (at every place).
 */

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = in[0];
    return NN_OK;
}

/* One place of a map: `classes` values, `stride` apart. */
static void softmax_strided(size_t classes, size_t stride, const float *x, float *y)
{
    float max = x[0];
    for (size_t c = 1; c < classes; c++)
        max = x[c * stride] > max ? x[c * stride] : max;
    double sum = 0.0;
    for (size_t c = 0; c < classes; c++) {
        y[c * stride] = expf(x[c * stride] - max);
        sum += (double)y[c * stride];
    }
    for (size_t c = 0; c < classes; c++)
        y[c * stride] = (float)((double)y[c * stride] / sum);
}

static void backward_strided(size_t classes, size_t stride, const float *y, const float *dy,
                             float *dx)
{
    double dot = 0.0;
    for (size_t c = 0; c < classes; c++)
        dot += (double)y[c * stride] * (double)dy[c * stride];
    for (size_t c = 0; c < classes; c++)
        dx[c * stride] = (float)((double)y[c * stride] * ((double)dy[c * stride] - dot));
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, classes = call->node->shape.dim[0], places = size / classes;
    for (size_t at = begin * size; at < end * size; at += size) {
        if (places == 1)
            nn_kernels->softmax(classes, call->x[0] + at, call->y + at);
        else
            for (size_t p = 0; p < places; p++)
                softmax_strided(classes, places, call->x[0] + at + p, call->y + at + p);
    }
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, classes = call->node->shape.dim[0], places = size / classes;
    for (size_t at = begin * size; at < end * size; at += size)
        for (size_t p = at; p < at + places; p++)
            backward_strided(classes, places, call->y + p, call->dy + p, call->dx[0] + p);
}

static size_t grain(const struct nn_call *call)
{
    return 1 + 4096 / call->node->size;
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, grain(call), forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pool_run(call->batch, grain(call), backward_samples, (void *)call);
}

const struct nn_layer_class nn_layer_softmax = {
    .name = "softmax",
    .prefix = "softmax",
    .summary = "values become probabilities over classes (or over channels at every place)",
    .formula = "y_c = exp(x_c) / sum_k exp(x_k); dx_c = y_c (dy_c - sum_k dy_k y_k)",
    .source = "Bridle 1990; over the first axis of a sample, as PyTorch's Softmax(dim=1)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
