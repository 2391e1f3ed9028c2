#include "engine/layers/pointwise.h"

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x * nn_logistic(x);
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    double s = nn_logistic(x);
    return s * (1.0 + x * (1.0 - s));
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_silu = {
    .name = "silu",
    .aliases = "swish",
    .prefix = "silu",
    .summary = "sigmoid-weighted linear unit, also called swish",
    .formula = "y = x s(x), s the logistic function; dy/dx = s (1 + x (1 - s))",
    .source = "Elfwing, Uchibe and Doya 2018; Ramachandran, Zoph and Le 2017 (swish)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
