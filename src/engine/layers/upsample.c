#include "base/mem.h"
#include "base/pool.h"
#include "engine/layers/window.h"

#include <math.h>
#include <string.h>

/* Images C x H x W and series C x L; a series is an image of height 1. */

enum { SCALE, MODE, ALIGN };
enum { NEAREST, BILINEAR };

static const struct nn_arg_spec args[] = {
    [SCALE] = {.name = "scale_factor",
               .type = NN_ARG_DIMS,
               .fallback = "2",
               .help = "how many times larger: N or HxW",
               .flags = NN_ARG_POSITIONAL},
    [MODE] = {.name = "mode",
              .type = NN_ARG_CHOICE,
              .fallback = "nearest",
              .choices = "nearest|bilinear",
              .help = "repeat values, or draw straight lines between them"},
    [ALIGN] = {.name = "align_corners",
               .type = NN_ARG_BOOL,
               .fallback = "no",
               .help = "bilinear: the outermost values keep their places"},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    int axes = in[0].rank == 2 ? 1 : 2;
    struct nn_shape shape = in[0];
    enum nn_status status = nn_window_check_input(&in[0], axes, error);
    if (status != NN_OK)
        return status;
    if (values->values[SCALE].dim_count > axes)
        return nn_fail(error, NN_ARGUMENT, "scale_factor takes one number%s, not %s",
                       axes == 2 ? " or two" : "", nn_args_text(values, SCALE));
    if (nn_args_bool(values, ALIGN) && nn_args_int(values, MODE) == NEAREST)
        return nn_fail(error, NN_ARGUMENT, "align_corners=yes goes with mode=bilinear");
    for (int axis = 0; axis < axes; axis++)
        if (!nn_size_mul(shape.dim[1 + axis], (size_t)nn_args_dim(values, SCALE, axis),
                         &shape.dim[1 + axis]))
            return nn_fail(error, NN_LIMIT, "scale_factor=%s is too large",
                           nn_args_text(values, SCALE));
    *out = shape;
    return NN_OK;
}

/* An output place lies between two places of the input. */
struct between {
    size_t low, high;
    double share; /* of the high one */
};

struct axis {
    size_t in, out;
    int mode;
    bool align;
};

static struct between between_of(const struct axis *axis, size_t place)
{
    if (axis->mode == NEAREST) {
        size_t source = place / (axis->out / axis->in);
        return (struct between){source, source, 0.0};
    }
    double scale = (double)axis->in / (double)axis->out;
    double source = ((double)place + 0.5) * scale - 0.5;
    if (axis->align)
        source = axis->out > 1 ? (double)place * ((double)(axis->in - 1) / (double)(axis->out - 1))
                               : 0.0;
    source = source < 0.0 ? 0.0 : source;
    struct between between = {.low = (size_t)source};
    if (between.low >= axis->in)
        between.low = axis->in - 1;
    between.high = between.low + 1 < axis->in ? between.low + 1 : between.low;
    between.share = source - (double)between.low;
    return between;
}

static void axes_of(const struct nn_node *node, struct axis axes[2])
{
    const struct nn_shape *in = &node->in_shape[0];
    for (int i = 0; i < 2; i++) {
        int axis = in->rank - 2 + i;
        axes[i] = (struct axis){.in = axis > 0 ? in->dim[axis] : 1,
                                .out = axis > 0 ? node->shape.dim[axis] : 1,
                                .mode = (int)nn_args_int(&node->args, MODE),
                                .align = nn_args_bool(&node->args, ALIGN)};
    }
}

static void forward_planes(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    struct axis axes[2];
    axes_of(call->node, axes);
    const float *x = call->x[0] + begin * axes[0].in * axes[1].in;
    float *y = call->y + begin * axes[0].out * axes[1].out;
    for (size_t plane = begin; plane < end; plane++, x += axes[0].in * axes[1].in)
        for (size_t oy = 0; oy < axes[0].out; oy++) {
            struct between v = between_of(&axes[0], oy);
            const float *low = x + v.low * axes[1].in, *high = x + v.high * axes[1].in;
            for (size_t ox = 0; ox < axes[1].out; ox++) {
                struct between h = between_of(&axes[1], ox);
                double above = (1.0 - h.share) * (double)low[h.low] + h.share * (double)low[h.high];
                double below =
                    (1.0 - h.share) * (double)high[h.low] + h.share * (double)high[h.high];
                *y++ = (float)((1.0 - v.share) * above + v.share * below);
            }
        }
}

static void backward_planes(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    struct axis axes[2];
    axes_of(call->node, axes);
    size_t pixels = axes[0].in * axes[1].in;
    float *dx = call->dx[0] + begin * pixels;
    const float *dy = call->dy + begin * axes[0].out * axes[1].out;
    memset(dx, 0, (end - begin) * pixels * sizeof *dx);
    for (size_t plane = begin; plane < end; plane++, dx += pixels)
        for (size_t oy = 0; oy < axes[0].out; oy++) {
            struct between v = between_of(&axes[0], oy);
            float *low = dx + v.low * axes[1].in, *high = dx + v.high * axes[1].in;
            for (size_t ox = 0; ox < axes[1].out; ox++) {
                struct between h = between_of(&axes[1], ox);
                double above = (1.0 - v.share) * (double)*dy, below = v.share * (double)*dy;
                dy++;
                low[h.low] += (float)((1.0 - h.share) * above);
                low[h.high] += (float)(h.share * above);
                high[h.low] += (float)((1.0 - h.share) * below);
                high[h.high] += (float)(h.share * below);
            }
        }
}

static void run(const struct nn_call *call, void (*task)(void *context, size_t begin, size_t end))
{
    size_t channels = call->node->shape.dim[0];
    nn_pool_run(call->batch * channels, 1 + 8192 / (call->node->size / channels), task,
                (void *)call);
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

const struct nn_layer_class nn_layer_upsample = {
    .name = "upsample",
    .aliases = "upsampling1d|upsampling2d",
    .prefix = "upsample",
    .summary = "enlarges feature maps or series",
    .formula = "y(p) = x(p / scale), or between the values on either side",
    .source = "definition; PyTorch's Upsample with a scale_factor of whole numbers",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
