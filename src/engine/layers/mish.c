#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->mish(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->mish_backward(n, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

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
