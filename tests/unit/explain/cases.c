#include "cases.h"

#include "nets.h"

#include <string.h>

/* The matrix tests fail when a registered layer is missing here. */
const struct layer_case layer_cases[] = {
    {"add", NULL, NULL}, /* below, with two branches */
    {"concat", NULL, NULL},
    {"multiply", NULL, NULL},
    {"arithmetic", NULL, NULL},
    {"where", NULL, NULL},
    {"matmul", NULL, NULL},
    {"input", NULL, NULL},
    {"embedding", NULL, NULL}, /* reads whole numbers: gradients at its input are not defined */
    {"avgpool1d", "avgpool1d 2", "3x8"},
    {"avgpool2d", "avgpool2d 2", "2x6x6"},
    {"avgpool3d", "avgpool3d 2", "2x2x4x4"},
    {"batchnorm", "batchnorm", "3x4x4"},
    {"clip", "clip -0.6 0.9", "6"},
    {"constant", "constant 6", "6"},
    {"conv1d", "conv1d 4 3", "2x8"},
    {"conv2d", "conv2d 4 3 padding=1 stride=2", "2x6x6"},
    {"conv3d", "conv3d 2 2 padding=1 stride=2", "2x3x3x4"},
    {"convtranspose1d", "convtranspose1d 4 3 stride=2", "2x5"},
    {"convtranspose2d", "convtranspose2d 3 3 stride=2 padding=1", "2x3x3"},
    {"convtranspose3d", "convtranspose3d 2 2", "2x2x2x2"},
    {"dense", "dense 7", "6"},
    {"dropout", "dropout 0.5", "6"},
    {"elu", "elu", "6"},
    {"flatten", "flatten", "2x3x3"},
    {"function", "function erf", "6"},
    {"gaussiannoise", "gaussiannoise 0.1", "6"},
    {"gelu", "gelu", "6"},
    {"globalavgpool1d", "globalavgpool1d", "3x6"},
    {"globalavgpool2d", "globalavgpool2d", "3x4x4"},
    {"globalmaxpool1d", "globalmaxpool1d", "3x6"},
    {"globalmaxpool2d", "globalmaxpool2d", "3x4x4"},
    {"groupnorm", "groupnorm 2", "4x3x3"},
    {"hardsigmoid", "hardsigmoid", "6"},
    {"hardswish", "hardswish", "6"},
    {"layernorm", "layernorm", "6"},
    {"leaky_relu", "leaky_relu", "6"},
    {"logsoftmax", "logsoftmax", "6"},
    {"lrn", "lrn 3 alpha=0.5", "4x3x3"},
    {"maxpool1d", "maxpool1d 2", "3x8"},
    {"maxpool2d", "maxpool2d 3 stride=2 padding=1", "2x6x6"},
    {"maxpool3d", "maxpool3d 2", "2x2x4x4"},
    {"mish", "mish", "6"},
    {"permute", "permute 2x1x3", "2x3x4"},
    {"prelu", "prelu", "6"},
    {"reduce", "reduce sum 2", "2x3"},
    {"relu", "relu", "6"},
    {"relu6", "relu6", "6"},
    {"reshape", "reshape 3x2", "6"},
    {"selu", "selu", "6"},
    {"sigmoid", "sigmoid", "6"},
    {"silu", "silu", "6"},
    {"softmax", "softmax", "6"},
    {"softplus", "softplus", "6"},
    {"softsign", "softsign", "6"},
    {"spatialdropout", "spatialdropout 0.3", "3x4x4"},
    {"take", "take 1 1 2 step=2", "6"},
    {"tanh", "tanh", "6"},
    {"upsample", "upsample 2", "2x3x3"},
    {"zeropadding", "zeropadding 1", "2x3x3"},
    {NULL, NULL, NULL},
};

struct nn_net *case_net(const struct layer_case *c, bool bias)
{
    const char *flat =
        strchr(c->input, 'x') || strcmp(c->layer, "reshape") == 0 ? "flatten" : "dropout 0";
    const char *lines[] = {c->words, flat, bias ? "dense 3" : "dense 3 bias=no", NULL};
    return net_of(c->input, lines, 5);
}
