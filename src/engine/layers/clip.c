#include "engine/layers/pointwise.h"

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

static double low(const struct nn_args *values)
{
    return nn_args_is_set(values, MIN) ? nn_args_real(values, MIN) : -INFINITY;
}

static double high(const struct nn_args *values)
{
    return nn_args_is_set(values, MAX) ? nn_args_real(values, MAX) : INFINITY;
}

static double value(const struct nn_args *values, double x)
{
    return x < low(values) ? low(values) : x > high(values) ? high(values) : x;
}

static double slope(const struct nn_args *values, double x)
{
    return x < low(values) || x > high(values) ? 0.0 : 1.0;
}

NN_POINTWISE_DEFINE(value, slope)

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
