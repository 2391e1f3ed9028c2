#include "engine/layers/globalpool.h"

static const struct nn_arg_spec args[] = {{0}};

const struct nn_layer_class nn_layer_globalavgpool2d = {
    .name = "globalavgpool2d",
    .aliases = "globalaveragepooling2d",
    .prefix = "globalavgpool",
    .summary = "mean of each feature map: C x H x W becomes C x 1 x 1",
    .formula = "y_c = sum over the map of x_c / (H W)",
    .source =
        "Lin, Chen and Yan 2014, Network in Network, section 3.2; PyTorch's AdaptiveAvgPool2d(1)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = nn_globalpool_infer_2d,
    .forward = nn_globalpool_mean_forward,
    .backward = nn_globalpool_mean_backward,
    .flops = nn_globalpool_flops,
};
