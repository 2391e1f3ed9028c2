#include "engine/layers/pointwise.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

#define FIRST 0x1p-149f      /* the first number above 0, */
#define LAST  0x1.7ffffep+2f /* and the last one below 6: at the bounds the slope is 0 */

static void map(const struct nn_args *values, size_t n, const float *x, float *y)
{
    (void)values;
    nn_kernels->clip(n, 0.0f, 6.0f, x, y);
}

static void map_backward(const struct nn_args *values, size_t n, const float *x, const float *y,
                         const float *dy, float *dx)
{
    (void)values, (void)y;
    nn_kernels->clip_backward(n, FIRST, LAST, x, dy, dx);
}

NN_POINTWISE_OF_MAPS(map, map_backward)

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
