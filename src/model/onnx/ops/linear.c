/* Products of matrices. */
#include "base/mem.h"
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

/* The input of a dense layer. If it was flattened in another order of its axes, the layer of the
 * maps themselves, and `columns` says where each of its values stands in the graph's order. */
static enum nn_status dense_input(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                  int *node, size_t **columns, struct nn_error *error)
{
    if (!in->ordered || !in->flat)
        return nn_onnx_plain(import, in, node, error);
    const struct nn_shape *maps = &import->net->nodes[in->node]->shape;
    size_t count = nn_shape_size(maps), strides[NN_MAX_RANK], stride = 1;
    size_t *places = nn_arena_alloc(import->arena, count, sizeof *places);
    if (!places)
        return nn_fail_memory(error, count * sizeof *places);
    for (int i = in->order_rank - 1; i >= 0; i--) { /* of the axes in the graph's order */
        strides[in->order[i]] = stride;
        stride *= maps->dim[in->order[i]];
    }
    for (size_t i = 0; i < count; i++) {
        size_t rest = i, place = 0;
        for (int axis = maps->rank - 1; axis >= 0; axis--) {
            place += rest % maps->dim[axis] * strides[axis];
            rest /= maps->dim[axis];
        }
        places[i] = place;
    }
    *columns = places;
    return nn_onnx_layer(import, "flatten", "", &in->node, 1, node, error);
}

/* The weight of a matrix product as [out, in], times a factor. */
static void fill_weight(float *to, size_t out, size_t in, const struct nn_onnx_tensor *from,
                        bool transposed, double factor, const size_t *columns)
{
    for (size_t i = 0; i < out; i++)
        for (size_t k = 0; k < in; k++) {
            size_t column = columns ? columns[k] : k;
            double value =
                nn_onnx_tensor_get(from, transposed ? i * in + column : column * out + i);
            to[i * in + k] = factor == 1.0 ? (float)value : (float)(factor * value);
        }
}

/* A bias that a dense layer can take: one value a unit, or one for all. */
static bool is_bias(const struct nn_onnx_value *value, size_t units)
{
    if (!nn_onnx_is_constant(value) || value->shape.rank > 2)
        return false;
    bool row = value->shape.rank < 2 || value->shape.dim[0] == 1;
    return row && (value->tensor.count == 1 || value->tensor.count == units);
}

/* What a dense layer is made of. */
struct dense {
    const struct nn_onnx_value *in, *weight, *bias; /* bias: NULL for none */
    bool transposed;                                /* the weight is [out, in] */
    double alpha, beta;
};

static enum nn_status make_dense(struct nn_onnx_import *import, const struct dense *dense,
                                 struct nn_onnx_value *out, struct nn_error *error)
{
    const struct nn_onnx_tensor *from = &dense->weight->tensor;
    const struct nn_shape *w = &dense->weight->shape;
    size_t units = w->dim[dense->transposed ? 0 : 1], inputs = w->dim[dense->transposed ? 1 : 0];
    size_t *columns = NULL;
    struct nn_shape shape = {.rank = 2, .dim = {dense->in->shape.dim[0], units}};
    char args[64];
    int node;
    enum nn_status status;
    if (dense->in->shape.dim[1] != inputs)
        return nn_fail(error, NN_DAMAGED, "its weight does not fit its input");
    NN_TRY(dense_input(import, dense->in, &node, &columns, error));
    snprintf(args, sizeof args, "units=%zu bias=%s", units, dense->bias ? "yes" : "no");
    NN_TRY(nn_onnx_layer(import, "dense", args, &node, 1, &node, error));
    float *weight = nn_onnx_param(import, node, "weight")->value.data;
    if (dense->transposed && dense->alpha == 1.0 && !columns)
        nn_onnx_copy(import, from, weight);
    else
        fill_weight(weight, units, inputs, from, dense->transposed, dense->alpha, columns);
    if (dense->bias) {
        float *bias = nn_onnx_param(import, node, "bias")->value.data;
        bool one = dense->bias->tensor.count == 1;
        for (size_t i = 0; i < units; i++) {
            double value = nn_onnx_tensor_get(&dense->bias->tensor, one ? 0 : i);
            bias[i] = dense->beta == 1.0 ? (float)value : (float)(dense->beta * value);
        }
    }
    nn_onnx_name(import, node, dense->weight);
    *out = nn_onnx_runtime(node, dense->in->type, &shape);
out:
    return status;
}

/* Whether x W is a dense layer: vectors in a batch, and a constant W. */
static bool is_dense(const struct nn_onnx_import *import, const struct nn_onnx_value *in,
                     const struct nn_onnx_value *weight)
{
    return import->lead && in->kind == NN_ONNX_RUNTIME && in->shape.rank == 2 &&
           nn_onnx_is_constant(weight) && weight->shape.rank == 2 && weight->tensor.count > 0;
}

enum nn_status nn_onnx_dense(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                             const struct nn_onnx_value *weight, const struct nn_onnx_value *bias,
                             struct nn_onnx_value *out, struct nn_error *error)
{
    struct dense dense = {in, weight, bias, true, 1.0, 1.0};
    if (!is_dense(import, in, weight))
        return nn_onnx_refuse(error, "its input is no batch of vectors");
    if (bias && !is_bias(bias, weight->shape.dim[0]))
        return nn_fail(error, NN_DAMAGED, "its intercepts are not one a row of its coefficients");
    return make_dense(import, &dense, out, error);
}

/* The node that adds a constant to the product, if nothing else reads the product. */
static const struct nn_onnx_value *added_bias(struct nn_onnx_import *import, size_t units,
                                              int *adder)
{
    const struct nn_onnx_node *node = import->node;
    int out = node->outputs[0], reader = out >= 0 ? import->first_reader[out] : -1;
    if (reader < 0 || import->readers[out] != 1 || import->model->opset < 7)
        return NULL;
    const struct nn_onnx_node *next = &import->model->nodes[reader];
    if (!nn_onnx_text_is(next->type, "Add") || next->input_count != 2 || next->output_count != 1 ||
        next->outputs[0] < 0)
        return NULL;
    int other = next->inputs[next->inputs[0] == out];
    if (other < 0 || !is_bias(&import->values[other], units))
        return NULL;
    *adder = reader;
    return &import->values[other];
}

/* a b of layers, or of a layer and a constant: all axes but the last two in common. */
static enum nn_status make_product(struct nn_onnx_import *import, const struct nn_onnx_value *a,
                                   const struct nn_onnx_value *b, struct nn_onnx_value *out,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *in[2] = {a, b};
    struct nn_onnx_value wide[2];
    int nodes[2], node, rank = a->shape.rank > b->shape.rank ? a->shape.rank : b->shape.rank;
    enum nn_status status = NN_OK;
    if (a->shape.rank < 2 || b->shape.rank < 2)
        return nn_onnx_refuse(error, "products of vectors");
    struct nn_shape shape = {.rank = rank};
    for (int k = 0; k < 2; k++) {
        struct nn_shape led = {.rank = rank};
        int gap = rank - in[k]->shape.rank;
        for (int i = 0; i < rank; i++)
            led.dim[i] = i < gap ? 1 : in[k]->shape.dim[i - gap];
        wide[k] = *in[k];
        if (gap > 0)
            NN_TRY(nn_onnx_reshape(import, in[k], &led, &wide[k], error));
        for (int i = 0; i < rank - 2; i++)
            if (k == 0 || led.dim[i] > shape.dim[i])
                shape.dim[i] = led.dim[i];
        shape.dim[rank - 2 + k] = led.dim[rank - 2 + k];
    }
    if (import->lead && rank == 2) /* each sample is a vector, and its matrix differs */
        return nn_onnx_refuse_mixing(import, error);
    for (int k = 0; k < 2; k++)
        NN_TRY(nn_onnx_plain(import, &wide[k], &nodes[k], error));
    NN_TRY(nn_onnx_layer(import, "matmul", "", nodes, 2, &node, error));
    *out = nn_onnx_runtime(node, a->type, &shape);
out:
    return status;
}

static enum nn_status lower_matmul(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                   struct nn_error *error)
{
    const struct nn_onnx_value *a = nn_onnx_input(import, 0), *b = nn_onnx_input(import, 1);
    struct nn_onnx_value out;
    enum nn_status status;
    (void)op;
    if (!is_dense(import, a, b)) {
        NN_TRY(make_product(import, a, b, &out, error));
        nn_onnx_give(import, 0, &out);
        return NN_OK;
    }
    int adder = -1;
    struct dense dense = {.in = a, .weight = b, .alpha = 1.0, .beta = 1.0};
    dense.bias = added_bias(import, b->shape.dim[1], &adder);
    NN_TRY(make_dense(import, &dense, &out, error));
    nn_onnx_give(import, 0, &out);
    if (dense.bias) {
        import->done[adder] = true;
        import->values[import->model->nodes[adder].outputs[0]] = out;
    }
out:
    return status;
}

static enum nn_status transposed(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                 struct nn_onnx_value *out, struct nn_error *error)
{
    return nn_onnx_permute(import, in, (int[]){1, 0}, out, error);
}

/* value *= factor */
static enum nn_status scaled(struct nn_onnx_import *import, double factor,
                             struct nn_onnx_value *value, struct nn_error *error)
{
    struct nn_onnx_value number;
    if (factor == 1.0)
        return NN_OK;
    enum nn_status status = nn_onnx_number(import, factor, &number, error);
    return status == NN_OK ? nn_onnx_binary(import, "multiply", value, &number, value, error)
                           : status;
}

/* alpha A B + beta C */
static enum nn_status lower_gemm(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    const struct nn_onnx_value *a = nn_onnx_input(import, 0), *b = nn_onnx_input(import, 1);
    const struct nn_onnx_value *c = nn_onnx_input(import, 2);
    struct nn_onnx_value left = *a, right = *b, out, sum;
    int64_t trans_a, trans_b;
    double alpha, beta;
    enum nn_status status;
    (void)op;
    NN_TRY(nn_onnx_attr_int(import, "transA", 0, &trans_a, error));
    NN_TRY(nn_onnx_attr_int(import, "transB", 0, &trans_b, error));
    NN_TRY(nn_onnx_attr_real(import, "alpha", 1.0, &alpha, error));
    NN_TRY(nn_onnx_attr_real(import, "beta", 1.0, &beta, error));
    if (a->shape.rank != 2 || b->shape.rank != 2)
        return nn_fail(error, NN_DAMAGED, "its inputs are no matrices");
    if (is_dense(import, a, b) && !trans_a && (!c || is_bias(c, b->shape.dim[!trans_b]))) {
        struct dense dense = {a, b, c, trans_b != 0, alpha, beta};
        NN_TRY(make_dense(import, &dense, &out, error));
    } else {
        if (trans_a)
            NN_TRY(transposed(import, a, &left, error));
        if (trans_b)
            NN_TRY(transposed(import, b, &right, error));
        NN_TRY(make_product(import, &left, &right, &out, error));
        NN_TRY(scaled(import, alpha, &out, error));
        if (c) {
            sum = *c;
            NN_TRY(scaled(import, beta, &sum, error));
            NN_TRY(nn_onnx_binary(import, "add", &out, &sum, &out, error));
        }
    }
    nn_onnx_give(import, 0, &out);
out:
    return status;
}

static const struct nn_onnx_op ops[] = {
    {"MatMul", "", 2, 2, lower_matmul, NULL, NULL},
    {"Gemm", "alpha|beta|transA|transB|broadcast", 2, 3, lower_gemm, NULL, NULL},
    {0},
};

const struct nn_onnx_family nn_onnx_family_linear = {
    .domain = "",
    .ops = ops,
};
