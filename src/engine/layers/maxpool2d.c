#include "engine/layers/pooling.h"

static const struct nn_arg_spec args[] = {
    NN_POOLING_SPECS("pixels", "N or HxW", NN_PADDING_HELP),
    NN_POOLING_MAX_SPECS("pixels"),
    {0},
};

const struct nn_layer_class nn_layer_maxpool2d = {
    .name = "maxpool2d",
    .aliases = "maxpooling2d",
    .prefix = "maxpool",
    .summary = "largest value of each window of a feature map",
    .formula = "y = max of x over the window; the gradient goes to the first maximum",
    .source = "Zhou and Chellappa 1988; padding and ceil_mode of PyTorch's MaxPool2d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_PIECEWISE | NN_LAYER_MAXIMUM,
    .infer = nn_pooling_infer_2d,
    .saved = nn_pooling_max_saved,
    .forward = nn_pooling_max_forward,
    .backward = nn_pooling_max_backward,
    .window = nn_pooling_window,
    .flops = nn_pooling_flops,
};
