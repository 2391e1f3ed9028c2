#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->sigmoid(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)x;
    for (size_t i = 0; i < n; i++)
        dx[i] = dy[i] * y[i] * (1.0f - y[i]);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_sigmoid = {
    .name = "sigmoid",
    .prefix = "sigmoid",
    .summary = "logistic function: values become 0..1",
    .formula = "y = 1 / (1 + exp(-x)); dy/dx = y (1 - y)",
    .source = "definition",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
