#include "engine/layers/pooling.h"

#include "base/pool.h"

static struct nn_window_args window_args(const struct nn_args *args)
{
    return (struct nn_window_args){.kernel = NN_POOLING_KERNEL,
                                   .stride = NN_POOLING_STRIDE,
                                   .padding = NN_POOLING_PADDING,
                                   .dilation = nn_args_find(args->specs, "dilation"),
                                   .ceil_mode = NN_POOLING_CEIL};
}

static enum nn_status infer(const struct nn_args *args, int axes, const struct nn_shape *in,
                            struct nn_shape *out, struct nn_error *error)
{
    struct nn_window window;
    enum nn_status status = nn_window_fit(args, window_args(args), axes, in, &window, error);
    if (status != NN_OK)
        return status;
    for (int axis = 0; axis < 2; axis++) {
        char kernel[NN_KERNEL_TEXT];
        ptrdiff_t before = window.before[axis], after = window.after[axis];
        ptrdiff_t most = before > after ? before : after;
        if (most > window.dilation[axis] * (window.kernel[axis] - 1))
            return nn_fail(error, NN_SHAPE,
                           "padding %td is as large as the kernel %s: a window could miss the "
                           "input",
                           most, nn_window_kernel_text(kernel, &window, axes));
    }
    if ((size_t)window.in[0] > UINT32_MAX / (size_t)window.in[1])
        return nn_fail(error, NN_LIMIT, "a plane of more than 2^32 pixels");
    *out = nn_window_shape(&window, axes, (size_t)window.channels);
    return NN_OK;
}

enum nn_status nn_pooling_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                   int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 1, in, out, error);
}

enum nn_status nn_pooling_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                   int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 2, in, out, error);
}

struct nn_window nn_pooling_window(const struct nn_node *node)
{
    return nn_window_of(node, window_args(&node->args));
}

double nn_pooling_flops(const struct nn_node *node)
{
    struct nn_window window = nn_window_of(node, window_args(&node->args));
    return (double)node->size * (double)window.kernel[0] * (double)window.kernel[1];
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
        ptrdiff_t step = window->dilation[axis], span = step * (window->kernel[axis] - 1) + 1;
        ptrdiff_t high = min_of(low + span, window->in[axis] + window->after[axis]);
        place.size *= high - low;
        place.step[axis] = step;
        place.low[axis] = low < 0 ? low + (step - 1 - low) / step * step : low;
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
    struct planes planes = {.call = call,
                            .window = nn_window_of(call->node, window_args(&call->node->args)),
                            .plane = plane};
    size_t pixels = (size_t)(planes.window.in[0] * planes.window.in[1]);
    nn_pool_run(call->batch * (size_t)planes.window.channels, 1 + 16384 / pixels, run_planes,
                &planes);
}
