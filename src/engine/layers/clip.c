#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

#include <math.h>

enum { MIN, MAX };

static const struct nn_arg_spec args[] = {
    [MIN] = {.name = "min",
             .type = NN_ARG_REAL,
             .help = "smaller values become this (default: none do)",
             .flags = NN_ARG_POSITIONAL},
    [MAX] = {.name = "max",
             .type = NN_ARG_REAL,
             .help = "larger values become this (default: none do)",
             .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    if (nn_args_is_set(values, MIN) && nn_args_is_set(values, MAX) &&
        nn_args_real(values, MIN) > nn_args_real(values, MAX))
        return nn_fail(error, NN_ARGUMENT, "min=%s is above max=%s", nn_args_text(values, MIN),
                       nn_args_text(values, MAX));
    return nn_pointwise_infer(values, in, in_count, out, error);
}

static float low(const struct nn_args *values)
{
    return nn_args_is_set(values, MIN) ? (float)nn_args_real(values, MIN) : -INFINITY;
}

static float high(const struct nn_args *values)
{
    return nn_args_is_set(values, MAX) ? (float)nn_args_real(values, MAX) : INFINITY;
}

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    nn_kernels->clip(n, low(values), high(values), x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    nn_kernels->clip_backward(n, low(values), high(values), x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_clip = {
    .name = "clip",
    .aliases = "hardtanh",
    .prefix = "clip",
    .summary = "values kept within bounds",
    .formula = "y = min(max(x, min), max); dy/dx = 1 for min <= x <= max, else 0",
    .source = "definition; PyTorch's clamp",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = infer,
    .forward = forward,
    .backward = backward,
};
