/* Shapes, and constants that are made of them. */
#include "base/mem.h"
#include "model/onnx/import.h"

#include <math.h>
#include <string.h>

static enum nn_status give_reshaped(struct nn_onnx_import *import, const struct nn_shape *shape,
                                    struct nn_error *error)
{
    struct nn_onnx_value out;
    enum nn_status status = nn_onnx_reshape(import, nn_onnx_input(import, 0), shape, &out, error);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

/* 0 copies a length, -1 is what is left. */
static enum nn_status lower_reshape(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_list list;
    struct nn_shape shape = {0};
    size_t total, known = 1;
    int64_t allow_zero;
    int rest = -1;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_list_of(import, 1, "shape", &list, error));
    NN_TRY(nn_onnx_attr_int(import, "allowzero", 0, &allow_zero, error));
    if (list.count < 0 || list.count > NN_MAX_RANK)
        return nn_onnx_refuse(error, "a shape of %d axes", list.count);
    NN_TRY(nn_shape_count(&in->shape, &total, error));
    shape.rank = list.count;
    for (int i = 0; i < list.count; i++) {
        int64_t length = list.at[i];
        if (length == 0 && !allow_zero && i < in->shape.rank)
            length = (int64_t)in->shape.dim[i];
        if (length == -1 && rest < 0) {
            rest = i;
            length = 1;
        }
        if (length < 0)
            return nn_fail(error, NN_DAMAGED, "a length of %lld", (long long)length);
        shape.dim[i] = (size_t)length;
    }
    NN_TRY(nn_shape_count(&shape, &known, error));
    if (rest >= 0 && known > 0)
        shape.dim[rest] = total / known;
    NN_TRY(give_reshaped(import, &shape, error));
out:
    return status;
}

/* Two axes: those before `axis`, and the others. */
static enum nn_status lower_flatten(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_shape shape = {.rank = 2, .dim = {1, 1}};
    int64_t axis;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "axis", 1, &axis, error));
    if (axis < -in->shape.rank || axis > in->shape.rank)
        return nn_fail(error, NN_DAMAGED, "axis %lld", (long long)axis);
    axis = axis < 0 ? axis + in->shape.rank : axis;
    for (int i = 0; i < in->shape.rank; i++)
        shape.dim[i >= axis] *= in->shape.dim[i];
    NN_TRY(give_reshaped(import, &shape, error));
out:
    return status;
}

static enum nn_status lower_squeeze(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_list list;
    struct nn_shape shape = {0};
    bool leave[NN_MAX_RANK] = {false};
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_list_of(import, 1, "axes", &list, error));
    for (int i = 0; i < list.count; i++) {
        int axis;
        NN_TRY(nn_onnx_axis(list.at[i], in->shape.rank, &axis, error));
        if (in->shape.dim[axis] != 1)
            return nn_fail(error, NN_DAMAGED, "axis %d has the length %zu, not 1", axis,
                           in->shape.dim[axis]);
        leave[axis] = true;
    }
    for (int i = 0; i < in->shape.rank; i++)
        if (!leave[i] && !(list.count < 0 && in->shape.dim[i] == 1))
            shape.dim[shape.rank++] = in->shape.dim[i];
    NN_TRY(give_reshaped(import, &shape, error));
out:
    return status;
}

static enum nn_status lower_unsqueeze(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                      struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_list list;
    struct nn_shape shape = {0};
    bool fresh[NN_MAX_RANK] = {false};
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_list_of(import, 1, "axes", &list, error));
    shape.rank = in->shape.rank + (list.count < 0 ? 0 : list.count);
    if (shape.rank > NN_MAX_RANK)
        return nn_fail(error, NN_LIMIT, "more than %d axes", NN_MAX_RANK);
    for (int i = 0; i < list.count; i++) {
        int axis;
        NN_TRY(nn_onnx_axis(list.at[i], shape.rank, &axis, error));
        if (fresh[axis])
            return nn_fail(error, NN_DAMAGED, "axis %d is named twice", axis);
        fresh[axis] = true;
    }
    for (int i = 0, from = 0; i < shape.rank; i++)
        shape.dim[i] = fresh[i] ? 1 : in->shape.dim[from++];
    NN_TRY(give_reshaped(import, &shape, error));
out:
    return status;
}

static enum nn_status lower_transpose(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                      struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value out;
    struct nn_onnx_list list;
    int order[NN_MAX_RANK], rank = in->shape.rank;
    unsigned seen = 0;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_list(import, "perm", &list, error));
    if (list.count >= 0 && list.count != rank)
        return nn_fail(error, NN_DAMAGED, "its attribute perm has %d numbers", list.count);
    for (int i = 0; i < rank; i++) {
        int64_t axis = list.count < 0 ? rank - 1 - i : list.at[i];
        if (axis < 0 || axis >= rank || seen >> axis & 1)
            return nn_fail(error, NN_DAMAGED, "its attribute perm does not name each axis once");
        seen |= 1u << axis;
        order[i] = (int)axis;
    }
    NN_TRY(nn_onnx_permute(import, in, order, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Identity, and in inference Dropout; a mask of Dropout is all true. */
static enum nn_status lower_identity(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                     struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    enum nn_status status = NN_OK;
    (void)op;
    const struct nn_onnx_value *training = nn_onnx_input(import, 2);
    if (training && (!nn_onnx_is_constant(training) || training->tensor.count != 1 ||
                     nn_onnx_tensor_get(&training->tensor, 0) != 0))
        return nn_onnx_refuse(error, "training_mode: export the model in inference mode");
    if (nn_onnx_has_output(import, 1))
        return nn_onnx_refuse(error, "its second output, the mask");
    nn_onnx_give(import, 0, &out);
    return status;
}

static enum nn_status lower_cast(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_onnx_value out;
    int64_t to = NN_ONNX_UNDEFINED;
    enum nn_status status = NN_OK;
    if (!strcmp(op->name, "CastLike"))
        to = nn_onnx_input(import, 1)->type;
    else
        NN_TRY(nn_onnx_attr_int(import, "to", 0, &to, error));
    if (to < 0 || to > 64)
        return nn_fail(error, NN_DAMAGED, "its attribute to is %lld", (long long)to);
    NN_TRY(nn_onnx_cast(import, nn_onnx_input(import, 0), (int)to, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* A constant of whole numbers. */
static enum nn_status give_numbers(struct nn_onnx_import *import, const struct nn_shape *shape,
                                   const int64_t *numbers, struct nn_error *error)
{
    struct nn_onnx_value out;
    unsigned char *data;
    enum nn_status status = nn_onnx_new_constant(import, NN_ONNX_INT64, shape, &out, &data, error);
    for (size_t i = 0; status == NN_OK && i < out.tensor.count; i++)
        nn_onnx_element_set(data, NN_ONNX_INT64, i, (double)numbers[i]);
    if (status == NN_OK)
        nn_onnx_give(import, 0, &out);
    return status;
}

static enum nn_status lower_shape(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_shape *in = &nn_onnx_input(import, 0)->shape;
    int64_t numbers[NN_MAX_RANK], start, end;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "start", 0, &start, error));
    NN_TRY(nn_onnx_attr_int(import, "end", in->rank, &end, error));
    start = start < 0 ? start + in->rank : start;
    end = end < 0 ? end + in->rank : end;
    start = start < 0 ? 0 : start > in->rank ? in->rank : start;
    end = end < start ? start : end > in->rank ? in->rank : end;
    for (int i = 0; i < in->rank; i++)
        numbers[i] = (int64_t)in->dim[i];
    struct nn_shape shape = {.rank = 1, .dim = {(size_t)(end - start)}};
    NN_TRY(give_numbers(import, &shape, numbers + start, error));
out:
    return status;
}

static enum nn_status lower_size(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_shape scalar = {0};
    size_t count;
    (void)op;
    enum nn_status status = nn_shape_count(&nn_onnx_input(import, 0)->shape, &count, error);
    int64_t number = (int64_t)count;
    return status == NN_OK ? give_numbers(import, &scalar, &number, error) : status;
}

static enum nn_status lower_constant(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                     struct nn_error *error)
{
    static const char *const names[] = {"value", "value_float", "value_floats", "value_int",
                                        "value_ints"};
    struct nn_onnx_value out;
    bool found = false;
    enum nn_status status = NN_OK;
    (void)op;
    for (size_t i = 0; i < sizeof names / sizeof *names && !found; i++)
        NN_TRY(nn_onnx_attr_value(import, names[i], &out, &found, error));
    if (!found)
        return nn_onnx_refuse(error, "a constant that is no number or tensor");
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* The lengths that a constant of shapes tells. */
static enum nn_status shape_of(const struct nn_onnx_value *value, struct nn_shape *shape,
                               struct nn_error *error)
{
    struct nn_onnx_list list;
    enum nn_status status = nn_onnx_constant_list(value, "shape", &list, error);
    if (status != NN_OK)
        return status;
    if (list.count > NN_MAX_RANK)
        return nn_fail(error, NN_LIMIT, "more than %d axes", NN_MAX_RANK);
    *shape = (struct nn_shape){.rank = list.count};
    for (int i = 0; i < list.count; i++) {
        if (list.at[i] < 0 || list.at[i] > INT32_MAX)
            return nn_fail(error, NN_DAMAGED, "a length of %lld", (long long)list.at[i]);
        shape->dim[i] = (size_t)list.at[i];
    }
    return NN_OK;
}

static enum nn_status lower_constant_of_shape(struct nn_onnx_import *import,
                                              const struct nn_onnx_op *op, struct nn_error *error)
{
    struct nn_onnx_value out, value;
    struct nn_shape shape;
    unsigned char *data;
    bool found;
    enum nn_status status;
    (void)op;
    NN_TRY(shape_of(nn_onnx_input(import, 0), &shape, error));
    NN_TRY(nn_onnx_attr_value(import, "value", &value, &found, error));
    if (!found)
        NN_TRY(nn_onnx_number(import, 0.0, &value, error));
    if (value.tensor.count != 1)
        return nn_fail(error, NN_DAMAGED, "its value is not one number");
    NN_TRY(nn_onnx_new_constant(import, value.type, &shape, &out, &data, error));
    size_t size = nn_onnx_type_size(value.type);
    for (size_t i = 0; i < out.tensor.count; i++)
        memcpy(data + i * size, value.tensor.data, size);
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_range(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    double start, limit, delta;
    struct nn_onnx_value out;
    unsigned char *data;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_constant_number(nn_onnx_input(import, 0), "start", &start, error));
    NN_TRY(nn_onnx_constant_number(nn_onnx_input(import, 1), "limit", &limit, error));
    NN_TRY(nn_onnx_constant_number(nn_onnx_input(import, 2), "delta", &delta, error));
    double count = ceil((limit - start) / delta);
    if (!isfinite(count) || count > 1e9)
        return nn_fail(error, NN_LIMIT, "a range of too many numbers");
    struct nn_shape shape = {.rank = 1, .dim = {count > 0 ? (size_t)count : 0}};
    int type = nn_onnx_input(import, 0)->type;
    NN_TRY(nn_onnx_new_constant(import, type, &shape, &out, &data, error));
    for (size_t i = 0; i < out.tensor.count; i++)
        nn_onnx_element_set(data, type, i, start + (double)i * delta);
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_eye(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_value out;
    unsigned char *data;
    int64_t k, type;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "k", 0, &k, error));
    NN_TRY(nn_onnx_attr_int(import, "dtype", in->type, &type, error));
    if (in->shape.rank != 2 || type < 0 || type > 64)
        return nn_fail(error, NN_DAMAGED, "its input is no matrix, or its dtype unknown");
    NN_TRY(nn_onnx_new_constant(import, (int)type, &in->shape, &out, &data, error));
    for (size_t i = 0; i < out.tensor.count; i++)
        nn_onnx_element_set(data, (int)type, i,
                            (int64_t)(i % in->shape.dim[1]) - (int64_t)(i / in->shape.dim[1]) == k);
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Reshape", "allowzero|shape|consumed_inputs", 1, 2, lower_reshape, NULL, NULL},
    {"Flatten", "axis", 1, 1, lower_flatten, NULL, NULL},
    {"Squeeze", "axes", 1, 2, lower_squeeze, NULL, NULL},
    {"Unsqueeze", "axes", 1, 2, lower_unsqueeze, NULL, NULL},
    {"Transpose", "perm", 1, 1, lower_transpose, NULL, NULL},
    {"Identity", "", 1, 1, lower_identity, NULL, NULL},
    {"Dropout", "ratio|seed|is_test", 1, 3, lower_identity, NULL, NULL},
    {"Cast", "to|saturate", 1, 1, lower_cast, NULL, NULL},
    {"CastLike", "saturate", 2, 2, lower_cast, NULL, NULL},
    {"Shape", "start|end", 1, 1, lower_shape, NULL, NULL},
    {"Size", "", 1, 1, lower_size, NULL, NULL},
    {"Constant", "value|value_float|value_floats|value_int|value_ints", 0, 0, lower_constant, NULL,
     NULL},
    {"ConstantOfShape", "value", 1, 1, lower_constant_of_shape, NULL, NULL},
    {"Range", "", 3, 3, lower_range, NULL, NULL},
    {"EyeLike", "dtype|k", 1, 1, lower_eye, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_shape = {
    .domain = "",
    .ops = ops,
};
