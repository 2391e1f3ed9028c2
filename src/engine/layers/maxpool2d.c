#include "engine/layers/pooling.h"

#include <math.h>
#include <string.h>

/* Keeps for every output the place of its maximum in its plane of the input. */

static const struct nn_arg_spec args[] = {NN_POOLING_SPECS, {0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    enum nn_status status = nn_pooling_infer(values, in, in_count, out, error);
    if (status == NN_OK && in[0].dim[1] > UINT32_MAX / in[0].dim[2])
        return nn_fail(error, NN_LIMIT, "a plane of more than 2^32 pixels");
    return status;
}

static size_t saved(const struct nn_node *node, size_t batch)
{
    return batch * node->size; /* uint32_t, as large as a float */
}

static uint32_t *places(const struct nn_call *call)
{
    return (uint32_t *)(void *)call->saved;
}

/* The first maximum of the window; NaN counts as the largest, as in PyTorch. */
static ptrdiff_t find_maximum(const float *x, ptrdiff_t width, const struct nn_pooling_place *place)
{
    ptrdiff_t best = place->low[0] * width + place->low[1];
    for (ptrdiff_t y = place->low[0]; y < place->high[0]; y++)
        for (ptrdiff_t at = y * width + place->low[1]; at < y * width + place->high[1]; at++)
            if (x[at] > x[best] || (isnan(x[at]) && !isnan(x[best])))
                best = at;
    return best;
}

static void forward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    const float *x = call->x[0] + index * (size_t)(window->in[0] * window->in[1]);
    size_t out = index * (size_t)(window->out[0] * window->out[1]);
    for (ptrdiff_t oy = 0; oy < window->out[0]; oy++)
        for (ptrdiff_t ox = 0; ox < window->out[1]; ox++, out++) {
            struct nn_pooling_place place = nn_pooling_place_of(window, oy, ox);
            ptrdiff_t best = find_maximum(x, window->in[1], &place);
            call->y[out] = x[best];
            places(call)[out] = (uint32_t)best;
        }
}

static void backward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    size_t pixels = (size_t)(window->in[0] * window->in[1]);
    size_t outputs = (size_t)(window->out[0] * window->out[1]);
    float *dx = call->dx[0] + index * pixels;
    memset(dx, 0, pixels * sizeof *dx);
    for (size_t out = index * outputs; out < (index + 1) * outputs; out++)
        dx[places(call)[out]] += call->dy[out];
}

static void forward(const struct nn_call *call)
{
    nn_pooling_planes(call, forward_plane);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pooling_planes(call, backward_plane);
}

static double flops(const struct nn_node *node)
{
    const struct nn_args *values = &node->args;
    return (double)node->size * (double)nn_args_dim(values, NN_POOLING_KERNEL, 0) *
           (double)nn_args_dim(values, NN_POOLING_KERNEL, 1);
}

const struct nn_layer_class nn_layer_maxpool2d = {
    .name = "maxpool2d",
    .prefix = "maxpool",
    .summary = "largest value of each window of a feature map",
    .formula = "y = max of x over the window; the gradient goes to the first maximum",
    .source = "Zhou and Chellappa 1988; padding and ceil_mode of PyTorch's MaxPool2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_PIECEWISE | NN_LAYER_MAXIMUM,
    .infer = infer,
    .saved = saved,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
