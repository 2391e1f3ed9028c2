#include "engine/layers/pointwise.h"

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x < -3.0 ? 0.0 : x > 3.0 ? x : x * (x + 3.0) / 6.0;
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    return x < -3.0 ? 0.0 : x > 3.0 ? 1.0 : x / 3.0 + 0.5;
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_hardswish = {
    .name = "hardswish",
    .prefix = "hardswish",
    .summary = "x times hardsigmoid(x): silu without exponentials",
    .formula = "y = x min(max(x + 3, 0), 6) / 6; dy/dx = 0, x/3 + 1/2 or 1 for x below, within or "
               "above -3..3",
    .source = "Howard et al. 2019, Searching for MobileNetV3, equation 1; slopes at -3 and 3 as "
              "PyTorch's Hardswish",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
