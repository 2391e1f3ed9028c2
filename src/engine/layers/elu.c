#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

enum { ALPHA };

static const struct nn_arg_spec args[] = {
    [ALPHA] = {.name = "alpha",
               .type = NN_ARG_REAL,
               .fallback = "1",
               .help = "large negative values become -alpha",
               .flags = NN_ARG_POSITIONAL},
    {0},
};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    nn_kernels->elu(n, (float)nn_args_real(values, ALPHA), 1.0f, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    nn_kernels->elu_backward(n, (float)nn_args_real(values, ALPHA), 1.0f, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_elu = {
    .name = "elu",
    .prefix = "elu",
    .summary = "exponential linear unit: negative values approach -alpha",
    .formula = "y = x for x > 0, else alpha (exp(x) - 1); dy/dx = 1 or alpha exp(x)",
    .source = "Clevert, Unterthiner and Hochreiter 2016, equation 15; PyTorch's ELU",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
