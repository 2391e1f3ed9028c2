/* Operators whose outputs are values of their inputs in other places. */
#include "base/mem.h"
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

static enum nn_status lower_concat(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    int count = import->node->input_count, axis;
    struct nn_onnx_value **in = nn_arena_alloc(import->arena, (size_t)count,
                                               sizeof(struct nn_onnx_value *)),
                         out;
    enum nn_status status;
    (void)op;
    if (!in)
        return nn_fail_memory(error, (size_t)count * sizeof *in);
    for (int i = 0; i < count; i++) {
        in[i] = nn_onnx_input(import, i);
        if (!in[i])
            return nn_fail(error, NN_DAMAGED, "input %d is left out", i);
    }
    NN_TRY(nn_onnx_attr_axis(import, 1, in[0]->shape.rank, &axis, error));
    NN_TRY(nn_onnx_concat(import, in, count, axis, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* The given parts, or equal ones; the last may be smaller. */
static enum nn_status lower_split(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    struct nn_onnx_list parts;
    int64_t outputs;
    int axis;
    size_t at = 0;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "num_outputs", import->node->output_count, &outputs, error));
    NN_TRY(nn_onnx_attr_axis(import, 0, in->shape.rank, &axis, error));
    NN_TRY(nn_onnx_list_of(import, 1, "split", &parts, error));
    size_t length = in->shape.dim[axis];
    if (outputs != import->node->output_count || outputs > NN_ONNX_MAX_LIST ||
        (parts.count >= 0 && parts.count != outputs))
        return nn_fail(error, NN_DAMAGED, "it has %d outputs", import->node->output_count);
    if (parts.count < 0 && nn_onnx_has_output(import, 0) && length % (size_t)outputs != 0 &&
        import->model->opset < 18)
        return nn_fail(error, NN_DAMAGED, "%zu places cannot be split into %lld equal parts",
                       length, (long long)outputs);
    size_t each = (length + (size_t)outputs - 1) / (size_t)outputs;
    for (int i = 0; i < (int)outputs; i++) {
        struct nn_onnx_value out;
        size_t part = length - at < each ? length - at : each;
        if (parts.count >= 0) {
            if (parts.at[i] < 0 || (uint64_t)parts.at[i] > length - at)
                return nn_fail(error, NN_DAMAGED, "its parts are more than there is");
            part = (size_t)parts.at[i];
        }
        if (nn_onnx_has_output(import, i)) {
            NN_TRY(nn_onnx_take_range(import, in, axis, (int64_t)at, 1, part, &out, error));
            nn_onnx_give(import, i, &out);
        }
        at += part;
    }
out:
    return status;
}

/* Cuts a bound to the axis: [low, high] for start and end. */
static int64_t bound(int64_t at, int64_t length, int64_t low, int64_t high)
{
    at = at < 0 ? (at < -length ? -1 : at + length) : at;
    return at < low ? low : at > high ? high : at;
}

static enum nn_status slice_axis(struct nn_onnx_import *import, struct nn_onnx_value *value,
                                 int axis, int64_t start, int64_t end, int64_t step,
                                 struct nn_error *error)
{
    int64_t length = (int64_t)value->shape.dim[axis], count;
    if (step == 0 || step == INT64_MIN)
        return nn_fail(error, NN_DAMAGED, "a step of %lld", (long long)step);
    step = step > length ? length + 1 : step < -length ? -length - 1 : step;
    if (step > 0) {
        start = bound(start, length, 0, length);
        end = bound(end, length, 0, length);
        count = end > start ? (end - start + step - 1) / step : 0;
    } else {
        start = bound(start, length, -1, length - 1);
        end = bound(end, length, -1, length - 1);
        count = start > end ? (start - end - step - 1) / -step : 0;
    }
    return nn_onnx_take_range(import, value, axis, start, step, (size_t)count, value, error);
}

static enum nn_status lower_slice(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    struct nn_onnx_list starts, ends, axes, steps;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_list_of(import, 1, "starts", &starts, error));
    NN_TRY(nn_onnx_list_of(import, 2, "ends", &ends, error));
    NN_TRY(nn_onnx_list_of(import, 3, "axes", &axes, error));
    NN_TRY(nn_onnx_list_of(import, 4, "steps", &steps, error));
    if (starts.count < 0 || starts.count != ends.count ||
        (axes.count >= 0 && axes.count != starts.count) ||
        (steps.count >= 0 && steps.count != starts.count) || starts.count > out.shape.rank)
        return nn_fail(error, NN_DAMAGED, "its starts, ends, axes and steps do not match");
    for (int i = 0; i < starts.count; i++) {
        int axis;
        NN_TRY(nn_onnx_axis(axes.count < 0 ? i : axes.at[i], out.shape.rank, &axis, error));
        NN_TRY(slice_axis(import, &out, axis, starts.at[i], ends.at[i],
                          steps.count < 0 ? 1 : steps.at[i], error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* The indices of a constant, those from the end counted from the begin. */
static enum nn_status read_indices(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                                   size_t length, int64_t **out, struct nn_error *error)
{
    if (!nn_onnx_is_constant(value))
        return nn_onnx_refuse(error, "its indices depend on the input");
    int64_t *indices = nn_onnx_indices(import, value->tensor.count, error);
    if (!indices)
        return NN_MEMORY;
    for (size_t i = 0; i < value->tensor.count; i++) {
        double index = nn_onnx_tensor_get(&value->tensor, i);
        index = index < 0 ? index + (double)length : index;
        if (!(index >= 0 && index < (double)length))
            return nn_fail(error, NN_DAMAGED, "an index beyond the axis");
        indices[i] = (int64_t)index;
    }
    *out = indices;
    return NN_OK;
}

/* Rows of a constant by indices that the net computes: an embedding. */
static enum nn_status embedding(struct nn_onnx_import *import, const struct nn_onnx_value *table,
                                const struct nn_onnx_value *indices, struct nn_error *error)
{
    char args[96];
    struct nn_onnx_value out;
    struct nn_shape shape = indices->shape;
    int node;
    enum nn_status status;
    if (table->shape.rank != 2 || table->tensor.count == 0 || shape.rank == NN_MAX_RANK)
        return nn_onnx_refuse(error,
                              "indices that depend on the input, unless of rows of a matrix");
    shape.dim[shape.rank++] = table->shape.dim[1];
    snprintf(args, sizeof args, "num_embeddings=%zu embedding_dim=%zu", table->shape.dim[0],
             table->shape.dim[1]);
    NN_TRY(nn_onnx_plain(import, indices, &node, error));
    NN_TRY(nn_onnx_layer(import, "embedding", args, &node, 1, &node, error));
    NN_TRY(nn_onnx_fill(import, node, "weight", table, error));
    nn_onnx_name(import, node, table);
    out = nn_onnx_runtime(node, table->type, &shape);
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_gather(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *places = nn_onnx_input(import, 1);
    struct nn_onnx_value out;
    struct nn_shape shape = {0};
    int64_t *indices;
    int axis;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_axis(import, 0, in->shape.rank, &axis, error));
    if (nn_onnx_is_constant(in) && !nn_onnx_is_constant(places) && axis == 0)
        return embedding(import, in, places, error);
    NN_TRY(read_indices(import, places, in->shape.dim[axis], &indices, error));
    NN_TRY(nn_onnx_take(import, in, axis, indices, places->tensor.count, &out, error));
    for (int i = 0; i < in->shape.rank; i++) { /* the axis becomes those of the indices */
        int more = i == axis ? places->shape.rank : 1;
        if (shape.rank + more > NN_MAX_RANK)
            return nn_fail(error, NN_LIMIT, "more than %d axes", NN_MAX_RANK);
        for (int k = 0; k < more; k++)
            shape.dim[shape.rank++] = i == axis ? places->shape.dim[k] : in->shape.dim[i];
    }
    NN_TRY(nn_onnx_reshape(import, &out, &shape, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Takes values by their places in the tensor as a whole. */
static enum nn_status take_flat(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                const int64_t *places, const struct nn_shape *shape,
                                struct nn_onnx_value *out, struct nn_error *error)
{
    struct nn_shape flat = {.rank = 1};
    struct nn_onnx_value value;
    size_t count;
    enum nn_status status;
    NN_TRY(nn_shape_count(&in->shape, &flat.dim[0], error));
    NN_TRY(nn_shape_count(shape, &count, error));
    NN_TRY(nn_onnx_reshape(import, in, &flat, &value, error));
    NN_TRY(nn_onnx_take(import, &value, 0, places, count, &value, error));
    NN_TRY(nn_onnx_reshape(import, &value, shape, out, error));
out:
    return status;
}

static enum nn_status lower_gather_elements(struct nn_onnx_import *import,
                                            const struct nn_onnx_op *op, struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *at = nn_onnx_input(import, 1);
    struct nn_onnx_value out;
    int64_t *indices;
    int axis;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_axis(import, 0, in->shape.rank, &axis, error));
    NN_TRY(read_indices(import, at, in->shape.dim[axis], &indices, error));
    if (at->shape.rank != in->shape.rank)
        return nn_fail(error, NN_DAMAGED, "its inputs have different numbers of axes");
    for (size_t i = 0; i < at->tensor.count; i++) { /* the place in the tensor as a whole */
        size_t rest = i, stride = 1, place = 0;
        for (int k = at->shape.rank - 1; k >= 0; k--) {
            size_t here = k == axis ? (size_t)indices[i] : rest % at->shape.dim[k];
            rest /= at->shape.dim[k];
            if (here >= in->shape.dim[k])
                return nn_fail(error, NN_DAMAGED, "an index beyond the axis");
            place += here * stride;
            stride *= in->shape.dim[k];
        }
        indices[i] = (int64_t)place;
    }
    NN_TRY(take_flat(import, in, indices, &at->shape, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_gather_nd(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                      struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *at = nn_onnx_input(import, 1);
    struct nn_onnx_value out;
    int64_t batch, *indices;
    size_t inner = 1, count = 1;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "batch_dims", 0, &batch, error));
    if (batch != 0 || !nn_onnx_is_constant(at) || at->shape.rank < 1)
        return nn_onnx_refuse(error, "batch_dims, or indices that depend on the input");
    size_t depth = at->shape.dim[at->shape.rank - 1];
    if (depth < 1 || depth > (size_t)in->shape.rank ||
        at->shape.rank - 1 + in->shape.rank - (int)depth > NN_MAX_RANK)
        return nn_fail(error, NN_DAMAGED, "its indices name %zu axes", depth);
    struct nn_shape shape = {.rank = at->shape.rank - 1};
    memcpy(shape.dim, at->shape.dim, (size_t)shape.rank * sizeof *shape.dim);
    for (int i = (int)depth; i < in->shape.rank; i++) {
        inner *= in->shape.dim[i];
        shape.dim[shape.rank++] = in->shape.dim[i];
    }
    NN_TRY(nn_shape_count(&shape, &count, error));
    indices = nn_onnx_indices(import, count, error);
    if (!indices)
        return NN_MEMORY;
    for (size_t i = 0; i < count; i++) {
        size_t place = 0;
        for (size_t k = 0; k < depth; k++) {
            double index = nn_onnx_tensor_get(&at->tensor, i / inner * depth + k);
            double length = (double)in->shape.dim[k];
            index = index < 0 ? index + length : index;
            if (!(index >= 0 && index < length))
                return nn_fail(error, NN_DAMAGED, "an index beyond the axis");
            place = place * in->shape.dim[k] + (size_t)index;
        }
        indices[i] = (int64_t)(place * inner + i % inner);
    }
    NN_TRY(take_flat(import, in, indices, &shape, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* Repeats along one axis: as a whole (Tile), or the only place (Expand). */
static enum nn_status repeat(struct nn_onnx_import *import, struct nn_onnx_value *value, int axis,
                             size_t times, struct nn_error *error)
{
    size_t length = value->shape.dim[axis], count;
    if (!nn_size_mul(length, times, &count))
        return nn_fail(error, NN_LIMIT, "too many repeats");
    int64_t *indices = nn_onnx_indices(import, count, error);
    if (!indices)
        return NN_MEMORY;
    for (size_t i = 0; i < count; i++)
        indices[i] = (int64_t)(i % length);
    return nn_onnx_take(import, value, axis, indices, count, value, error);
}

static enum nn_status lower_expand(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    struct nn_onnx_list wanted;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_constant_list(nn_onnx_input(import, 1), "shape", &wanted, error));
    int rank = wanted.count > out.shape.rank ? wanted.count : out.shape.rank;
    if (rank > NN_MAX_RANK)
        return nn_fail(error, NN_LIMIT, "more than %d axes", NN_MAX_RANK);
    struct nn_shape led = {.rank = rank};
    for (int i = 0; i < rank; i++)
        led.dim[i] = i < rank - out.shape.rank ? 1 : out.shape.dim[i - (rank - out.shape.rank)];
    NN_TRY(nn_onnx_reshape(import, &out, &led, &out, error));
    bool every = import->lead && nn_onnx_is_constant(&out) && wanted.count == rank && rank > 0 &&
                 led.dim[0] == 1 && wanted.at[0] == (int64_t)import->batch && import->batch > 1;
    if (every)
        wanted.at[0] = 1; /* the same for every sample: a layer of constants, below */
    for (int i = rank - wanted.count; i < rank; i++) {
        int64_t length = wanted.at[i - (rank - wanted.count)];
        if (length < 0 || (length != 1 && led.dim[i] != 1 && (size_t)length != led.dim[i]))
            return nn_fail(error, NN_DAMAGED, "a length of %zu cannot become %lld", led.dim[i],
                           (long long)length);
        if (led.dim[i] == 1 && length != 1)
            NN_TRY(repeat(import, &out, i, (size_t)length, error));
    }
    if (every) {
        int node;
        struct nn_shape shape = out.shape;
        NN_TRY(nn_onnx_plain(import, &out, &node, error));
        shape.dim[0] = import->batch;
        out = nn_onnx_runtime(node, out.type, &shape);
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static enum nn_status lower_tile(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    struct nn_onnx_value out = *nn_onnx_input(import, 0);
    struct nn_onnx_list times;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_constant_list(nn_onnx_input(import, 1), "repeats", &times, error));
    if (times.count != out.shape.rank)
        return nn_fail(error, NN_DAMAGED, "its repeats do not match its input");
    for (int i = 0; i < times.count; i++) {
        if (times.at[i] < 0)
            return nn_fail(error, NN_DAMAGED, "a negative number of repeats");
        NN_TRY(repeat(import, &out, i, (size_t)times.at[i], error));
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* ---- blocks of depth and space ---- */

static enum nn_status lower_depth(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                  struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    const size_t *dim = in->shape.dim;
    struct nn_onnx_value out;
    struct nn_onnx_text mode;
    int64_t block;
    bool to_space = !strcmp(op->name, "DepthToSpace");
    enum nn_status status;
    NN_TRY(nn_onnx_attr_int(import, "blocksize", 0, &block, error));
    NN_TRY(nn_onnx_attr_text(import, "mode", "DCR", &mode, error));
    size_t b = (size_t)block;
    if (block < 1 || block > 65536 || in->shape.rank != 4 ||
        (to_space ? dim[1] % (b * b) != 0 : dim[2] % b != 0 || dim[3] % b != 0))
        return nn_fail(error, NN_DAMAGED, "its blocksize %lld does not fit", (long long)block);
    bool columns = nn_onnx_text_is(mode, "CRD");
    struct nn_shape split = {.rank = 6}, joined = {.rank = 4, .dim = {dim[0]}};
    static const int dcr[] = {0, 3, 4, 1, 5, 2}, crd[] = {0, 1, 4, 2, 5, 3},
                     space[] = {0, 3, 5, 1, 2, 4};
    const int *order = !to_space ? space : columns ? crd : dcr;
    if (to_space) {
        size_t depth = dim[1] / (b * b);
        memcpy(split.dim,
               columns ? (size_t[]){dim[0], depth, b, b, dim[2], dim[3]}
                       : (size_t[]){dim[0], b, b, depth, dim[2], dim[3]},
               6 * sizeof *split.dim);
        memcpy(joined.dim + 1, (size_t[]){depth, dim[2] * b, dim[3] * b}, 3 * sizeof *joined.dim);
    } else {
        memcpy(split.dim, (size_t[]){dim[0], dim[1], dim[2] / b, b, dim[3] / b, b},
               6 * sizeof *split.dim);
        memcpy(joined.dim + 1, (size_t[]){dim[1] * b * b, dim[2] / b, dim[3] / b},
               3 * sizeof *joined.dim);
    }
    NN_TRY(nn_onnx_reshape(import, in, &split, &out, error));
    NN_TRY(nn_onnx_permute(import, &out, order, &out, error));
    NN_TRY(nn_onnx_reshape(import, &out, &joined, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

/* off + (on - off) (index == place along the new axis) */
static enum nn_status lower_onehot(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0), *values = nn_onnx_input(import, 2);
    struct nn_onnx_value indices = *in, places, zero, width, pair[2], out;
    struct nn_shape wide = {.rank = in->shape.rank + 1}, across = {.rank = in->shape.rank + 1};
    unsigned char *data;
    double depth;
    int axis;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_constant_number(nn_onnx_input(import, 1), "depth", &depth, error));
    if (!nn_onnx_is_constant(values) || values->tensor.count != 2 || wide.rank > NN_MAX_RANK ||
        !(depth >= 1 && depth < 1e9))
        return nn_fail(error, NN_DAMAGED, "its depth or values are not usable");
    NN_TRY(nn_onnx_attr_axis(import, -1, wide.rank, &axis, error));
    for (int i = 0; i < wide.rank; i++) {
        wide.dim[i] = i == axis ? 1 : in->shape.dim[i - (i > axis)];
        across.dim[i] = i == axis ? (size_t)depth : 1;
    }
    NN_TRY(nn_onnx_cast(import, &indices, NN_ONNX_FLOAT, &indices, error));
    NN_TRY(nn_onnx_number(import, 0.0, &zero, error));
    NN_TRY(nn_onnx_number(import, (double)(int64_t)depth, &width, error));
    NN_TRY(
        nn_onnx_binary(import, "modulo", &indices, &width, &indices, error)); /* -1 is the last */
    NN_TRY(nn_onnx_reshape(import, &indices, &wide, &indices, error));
    NN_TRY(nn_onnx_new_constant(import, NN_ONNX_FLOAT, &across, &places, &data, error));
    for (size_t i = 0; i < places.tensor.count; i++)
        nn_onnx_element_set(data, NN_ONNX_FLOAT, i, (double)i);
    NN_TRY(nn_onnx_binary(import, "equal", &indices, &places, &out, error));
    for (size_t i = 0; i < 2; i++)
        NN_TRY(nn_onnx_number(import, nn_onnx_tensor_get(&values->tensor, i), &pair[i], error));
    NN_TRY(nn_onnx_where(import, &out, &pair[1], &pair[0], &out, error));
    NN_TRY(nn_onnx_cast(import, &out, values->type, &out, error));
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"Concat", "axis", 1, 65536, lower_concat, NULL, NULL},
    {"Split", "axis|split|num_outputs", 1, 2, lower_split, NULL, NULL},
    {"Slice", "axes|ends|starts", 1, 5, lower_slice, NULL, NULL},
    {"Gather", "axis", 2, 2, lower_gather, NULL, NULL},
    {"GatherElements", "axis", 2, 2, lower_gather_elements, NULL, NULL},
    {"GatherND", "batch_dims", 2, 2, lower_gather_nd, NULL, NULL},
    {"Expand", "", 2, 2, lower_expand, NULL, NULL},
    {"Tile", "", 2, 2, lower_tile, NULL, NULL},
    {"DepthToSpace", "blocksize|mode", 1, 1, lower_depth, NULL, NULL},
    {"SpaceToDepth", "blocksize", 1, 1, lower_depth, NULL, NULL},
    {"OneHot", "axis", 3, 3, lower_onehot, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_move = {
    .domain = "",
    .ops = ops,
};
