#include "engine/layers/pointwise.h"

static const struct nn_arg_spec args[] = {{0}};

static double value(const struct nn_args *values, double x)
{
    (void)values;
    return x < 0.0 ? 0.0 : x > 6.0 ? 6.0 : x;
}

static double slope(const struct nn_args *values, double x)
{
    (void)values;
    return x > 0.0 && x < 6.0 ? 1.0 : 0.0;
}

NN_POINTWISE_DEFINE(value, slope)

const struct nn_layer_class nn_layer_relu6 = {
    .name = "relu6",
    .prefix = "relu6",
    .summary = "rectified linear unit that stops at 6",
    .formula = "y = min(max(x, 0), 6); dy/dx = 1 for 0 < x < 6, else 0",
    .source = "Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10; slopes at 0 and 6 "
              "as PyTorch's ReLU6",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_PIECEWISE | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
