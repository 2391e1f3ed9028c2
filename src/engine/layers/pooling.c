#include "engine/layers/pooling.h"

#include "base/pool.h"

static const struct nn_window_args window_args = {.kernel = NN_POOLING_KERNEL,
                                                  .stride = NN_POOLING_STRIDE,
                                                  .padding = NN_POOLING_PADDING,
                                                  .dilation = -1,
                                                  .ceil_mode = NN_POOLING_CEIL};

enum nn_status nn_pooling_infer(const struct nn_args *args, const struct nn_shape *in, int in_count,
                                struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    struct nn_window window;
    enum nn_status status = nn_window_fit(args, window_args, &in[0], &window, error);
    if (status != NN_OK)
        return status;
    for (int axis = 0; axis < 2; axis++)
        if (window.before[axis] > window.kernel[axis] / 2 ||
            window.after[axis] > window.kernel[axis] / 2)
            return nn_fail(error, NN_SHAPE,
                           "padding %td is more than half of the kernel %tdx%td: a window could "
                           "miss the input",
                           window.before[axis] > window.after[axis] ? window.before[axis]
                                                                    : window.after[axis],
                           window.kernel[0], window.kernel[1]);
    *out = nn_shape_make(
        3, (size_t[]){(size_t)window.channels, (size_t)window.out[0], (size_t)window.out[1]});
    return NN_OK;
}

static ptrdiff_t min_of(ptrdiff_t a, ptrdiff_t b)
{
    return a < b ? a : b;
}

struct nn_pooling_place nn_pooling_place_of(const struct nn_window *window, ptrdiff_t y,
                                            ptrdiff_t x)
{
    struct nn_pooling_place place = {.size = 1};
    const ptrdiff_t out[2] = {y, x};
    for (int axis = 0; axis < 2; axis++) {
        ptrdiff_t low = out[axis] * window->stride[axis] - window->before[axis];
        ptrdiff_t high = min_of(low + window->kernel[axis], window->in[axis] + window->after[axis]);
        place.size *= high - low;
        place.low[axis] = low < 0 ? 0 : low;
        place.high[axis] = min_of(high, window->in[axis]);
    }
    return place;
}

struct planes {
    const struct nn_call *call;
    struct nn_window window;
    nn_pooling_plane *plane;
};

static void run_planes(void *context, size_t begin, size_t end)
{
    const struct planes *planes = context;
    for (size_t index = begin; index < end; index++)
        planes->plane(planes->call, &planes->window, index);
}

void nn_pooling_planes(const struct nn_call *call, nn_pooling_plane *plane)
{
    struct planes planes = {
        .call = call, .window = nn_window_of(call->node, window_args), .plane = plane};
    size_t pixels = (size_t)(planes.window.in[0] * planes.window.in[1]);
    nn_pool_run(call->batch * (size_t)planes.window.channels, 1 + 16384 / pixels, run_planes,
                &planes);
}
