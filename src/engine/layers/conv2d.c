#include "engine/layers/convolution.h"

static const struct nn_arg_spec args[] = {
    NN_CONV_SPECS("pixels", "N or HxW", NN_PADDING_HELP),
    {0},
};

const struct nn_layer_class nn_layer_conv2d = {
    .name = "conv2d",
    .prefix = "conv",
    .summary = "convolution of feature maps",
    .formula = "y_f = b_f + sum_c sum_ij W_fcij x_c(stride p + dilation (i, j) - padding)",
    .source = "LeCun et al. 1989; cross-correlation, layout and start values of PyTorch's Conv2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_SPATIAL,
    .infer = nn_conv_infer_2d,
    .params = nn_conv_params,
    .scratch = nn_conv_scratch,
    .forward = nn_conv_forward,
    .backward = nn_conv_backward,
    .window = nn_conv_window,
    .flops = nn_conv_flops,
};
