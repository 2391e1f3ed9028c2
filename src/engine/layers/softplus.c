#include "engine/layers/pointwise.h"

#include <math.h>

enum { BETA, THRESHOLD };

static const struct nn_arg_spec args[] = {
    [BETA] = {.name = "beta",
              .type = NN_ARG_REAL,
              .fallback = "1",
              .min = 1e-30,
              .max = 1e30,
              .help = "how sharp the bend at 0 is",
              .flags = NN_ARG_POSITIONAL},
    [THRESHOLD] = {.name = "threshold",
                   .type = NN_ARG_REAL,
                   .fallback = "20",
                   .min = -1e30,
                   .max = 700,
                   .help = "y = x above it"},
    {0},
};

static double value(const struct nn_args *values, double x)
{
    double beta = nn_args_real(values, BETA);
    return beta * x > nn_args_real(values, THRESHOLD) ? x : log1p(exp(beta * x)) / beta;
}

static double slope(const struct nn_args *values, double x)
{
    double beta = nn_args_real(values, BETA);
    return beta * x > nn_args_real(values, THRESHOLD) ? 1.0 : nn_logistic(beta * x);
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_softplus = {
    .name = "softplus",
    .prefix = "softplus",
    .summary = "smooth relu: the logarithm of 1 + exp(x)",
    .formula = "y = log(1 + exp(beta x)) / beta, y = x for beta x > threshold; dy/dx = 1 / (1 + "
               "exp(-beta x))",
    .source = "Dugas et al. 2001; beta and threshold of PyTorch's Softplus",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
