/* Values joined one by one, cast, and reduced along axes. */
#include "engine/layers/arithmetic.h"
#include "engine/layers/reduce.h"
#include "model/onnx/value.h"

#include <stdio.h>
#include <string.h>

/* ---- two values ---- */

static double add(double a, double b)
{
    return a + b;
}

static double multiply(double a, double b)
{
    return a * b;
}

typedef double operation(double a, double b);

static operation *operation_of(const char *name)
{
    const struct nn_arithmetic *found = nn_arithmetic_find(name);
    if (found)
        return found->value;
    return !strcmp(name, "add") ? add : multiply;
}

/* The shape with axes of length 1 before it. */
static struct nn_shape lead_shape(const struct nn_shape *shape, int rank)
{
    struct nn_shape out = {.rank = rank};
    for (int i = 0; i < rank; i++)
        out.dim[i] = i < rank - shape->rank ? 1 : shape->dim[i - (rank - shape->rank)];
    return out;
}

static enum nn_status broadcast(const struct nn_shape *a, const struct nn_shape *b,
                                struct nn_shape *out, struct nn_error *error)
{
    int rank = a->rank > b->rank ? a->rank : b->rank;
    struct nn_shape x = lead_shape(a, rank), y = lead_shape(b, rank);
    out->rank = rank;
    for (int i = 0; i < rank; i++) {
        if (x.dim[i] != y.dim[i] && x.dim[i] != 1 && y.dim[i] != 1) {
            char s[NN_SHAPE_TEXT], t[NN_SHAPE_TEXT];
            return nn_fail(error, NN_DAMAGED, "the shapes %s and %s do not go together",
                           nn_shape_text(s, a), nn_shape_text(t, b));
        }
        out->dim[i] = x.dim[i] == 1 ? y.dim[i] : x.dim[i];
    }
    return NN_OK;
}

/* Where element `at` of a shape reads a smaller one. */
static size_t source_of(const struct nn_shape *out, const struct nn_shape *in, size_t at)
{
    size_t place = 0, stride = 1;
    for (int i = out->rank - 1; i >= 0; i--) {
        int axis = i - (out->rank - in->rank);
        if (axis >= 0) {
            place += in->dim[axis] == 1 ? 0 : at % out->dim[i] * stride;
            stride *= in->dim[axis];
        }
        at /= out->dim[i];
    }
    return place;
}

static enum nn_status binary_constants(struct nn_onnx_import *import, operation *f,
                                       const struct nn_onnx_value *a, const struct nn_onnx_value *b,
                                       const struct nn_shape *shape, struct nn_onnx_value *out,
                                       struct nn_error *error)
{
    struct nn_onnx_value fresh;
    unsigned char *data;
    enum nn_status status = nn_onnx_new_constant(import, a->type, shape, &fresh, &data, error);
    for (size_t i = 0; status == NN_OK && i < fresh.tensor.count; i++) {
        double x = nn_onnx_tensor_get(&a->tensor, source_of(shape, &a->shape, i));
        double y = nn_onnx_tensor_get(&b->tensor, source_of(shape, &b->shape, i));
        nn_onnx_element_set(data, a->type, i, f(x, y));
    }
    if (status == NN_OK)
        *out = fresh;
    return status;
}

/* The layer of one operand, with the rank of the result. A constant beside a value in another
 * order follows it. */
static enum nn_status operand(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                              const struct nn_onnx_value *ordered, const struct nn_shape *shape,
                              int *node, struct nn_error *error)
{
    struct nn_onnx_value wide = *value;
    enum nn_status status = NN_OK;
    if (value->kind == NN_ONNX_RUNTIME) {
        if (ordered) {
            *node = value->node;
            return NN_OK;
        }
        if (import->lead && value->shape.rank < shape->rank)
            return nn_onnx_refuse_mixing(import, error);
        NN_TRY(nn_onnx_plain(import, value, node, error));
        struct nn_shape led = lead_shape(&value->shape, shape->rank);
        struct nn_shape sample = nn_onnx_sample(import, &led);
        NN_TRY(nn_onnx_reshape_layer(import, node, &sample, error));
        return NN_OK;
    }
    wide.shape = wide.tensor.shape = lead_shape(&value->shape, shape->rank);
    if (ordered) {
        int order[NN_MAX_RANK] = {0}; /* axis order[i] of the layer is axis i of the sample */
        for (int i = 0; i < ordered->order_rank; i++)
            order[ordered->order[i] + 1] = i + 1;
        NN_TRY(nn_onnx_permute_constant(import, &wide, order, &wide, error));
    }
    NN_TRY(nn_onnx_plain(import, &wide, node, error));
out:
    return status;
}

/* Whether the order of the operands can stay: that operand, else NULL. */
static const struct nn_onnx_value *kept_order(const struct nn_onnx_value *a,
                                              const struct nn_onnx_value *b, int rank)
{
    const struct nn_onnx_value *runtime = a->kind == NN_ONNX_RUNTIME ? a : b;
    const struct nn_onnx_value *other = runtime == a ? b : a;
    if (!runtime->ordered || runtime->flat || runtime->shape.rank != rank)
        return NULL;
    if (other->kind == NN_ONNX_RUNTIME && !(nn_onnx_same_order(a, b) && other->shape.rank == rank))
        return NULL;
    return runtime;
}

enum nn_status nn_onnx_binary(struct nn_onnx_import *import, const char *op,
                              const struct nn_onnx_value *a, const struct nn_onnx_value *b,
                              struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_shape shape;
    char args[48] = "";
    int nodes[2], node;
    bool plain = !strcmp(op, "add") || !strcmp(op, "multiply");
    enum nn_status status;
    NN_TRY(broadcast(&a->shape, &b->shape, &shape, error));
    if (a->kind == NN_ONNX_CONSTANT && b->kind == NN_ONNX_CONSTANT)
        return binary_constants(import, operation_of(op), a, b, &shape, out, error);
    const struct nn_onnx_value *order = kept_order(a, b, shape.rank);
    NN_TRY(operand(import, a, order, &shape, &nodes[0], error));
    NN_TRY(operand(import, b, order, &shape, &nodes[1], error));
    if (!plain)
        snprintf(args, sizeof args, "operation=%s", op);
    NN_TRY(nn_onnx_layer(import, plain ? op : "arithmetic", args, nodes, 2, &node, error));
    struct nn_onnx_value fresh = nn_onnx_runtime(node, a->type, &shape);
    if (order) {
        fresh.ordered = true;
        fresh.order_rank = order->order_rank;
        memcpy(fresh.order, order->order, sizeof fresh.order);
    }
    *out = fresh;
out:
    return status;
}

enum nn_status nn_onnx_where(struct nn_onnx_import *import, const struct nn_onnx_value *c,
                             const struct nn_onnx_value *a, const struct nn_onnx_value *b,
                             struct nn_onnx_value *out, struct nn_error *error)
{
    const struct nn_onnx_value *in[] = {c, a, b};
    struct nn_onnx_value fresh;
    struct nn_shape shape;
    unsigned char *data;
    int nodes[3], node;
    bool constant = true;
    enum nn_status status;
    NN_TRY(broadcast(&c->shape, &a->shape, &shape, error));
    NN_TRY(broadcast(&shape, &b->shape, &shape, error));
    for (int k = 0; k < 3; k++)
        constant &= in[k]->kind == NN_ONNX_CONSTANT;
    if (constant) {
        NN_TRY(nn_onnx_new_constant(import, a->type, &shape, &fresh, &data, error));
        for (size_t i = 0; i < fresh.tensor.count; i++) {
            bool first = nn_onnx_tensor_get(&c->tensor, source_of(&shape, &c->shape, i)) != 0;
            const struct nn_onnx_tensor *from = first ? &a->tensor : &b->tensor;
            nn_onnx_element_set(data, a->type, i,
                                nn_onnx_tensor_get(from, source_of(&shape, &from->shape, i)));
        }
        *out = fresh;
        return NN_OK;
    }
    for (int k = 0; k < 3; k++)
        NN_TRY(operand(import, in[k], NULL, &shape, &nodes[k], error));
    NN_TRY(nn_onnx_layer(import, "where", "", nodes, 3, &node, error));
    *out = nn_onnx_runtime(node, a->type, &shape);
out:
    return status;
}

enum nn_status nn_onnx_cast(struct nn_onnx_import *import, const struct nn_onnx_value *in, int type,
                            struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_onnx_value fresh = *in;
    unsigned char *data;
    bool real = nn_onnx_type_is_real(type), truth = type == NN_ONNX_BOOL;
    enum nn_status status = NN_OK;
    if (nn_onnx_type_size(type) == 0)
        return nn_onnx_refuse(error, "values of type %s", nn_onnx_type_name(type));
    if (in->kind == NN_ONNX_CONSTANT && in->type != type) {
        NN_TRY(nn_onnx_new_constant(import, type, &in->shape, &fresh, &data, error));
        for (size_t i = 0; i < in->tensor.count; i++)
            nn_onnx_element_set(data, type, i, nn_onnx_tensor_get(&in->tensor, i));
        fresh.tensor.name = in->tensor.name;
    } else if (in->kind == NN_ONNX_RUNTIME && in->type != NN_ONNX_BOOL) {
        if (truth)
            NN_TRY(nn_onnx_map(import, "nonzero", "", NULL, in, &fresh, error));
        else if (!real && nn_onnx_type_is_real(in->type))
            NN_TRY(nn_onnx_map(import, "trunc", "", NULL, in, &fresh, error));
    }
    fresh.type = type;
    *out = fresh;
out:
    return status;
}

/* ---- along axes ---- */

static enum nn_status reduce_constant(struct nn_onnx_import *import, const char *op,
                                      const struct nn_onnx_value *in, const struct nn_shape *shape,
                                      struct nn_onnx_value *out, struct nn_error *error)
{
    const struct nn_reduction *reduction = nn_reduction_find(op);
    unsigned char *data;
    struct nn_onnx_value sums, fresh;
    if (!reduction)
        return nn_onnx_refuse(error, "%s of constants", op);
    enum nn_status status;
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_DOUBLE, shape, &sums, &data, error));
    if (sums.tensor.count == 0)
        return nn_onnx_refuse(error, "an empty tensor");
    for (size_t i = 0; i < sums.tensor.count; i++)
        nn_onnx_element_set(data, NN_ONNX_DOUBLE, i, reduction->start);
    for (size_t i = 0; i < in->tensor.count; i++) {
        size_t to = source_of(&in->shape, shape, i);
        nn_onnx_element_set(data, NN_ONNX_DOUBLE, to,
                            reduction->step(nn_onnx_tensor_get(&sums.tensor, to),
                                            nn_onnx_tensor_get(&in->tensor, i)));
    }
    NN_TRY(nn_onnx_new_constant(import, in->type, shape, &fresh, &data, error));
    for (size_t i = 0; i < sums.tensor.count; i++) {
        double sum = nn_onnx_tensor_get(&sums.tensor, i);
        nn_onnx_element_set(
            data, in->type, i,
            reduction->end ? reduction->end(sum, in->tensor.count / sums.tensor.count) : sum);
    }
    *out = fresh;
out:
    return status;
}

/* The mean of feature maps is a layer of its own, which the explanations know. */
static const char *global_layer(const struct nn_onnx_import *import, const char *op,
                                const struct nn_onnx_value *in, const bool *axes)
{
    int rank = in->shape.rank - import->lead;
    if (!import->lead || rank < 2 || rank > 3 || axes[1])
        return NULL;
    for (int i = 2; i < in->shape.rank; i++)
        if (!axes[i])
            return NULL;
    if (!strcmp(op, "mean"))
        return rank == 3 ? "globalavgpool2d" : "globalavgpool1d";
    if (!strcmp(op, "max"))
        return rank == 3 ? "globalmaxpool2d" : "globalmaxpool1d";
    return NULL;
}

enum nn_status nn_onnx_reduce(struct nn_onnx_import *import, const char *op,
                              const struct nn_onnx_value *in, const bool *axes,
                              struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_shape shape = in->shape;
    int order[NN_MAX_RANK];
    bool there[NN_MAX_RANK] = {false}; /* of the layer's axes */
    char args[96];
    const char *global;
    enum nn_status status;
    for (int i = 0; i < shape.rank; i++)
        if (axes[i])
            shape.dim[i] = 1;
    if (in->kind == NN_ONNX_CONSTANT)
        return reduce_constant(import, op, in, &shape, out, error);
    if (import->lead && axes[0])
        return nn_onnx_refuse_mixing(import, error);
    struct nn_onnx_value layer = nn_onnx_as_layer(import, in, order);
    for (int i = 0; i < shape.rank; i++)
        there[order[i]] = axes[i];
    int used = snprintf(args, sizeof args, "operation=%s", op), found = 0;
    for (int i = import->lead; i < shape.rank; i++)
        if (there[i]) {
            used += snprintf(args + used, sizeof args - (size_t)used, found ? "x%d" : " axes=%d",
                             i + 1 - import->lead);
            found++;
        }
    if (found == 0 && shape.rank > import->lead) {
        *out = *in; /* along no axis */
        return NN_OK;
    }
    global = global_layer(import, op, &layer, there);
    for (int i = 0; i < shape.rank; i++)
        layer.shape.dim[order[i]] = shape.dim[i];
    NN_TRY(nn_onnx_apply(import, global ? global : "reduce", global ? "" : args, &layer,
                         &layer.shape, &layer, error));
    NN_TRY(nn_onnx_permute(import, &layer, order, out, error));
out:
    return status;
}
