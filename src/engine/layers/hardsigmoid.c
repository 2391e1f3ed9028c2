#include "engine/layers/pointwise.h"

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x < -3.0 ? 0.0 : x > 3.0 ? 1.0 : x / 6.0 + 0.5;
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    return x > -3.0 && x < 3.0 ? 1.0 / 6.0 : 0.0;
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_hardsigmoid = {
    .name = "hardsigmoid",
    .prefix = "hardsigmoid",
    .summary = "logistic function made of straight lines",
    .formula = "y = min(max(x + 3, 0), 6) / 6; dy/dx = 1/6 for -3 < x < 3, else 0",
    .source = "Howard et al. 2019, Searching for MobileNetV3, section 5.2; PyTorch's Hardsigmoid",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
