#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->silu(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->silu_backward(n, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

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
