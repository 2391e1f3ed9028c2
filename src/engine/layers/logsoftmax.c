#include "base/pool.h"
#include "engine/net.h"

#include <math.h>

/* Over the first axis of a sample, as softmax. */

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count, (void)error;
    *out = in[0];
    return NN_OK;
}

/* One place: `classes` values, `stride` apart. */
static void forward_place(size_t classes, size_t stride, const float *x, float *y)
{
    float max = x[0];
    for (size_t c = 1; c < classes; c++)
        max = x[c * stride] > max ? x[c * stride] : max;
    double sum = 0.0;
    for (size_t c = 0; c < classes; c++)
        sum += exp((double)x[c * stride] - (double)max);
    for (size_t c = 0; c < classes; c++)
        y[c * stride] = (float)((double)x[c * stride] - (double)max - log(sum));
}

static void backward_place(size_t classes, size_t stride, const float *y, const float *dy,
                           float *dx)
{
    double sum = 0.0;
    for (size_t c = 0; c < classes; c++)
        sum += (double)dy[c * stride];
    for (size_t c = 0; c < classes; c++)
        dx[c * stride] = (float)((double)dy[c * stride] - exp((double)y[c * stride]) * sum);
}

static void forward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, classes = call->node->shape.dim[0], places = size / classes;
    for (size_t at = begin * size; at < end * size; at += size)
        for (size_t p = at; p < at + places; p++)
            forward_place(classes, places, call->x[0] + p, call->y + p);
}

static void backward_samples(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t size = call->node->size, classes = call->node->shape.dim[0], places = size / classes;
    for (size_t at = begin * size; at < end * size; at += size)
        for (size_t p = at; p < at + places; p++)
            backward_place(classes, places, call->y + p, call->dy + p, call->dx[0] + p);
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch, 1 + 4096 / call->node->size, forward_samples, (void *)call);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pool_run(call->batch, 1 + 4096 / call->node->size, backward_samples, (void *)call);
}

const struct nn_layer_class nn_layer_logsoftmax = {
    .name = "logsoftmax",
    .aliases = "log_softmax",
    .prefix = "logsoftmax",
    .summary = "logarithms of the probabilities that softmax gives",
    .formula = "y_c = x_c - log sum_k exp(x_k); dx_c = dy_c - exp(y_c) sum_k dy_k",
    .source = "definition; over the first axis of a sample, as PyTorch's LogSoftmax(dim=1)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
