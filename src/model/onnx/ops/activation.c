/* Functions of single values that are layers, and softmax. */
#include "base/number.h"
#include "model/onnx/import.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORDS 160

/* The layer of the table, without arguments; or one of its functions. */
static enum nn_status lower_plain(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    struct nn_onnx_value out;
    enum nn_status status =
        nn_onnx_map(import, op->layer, "", op->f, nn_onnx_input(import, 0), &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

/* Questions give a BOOL. */
static enum nn_status lower_question(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                     struct nn_error *error)
{
    struct nn_onnx_value out;
    enum nn_status status =
        nn_onnx_map(import, op->layer, "", NULL, nn_onnx_input(import, 0), &out, error);
    if (status == NN_OK)
        status = nn_onnx_cast(import, &out, NN_ONNX_BOOL, &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

/* A layer with arguments, set as output. */
static enum nn_status give_layer(struct nn_onnx_import *import, const char *layer, const char *args,
                                 struct nn_error *error)
{
    struct nn_onnx_value out;
    enum nn_status status =
        nn_onnx_map(import, layer, args, NULL, nn_onnx_input(import, 0), &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

static enum nn_status lower_leaky(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    double alpha;
    char args[WORDS], number[NN_NUMBER_SIZE];
    bool elu = !strcmp(op->name, "Elu");
    enum nn_status status;
    NN_TRY(nn_onnx_attr_real(import, "alpha", elu ? 1.0 : (double)0.01f, &alpha, error));
    snprintf(args, sizeof args, "%s=%s", elu ? "alpha" : "negative_slope",
             nn_number_float(number, (float)alpha));
    NN_TRY(give_layer(import, op->layer, args, error));
out:
    return status;
}

/* value op number */
static enum nn_status with_number(struct nn_onnx_import *import, const char *op, double number,
                                  struct nn_onnx_value *value, struct nn_error *error)
{
    struct nn_onnx_value constant;
    enum nn_status status = nn_onnx_number(import, number, &constant, error);
    return status == NN_OK ? nn_onnx_binary(import, op, value, &constant, value, error) : status;
}

/* gamma elu_alpha(x); with the alpha and gamma of the paper it is a layer of its own. */
static enum nn_status lower_selu(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    double alpha, gamma;
    char args[WORDS], number[NN_NUMBER_SIZE];
    struct nn_onnx_value out;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "alpha", 1.67326319217681884765625, &alpha, error));
    NN_TRY(nn_onnx_attr_real(import, "gamma", 1.05070102214813232421875, &gamma, error));
    if (fabs(alpha - 1.6732632423543772) < 1e-6 && fabs(gamma - 1.0507009873554805) < 1e-6)
        return give_layer(import, "selu", "", error);
    snprintf(args, sizeof args, "alpha=%s", nn_number_float(number, (float)alpha));
    NN_TRY(nn_onnx_map(import, "elu", args, NULL, nn_onnx_input(import, 0), &out, error));
    NN_TRY(with_number(import, "multiply", gamma, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* alpha elu(x / alpha) */
static enum nn_status lower_celu(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    double alpha;
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "alpha", 1.0, &alpha, error));
    if (alpha == 1.0)
        return give_layer(import, "elu", "alpha=1", error);
    NN_TRY(with_number(import, "divide", alpha, &out, error));
    NN_TRY(nn_onnx_map(import, "elu", "alpha=1", NULL, &out, &out, error));
    NN_TRY(with_number(import, "multiply", alpha, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* min(max(alpha x + beta, 0), 1); with PyTorch's slope it is a layer of its own. */
static enum nn_status lower_hardsigmoid(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                        struct nn_error *error)
{
    double alpha, beta;
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "alpha", (double)0.2f, &alpha, error));
    NN_TRY(nn_onnx_attr_real(import, "beta", 0.5, &beta, error));
    if (fabs(alpha - 1.0 / 6.0) < 1e-7 && beta == 0.5)
        return give_layer(import, "hardsigmoid", "", error);
    NN_TRY(with_number(import, "multiply", alpha, &out, error));
    NN_TRY(with_number(import, "add", beta, &out, error));
    NN_TRY(nn_onnx_map(import, "clip", "min=0 max=1", NULL, &out, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_gelu(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_onnx_text approximate;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_text(import, "approximate", "none", &approximate, error));
    if (!nn_onnx_text_is(approximate, "none") && !nn_onnx_text_is(approximate, "tanh"))
        return nn_onnx_refuse(error, "approximate=%s", NN_ONNX_TEXT(approximate));
    NN_TRY(give_layer(import, "gelu",
                      nn_onnx_text_is(approximate, "tanh") ? "approximate=tanh" : "", error));
out:
    return status;
}

/* The bounds are attributes before opset 11 and inputs from then on; missing ones do not bind. */
static enum nn_status bound(struct nn_onnx_import *import, int i, const char *name,
                            struct nn_buffer *args, struct nn_error *error)
{
    const struct nn_onnx_value *value = nn_onnx_input(import, i);
    char text[NN_NUMBER_SIZE];
    double number;
    enum nn_status status = NN_OK;
    if (!value && !nn_onnx_attr_given(import, name))
        return NN_OK;
    if (value)
        NN_TRY(nn_onnx_constant_number(value, name, &number, error));
    else
        NN_TRY(nn_onnx_attr_real(import, name, 0.0, &number, error));
    if (isfinite(number) && fabs(number) < 3.4e38)
        nn_buffer_printf(args, "%s%s=%s", args->length ? " " : "", name,
                         nn_number_float(text, (float)number));
out:
    return status;
}

static enum nn_status lower_clip(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_buffer args;
    struct nn_onnx_value out;
    enum nn_status status;
    (void)op;
    nn_buffer_init(&args, 0);
    NN_TRY(bound(import, 1, "min", &args, error));
    NN_TRY(bound(import, 2, "max", &args, error));
    NN_TRY(nn_buffer_check(&args, error));
    const char *text = nn_buffer_string(&args);
    if (!strcmp(text, "min=0 max=6"))
        NN_TRY(give_layer(import, "relu6", "", error));
    else if (!strcmp(text, "min=0"))
        NN_TRY(give_layer(import, "relu", "", error));
    else if (*text)
        NN_TRY(give_layer(import, "clip", text, error));
    else {
        out = *nn_onnx_input(import, 0);
        nn_onnx_give(import, 0, &out);
    }
out:
    nn_buffer_clear(&args);
    return status;
}

/* One slope for all, or one a channel, is a layer; others are max(x, 0) + slope min(x, 0). */
static enum nn_status lower_prelu(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *slope = nn_onnx_input(import, 1);
    struct nn_onnx_value zero, above, below, out;
    char args[WORDS];
    enum nn_status status;
    (void)op;
    size_t channels = in->shape.rank > 1 ? in->shape.dim[1] : 0;
    int place = slope->shape.rank - in->shape.rank + 1; /* of the channels among its axes */
    if (import->model->opset < 7 && slope->shape.rank == 1)
        place = 0;
    bool each = nn_onnx_is_constant(slope) && import->lead && slope->tensor.count == channels &&
                place >= 0 && place < slope->shape.rank && slope->shape.dim[place] == channels;
    if (nn_onnx_is_constant(slope) && (slope->tensor.count == 1 || each)) {
        int node;
        snprintf(args, sizeof args, "num_parameters=%zu", slope->tensor.count);
        NN_TRY(nn_onnx_apply(import, "prelu", args, in, &in->shape, &out, error));
        node = out.node;
        NN_TRY(nn_onnx_fill(import, node, "weight", slope, error));
        nn_onnx_name(import, node, slope);
    } else {
        NN_TRY(nn_onnx_number(import, 0.0, &zero, error));
        NN_TRY(nn_onnx_binary(import, "maximum", in, &zero, &above, error));
        NN_TRY(nn_onnx_binary(import, "minimum", in, &zero, &below, error));
        NN_TRY(nn_onnx_binary(import, "multiply", &below, slope, &below, error));
        NN_TRY(nn_onnx_binary(import, "add", &above, &below, &out, error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* x > alpha ? x : 0 */
static enum nn_status lower_thresholded(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                        struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value mask = *in, zero, out;
    double alpha;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "alpha", 1.0, &alpha, error));
    NN_TRY(nn_onnx_number(import, 0.0, &zero, error));
    NN_TRY(with_number(import, "greater", alpha, &mask, error));
    NN_TRY(nn_onnx_where(import, &mask, in, &zero, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* x + bias for x < -lambd, x - bias for x > lambd, else 0. */
static enum nn_status lower_shrink(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value high = *in, low = *in, up = *in, down = *in, out;
    double bias, lambda;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_real(import, "bias", 0.0, &bias, error));
    NN_TRY(nn_onnx_attr_real(import, "lambd", 0.5, &lambda, error));
    NN_TRY(nn_onnx_number(import, 0.0, &out, error));
    NN_TRY(with_number(import, "greater", lambda, &high, error));
    NN_TRY(with_number(import, "less", -lambda, &low, error));
    NN_TRY(with_number(import, "subtract", bias, &up, error));
    NN_TRY(with_number(import, "add", bias, &down, error));
    NN_TRY(nn_onnx_where(import, &high, &up, &out, &out, error));
    NN_TRY(nn_onnx_where(import, &low, &down, &out, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Infinities of one sign or both. */
static enum nn_status lower_isinf(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    int64_t positive, negative;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_int(import, "detect_positive", 1, &positive, error));
    NN_TRY(nn_onnx_attr_int(import, "detect_negative", 1, &negative, error));
    if (positive && negative)
        return lower_question(import, op, error);
    if (!positive && !negative)
        return nn_onnx_refuse(error, "it detects nothing");
    NN_TRY(
        with_number(import, "equal", positive ? (double)INFINITY : (double)-INFINITY, &out, error));
    NN_TRY(nn_onnx_cast(import, &out, NN_ONNX_BOOL, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* ---- softmax ---- */

/* Along one axis: it becomes the first one of a sample, where the layer works. */
static enum nn_status along_axis(struct nn_onnx_import *import, const char *layer, int axis,
                                 const struct nn_onnx_value *in, struct nn_onnx_value *out,
                                 struct nn_error *error)
{
    int order[NN_MAX_RANK], lead = import->lead, rank = in->shape.rank, node;
    struct nn_onnx_value value = *in;
    enum nn_status status;
    if (axis < lead)
        return nn_onnx_refuse_mixing(import, error);
    for (int i = 0; i < rank; i++) /* exchanges two axes: done again, they are back */
        order[i] = i == axis ? lead : i == lead ? axis : i;
    if (value.kind == NN_ONNX_CONSTANT) {
        NN_TRY(nn_onnx_plain(import, &value, &node, error));
        value = nn_onnx_runtime(node, in->type, &in->shape);
    }
    NN_TRY(nn_onnx_permute(import, &value, order, &value, error));
    struct nn_shape shape = value.shape;
    NN_TRY(nn_onnx_apply(import, layer, "", &value, &shape, &value, error));
    NN_TRY(nn_onnx_permute(import, &value, order, out, error));
out:
    return status;
}

/* Before opset 13 all axes from `axis` on (default 1) are one; from then on it is one axis (default
 * the last). */
static enum nn_status lower_softmax(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    bool old = import->model->opset < 13;
    struct nn_onnx_value out = *in;
    int axis;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_axis(import, old ? 1 : -1, in->shape.rank, &axis, error));
    if (!old || axis == in->shape.rank - 1) {
        NN_TRY(along_axis(import, op->layer, axis, in, &out, error));
    } else {
        struct nn_shape flat = {.rank = 2, .dim = {1, 1}};
        for (int i = 0; i < in->shape.rank; i++)
            flat.dim[i >= axis] *= in->shape.dim[i];
        NN_TRY(nn_onnx_reshape(import, in, &flat, &out, error));
        NN_TRY(along_axis(import, op->layer, 1, &out, &out, error));
        NN_TRY(nn_onnx_reshape(import, &out, &in->shape, &out, error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* 1 at the first maximum along an axis, else 0: places compared with the argmax. */
static enum nn_status lower_hardmax(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value best, places, out;
    struct nn_shape shape = {.rank = in->shape.rank};
    bool axes[NN_MAX_RANK] = {false};
    unsigned char *data;
    int axis;
    enum nn_status status;
    (void)op;
    if (import->model->opset < 13)
        return nn_onnx_refuse(error, "only from opset 13 on");
    NN_TRY(nn_onnx_attr_axis(import, -1, in->shape.rank, &axis, error));
    axes[axis] = true;
    for (int i = 0; i < shape.rank; i++)
        shape.dim[i] = i == axis ? in->shape.dim[i] : 1;
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_FLOAT, &shape, &places, &data, error));
    for (size_t i = 0; i < places.tensor.count; i++)
        nn_onnx_element_set(data, NN_ONNX_FLOAT, i, (double)i);
    NN_TRY(nn_onnx_reduce(import, "argmax", in, axes, &best, error));
    NN_TRY(nn_onnx_binary(import, "equal", &best, &places, &out, error));
    out.type = in->type;
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Relu", "", 1, 1, lower_plain, "relu", NULL},
    {"Sigmoid", "", 1, 1, lower_plain, "sigmoid", NULL},
    {"Tanh", "", 1, 1, lower_plain, "tanh", NULL},
    {"HardSwish", "", 1, 1, lower_plain, "hardswish", NULL},
    {"Softplus", "", 1, 1, lower_plain, "softplus", NULL},
    {"Softsign", "", 1, 1, lower_plain, "softsign", NULL},
    {"Mish", "", 1, 1, lower_plain, "mish", NULL},
    {"LeakyRelu", "alpha", 1, 1, lower_leaky, "leaky_relu", NULL},
    {"Elu", "alpha", 1, 1, lower_leaky, "elu", NULL},
    {"Selu", "alpha|gamma", 1, 1, lower_selu, NULL, NULL},
    {"Celu", "alpha", 1, 1, lower_celu, NULL, NULL},
    {"HardSigmoid", "alpha|beta", 1, 1, lower_hardsigmoid, NULL, NULL},
    {"Gelu", "approximate", 1, 1, lower_gelu, NULL, NULL},
    {"Clip", "min|max", 1, 3, lower_clip, NULL, NULL},
    {"PRelu", "", 2, 2, lower_prelu, NULL, NULL},
    {"ThresholdedRelu", "alpha", 1, 1, lower_thresholded, NULL, NULL},
    {"Shrink", "bias|lambd", 1, 1, lower_shrink, NULL, NULL},
    {"Softmax", "axis", 1, 1, lower_softmax, "softmax", NULL},
    {"LogSoftmax", "axis", 1, 1, lower_softmax, "logsoftmax", NULL},
    {"Hardmax", "axis", 1, 1, lower_hardmax, NULL, NULL},
    {"Abs", "", 1, 1, lower_plain, "abs", NULL},
    {"Neg", "", 1, 1, lower_plain, "negate", NULL},
    {"Exp", "", 1, 1, lower_plain, "exp", NULL},
    {"Log", "", 1, 1, lower_plain, "log", NULL},
    {"Sqrt", "", 1, 1, lower_plain, "sqrt", NULL},
    {"Erf", "", 1, 1, lower_plain, "erf", NULL},
    {"Reciprocal", "", 1, 1, lower_plain, "reciprocal", NULL},
    {"Sin", "", 1, 1, lower_plain, "sin", NULL},
    {"Cos", "", 1, 1, lower_plain, "cos", NULL},
    {"Sign", "", 1, 1, lower_plain, "sign", NULL},
    {"Floor", "", 1, 1, lower_plain, "floor", NULL},
    {"Ceil", "", 1, 1, lower_plain, "ceil", NULL},
    {"Round", "", 1, 1, lower_plain, "round", NULL},
    {"Not", "", 1, 1, lower_question, "not", NULL},
    {"IsNaN", "", 1, 1, lower_question, "isnan", NULL},
    {"IsInf", "detect_negative|detect_positive", 1, 1, lower_isinf, "isinf", NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_activation = {
    .domain = "",
    .ops = ops,
};
