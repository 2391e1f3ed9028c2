#include "engine/layers/pooling.h"

static const struct nn_arg_spec args[] = {
    NN_POOLING_SPECS("steps", "N", NN_PADDING_HELP_1D),
    NN_POOLING_MAX_SPECS("steps"),
    {0},
};

const struct nn_layer_class nn_layer_maxpool1d = {
    .name = "maxpool1d",
    .aliases = "maxpooling1d",
    .prefix = "maxpool",
    .summary = "largest value of each window of a series",
    .formula = "y = max of x over the window; the gradient goes to the first maximum",
    .source = "Zhou and Chellappa 1988; padding and ceil_mode of PyTorch's MaxPool1d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_PIECEWISE | NN_LAYER_MAXIMUM,
    .infer = nn_pooling_infer_1d,
    .saved = nn_pooling_max_saved,
    .forward = nn_pooling_max_forward,
    .backward = nn_pooling_max_backward,
    .flops = nn_pooling_flops,
};
