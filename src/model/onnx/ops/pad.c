/* Borders. */
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

/* A border of values of the axis itself: mirrored, or the outermost one. */
static enum nn_status pad_with_own(struct nn_onnx_import *import, struct nn_onnx_value *value,
                                   int axis, int64_t before, int64_t after, bool reflect,
                                   struct nn_error *error)
{
    int64_t length = (int64_t)value->shape.dim[axis], count = before + length + after;
    if (length < 1 || (reflect && (before >= length || after >= length)))
        return nn_fail(error, NN_DAMAGED, "a border wider than the axis");
    int64_t *indices = nn_onnx_indices(import, (size_t)count, error);
    if (!indices)
        return NN_MEMORY;
    for (int64_t i = 0; i < count; i++) {
        int64_t at = i - before;
        if (reflect)
            at = at < 0 ? -at : at >= length ? 2 * (length - 1) - at : at;
        indices[i] = at < 0 ? 0 : at >= length ? length - 1 : at;
    }
    return nn_onnx_take(import, value, axis, indices, (size_t)count, value, error);
}

/* A border of one number: constants beside the value. */
static enum nn_status pad_with_number(struct nn_onnx_import *import, struct nn_onnx_value *value,
                                      int axis, int64_t before, int64_t after, double number,
                                      struct nn_error *error)
{
    struct nn_onnx_value border[2], *parts[3];
    int count = 0;
    enum nn_status status = NN_OK;
    for (int end = 0; end < 2; end++) {
        int64_t width = end ? after : before;
        if (end)
            parts[count++] = value;
        if (width == 0)
            continue;
        struct nn_shape shape = value->shape;
        unsigned char *data;
        shape.dim[axis] = (size_t)width;
        if (import->lead && value->kind == NN_ONNX_RUNTIME)
            shape.dim[0] = 1;
        NN_TRY(nn_onnx_new_constant(import, value->type, &shape, &border[end], &data, error));
        for (size_t i = 0; i < border[end].tensor.count; i++)
            nn_onnx_element_set(data, value->type, i, number);
        border[end].shape.dim[0] = axis == 0 ? shape.dim[0] : value->shape.dim[0];
        parts[count++] = &border[end];
    }
    if (axis < import->lead && value->kind == NN_ONNX_RUNTIME)
        return nn_onnx_refuse_mixing(import, error);
    for (int i = 0; i < count && import->lead && value->kind == NN_ONNX_RUNTIME; i++)
        if (parts[i]->kind == NN_ONNX_CONSTANT) { /* the same for every sample */
            struct nn_onnx_value one = *parts[i];
            int node;
            one.shape.dim[0] = 1;
            NN_TRY(nn_onnx_plain(import, &one, &node, error));
            *parts[i] = nn_onnx_runtime(node, value->type, &parts[i]->shape);
        }
    struct nn_onnx_value out;
    NN_TRY(nn_onnx_concat(import, parts, count, axis, &out, error));
    *value = out;
out:
    return status;
}

/* Zeros around feature maps are a layer of their own. */
static enum nn_status pad_maps(struct nn_onnx_import *import, struct nn_onnx_value *value,
                               const int64_t *before, const int64_t *after, struct nn_error *error)
{
    char args[128];
    struct nn_shape shape = value->shape;
    if (shape.rank == 4)
        snprintf(args, sizeof args, "padding=%lldx%lldx%lldx%lld", (long long)before[2],
                 (long long)before[3], (long long)after[2], (long long)after[3]);
    else
        snprintf(args, sizeof args, "padding=%lldx%lld", (long long)before[2], (long long)after[2]);
    for (int i = 2; i < shape.rank; i++)
        shape.dim[i] += (size_t)(before[i] + after[i]);
    return nn_onnx_apply(import, "zeropadding", args, value, &shape, value, error);
}

static enum nn_status read_pads(struct nn_onnx_import *import, int rank, int64_t *before,
                                int64_t *after, struct nn_error *error)
{
    struct nn_onnx_list pads, axes = {.count = -1};
    enum nn_status status;
    NN_TRY(nn_onnx_list_of(import, 1, nn_onnx_attr_given(import, "paddings") ? "paddings" : "pads",
                           &pads, error));
    if (nn_onnx_input(import, 3))
        NN_TRY(nn_onnx_constant_list(nn_onnx_input(import, 3), "axes", &axes, error));
    int count = axes.count < 0 ? rank : axes.count;
    if (pads.count != 2 * count)
        return nn_fail(error, NN_DAMAGED, "it has %d pads", pads.count);
    for (int i = 0; i < count; i++) {
        int axis = i;
        if (axes.count >= 0)
            NN_TRY(nn_onnx_axis(axes.at[i], rank, &axis, error));
        before[axis] = pads.at[i];
        after[axis] = pads.at[count + i];
        if (before[axis] > INT32_MAX || after[axis] > INT32_MAX || before[axis] < -INT32_MAX ||
            after[axis] < -INT32_MAX)
            return nn_fail(error, NN_LIMIT, "a border of more than 2^31");
    }
out:
    return status;
}

/* What stands in a border. */
struct border {
    bool constant, reflect; /* else the outermost values */
    double number;
};

static enum nn_status cut(struct nn_onnx_import *import, struct nn_onnx_value *value,
                          int64_t *before, int64_t *after, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const int rank = value->shape.rank;
    for (int i = 0; i < rank; i++) { /* a negative border cuts */
        int64_t length = (int64_t)value->shape.dim[i];
        int64_t first = before[i] < 0 ? -before[i] : 0, last = after[i] < 0 ? -after[i] : 0;
        if (first + last > length)
            return nn_fail(error, NN_DAMAGED, "it cuts more than there is");
        if (first + last > 0)
            NN_TRY(nn_onnx_take_range(import, value, i, first, 1, (size_t)(length - first - last),
                                      value, error));
        before[i] = before[i] < 0 ? 0 : before[i];
        after[i] = after[i] < 0 ? 0 : after[i];
    }
out:
    return status;
}

/* Of the axes as the value's layer has them. */
static enum nn_status pad(struct nn_onnx_import *import, struct nn_onnx_value *value,
                          int64_t *before, int64_t *after, const struct border *border,
                          struct nn_error *error)
{
    const int rank = value->shape.rank;
    enum nn_status status;
    NN_TRY(cut(import, value, before, after, error));
    bool maps = border->constant && border->number == 0.0 && import->lead &&
                value->kind == NN_ONNX_RUNTIME && (rank == 3 || rank == 4) && !before[0] &&
                !after[0] && !before[1] && !after[1];
    bool any = false;
    for (int i = 0; i < rank; i++)
        any |= before[i] || after[i];
    if (any && maps)
        NN_TRY(pad_maps(import, value, before, after, error));
    for (int i = 0; i < rank && any && !maps; i++) {
        if (!before[i] && !after[i])
            continue;
        if (border->constant)
            NN_TRY(pad_with_number(import, value, i, before[i], after[i], border->number, error));
        else
            NN_TRY(pad_with_own(import, value, i, before[i], after[i], border->reflect, error));
    }
out:
    return status;
}

static enum nn_status lower_pad(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    int64_t before[NN_MAX_RANK] = {0}, after[NN_MAX_RANK] = {0};
    int64_t first[NN_MAX_RANK] = {0}, last[NN_MAX_RANK] = {0}; /* as the layer has the axes */
    int rank = in->shape.rank, order[NN_MAX_RANK];
    struct nn_onnx_value out = nn_onnx_as_layer(import, in, order);
    struct nn_onnx_text mode;
    struct border border = {0};
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_text(import, "mode", "constant", &mode, error));
    NN_TRY(read_pads(import, rank, before, after, error));
    if (nn_onnx_input(import, 2))
        NN_TRY(nn_onnx_constant_number(nn_onnx_input(import, 2), "value", &border.number, error));
    else
        NN_TRY(nn_onnx_attr_real(import, "value", 0.0, &border.number, error));
    border.constant = nn_onnx_text_is(mode, "constant");
    border.reflect = nn_onnx_text_is(mode, "reflect");
    if (!border.constant && !border.reflect && !nn_onnx_text_is(mode, "edge"))
        return nn_onnx_refuse(error, "mode=%s", NN_ONNX_TEXT(mode));
    for (int i = 0; i < rank; i++) {
        first[order[i]] = before[i];
        last[order[i]] = after[i];
    }
    NN_TRY(pad(import, &out, first, last, &border, error));
    NN_TRY(nn_onnx_permute(import, &out, order, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Pad", "mode|pads|paddings|value", 1, 4, lower_pad, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_pad = {
    .domain = "",
    .ops = ops,
};
