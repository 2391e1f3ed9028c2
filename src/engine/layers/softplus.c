#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

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

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    nn_kernels->softplus(n, (float)nn_args_real(values, BETA),
                         (float)nn_args_real(values, THRESHOLD), x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    nn_kernels->softplus_backward(n, (float)nn_args_real(values, BETA),
                                  (float)nn_args_real(values, THRESHOLD), x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

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
