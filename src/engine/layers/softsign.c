#include "engine/layers/pointwise.h"

#include <math.h>

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x / (1.0 + fabs(x));
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    double s = 1.0 / (1.0 + fabs(x));
    return s * s;
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_softsign = {
    .name = "softsign",
    .prefix = "softsign",
    .summary = "values become -1..1, slower than tanh",
    .formula = "y = x / (1 + |x|); dy/dx = 1 / (1 + |x|)^2",
    .source = "Turian, Bergstra and Bengio 2009; PyTorch's Softsign",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
