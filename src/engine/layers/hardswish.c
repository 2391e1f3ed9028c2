#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->hardswish(n, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->hardswish_backward(n, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

const struct nn_layer_class nn_layer_hardswish = {
    .name = "hardswish",
    .prefix = "hardswish",
    .summary = "x times hardsigmoid(x): silu without exponentials",
    .formula = "y = x min(max(x + 3, 0), 6) / 6; dy/dx = 0, x/3 + 1/2 or 1 for x below, within or "
               "above -3..3",
    .source = "Howard et al. 2019, Searching for MobileNetV3, equation 1; slopes at -3 and 3 as "
              "PyTorch's Hardswish",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE,
    .infer = nn_pointwise_infer,
    .forward = forward,
    .backward = backward,
};
