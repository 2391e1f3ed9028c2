#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

#define ALPHA 1.6732632423543772848170429916717f
#define SCALE 1.0507009873554804934193349852946f

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->elu(n, ALPHA, SCALE, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->elu_backward(n, ALPHA, SCALE, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

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
