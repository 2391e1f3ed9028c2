#include "engine/layers/pointwise.h"

enum { NEGATIVE_SLOPE };

static const struct nn_arg_spec args[] = {
    [NEGATIVE_SLOPE] = {.name = "negative_slope",
                        .type = NN_ARG_REAL,
                        .fallback = "0.01",
                        .help = "slope for x < 0",
                        .flags = NN_ARG_POSITIONAL},
    {0},
};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    float slope = (float)nn_args_real(values, NEGATIVE_SLOPE);
    for (size_t i = 0; i < n; i++)
        y[i] = x[i] > 0.0f ? x[i] : slope * x[i];
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    float slope = (float)nn_args_real(values, NEGATIVE_SLOPE);
    for (size_t i = 0; i < n; i++)
        dx[i] = x[i] > 0.0f ? dy[i] : slope * dy[i];
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_leaky_relu = {
    .name = "leaky_relu",
    .aliases = "leakyrelu",
    .prefix = "leaky_relu",
    .summary = "rectified linear unit that lets a little of negative values through",
    .formula = "y = x for x > 0, else negative_slope x",
    .source = "Maas, Hannun and Ng 2013; slope at x = 0 as PyTorch's LeakyReLU",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
