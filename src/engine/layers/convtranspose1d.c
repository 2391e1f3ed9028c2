#include "engine/layers/convtranspose.h"

static const struct nn_arg_spec args[] = {
    NN_CONVTRANSPOSE_SPECS("steps", "N"),
    {0},
};

const struct nn_layer_class nn_layer_convtranspose1d = {
    .name = "convtranspose1d",
    .aliases = "conv1dtranspose",
    .prefix = "convtranspose",
    .summary = "transposed convolution of series: each value writes a window",
    .formula = "y_f(stride p - padding + dilation k) += sum over c of W_c,f(k) x_c(p)",
    .source = "Zeiler et al. 2010; layout and start values of PyTorch's ConvTranspose1d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = nn_convtranspose_infer_1d,
    .params = nn_convtranspose_params,
    .scratch = nn_convtranspose_scratch,
    .forward = nn_convtranspose_forward,
    .backward = nn_convtranspose_backward,
    .flops = nn_convtranspose_flops,
};
