/* The operators of scikit-learn's exports that stand before the probabilities (ai.onnx.ml). */
#include "model/onnx/import.h"

/* (x - offset) scale, for each feature or for all. */
static enum nn_status lower_scaler(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0), numbers;
    static const char *const names[] = {"offset", "scale"};
    static const char *const steps[] = {"subtract", "multiply"};
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_cast(import, &out, NN_ONNX_FLOAT, &out, error));
    for (int i = 0; i < 2; i++) {
        bool found;
        NN_TRY(nn_onnx_attr_value(import, names[i], &numbers, &found, error));
        if (found && numbers.tensor.count > 0)
            NN_TRY(nn_onnx_binary(import, steps[i], &out, &numbers, &out, error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Each sample divided by its norm. */
static enum nn_status lower_normalizer(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                       struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value size = *in, out;
    struct nn_onnx_text norm;
    bool axes[NN_MAX_RANK] = {false};
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_text(import, "norm", "MAX", &norm, error));
    if (in->shape.rank < 1)
        return nn_fail(error, NN_DAMAGED, "its input has no axes");
    axes[in->shape.rank - 1] = true;
    if (nn_onnx_text_is(norm, "MAX"))
        NN_TRY(nn_onnx_map(import, "abs", "", NULL, &size, &size, error));
    NN_TRY(nn_onnx_reduce(import,
                          nn_onnx_text_is(norm, "L1")   ? "l1"
                          : nn_onnx_text_is(norm, "L2") ? "l2"
                                                        : "max",
                          &size, axes, &size, error));
    NN_TRY(nn_onnx_binary(import, "divide", in, &size, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* What follows a linear model: "NONE", "SOFTMAX" or "LOGISTIC". */
static enum nn_status transform(struct nn_onnx_import *import, struct nn_onnx_value *value,
                                struct nn_error *error)
{
    struct nn_onnx_text kind;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_text(import, "post_transform", "NONE", &kind, error));
    if (nn_onnx_text_is(kind, "SOFTMAX") || nn_onnx_text_is(kind, "LOGISTIC"))
        NN_TRY(nn_onnx_apply(import, nn_onnx_text_is(kind, "SOFTMAX") ? "softmax" : "sigmoid", "",
                             value, &value->shape, value, error));
    else if (!nn_onnx_text_is(kind, "NONE"))
        return nn_onnx_refuse(error, "post_transform=%s", NN_ONNX_TEXT(kind));
out:
    return status;
}

/* Logistic and linear regression: the coefficients of each class or target after the other. The
 * labels that a classifier gives beside its scores are cut off. */
static enum nn_status lower_linear(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    struct nn_onnx_value in = *nn_onnx_input(import, 0), weight, bias, out;
    bool weighted, biased;
    enum nn_status status;
    NN_TRY(nn_onnx_cast(import, &in, NN_ONNX_FLOAT, &in, error));
    NN_TRY(nn_onnx_attr_value(import, "coefficients", &weight, &weighted, error));
    NN_TRY(nn_onnx_attr_value(import, "intercepts", &bias, &biased, error));
    size_t features = in.shape.rank == 2 ? in.shape.dim[1] : 0;
    if (!weighted || weight.tensor.count == 0 || features == 0 ||
        weight.tensor.count % features != 0)
        return nn_fail(error, NN_DAMAGED, "its coefficients do not fit its input");
    struct nn_shape rows = {.rank = 2, .dim = {weight.tensor.count / features, features}};
    NN_TRY(nn_onnx_reshape(import, &weight, &rows, &weight, error));
    NN_TRY(nn_onnx_dense(import, &in, &weight, biased ? &bias : NULL, &out, error));
    NN_TRY(transform(import, &out, error));
    nn_onnx_give(import, op->layer ? 1 : 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Scaler", "offset|scale", 1, 1, lower_scaler, NULL, NULL},
    {"Normalizer", "norm", 1, 1, lower_normalizer, NULL, NULL},
    {"LinearClassifier",
     "coefficients|intercepts|post_transform|multi_class|classlabels_strings|classlabels_ints", 1,
     1, lower_linear, "classifier", NULL},
    {"LinearRegressor", "coefficients|intercepts|post_transform|targets", 1, 1, lower_linear, NULL,
     NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_learn = {
    .domain = "ai.onnx.ml",
    .ops = ops,
};
