#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->relu(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->relu_backward(n, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_relu = {
    .name = "relu",
    .prefix = "relu",
    .summary = "rectified linear unit: negative values become 0",
    .formula = "y = max(x, 0); dy/dx = 1 for x > 0, else 0",
    .source = "Nair and Hinton 2010; slope 0 at x = 0, as PyTorch",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_RECTIFIER | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
