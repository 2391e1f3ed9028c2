#include "engine/layers/pointwise.h"

#include <math.h>

#define ALPHA 1.6732632423543772848170429916717
#define SCALE 1.0507009873554804934193349852946

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return SCALE * (x > 0.0 ? x : ALPHA * expm1(x));
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    return SCALE * (x > 0.0 ? 1.0 : ALPHA * exp(x));
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_selu = {
    .name = "selu",
    .prefix = "selu",
    .summary = "scaled exponential linear unit: keeps mean 0 and variance 1 in deep dense nets",
    .formula =
        "y = scale x for x > 0, else scale alpha (exp(x) - 1); scale = 1.0507, alpha = 1.6733",
    .source = "Klambauer et al. 2017, Self-normalizing neural networks, equation 2",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
