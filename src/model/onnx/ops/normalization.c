/* Normalizations: they stay layers, and are trained further as such. */
#include "base/number.h"
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

/* PyTorch's momentum is the weight of the newest batch, ONNX's that of the old ones. */
static enum nn_status lower_batchnorm(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                      struct nn_error *error)
{
    static const char *const params[] = {"weight", "bias", "running_mean", "running_var"};
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    char args[128], eps[NN_NUMBER_SIZE], rest[NN_NUMBER_SIZE];
    double epsilon, momentum;
    int64_t training, spatial;
    int node;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "epsilon", (double)1e-5f, &epsilon, error));
    NN_TRY(nn_onnx_attr_real(import, "momentum", (double)0.9f, &momentum, error));
    NN_TRY(nn_onnx_attr_int(import, "training_mode", 0, &training, error));
    NN_TRY(nn_onnx_attr_int(import, "spatial", 1, &spatial, error));
    if (training)
        return nn_onnx_refuse(error, "training_mode=1: export the model in inference mode");
    if (!spatial)
        return nn_onnx_refuse(error, "spatial=0");
    nn_number_float(rest, (float)momentum); /* 0.9, not what float makes of it: 1 - 0.9 is 0.1 */
    if (!nn_number_parse(rest, strlen(rest), &momentum))
        momentum = 0.9;
    double newest = 1.0 - momentum;
    newest = newest < 0.0 ? 0.0 : newest > 1.0 ? 1.0 : newest;
    snprintf(args, sizeof args, "eps=%s momentum=%s", nn_number_float(eps, (float)epsilon),
             nn_number_float(rest, (float)newest));
    NN_TRY(nn_onnx_maps(import, in, &node, error));
    NN_TRY(nn_onnx_layer(import, "batchnorm", args, &node, 1, &node, error));
    for (int i = 0; i < 4; i++)
        NN_TRY(nn_onnx_fill(import, node, params[i], nn_onnx_input(import, 1 + i), error));
    nn_onnx_name(import, node, nn_onnx_input(import, 1));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    return status;
}

/* One group for each channel, or as many as num_groups says. */
static enum nn_status lower_group(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    char args[128], eps[NN_NUMBER_SIZE];
    double epsilon;
    int64_t groups = in->shape.rank > 1 ? (int64_t)in->shape.dim[1] : 0;
    int node;
    enum nn_status status;
    if (!strcmp(op->name, "GroupNormalization")) {
        NN_TRY(nn_onnx_attr_int(import, "num_groups", 0, &groups, error));
        if (import->model->opset < 21)
            return nn_onnx_refuse(error, "its scale is one a group before opset 21");
    }
    NN_TRY(nn_onnx_attr_real(import, "epsilon", (double)1e-5f, &epsilon, error));
    snprintf(args, sizeof args, "num_groups=%lld eps=%s", (long long)groups,
             nn_number_float(eps, (float)epsilon));
    NN_TRY(nn_onnx_maps(import, in, &node, error));
    NN_TRY(nn_onnx_layer(import, "groupnorm", args, &node, 1, &node, error));
    NN_TRY(nn_onnx_fill(import, node, "weight", nn_onnx_input(import, 1), error));
    NN_TRY(nn_onnx_fill(import, node, "bias", nn_onnx_input(import, 2), error));
    nn_onnx_name(import, node, nn_onnx_input(import, 1));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    return status;
}

/* Along all axes from `axis` on. */
static enum nn_status lower_layer(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *bias = nn_onnx_input(import, 2);
    char args[NN_SHAPE_TEXT + 96], eps[NN_NUMBER_SIZE], dims[NN_SHAPE_TEXT];
    struct nn_onnx_value out;
    double epsilon;
    int64_t stash;
    int axis;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "stash_type", 1, &stash, error));
    NN_TRY(nn_onnx_attr_axis(import, -1, in->shape.rank, &axis, error));
    NN_TRY(nn_onnx_attr_real(import, "epsilon", (double)1e-5f, &epsilon, error));
    if (axis < import->lead)
        return nn_onnx_refuse_mixing(import, error);
    if (nn_onnx_has_output(import, 1) || nn_onnx_has_output(import, 2)) {
        /* mean and inverse deviation, written out below */
        bool axes[NN_MAX_RANK] = {false};
        struct nn_onnx_value mean, centred, variance, number;
        for (int i = axis; i < in->shape.rank; i++)
            axes[i] = true;
        NN_TRY(nn_onnx_reduce(import, "mean", in, axes, &mean, error));
        NN_TRY(nn_onnx_binary(import, "subtract", in, &mean, &centred, error));
        NN_TRY(nn_onnx_map(import, "square", "", NULL, &centred, &variance, error));
        NN_TRY(nn_onnx_reduce(import, "mean", &variance, axes, &variance, error));
        NN_TRY(nn_onnx_number(import, epsilon, &number, error));
        NN_TRY(nn_onnx_binary(import, "add", &variance, &number, &variance, error));
        NN_TRY(nn_onnx_map(import, "sqrt", "", NULL, &variance, &variance, error));
        NN_TRY(nn_onnx_map(import, "reciprocal", "", NULL, &variance, &variance, error));
        nn_onnx_give(import, 1, &mean);
        nn_onnx_give(import, 2, &variance);
    }
    struct nn_shape tail = {.rank = in->shape.rank - axis};
    memcpy(tail.dim, in->shape.dim + axis, (size_t)tail.rank * sizeof *tail.dim);
    snprintf(args, sizeof args, "normalized_shape=%s eps=%s", nn_shape_text(dims, &tail),
             nn_number_float(eps, (float)epsilon));
    NN_TRY(nn_onnx_apply(import, "layernorm", args, in, &in->shape, &out, error));
    NN_TRY(nn_onnx_fill(import, out.node, "weight", nn_onnx_input(import, 1), error));
    if (bias)
        NN_TRY(nn_onnx_fill(import, out.node, "bias", bias, error));
    nn_onnx_name(import, out.node, nn_onnx_input(import, 1));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_lrn(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    char args[256], a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE], k[NN_NUMBER_SIZE];
    double alpha, beta, bias;
    int64_t size;
    int node;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "alpha", (double)1e-4f, &alpha, error));
    NN_TRY(nn_onnx_attr_real(import, "beta", 0.75, &beta, error));
    NN_TRY(nn_onnx_attr_real(import, "bias", 1.0, &bias, error));
    NN_TRY(nn_onnx_attr_int(import, "size", 0, &size, error));
    snprintf(args, sizeof args, "size=%lld alpha=%s beta=%s k=%s", (long long)size,
             nn_number_float(a, (float)alpha), nn_number_float(b, (float)beta),
             nn_number_float(k, (float)bias));
    NN_TRY(nn_onnx_maps(import, nn_onnx_input(import, 0), &node, error));
    NN_TRY(nn_onnx_layer(import, "lrn", args, &node, 1, &node, error));
    NN_TRY(nn_onnx_give_maps(import, node, error));
out:
    return status;
}

/* (x - mean) / deviation along some axes. */
static enum nn_status lower_mvn(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value mean, centred, deviation, tiny, out;
    bool axes[NN_MAX_RANK] = {false};
    struct nn_onnx_list list;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_list(import, "axes", &list, error));
    if (list.count < 0)
        list = (struct nn_onnx_list){.count = 3, .at = {0, 2, 3}};
    for (int i = 0; i < list.count; i++) {
        int axis;
        NN_TRY(nn_onnx_axis(list.at[i], in->shape.rank, &axis, error));
        axes[axis] = true;
    }
    NN_TRY(nn_onnx_reduce(import, "mean", in, axes, &mean, error));
    NN_TRY(nn_onnx_binary(import, "subtract", in, &mean, &centred, error));
    NN_TRY(nn_onnx_map(import, "square", "", NULL, &centred, &deviation, error));
    NN_TRY(nn_onnx_reduce(import, "mean", &deviation, axes, &deviation, error));
    NN_TRY(nn_onnx_map(import, "sqrt", "", NULL, &deviation, &deviation, error));
    NN_TRY(nn_onnx_number(import, 1e-9, &tiny, error));
    NN_TRY(nn_onnx_binary(import, "add", &deviation, &tiny, &deviation, error));
    NN_TRY(nn_onnx_binary(import, "divide", &centred, &deviation, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"BatchNormalization", "epsilon|momentum|training_mode|spatial|is_test|consumed_inputs", 5, 5,
     lower_batchnorm, NULL, NULL},
    {"InstanceNormalization", "epsilon|consumed_inputs", 3, 3, lower_group, NULL, NULL},
    {"GroupNormalization", "epsilon|num_groups|stash_type", 3, 3, lower_group, NULL, NULL},
    {"LayerNormalization", "axis|epsilon|stash_type", 2, 3, lower_layer, NULL, NULL},
    {"LRN", "alpha|beta|bias|size", 1, 1, lower_lrn, NULL, NULL},
    {"MeanVarianceNormalization", "axes", 1, 1, lower_mvn, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_normalization = {
    .domain = "",
    .ops = ops,
};
