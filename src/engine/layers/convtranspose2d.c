#include "engine/layers/convtranspose.h"

static const struct nn_arg_spec args[] = {
    NN_CONVTRANSPOSE_SPECS("pixels", "N or HxW"),
    {0},
};

const struct nn_layer_class nn_layer_convtranspose2d = {
    .name = "convtranspose2d",
    .aliases = "conv2dtranspose",
    .prefix = "convtranspose",
    .summary = "transposed convolution of images: each value writes a window",
    .formula = "y_f(stride p - padding + dilation k) += sum over c of W_c,f(k) x_c(p)",
    .source = "Zeiler et al. 2010; layout and start values of PyTorch's ConvTranspose2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_SPATIAL,
    .infer = nn_convtranspose_infer_2d,
    .params = nn_convtranspose_params,
    .scratch = nn_convtranspose_scratch,
    .forward = nn_convtranspose_forward,
    .backward = nn_convtranspose_backward,
    .flops = nn_convtranspose_flops,
};
