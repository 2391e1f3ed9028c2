#include "engine/layers/globalpool.h"

static const struct nn_arg_spec args[] = {{0}};

const struct nn_layer_class nn_layer_globalmaxpool1d = {
    .name = "globalmaxpool1d",
    .aliases = "globalmaxpooling1d",
    .prefix = "globalmaxpool",
    .summary = "largest value of each series: C x L becomes C x 1",
    .formula = "y_c = max of x_c over the series; the gradient goes to the first maximum",
    .source = "Oquab et al. 2015, Is object localization for free?, section 3; PyTorch's "
              "AdaptiveMaxPool1d(1)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_PIECEWISE | NN_LAYER_MAXIMUM,
    .infer = nn_globalpool_infer_1d,
    .saved = nn_globalpool_max_saved,
    .forward = nn_globalpool_max_forward,
    .backward = nn_globalpool_max_backward,
    .flops = nn_globalpool_flops,
};
