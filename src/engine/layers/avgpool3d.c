#include "engine/layers/pooling3d.h"

static const struct nn_arg_spec args[] = {
    NN_POOLING_SPECS("pixels", "N or DxHxW", NN_VOLUME_PADDING_HELP),
    NN_POOLING_MEAN_SPECS,
    {0},
};

const struct nn_layer_class nn_layer_avgpool3d = {
    .name = "avgpool3d",
    .prefix = "avgpool",
    .summary = "mean of each window of a volume",
    .formula = "y = sum of x over the window / its size",
    .source = "definition; padding and ceil_mode of PyTorch's AvgPool3d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = nn_pooling3d_infer,
    .forward = nn_pooling3d_mean_forward,
    .backward = nn_pooling3d_mean_backward,
    .flops = nn_pooling3d_flops,
};
