#include "engine/layers/pooling3d.h"

static const struct nn_arg_spec args[] = {
    NN_POOLING_SPECS("pixels", "N or DxHxW", NN_VOLUME_PADDING_HELP),
    NN_POOLING_MAX_SPECS("pixels"),
    {0},
};

const struct nn_layer_class nn_layer_maxpool3d = {
    .name = "maxpool3d",
    .prefix = "maxpool",
    .summary = "largest value of each window of a volume",
    .formula = "y = max of x over the window; the gradient goes to the first maximum",
    .source = "definition; padding and ceil_mode of PyTorch's MaxPool3d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_PIECEWISE | NN_LAYER_MAXIMUM,
    .infer = nn_pooling3d_infer,
    .saved = nn_pooling3d_max_saved,
    .forward = nn_pooling3d_max_forward,
    .backward = nn_pooling3d_max_backward,
    .flops = nn_pooling3d_flops,
};
