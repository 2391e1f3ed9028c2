#include "engine/layers/pointwise.h"

#include <math.h>

/* tanh(log(1 + exp(x))), where exp(x) does not overflow. */
static double gate(double x)
{
    return x > 20.0 ? 1.0 : tanh(log1p(exp(x)));
}

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x * gate(x);
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    double t = gate(x);
    return t + x * (1.0 - t) * (1.0 + t) * nn_logistic(x);
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_mish = {
    .name = "mish",
    .prefix = "mish",
    .summary = "x tanh(softplus(x)): smooth, with a dip below 0",
    .formula = "y = x t, t = tanh(log(1 + exp(x))); dy/dx = t + x (1 - t^2) / (1 + exp(-x))",
    .source = "Misra 2020, Mish: a self regularized non-monotonic activation function, equation 1",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
