/* A layer normalization that is written out, as exporters did before opset 17: ReduceMean, Sub,
 * Pow or Mul, ReduceMean, Add, Sqrt, Div, and Mul and Add of a weight and a bias. It becomes the
 * layer that it was. */
#include "base/number.h"
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

struct written {
    const struct nn_onnx_node *nodes[8]; /* that are lowered with the first one */
    int count;
    double eps;
    const struct nn_onnx_value *weight, *bias; /* NULL: none */
};

static int output_of(const struct nn_onnx_node *node)
{
    return node->output_count == 1 ? node->outputs[0] : -1;
}

/* The node of that type which alone reads the last one's output; NULL if there is none. */
static const struct nn_onnx_node *next(const struct nn_onnx_import *import, struct written *written,
                                       const struct nn_onnx_node *last, const char *type)
{
    int value = last ? output_of(last) : -1;
    if (value < 0 || import->readers[value] != 1 || import->first_reader[value] < 0)
        return NULL;
    const struct nn_onnx_node *node = &import->model->nodes[import->first_reader[value]];
    if (!nn_onnx_text_is(node->type, type) || output_of(node) < 0)
        return NULL;
    written->nodes[written->count++] = node;
    return node;
}

/* The constant beside a value; NULL if there is none. */
static const struct nn_onnx_value *beside(const struct nn_onnx_import *import,
                                          const struct nn_onnx_node *node, int value)
{
    if (node->input_count != 2 || node->inputs[0] < 0 || node->inputs[1] < 0)
        return NULL;
    int other = node->inputs[node->inputs[0] == value];
    return nn_onnx_is_constant(&import->values[other]) ? &import->values[other] : NULL;
}

/* The node that squares a value, which is read once more. */
static const struct nn_onnx_node *square_of(const struct nn_onnx_import *import,
                                            struct written *written, int value)
{
    const int first = import->first_reader[value];
    const struct nn_onnx_node *node = first < 0 ? NULL : &import->model->nodes[first];
    if (!node || node->input_count != 2 || node->inputs[0] != value || output_of(node) < 0)
        return NULL;
    const struct nn_onnx_value *power = beside(import, node, value);
    bool pow = nn_onnx_text_is(node->type, "Pow") && import->readers[value] == 2 && power &&
               power->tensor.count == 1 && nn_onnx_tensor_get(&power->tensor, 0) == 2.0;
    bool product = nn_onnx_text_is(node->type, "Mul") && import->readers[value] == 3 &&
                   node->inputs[1] == value;
    if (!pow && !product)
        return NULL;
    written->nodes[written->count++] = node;
    return node;
}

/* The same axes as those of the first mean, which stay with length 1. */
static bool same_axes(struct nn_onnx_import *import, const struct nn_onnx_node *mean, int rank,
                      const bool *axes)
{
    const struct nn_onnx_node *before = import->node;
    struct nn_onnx_list list;
    int64_t keep;
    int axis, found = 0;
    import->node = mean;
    bool same = nn_onnx_attr_int(import, "keepdims", 1, &keep, NULL) == NN_OK && keep &&
                nn_onnx_list_of(import, 1, "axes", &list, NULL) == NN_OK;
    import->node = before;
    for (int i = 0; same && i < list.count; i++)
        same = nn_onnx_axis(list.at[i], rank, &axis, NULL) == NN_OK && axes[axis];
    for (int i = 0; i < rank; i++)
        found += axes[i];
    return same && found == list.count;
}

static bool find_affine(const struct nn_onnx_import *import, struct written *written,
                        const struct nn_onnx_node *divide, const struct nn_shape *tail)
{
    const int before = written->count;
    const struct nn_onnx_node *scale = next(import, written, divide, "Mul");
    const struct nn_onnx_node *shift = next(import, written, scale, "Add");
    if (shift) {
        written->weight = beside(import, scale, output_of(divide));
        written->bias = beside(import, shift, output_of(scale));
        if (written->weight && written->bias && nn_shape_equal(&written->weight->shape, tail) &&
            nn_shape_equal(&written->bias->shape, tail))
            return true;
    }
    written->count = before;
    written->weight = written->bias = NULL;
    return false;
}

static bool find_written(struct nn_onnx_import *import, const bool *axes,
                         const struct nn_shape *tail, struct written *written)
{
    const struct nn_onnx_node *mean = import->node, *sub = next(import, written, mean, "Sub");
    if (!sub || sub->input_count != 2 || sub->inputs[0] != mean->inputs[0])
        return false;
    int centred = output_of(sub);
    const struct nn_onnx_node *square = square_of(import, written, centred);
    const struct nn_onnx_node *variance = next(import, written, square, "ReduceMean");
    const struct nn_onnx_node *add = next(import, written, variance, "Add");
    const struct nn_onnx_node *root = next(import, written, add, "Sqrt");
    const struct nn_onnx_node *divide = next(import, written, root, "Div");
    const struct nn_onnx_value *eps = divide ? beside(import, add, output_of(variance)) : NULL;
    if (!eps || eps->tensor.count != 1 || divide->input_count != 2 || divide->inputs[0] != centred)
        return false;
    if (!same_axes(import, variance, import->values[mean->inputs[0]].shape.rank, axes))
        return false;
    written->eps = nn_onnx_tensor_get(&eps->tensor, 0);
    find_affine(import, written, divide, tail);
    return written->eps > 0.0 && written->eps < 1e30;
}

/* The last axes, and not the batch. */
static bool last_axes(const struct nn_onnx_import *import, const struct nn_shape *shape,
                      const bool *axes, struct nn_shape *tail)
{
    int first = shape->rank;
    while (first > 0 && axes[first - 1])
        first--;
    for (int i = 0; i < first; i++)
        if (axes[i])
            return false;
    *tail = (struct nn_shape){.rank = shape->rank - first};
    memcpy(tail->dim, shape->dim + first, (size_t)tail->rank * sizeof *tail->dim);
    return first >= import->lead && tail->rank > 0;
}

enum nn_status nn_onnx_try_layernorm(struct nn_onnx_import *import, const bool *axes, bool *done,
                                     struct nn_error *error)
{
    const struct nn_onnx_value *in = nn_onnx_input(import, 0);
    char args[NN_SHAPE_TEXT + 96], eps[NN_NUMBER_SIZE], dims[NN_SHAPE_TEXT];
    struct written written = {0};
    struct nn_onnx_value out;
    struct nn_shape tail;
    enum nn_status status;
    *done = false;
    if (!import->lead || in->kind != NN_ONNX_RUNTIME || in->ordered || import->model->opset < 7 ||
        !last_axes(import, &in->shape, axes, &tail) || !find_written(import, axes, &tail, &written))
        return NN_OK;
    snprintf(args, sizeof args, "normalized_shape=%s eps=%s elementwise_affine=%s",
             nn_shape_text(dims, &tail), nn_number_float(eps, (float)written.eps),
             written.weight ? "yes" : "no");
    NN_TRY(nn_onnx_apply(import, "layernorm", args, in, &in->shape, &out, error));
    if (written.weight) {
        NN_TRY(nn_onnx_fill(import, out.node, "weight", written.weight, error));
        NN_TRY(nn_onnx_fill(import, out.node, "bias", written.bias, error));
        nn_onnx_name(import, out.node, written.weight);
    }
    for (int i = 0; i < written.count; i++)
        import->done[written.nodes[i] - import->model->nodes] = true;
    import->values[output_of(written.nodes[written.count - 1])] = out;
    *done = true;
out:
    return status;
}
