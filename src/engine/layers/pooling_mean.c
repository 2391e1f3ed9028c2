/* Sums in double; what hangs over the end in ceil_mode never counts, padding may. */
#include "engine/layers/pooling.h"

#include <string.h>

/* What the sum over a window is divided by. */
static double divisor(const struct nn_call *call, const struct nn_pooling_place *place)
{
    if (nn_args_bool(&call->node->args, NN_POOLING_COUNT_PAD))
        return (double)place->size;
    return (double)((place->high[0] - place->low[0]) * (place->high[1] - place->low[1]));
}

static void forward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    ptrdiff_t width = window->in[1];
    const float *x = call->x[0] + index * (size_t)(window->in[0] * width);
    float *y = call->y + index * (size_t)(window->out[0] * window->out[1]);
    for (ptrdiff_t oy = 0; oy < window->out[0]; oy++)
        for (ptrdiff_t ox = 0; ox < window->out[1]; ox++) {
            struct nn_pooling_place place = nn_pooling_place_of(window, oy, ox);
            double sum = 0.0;
            for (ptrdiff_t iy = place.low[0]; iy < place.high[0]; iy++)
                for (ptrdiff_t ix = place.low[1]; ix < place.high[1]; ix++)
                    sum += (double)x[iy * width + ix];
            *y++ = (float)(sum / divisor(call, &place));
        }
}

static void backward_plane(const struct nn_call *call, const struct nn_window *window, size_t index)
{
    ptrdiff_t width = window->in[1];
    float *dx = call->dx[0] + index * (size_t)(window->in[0] * width);
    const float *dy = call->dy + index * (size_t)(window->out[0] * window->out[1]);
    memset(dx, 0, (size_t)(window->in[0] * width) * sizeof *dx);
    for (ptrdiff_t oy = 0; oy < window->out[0]; oy++)
        for (ptrdiff_t ox = 0; ox < window->out[1]; ox++) {
            struct nn_pooling_place place = nn_pooling_place_of(window, oy, ox);
            float share = (float)((double)*dy++ / divisor(call, &place));
            for (ptrdiff_t iy = place.low[0]; iy < place.high[0]; iy++)
                for (ptrdiff_t ix = place.low[1]; ix < place.high[1]; ix++)
                    dx[iy * width + ix] += share;
        }
}

void nn_pooling_mean_forward(const struct nn_call *call)
{
    nn_pooling_planes(call, forward_plane);
}

void nn_pooling_mean_backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pooling_planes(call, backward_plane);
}
