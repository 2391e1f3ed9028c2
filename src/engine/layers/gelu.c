#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

/* P is the normal distribution function: exact by erf, or by the tanh formula. */

enum { APPROXIMATE };
enum { EXACT };

static const struct nn_arg_spec args[] = {
    [APPROXIMATE] = {.name = "approximate",
                     .type = NN_ARG_CHOICE,
                     .fallback = "none",
                     .choices = "none|tanh",
                     .help = "how the normal distribution function is computed",
                     .flags = NN_ARG_POSITIONAL},
    {0},
};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    if (nn_args_int(values, APPROXIMATE) == EXACT)
        nn_kernels->gelu(n, x, y);
    else
        nn_kernels->gelu_tanh(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)y;
    if (nn_args_int(values, APPROXIMATE) == EXACT)
        nn_kernels->gelu_backward(n, x, dy, dx);
    else
        nn_kernels->gelu_tanh_backward(n, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_gelu = {
    .name = "gelu",
    .prefix = "gelu",
    .summary = "Gaussian error linear unit",
    .formula = "y = x P(x), P the normal distribution function; dy/dx = P(x) + x P'(x)",
    .source = "Hendrycks and Gimpel 2016; approximate=tanh is their section 2",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
