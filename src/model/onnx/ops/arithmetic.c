/* Values joined one by one: sums, products, comparisons. */
#include "model/onnx/import.h"

#include <string.h>

/* Before opset 7 the second operand is repeated only when broadcast=1, along axes from `axis` on.
 */
static enum nn_status old_operand(struct nn_onnx_import *import, struct nn_onnx_value *b,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *a = nn_onnx_input(import, 0);
    int64_t broadcast;
    int axis;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_int(import, "broadcast", 0, &broadcast, error));
    if (!broadcast && !nn_shape_equal(&a->shape, &b->shape))
        return nn_fail(error, NN_DAMAGED, "its inputs have different shapes");
    if (!nn_onnx_attr_given(import, "axis"))
        return NN_OK;
    NN_TRY(nn_onnx_attr_axis(import, 0, a->shape.rank, &axis, error));
    struct nn_shape shape = b->shape;
    if (axis + shape.rank > a->shape.rank)
        return nn_fail(error, NN_DAMAGED, "axis %d is too large", axis);
    while (axis + shape.rank < a->shape.rank)
        shape.dim[shape.rank++] = 1;
    NN_TRY(nn_onnx_reshape(import, b, &shape, b, error));
out:
    return status;
}

static enum nn_status lower_binary(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *a = nn_onnx_input(import, 0);
    struct nn_onnx_value b = *nn_onnx_input(import, 1), out;
    enum nn_status status = NN_OK;
    bool constants = nn_onnx_is_constant(a) && nn_onnx_is_constant(&b);
    if (import->model->opset < 7)
        NN_TRY(old_operand(import, &b, error));
    if (!strcmp(op->name, "Div") && !nn_onnx_type_is_real(a->type) && !constants)
        return nn_onnx_refuse(error, "division of whole numbers");
    NN_TRY(nn_onnx_binary(import, op->layer, a, &b, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* The exponent may have another type than the result. */
static enum nn_status lower_power(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *exponent = nn_onnx_input(import, 1);
    struct nn_onnx_value out;
    enum nn_status status;
    if (nn_onnx_is_constant(exponent) && exponent->tensor.count == 1 &&
        exponent->shape.rank <= nn_onnx_input(import, 0)->shape.rank) {
        double number = nn_onnx_tensor_get(&exponent->tensor, 0);
        const char *function = number == 2.0 ? "square" : number == 0.5 ? "sqrt" : NULL;
        if (function) {
            NN_TRY(nn_onnx_map(import, function, "", NULL, nn_onnx_input(import, 0), &out, error));
            nn_onnx_give(import, 0, &out);
            return NN_OK;
        }
    }
    NN_TRY(lower_binary(import, op, error));
out:
    return status;
}

/* fmod=1 is C's; else the sign is that of the divisor. */
static enum nn_status lower_mod(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                struct nn_error *error)
{
    struct nn_onnx_value out;
    int64_t fmod;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "fmod", 0, &fmod, error));
    NN_TRY(nn_onnx_binary(import, fmod ? "remainder" : "modulo", nn_onnx_input(import, 0),
                          nn_onnx_input(import, 1), &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Sum, Max, Min and Mean of any number of inputs. */
static enum nn_status lower_many(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0), count;
    enum nn_status status = NN_OK;
    for (int i = 1; i < import->node->input_count; i++) {
        if (!nn_onnx_input(import, i))
            return nn_fail(error, NN_DAMAGED, "input %d is left out", i);
        NN_TRY(nn_onnx_binary(import, op->layer, &out, nn_onnx_input(import, i), &out, error));
    }
    if (!strcmp(op->name, "Mean") && import->node->input_count > 1) {
        NN_TRY(nn_onnx_number(import, (double)import->node->input_count, &count, error));
        NN_TRY(nn_onnx_binary(import, "divide", &out, &count, &out, error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* A comparison; LessOrEqual is Less or Equal, which NaN is not, and Xor is not Equal. */
static enum nn_status lower_compare(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                    struct nn_error *error)
{
    const struct nn_onnx_value *a = nn_onnx_input(import, 0);
    struct nn_onnx_value b = *nn_onnx_input(import, 1), out, equal;
    enum nn_status status = NN_OK;
    if (import->model->opset < 7)
        NN_TRY(old_operand(import, &b, error));
    NN_TRY(nn_onnx_binary(import, op->layer, a, &b, &out, error));
    if (strstr(op->name, "OrEqual")) {
        NN_TRY(nn_onnx_binary(import, "equal", a, &b, &equal, error));
        NN_TRY(nn_onnx_binary(import, "maximum", &out, &equal, &out, error));
    }
    if (!strcmp(op->name, "Xor"))
        NN_TRY(nn_onnx_map(import, "not", "", NULL, &out, &out, error));
    NN_TRY(nn_onnx_cast(import, &out, NN_ONNX_BOOL, &out, error));
    out.type = NN_ONNX_BOOL;
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_where(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *c = nn_onnx_input(import, 0);
    struct nn_onnx_value out;
    enum nn_status status;
    (void)op;
    NN_TRY(
        nn_onnx_where(import, c, nn_onnx_input(import, 1), nn_onnx_input(import, 2), &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Add", "axis|broadcast|consumed_inputs", 2, 2, lower_binary, "add", NULL},
    {"Sub", "axis|broadcast|consumed_inputs", 2, 2, lower_binary, "subtract", NULL},
    {"Mul", "axis|broadcast|consumed_inputs", 2, 2, lower_binary, "multiply", NULL},
    {"Div", "axis|broadcast|consumed_inputs", 2, 2, lower_binary, "divide", NULL},
    {"Pow", "axis|broadcast", 2, 2, lower_power, "power", NULL},
    {"Mod", "fmod", 2, 2, lower_mod, NULL, NULL},
    {"Sum", "", 1, 1024, lower_many, "add", NULL},
    {"Mean", "", 1, 1024, lower_many, "add", NULL},
    {"Max", "", 1, 1024, lower_many, "maximum", NULL},
    {"Min", "", 1, 1024, lower_many, "minimum", NULL},
    {"And", "axis|broadcast", 2, 2, lower_compare, "multiply", NULL},
    {"Or", "axis|broadcast", 2, 2, lower_compare, "maximum", NULL},
    {"Xor", "axis|broadcast", 2, 2, lower_compare, "equal", NULL},
    {"Equal", "axis|broadcast", 2, 2, lower_compare, "equal", NULL},
    {"Less", "axis|broadcast", 2, 2, lower_compare, "less", NULL},
    {"Greater", "axis|broadcast", 2, 2, lower_compare, "greater", NULL},
    {"LessOrEqual", "", 2, 2, lower_compare, "less", NULL},
    {"GreaterOrEqual", "", 2, 2, lower_compare, "greater", NULL},
    {"Where", "", 3, 3, lower_where, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_arithmetic = {
    .domain = "",
    .ops = ops,
};
