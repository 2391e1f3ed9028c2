/* Sums, means, extremes and their places along axes. */
#include "model/onnx/import.h"

#include <string.h>

/* Leaves out the axes that shrank, or not. */
static enum nn_status give(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                           const bool *axes, bool keep, struct nn_error *error)
{
    struct nn_shape shape = {0};
    struct nn_onnx_value out;
    for (int i = 0; i < value->shape.rank; i++)
        if (keep || !axes[i])
            shape.dim[shape.rank++] = value->shape.dim[i];
    enum nn_status status = nn_onnx_reshape(import, value, &shape, &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

/* log(sum(exp(x))), the maximum taken out of the exponents. */
static enum nn_status log_sum_exp(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                  const bool *axes, struct nn_onnx_value *out,
                                  struct nn_error *error)
{
    struct nn_onnx_value most, rest;
    enum nn_status status;
    NN_TRY(nn_onnx_reduce(import, "max", in, axes, &most, error));
    NN_TRY(nn_onnx_binary(import, "subtract", in, &most, &rest, error));
    NN_TRY(nn_onnx_map(import, "exp", "", NULL, &rest, &rest, error));
    NN_TRY(nn_onnx_reduce(import, "sum", &rest, axes, &rest, error));
    NN_TRY(nn_onnx_map(import, "log", "", NULL, &rest, &rest, error));
    NN_TRY(nn_onnx_binary(import, "add", &rest, &most, out, error));
out:
    return status;
}

static enum nn_status lower_reduce(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value out = *in;
    struct nn_onnx_list list;
    bool axes[NN_MAX_RANK] = {false};
    int64_t keep, nothing;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_int(import, "keepdims", 1, &keep, error));
    NN_TRY(nn_onnx_attr_int(import, "noop_with_empty_axes", 0, &nothing, error));
    NN_TRY(nn_onnx_list_of(import, 1, "axes", &list, error));
    for (int i = 0; i < list.count; i++) {
        int axis;
        NN_TRY(nn_onnx_axis(list.at[i], in->shape.rank, &axis, error));
        axes[axis] = true;
    }
    if (list.count <= 0 && nothing) {
        nn_onnx_give(import, 0, &out);
        return NN_OK;
    }
    for (int i = 0; list.count <= 0 && i < in->shape.rank; i++)
        axes[i] = true;
    if (keep && !strcmp(op->layer ? op->layer : "", "mean")) {
        bool done;
        NN_TRY(nn_onnx_try_layernorm(import, axes, &done, error));
        if (done)
            return NN_OK;
    }
    if (!strcmp(op->name, "ReduceLogSumExp")) {
        NN_TRY(log_sum_exp(import, in, axes, &out, error));
    } else {
        if (!strcmp(op->name, "ReduceSumSquare"))
            NN_TRY(nn_onnx_map(import, "square", "", NULL, &out, &out, error));
        NN_TRY(nn_onnx_reduce(import, op->layer, &out, axes, &out, error));
        if (!strcmp(op->name, "ReduceLogSum"))
            NN_TRY(nn_onnx_map(import, "log", "", NULL, &out, &out, error));
    }
    NN_TRY(give(import, &out, axes, keep != 0, error));
out:
    return status;
}

/* The first such place, or with select_last_index the last: the first one backwards. */
static enum nn_status lower_arg(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value out = *in, last;
    bool axes[NN_MAX_RANK] = {false};
    int64_t keep, select_last, *places;
    int axis;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_int(import, "keepdims", 1, &keep, error));
    NN_TRY(nn_onnx_attr_int(import, "select_last_index", 0, &select_last, error));
    NN_TRY(nn_onnx_attr_axis(import, 0, in->shape.rank, &axis, error));
    axes[axis] = true;
    size_t length = in->shape.dim[axis];
    if (select_last) {
        places = nn_arena_alloc(import->arena, length, sizeof *places);
        if (!places)
            return nn_fail_memory(error, length * sizeof *places);
        for (size_t i = 0; i < length; i++)
            places[i] = (int64_t)(length - 1 - i);
        NN_TRY(nn_onnx_take(import, in, axis, places, length, &out, error));
    }
    NN_TRY(nn_onnx_reduce(import, op->layer, &out, axes, &out, error));
    if (select_last) {
        NN_TRY(nn_onnx_number(import, (double)length - 1, &last, error));
        NN_TRY(nn_onnx_binary(import, "subtract", &last, &out, &out, error));
    }
    out.type = NN_ONNX_INT64;
    NN_TRY(give(import, &out, axes, keep != 0, error));
out:
    return status;
}

#define REDUCE "axes|keepdims|noop_with_empty_axes"

static const struct nn_onnx_op ops[] = {
    {"ReduceMean", REDUCE, 1, 2, lower_reduce, "mean", NULL},
    {"ReduceSum", REDUCE, 1, 2, lower_reduce, "sum", NULL},
    {"ReduceMax", REDUCE, 1, 2, lower_reduce, "max", NULL},
    {"ReduceMin", REDUCE, 1, 2, lower_reduce, "min", NULL},
    {"ReduceProd", REDUCE, 1, 2, lower_reduce, "product", NULL},
    {"ReduceL1", REDUCE, 1, 2, lower_reduce, "l1", NULL},
    {"ReduceL2", REDUCE, 1, 2, lower_reduce, "l2", NULL},
    {"ReduceSumSquare", REDUCE, 1, 2, lower_reduce, "sum", NULL},
    {"ReduceLogSum", REDUCE, 1, 2, lower_reduce, "sum", NULL},
    {"ReduceLogSumExp", REDUCE, 1, 2, lower_reduce, NULL, NULL},
    {"ArgMax", "axis|keepdims|select_last_index", 1, 1, lower_arg, "argmax", NULL},
    {"ArgMin", "axis|keepdims|select_last_index", 1, 1, lower_arg, "argmin", NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_reduce = {
    .domain = "",
    .ops = ops,
};
