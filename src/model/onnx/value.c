/* What operators are made of: the same for constants, which are computed at once, and for runtime
 * values, which become layers. */
#include "model/onnx/value.h"
#include "base/mem.h"
#include "engine/layers/function.h"

#include <stdio.h>
#include <string.h>

/* ---- constants ---- */

enum nn_status nn_onnx_new_constant(struct nn_onnx_import *import, int type,
                                    const struct nn_shape *shape, struct nn_onnx_value *value,
                                    unsigned char **data, struct nn_error *error)
{
    struct nn_onnx_value fresh = {.kind = NN_ONNX_CONSTANT, .type = type, .shape = *shape};
    size_t bytes, size = nn_onnx_type_size(type);
    enum nn_status status = nn_shape_count(shape, &fresh.tensor.count, error);
    if (status != NN_OK)
        return status;
    if (size == 0)
        return nn_onnx_refuse(error, "constants of type %s", nn_onnx_type_name(type));
    if (!nn_size_mul(fresh.tensor.count, size, &bytes) || bytes + 64 > import->room)
        return nn_fail(error, NN_LIMIT, "its constants take more memory than the file warrants");
    *data = nn_arena_alloc(import->arena, fresh.tensor.count ? fresh.tensor.count : 1, size);
    if (!*data)
        return nn_fail_memory(error, bytes);
    import->room -= bytes + 64;
    fresh.tensor.type = type;
    fresh.tensor.shape = *shape;
    fresh.tensor.data = *data;
    *value = fresh;
    return NN_OK;
}

enum nn_status nn_onnx_number(struct nn_onnx_import *import, double number,
                              struct nn_onnx_value *value, struct nn_error *error)
{
    struct nn_shape scalar = {0};
    unsigned char *data;
    enum nn_status status =
        nn_onnx_new_constant(import, NN_ONNX_FLOAT, &scalar, value, &data, error);
    if (status == NN_OK)
        nn_onnx_element_set(data, NN_ONNX_FLOAT, 0, number);
    return status;
}

/* ---- shapes ---- */

enum nn_status nn_onnx_reshape_layer(struct nn_onnx_import *import, int *node,
                                     const struct nn_shape *sample, struct nn_error *error)
{
    char args[NN_SHAPE_TEXT + 16], text[NN_SHAPE_TEXT];
    const struct nn_shape *there = &import->net->nodes[*node]->shape;
    if (nn_shape_equal(there, sample))
        return NN_OK;
    if (sample->rank == 1 && there->rank > 1)
        return nn_onnx_layer(import, "flatten", "", node, 1, node, error);
    snprintf(args, sizeof args, "shape=%s", nn_shape_text(text, sample));
    return nn_onnx_layer(import, "reshape", args, node, 1, node, error);
}

enum nn_status nn_onnx_reshape(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                               const struct nn_shape *shape, struct nn_onnx_value *out,
                               struct nn_error *error)
{
    size_t from, to;
    int node;
    struct nn_onnx_value fresh = *in;
    enum nn_status status;
    NN_TRY(nn_shape_count(&in->shape, &from, error));
    NN_TRY(nn_shape_count(shape, &to, error));
    if (from != to) {
        char a[NN_SHAPE_TEXT], b[NN_SHAPE_TEXT];
        return nn_fail(error, NN_DAMAGED, "%s cannot become %s", nn_shape_text(a, &in->shape),
                       nn_shape_text(b, shape));
    }
    fresh.shape = *shape;
    if (in->kind == NN_ONNX_CONSTANT) {
        fresh.tensor.shape = *shape;
        *out = fresh;
        return NN_OK;
    }
    if (nn_shape_equal(&in->shape, shape)) {
        *out = fresh;
        return NN_OK;
    }
    if (import->lead && (shape->rank == 0 || shape->dim[0] != in->shape.dim[0]))
        return nn_onnx_refuse_mixing(import, error);
    if (in->ordered && !in->flat && shape->rank == 2) {
        fresh.flat = true; /* a dense layer can take its weights in this order */
        *out = fresh;
        return NN_OK;
    }
    struct nn_shape sample = nn_onnx_sample(import, shape);
    NN_TRY(nn_onnx_plain(import, in, &node, error));
    NN_TRY(nn_onnx_reshape_layer(import, &node, &sample, error));
    *out = nn_onnx_runtime(node, in->type, shape);
out:
    return status;
}

/* ---- order ---- */

static void permuted_shape(const struct nn_shape *in, const int *order, struct nn_shape *out)
{
    out->rank = in->rank;
    for (int i = 0; i < in->rank; i++)
        out->dim[i] = in->dim[order[i]];
}

/* Copies element `from` of a tensor to element `to` of data of its type. */
static void copy_element(const struct nn_onnx_tensor *in, size_t from, unsigned char *out,
                         size_t to)
{
    size_t size = nn_onnx_type_size(in->type);
    memcpy(out + to * size, in->data + from * size, size);
}

enum nn_status nn_onnx_permute_constant(struct nn_onnx_import *import,
                                        const struct nn_onnx_value *in, const int *order,
                                        struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_shape shape;
    size_t strides[NN_MAX_RANK], place[NN_MAX_RANK] = {0}, stride = 1, from = 0;
    struct nn_onnx_value fresh; /* `out` may be `in` */
    unsigned char *data;
    permuted_shape(&in->shape, order, &shape);
    enum nn_status status = nn_onnx_new_constant(import, in->type, &shape, &fresh, &data, error);
    if (status != NN_OK)
        return status;
    for (int i = in->shape.rank - 1; i >= 0; i--) {
        strides[i] = stride;
        stride *= in->shape.dim[i];
    }
    for (size_t to = 0; to < fresh.tensor.count; to++) {
        copy_element(&in->tensor, from, data, to);
        for (int i = shape.rank - 1; i >= 0; i--) { /* counts up in the output */
            from += strides[order[i]];
            if (++place[i] < shape.dim[i])
                break;
            from -= place[i] * strides[order[i]];
            place[i] = 0;
        }
    }
    fresh.tensor.name = in->tensor.name; /* a weight is named after its module */
    *out = fresh;
    return NN_OK;
}

enum nn_status nn_onnx_permute(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                               const int *order, struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_onnx_value fresh = *in;
    int lead = import->lead, rank = in->shape.rank - lead;
    bool same = true;
    enum nn_status status = NN_OK;
    for (int i = 0; i < in->shape.rank; i++)
        same &= order[i] == i;
    if (same) {
        *out = *in;
        return NN_OK;
    }
    same = true;
    if (in->kind == NN_ONNX_CONSTANT)
        return nn_onnx_permute_constant(import, in, order, out, error);
    if (lead && order[0] != 0)
        return nn_onnx_refuse_mixing(import, error);
    if (in->ordered && in->flat) {
        NN_TRY(nn_onnx_plain(import, in, &fresh.node, error));
        fresh.ordered = fresh.flat = false;
    }
    permuted_shape(&in->shape, order, &fresh.shape);
    for (int i = 0; i < rank; i++) {
        int axis = order[i + lead] - lead;
        fresh.order[i] = in->ordered && !in->flat ? in->order[axis] : axis;
        same &= fresh.order[i] == i;
    }
    fresh.ordered = !same;
    fresh.order_rank = rank;
    *out = fresh;
out:
    return status;
}

struct nn_onnx_value nn_onnx_as_layer(const struct nn_onnx_import *import,
                                      const struct nn_onnx_value *in, int order[NN_MAX_RANK])
{
    struct nn_onnx_value layer = *in;
    int lead = import->lead;
    bool moved = in->kind == NN_ONNX_RUNTIME && in->ordered && !in->flat;
    for (int i = 0; i < in->shape.rank; i++) {
        order[i] = moved && i >= lead ? in->order[i - lead] + lead : i;
        layer.shape.dim[order[i]] = in->shape.dim[i];
    }
    if (moved)
        layer.ordered = false;
    return layer;
}

/* ---- places along an axis ---- */

static enum nn_status take_constant(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                    int axis, const int64_t *indices, const struct nn_shape *shape,
                                    struct nn_onnx_value *out, struct nn_error *error)
{
    size_t inner = 1, outer = 1, size = nn_onnx_type_size(in->type);
    struct nn_onnx_value fresh; /* `out` may be `in` */
    unsigned char *data;
    enum nn_status status = nn_onnx_new_constant(import, in->type, shape, &fresh, &data, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < shape->rank; i++)
        if (i != axis)
            *(i < axis ? &outer : &inner) *= shape->dim[i];
    size_t length = in->shape.dim[axis], count = shape->dim[axis];
    for (size_t r = 0; r < outer; r++)
        for (size_t i = 0; i < count; i++)
            memcpy(data + (r * count + i) * inner * size,
                   in->tensor.data + (r * length + (size_t)indices[i]) * inner * size,
                   inner * size);
    *out = fresh;
    return NN_OK;
}

/* "axis=1 start=0 count=4 step=1", or the indices one by one. */
static enum nn_status take_args(int axis, const int64_t *indices, size_t count,
                                struct nn_buffer *args, struct nn_error *error)
{
    int64_t step = count > 1 ? indices[1] - indices[0] : 1;
    bool even = true;
    for (size_t i = 1; i < count; i++)
        even &= indices[i] - indices[i - 1] == step;
    if (even) {
        nn_buffer_printf(args, "axis=%d start=%lld count=%zu step=%lld", axis,
                         (long long)indices[0], count, (long long)step);
    } else {
        nn_buffer_printf(args, "axis=%d indices=", axis);
        for (size_t i = 0; i < count; i++)
            nn_buffer_printf(args, i ? ",%lld" : "%lld", (long long)indices[i]);
    }
    return nn_buffer_check(args, error);
}

static bool is_all(const int64_t *indices, size_t count, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (indices[i] != (int64_t)i)
            return false;
    return count == length;
}

enum nn_status nn_onnx_take(struct nn_onnx_import *import, const struct nn_onnx_value *in, int axis,
                            const int64_t *indices, size_t count, struct nn_onnx_value *out,
                            struct nn_error *error)
{
    struct nn_shape shape = in->shape;
    struct nn_onnx_value layer;
    int order[NN_MAX_RANK];
    struct nn_buffer args;
    enum nn_status status = NN_OK;
    nn_buffer_init(&args, 0);
    for (size_t i = 0; i < count; i++)
        if (indices[i] < 0 || (size_t)indices[i] >= shape.dim[axis])
            return nn_fail(error, NN_DAMAGED, "place %lld of an axis of length %zu",
                           (long long)indices[i], shape.dim[axis]);
    if (is_all(indices, count, shape.dim[axis])) {
        *out = *in;
        return NN_OK;
    }
    shape.dim[axis] = count;
    if (in->kind == NN_ONNX_CONSTANT)
        return take_constant(import, in, axis, indices, &shape, out, error);
    if (axis < import->lead)
        return nn_onnx_refuse_mixing(import, error);
    if (count == 0)
        return nn_onnx_refuse(error, "its output is empty");
    layer = nn_onnx_as_layer(import, in, order);
    layer.shape.dim[order[axis]] = count;
    NN_TRY(take_args(order[axis] + 1 - import->lead, indices, count, &args, error));
    NN_TRY(nn_onnx_apply(import, "take", args.data, &layer, &layer.shape, &layer, error));
    NN_TRY(nn_onnx_permute(import, &layer, order, out, error));
out:
    nn_buffer_clear(&args);
    return status;
}

int64_t *nn_onnx_indices(struct nn_onnx_import *import, size_t count, struct nn_error *error)
{
    int64_t *indices = NULL;
    if (count <= import->room / sizeof *indices)
        indices = nn_arena_alloc(import->arena, count ? count : 1, sizeof *indices);
    if (!indices) {
        nn_fail_memory(error, count * sizeof *indices);
        return NULL;
    }
    import->room -= count * sizeof *indices;
    return indices;
}

enum nn_status nn_onnx_take_range(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                  int axis, int64_t start, int64_t step, size_t count,
                                  struct nn_onnx_value *out, struct nn_error *error)
{
    int64_t *indices = nn_onnx_indices(import, count, error);
    if (!indices)
        return NN_MEMORY;
    for (size_t i = 0; i < count; i++)
        indices[i] = start + (int64_t)i * step;
    return nn_onnx_take(import, in, axis, indices, count, out, error);
}

/* ---- side by side ---- */

static enum nn_status concat_constants(struct nn_onnx_import *import,
                                       struct nn_onnx_value *const *in, int count, int axis,
                                       const struct nn_shape *shape, struct nn_onnx_value *out,
                                       struct nn_error *error)
{
    size_t outer = 1, size = nn_onnx_type_size(in[0]->type), at = 0;
    struct nn_onnx_value fresh; /* `out` may be `in` */
    unsigned char *data;
    enum nn_status status = nn_onnx_new_constant(import, in[0]->type, shape, &fresh, &data, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < axis; i++)
        outer *= shape->dim[i];
    for (size_t r = 0; r < outer; r++)
        for (int k = 0; k < count; k++) {
            size_t bytes = in[k]->tensor.count / outer * size;
            memcpy(data + at, in[k]->tensor.data + r * bytes, bytes);
            at += bytes;
        }
    *out = fresh;
    return NN_OK;
}

bool nn_onnx_same_order(const struct nn_onnx_value *a, const struct nn_onnx_value *b)
{
    return a->ordered && b->ordered && !a->flat && !b->flat && a->order_rank == b->order_rank &&
           !memcmp(a->order, b->order, (size_t)a->order_rank * sizeof *a->order);
}

/* The layers of all inputs; *kept tells that they are all in one order, which stays. */
static enum nn_status nodes_of(struct nn_onnx_import *import, struct nn_onnx_value *const *in,
                               int count, int *nodes, bool *kept, struct nn_error *error)
{
    *kept = true;
    for (int k = 0; k < count; k++)
        *kept &= in[k]->kind == NN_ONNX_RUNTIME && nn_onnx_same_order(in[0], in[k]);
    for (int k = 0; k < count; k++) {
        enum nn_status status = NN_OK;
        if (*kept)
            nodes[k] = in[k]->node;
        else
            status = nn_onnx_plain(import, in[k], &nodes[k], error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

/* A constant beside runtime values stands for every sample. */
static enum nn_status concat_nodes(struct nn_onnx_import *import, struct nn_onnx_value *const *in,
                                   int count, int axis, const struct nn_shape *shape,
                                   struct nn_onnx_value *out, struct nn_error *error)
{
    int nodes[NN_MAX_INPUTS], node;
    char args[32];
    bool kept;
    enum nn_status status;
    if (axis < import->lead)
        return nn_onnx_refuse_mixing(import, error);
    NN_TRY(nodes_of(import, in, count, nodes, &kept, error));
    int place = axis - import->lead;
    snprintf(args, sizeof args, "axis=%d", 1 + (kept ? in[0]->order[place] : place));
    NN_TRY(nn_onnx_layer(import, "concat", args, nodes, count, &node, error));
    struct nn_onnx_value fresh = nn_onnx_runtime(node, in[0]->type, shape);
    if (kept) {
        fresh.ordered = true;
        fresh.order_rank = in[0]->order_rank;
        memcpy(fresh.order, in[0]->order, sizeof fresh.order);
    }
    *out = fresh;
out:
    return status;
}

enum nn_status nn_onnx_concat(struct nn_onnx_import *import, struct nn_onnx_value *const *in,
                              int count, int axis, struct nn_onnx_value *out,
                              struct nn_error *error)
{
    struct nn_shape shape = in[0]->shape;
    bool constant = true;
    enum nn_status status = NN_OK;
    for (int k = 0; k < count; k++) {
        struct nn_shape same = in[k]->shape;
        constant &= in[k]->kind == NN_ONNX_CONSTANT && in[k]->type == in[0]->type;
        if (same.rank != in[0]->shape.rank || axis >= same.rank)
            return nn_fail(error, NN_DAMAGED, "its inputs have different numbers of axes");
        same.dim[axis] = in[0]->shape.dim[axis];
        if (!nn_shape_equal(&same, &in[0]->shape))
            return nn_fail(error, NN_DAMAGED, "the shapes of its inputs do not go together");
        shape.dim[axis] = k ? shape.dim[axis] + in[k]->shape.dim[axis] : shape.dim[axis];
    }
    if (constant)
        return concat_constants(import, in, count, axis, &shape, out, error);
    if (count == 1) {
        *out = *in[0];
        return NN_OK;
    }
    struct nn_onnx_value group = *in[0];
    for (int at = 1; at < count;) { /* a layer takes only so many */
        struct nn_onnx_value *some[NN_MAX_INPUTS] = {&group};
        int n = 1;
        struct nn_shape part = group.shape;
        while (n < NN_MAX_INPUTS && at < count) {
            part.dim[axis] += in[at]->shape.dim[axis];
            some[n++] = in[at++];
        }
        struct nn_onnx_value joined;
        NN_TRY(concat_nodes(import, some, n, axis, &part, &joined, error));
        group = joined;
    }
    *out = group;
out:
    return status;
}

/* ---- functions of one value ---- */

enum nn_status nn_onnx_map(struct nn_onnx_import *import, const char *layer, const char *args,
                           double (*f)(double), const struct nn_onnx_value *in,
                           struct nn_onnx_value *out, struct nn_error *error)
{
    const struct nn_function *function = nn_function_find(layer);
    char words[128];
    enum nn_status status = NN_OK;
    if (function)
        f = function->value;
    if (in->kind == NN_ONNX_CONSTANT && f) {
        unsigned char *data;
        struct nn_onnx_value fresh;
        NN_TRY(nn_onnx_new_constant(import, in->type, &in->shape, &fresh, &data, error));
        for (size_t i = 0; i < in->tensor.count; i++)
            nn_onnx_element_set(data, in->type, i, f(nn_onnx_tensor_get(&in->tensor, i)));
        *out = fresh;
        return NN_OK;
    }
    struct nn_onnx_value fresh = *in;
    if (in->kind == NN_ONNX_CONSTANT)
        NN_TRY(nn_onnx_plain(import, in, &fresh.node, error));
    if (function)
        snprintf(words, sizeof words, "function=%s", layer);
    NN_TRY(nn_onnx_layer(import, function ? "function" : layer, function ? words : args,
                         &fresh.node, 1, &fresh.node, error));
    fresh.kind = NN_ONNX_RUNTIME;
    *out = fresh;
out:
    return status;
}
