#include "engine/layers/pooling.h"

static const struct nn_arg_spec args[] = {
    NN_POOLING_SPECS("pixels", "N or HxW", NN_PADDING_HELP),
    NN_POOLING_MEAN_SPECS,
    {0},
};

const struct nn_layer_class nn_layer_avgpool2d = {
    .name = "avgpool2d",
    .aliases = "averagepooling2d",
    .prefix = "avgpool",
    .summary = "mean of each window of a feature map",
    .formula = "y = sum of x over the window / its size",
    .source = "LeCun et al. 1998; padding, ceil_mode, count_include_pad of PyTorch's AvgPool2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = nn_pooling_infer_2d,
    .forward = nn_pooling_mean_forward,
    .backward = nn_pooling_mean_backward,
    .window = nn_pooling_window,
    .flops = nn_pooling_flops,
};
