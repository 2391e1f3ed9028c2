#include "base/pool.h"
#include "engine/layers/copy.h"
#include "engine/layers/window.h"

#include <ctype.h>
#include <string.h>

/* Images C x H x W and series C x L; a series is an image of height 1. */

enum { PADDING };

static const struct nn_arg_spec args[] = {
    [PADDING] = {.name = "padding",
                 .type = NN_ARG_TEXT,
                 .fallback = "1",
                 .unit = "pixels",
                 .help = "N, HxW or TOPxLEFTxBOTTOMxRIGHT; of series N or BEFORExAFTER",
                 .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status fit(const struct nn_args *values, const struct nn_shape *in,
                          struct nn_window *window, struct nn_error *error)
{
    int axes = in->rank == 2 ? 1 : 2;
    const char *text = nn_args_text(values, PADDING);
    struct nn_window fresh = {0};
    enum nn_status status;
    NN_TRY(nn_window_check_input(in, axes, error));
    if (!isdigit((unsigned char)text[0]))
        NN_TRY(nn_fail(error, NN_ARGUMENT, "padding is %s", args[PADDING].help));
    NN_TRY(nn_window_pad(text, axes, &fresh, error));
    fresh.channels = (ptrdiff_t)in->dim[0];
    fresh.in[0] = axes == 2 ? (ptrdiff_t)in->dim[1] : 1;
    fresh.in[1] = (ptrdiff_t)in->dim[axes];
    for (int axis = 0; axis < 2; axis++)
        fresh.out[axis] = fresh.before[axis] + fresh.in[axis] + fresh.after[axis];
    *window = fresh;
out:
    return status;
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    struct nn_window window;
    enum nn_status status = fit(values, &in[0], &window, error);
    if (status == NN_OK)
        *out = nn_window_shape(&window, in[0].rank - 1, in[0].dim[0]);
    return status;
}

struct job {
    const struct nn_call *call;
    struct nn_window window;
};

/* Where row y of plane `plane` of the input stands in the output. */
static size_t inner_row(const struct nn_window *window, size_t plane, ptrdiff_t y)
{
    return (plane * (size_t)window->out[0] + (size_t)(window->before[0] + y)) *
               (size_t)window->out[1] +
           (size_t)window->before[1];
}

static void forward_planes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_window *window = &job->window;
    size_t width = (size_t)window->in[1], out = (size_t)(window->out[0] * window->out[1]);
    const float *x = job->call->x[0] + begin * (size_t)window->in[0] * width;
    memset(job->call->y + begin * out, 0, (end - begin) * out * sizeof(float));
    for (size_t plane = begin; plane < end; plane++)
        for (ptrdiff_t y = 0; y < window->in[0]; y++, x += width)
            memcpy(job->call->y + inner_row(window, plane, y), x, width * sizeof *x);
}

static void backward_planes(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_window *window = &job->window;
    size_t width = (size_t)window->in[1];
    float *dx = job->call->dx[0] + begin * (size_t)window->in[0] * width;
    for (size_t plane = begin; plane < end; plane++)
        for (ptrdiff_t y = 0; y < window->in[0]; y++, dx += width)
            memcpy(dx, job->call->dy + inner_row(window, plane, y), width * sizeof *dx);
}

static void run(const struct nn_call *call, void (*task)(void *context, size_t begin, size_t end))
{
    struct job job = {.call = call};
    size_t channels = call->node->shape.dim[0];
    if (fit(&call->node->args, &call->node->in_shape[0], &job.window, NULL) == NN_OK)
        nn_pool_run(call->batch * channels, 1 + 16384 / (call->node->size / channels), task, &job);
}

static void forward(const struct nn_call *call)
{
    run(call, forward_planes);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        run(call, backward_planes);
}

const struct nn_layer_class nn_layer_zeropadding = {
    .name = "zeropadding",
    .aliases = "zeropadding1d|zeropadding2d",
    .prefix = "zeropadding",
    .summary = "a border of zeros around feature maps or series",
    .formula = "y(p + padding) = x(p), else 0",
    .source = "definition; Keras' ZeroPadding1D and ZeroPadding2D",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_MOVES,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = nn_no_flops,
};
