#include "engine/layers/convolution.h"

static const struct nn_arg_spec args[] = {
    NN_CONV_SPECS("steps", "N", NN_PADDING_HELP_1D),
    {0},
};

const struct nn_layer_class nn_layer_conv1d = {
    .name = "conv1d",
    .prefix = "conv",
    .summary = "convolution of series: channels x length",
    .formula = "y_f(t) = b_f + sum_c sum_k W_fck x_c(stride t + dilation k - padding)",
    .source = "Waibel et al. 1989, time-delay networks; layout and start values of PyTorch's "
              "Conv1d; causal as Keras",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR | NN_LAYER_SPATIAL,
    .infer = nn_conv_infer_1d,
    .params = nn_conv_params,
    .scratch = nn_conv_scratch,
    .forward = nn_conv_forward,
    .backward = nn_conv_backward,
    .flops = nn_conv_flops,
};
