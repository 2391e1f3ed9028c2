/* Keeps for every output the place of its maximum in its plane of the input. */
#include "engine/layers/pooling.h"
#include "kernels/kernels.h"

#include <math.h>
#include <string.h>

size_t nn_pooling_max_saved(const struct nn_node *node, size_t batch)
{
    return batch * node->size; /* uint32_t, as large as a float */
}

static uint32_t *places(const struct nn_call *call)
{
    return (uint32_t *)(void *)call->saved;
}

/* The first maximum of the window, -1 if the window misses the input between its values; NaN counts
 * as the largest, as in PyTorch. */
static ptrdiff_t find_maximum(const float *x, ptrdiff_t width, const struct nn_pooling_place *place)
{
    ptrdiff_t best = -1, step = place->step[1];
    for (ptrdiff_t y = place->low[0]; y < place->high[0]; y += place->step[0])
        for (ptrdiff_t at = y * width + place->low[1]; at < y * width + place->high[1]; at += step)
            if (best < 0 || x[at] > x[best] || (isnan(x[at]) && !isnan(x[best])))
                best = at;
    return best;
}

/* Windows of 2 x 2, one beside the other, all inside the input. */
static bool is_2x2(const struct nn_window *window)
{
    for (int axis = 0; axis < 2; axis++)
        if (window->kernel[axis] != 2 || window->stride[axis] != 2 || window->before[axis] != 0 ||
            window->dilation[axis] != 1 || 2 * window->out[axis] > window->in[axis])
            return false;
    return true;
}

static void forward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    const float *x = call->x[0] + index * (size_t)(window->in[0] * window->in[1]);
    size_t out = index * (size_t)(window->out[0] * window->out[1]);
    bool give_places = nn_args_bool(&call->node->args, NN_POOLING_PLACES);
    if (is_2x2(window) && !give_places) {
        nn_kernels->maxpool_2x2((size_t)window->out[0], (size_t)window->out[1], x,
                                (size_t)window->in[1], call->y + out, places(call) + out);
        return;
    }
    for (ptrdiff_t oy = 0; oy < window->out[0]; oy++)
        for (ptrdiff_t ox = 0; ox < window->out[1]; ox++, out++) {
            struct nn_pooling_place place = nn_pooling_place_of(window, oy, ox);
            ptrdiff_t best = find_maximum(x, window->in[1], &place);
            call->y[out] = give_places ? (float)best : best < 0 ? -INFINITY : x[best];
            places(call)[out] = (uint32_t)best; /* UINT32_MAX: there is none */
        }
}

static void backward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    size_t pixels = (size_t)(window->in[0] * window->in[1]);
    size_t outputs = (size_t)(window->out[0] * window->out[1]);
    float *dx = call->dx[0] + index * pixels;
    memset(dx, 0, pixels * sizeof *dx);
    if (nn_args_bool(&call->node->args, NN_POOLING_PLACES))
        return; /* a place has no gradient */
    for (size_t out = index * outputs; out < (index + 1) * outputs; out++)
        if (places(call)[out] != UINT32_MAX)
            dx[places(call)[out]] += call->dy[out];
}

void nn_pooling_max_forward(const struct nn_call *call)
{
    nn_pooling_planes(call, forward_plane);
}

void nn_pooling_max_backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pooling_planes(call, backward_plane);
}
