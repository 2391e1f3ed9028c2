/* Layers that join others, move values, or change their shape. */
#include "base/mem.h"
#include "model/onnx/write.h"

#include <string.h>

/* Sum takes any number, others two at a time. */
static enum nn_status write_many(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    char names[NN_MAX_INPUTS][NN_ONNX_NAME], out[NN_ONNX_NAME];
    const char *inputs[NN_MAX_INPUTS];
    struct nn_buffer attributes = {0};
    bool concat = !strcmp(node->layer->name, "concat");
    (void)error;
    for (int k = 0; k < node->input_count; k++) {
        nn_onnx_in(writer, k, names[k]);
        inputs[k] = names[k];
    }
    if (concat)
        nn_onnx_put_int(&attributes, "axis", nn_onnx_arg_int(writer, "axis"));
    nn_onnx_name_of(writer, node->index, out);
    nn_onnx_put_node(writer, concat ? "Concat" : "Sum", inputs, node->input_count, out,
                     &attributes);
    return NN_OK;
}

static enum nn_status write_multiply(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char product[NN_ONNX_NAME], next[NN_ONNX_NAME];
    (void)error;
    nn_onnx_in(writer, 0, product);
    for (int k = 1; k < writer->node->input_count; k++) {
        nn_onnx_in(writer, k, next);
        if (k + 1 < writer->node->input_count)
            nn_onnx_step(writer, "Mul", product, next, NULL, product);
        else
            nn_onnx_finish(writer, "Mul", product, next, NULL);
    }
    return NN_OK;
}

static enum nn_status write_matmul(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char a[NN_ONNX_NAME], b[NN_ONNX_NAME];
    (void)error;
    nn_onnx_in(writer, 0, a);
    nn_onnx_in(writer, 1, b);
    nn_onnx_finish(writer, "MatMul", a, b, NULL);
    return NN_OK;
}

static enum nn_status write_arithmetic(struct nn_onnx_writer *writer, struct nn_error *error)
{
    static const char *const ops[][2] = {
        {"subtract", "Sub"}, {"divide", "Div"}, {"power", "Pow"},       {"maximum", "Max"},
        {"minimum", "Min"},  {"less", "Less"},  {"greater", "Greater"}, {"equal", "Equal"},
    };
    const char *name = nn_onnx_arg_text(writer, "operation");
    char a[NN_ONNX_NAME], b[NN_ONNX_NAME], value[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    nn_onnx_in(writer, 0, a);
    nn_onnx_in(writer, 1, b);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (!strcmp(name, ops[i][0]) && i < 5) {
            nn_onnx_finish(writer, ops[i][1], a, b, NULL);
            return NN_OK;
        } else if (!strcmp(name, ops[i][0])) {
            nn_onnx_step(writer, ops[i][1], a, b, NULL, value);
            nn_onnx_put_int(&attributes, "to", 1);
            nn_onnx_finish(writer, "Cast", value, NULL, &attributes);
            return NN_OK;
        }
    if (!strcmp(name, "remainder")) {
        nn_onnx_put_int(&attributes, "fmod", 1);
        nn_onnx_finish(writer, "Mod", a, b, &attributes);
    } else if (!strcmp(name, "modulo")) { /* ONNX has it for whole numbers alone */
        nn_onnx_step(writer, "Div", a, b, NULL, value);
        nn_onnx_step(writer, "Floor", value, NULL, NULL, value);
        nn_onnx_step(writer, "Mul", value, b, NULL, value);
        nn_onnx_finish(writer, "Sub", a, value, NULL);
    } else {
        return nn_fail(error, NN_REFUSED, "the operation %s has no operator in ONNX", name);
    }
    return NN_OK;
}

static enum nn_status write_where(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char names[3][NN_ONNX_NAME], mask[NN_ONNX_NAME], out[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    (void)error;
    for (int k = 0; k < 3; k++)
        nn_onnx_in(writer, k, names[k]);
    nn_onnx_put_int(&attributes, "to", 9);
    nn_onnx_step(writer, "Cast", names[0], NULL, &attributes, mask);
    nn_onnx_name_of(writer, writer->node->index, out);
    nn_onnx_put_node(writer, "Where", (const char *const[]){mask, names[1], names[2]}, 3, out,
                     NULL);
    return NN_OK;
}

/* ---- shapes ---- */

static enum nn_status write_flatten(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME];
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_finish(writer, "Flatten", in, NULL, NULL);
    return NN_OK;
}

static enum nn_status write_reshape(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_shape *shape = &writer->node->shape;
    int64_t dims[1 + NN_MAX_RANK] = {0}; /* 0: the batch as it is */
    char in[NN_ONNX_NAME], target[NN_ONNX_NAME];
    (void)error;
    for (int i = 0; i < shape->rank; i++)
        dims[1 + i] = (int64_t)shape->dim[i];
    nn_onnx_in(writer, 0, in);
    nn_onnx_numbers(writer, dims, 1 + shape->rank, target);
    nn_onnx_finish(writer, "Reshape", in, target, NULL);
    return NN_OK;
}

static enum nn_status write_permute(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_arg *dims = &writer->node->args.values[nn_onnx_arg(writer, "dims")];
    int64_t perm[1 + NN_MAX_RANK] = {0};
    struct nn_buffer attributes = {0};
    char in[NN_ONNX_NAME];
    (void)error;
    memcpy(perm + 1, dims->dims, (size_t)dims->dim_count * sizeof *perm);
    nn_onnx_in(writer, 0, in);
    nn_onnx_put_ints(&attributes, "perm", perm, 1 + dims->dim_count);
    nn_onnx_finish(writer, "Transpose", in, NULL, &attributes);
    return NN_OK;
}

/* ---- places ---- */

static enum nn_status write_take(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    const struct nn_arg *indices = &node->args.values[nn_onnx_arg(writer, "indices")];
    int64_t axis = nn_onnx_arg_int(writer, "axis");
    size_t count = node->shape.dim[axis - 1];
    int64_t *places = nn_calloc(count, sizeof *places);
    struct nn_buffer attributes = {0};
    char in[NN_ONNX_NAME], list[NN_ONNX_NAME];
    if (!places)
        return nn_fail_memory(error, count * sizeof *places);
    for (size_t i = 0; i < count; i++)
        places[i] = indices->set ? (int64_t)indices->numbers[i]
                                 : nn_onnx_arg_int(writer, "start") +
                                       (int64_t)i * nn_onnx_arg_int(writer, "step");
    nn_onnx_in(writer, 0, in);
    nn_onnx_numbers(writer, places, (int)count, list);
    nn_free(places);
    nn_onnx_put_int(&attributes, "axis", axis);
    nn_onnx_finish(writer, "Gather", in, list, &attributes);
    return NN_OK;
}

static enum nn_status write_embedding(struct nn_onnx_writer *writer, struct nn_error *error)
{
    char in[NN_ONNX_NAME], table[NN_ONNX_NAME], indices[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    (void)error;
    nn_onnx_in(writer, 0, in);
    nn_onnx_weight(writer, 0, table);
    nn_onnx_put_int(&attributes, "to", 7);
    nn_onnx_step(writer, "Cast", in, NULL, &attributes, indices);
    nn_onnx_put_int(&attributes, "axis", 0);
    nn_onnx_finish(writer, "Gather", table, indices, &attributes);
    return NN_OK;
}

static enum nn_status write_zeropadding(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    int rank = node->shape.rank + 1, axes = node->shape.rank - 1;
    int64_t pads[2 * (NN_MAX_RANK + 1)] = {0}, numbers[4];
    const char *text = nn_onnx_arg_text(writer, "padding");
    char in[NN_ONNX_NAME], list[NN_ONNX_NAME];
    int count = 0;
    (void)error;
    for (const char *at = text; *at && count < 4; at++) { /* checked when the layer was added */
        numbers[count] = 0;
        for (; *at >= '0' && *at <= '9'; at++)
            numbers[count] = 10 * numbers[count] + (*at - '0');
        count++;
        if (!*at)
            break;
    }
    for (int i = 0; i < axes; i++) {
        pads[2 + i] = numbers[count == 1 ? 0 : i];
        pads[rank + 2 + i] = count == 2 * axes ? numbers[axes + i] : pads[2 + i];
    }
    nn_onnx_in(writer, 0, in);
    nn_onnx_numbers(writer, pads, 2 * rank, list);
    nn_onnx_finish(writer, "Pad", in, list, NULL);
    return NN_OK;
}

static enum nn_status write_upsample(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    char in[NN_ONNX_NAME], scales[NN_ONNX_NAME], out[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    struct nn_shape shape = {.rank = 1, .dim = {(size_t)node->shape.rank + 1}};
    float values[1 + NN_MAX_RANK] = {1.0f};
    bool linear = nn_onnx_arg_int(writer, "mode") == 1;
    (void)error;
    for (int i = 0; i < node->shape.rank; i++)
        values[1 + i] = (float)(node->shape.dim[i] / node->in_shape[0].dim[i]);
    nn_onnx_in(writer, 0, in);
    nn_onnx_temporary(writer, scales);
    nn_onnx_put_floats(writer, scales, &shape, values);
    nn_onnx_put_text(&attributes, "mode", linear ? "linear" : "nearest");
    nn_onnx_put_text(&attributes, "nearest_mode", "floor");
    nn_onnx_put_text(&attributes, "coordinate_transformation_mode",
                     !linear                                    ? "asymmetric"
                     : nn_onnx_arg_int(writer, "align_corners") ? "align_corners"
                                                                : "half_pixel");
    nn_onnx_name_of(writer, node->index, out);
    nn_onnx_put_node(writer, "Resize", (const char *const[]){in, NULL, scales}, 3, out,
                     &attributes);
    return NN_OK;
}

/* ---- along axes ---- */

/* argmax over several axes: they go last and become one. */
static enum nn_status write_arg(struct nn_onnx_writer *writer, const char *op, const bool *shrinks)
{
    const struct nn_node *node = writer->node;
    int rank = node->shape.rank;
    int64_t perm[1 + NN_MAX_RANK] = {0}, joined[1 + NN_MAX_RANK] = {0}, back[1 + NN_MAX_RANK] = {0};
    int count = 1, kept;
    char value[NN_ONNX_NAME], list[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    for (int i = 0; i < rank; i++)
        if (!shrinks[i]) {
            joined[count] = (int64_t)node->shape.dim[i];
            perm[count++] = i + 1;
        }
    kept = count;
    for (int i = 0; i < rank; i++) {
        if (shrinks[i])
            perm[count++] = i + 1;
        back[1 + i] = (int64_t)node->shape.dim[i];
    }
    joined[kept] = -1;
    nn_onnx_in(writer, 0, value);
    nn_onnx_put_ints(&attributes, "perm", perm, 1 + rank);
    nn_onnx_step(writer, "Transpose", value, NULL, &attributes, value);
    nn_onnx_numbers(writer, joined, kept + 1, list);
    nn_onnx_step(writer, "Reshape", value, list, NULL, value);
    nn_onnx_put_int(&attributes, "axis", kept);
    nn_onnx_step(writer, op, value, NULL, &attributes, value);
    nn_onnx_put_int(&attributes, "to", 1);
    nn_onnx_step(writer, "Cast", value, NULL, &attributes, value);
    nn_onnx_numbers(writer, back, 1 + rank, list);
    nn_onnx_finish(writer, "Reshape", value, list, NULL);
    return NN_OK;
}

static enum nn_status write_reduce(struct nn_onnx_writer *writer, struct nn_error *error)
{
    static const char *const ops[][2] = {
        {"mean", "ReduceMean"},    {"sum", "ReduceSum"}, {"max", "ReduceMax"},
        {"min", "ReduceMin"},      {"l1", "ReduceL1"},   {"l2", "ReduceL2"},
        {"product", "ReduceProd"}, {"argmax", "ArgMax"}, {"argmin", "ArgMin"},
    };
    const struct nn_arg *given = &writer->node->args.values[nn_onnx_arg(writer, "axes")];
    const char *name = nn_onnx_arg_text(writer, "operation");
    bool shrinks[NN_MAX_RANK] = {false};
    int64_t axes[NN_MAX_RANK];
    int count = 0;
    struct nn_buffer attributes = {0};
    char in[NN_ONNX_NAME], list[NN_ONNX_NAME];
    for (int i = 0; i < writer->node->shape.rank; i++) {
        shrinks[i] = !given->set;
        for (int k = 0; given->set && k < given->dim_count; k++)
            shrinks[i] |= given->dims[k] == i + 1;
        if (shrinks[i])
            axes[count++] = i + 1;
    }
    nn_onnx_in(writer, 0, in);
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        if (strcmp(name, ops[i][0]) != 0)
            continue;
        if (!strncmp(name, "arg", 3))
            return write_arg(writer, ops[i][1], shrinks);
        if (!strcmp(name, "sum")) { /* an input from opset 13 on */
            nn_onnx_numbers(writer, axes, count, list);
        } else {
            nn_onnx_put_ints(&attributes, "axes", axes, count);
        }
        nn_onnx_finish(writer, ops[i][1], in, !strcmp(name, "sum") ? list : NULL, &attributes);
        return NN_OK;
    }
    return nn_fail(error, NN_REFUSED, "the operation %s has no operator in ONNX", name);
}

/* ---- constants ---- */

/* The values once, repeated for every sample of the input's batch. */
static enum nn_status write_constant(struct nn_onnx_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    struct nn_shape shape = {.rank = node->shape.rank + 1, .dim = {1}};
    int64_t dims[NN_MAX_RANK];
    char value[NN_ONNX_NAME], target[NN_ONNX_NAME], rest[NN_ONNX_NAME], zero[NN_ONNX_NAME],
        batch[NN_ONNX_NAME];
    struct nn_buffer attributes = {0};
    if (shape.rank > NN_MAX_RANK)
        return nn_fail(error, NN_REFUSED, "more than %d axes with the batch", NN_MAX_RANK);
    for (int i = 0; i < node->shape.rank; i++) {
        shape.dim[1 + i] = node->shape.dim[i];
        dims[i] = (int64_t)node->shape.dim[i];
    }
    nn_onnx_weight_as(writer, 0, &shape, value);
    nn_onnx_step(writer, "Shape", "input", NULL, NULL, target);
    nn_onnx_numbers(writer, (int64_t[]){0}, 1, zero);
    nn_onnx_step(writer, "Gather", target, zero, NULL, batch);
    nn_onnx_numbers(writer, dims, node->shape.rank, rest);
    nn_onnx_put_int(&attributes, "axis", 0);
    nn_onnx_step(writer, "Concat", batch, rest, &attributes, target);
    nn_onnx_finish(writer, "Expand", value, target, NULL);
    return NN_OK;
}

static const struct nn_onnx_layer_writer writers[] = {
    {"add", write_many, NULL},
    {"concat", write_many, NULL},
    {"multiply", write_multiply, NULL},
    {"matmul", write_matmul, NULL},
    {"arithmetic", write_arithmetic, NULL},
    {"where", write_where, NULL},
    {"flatten", write_flatten, NULL},
    {"reshape", write_reshape, NULL},
    {"permute", write_permute, NULL},
    {"take", write_take, NULL},
    {"embedding", write_embedding, NULL},
    {"zeropadding", write_zeropadding, NULL},
    {"upsample", write_upsample, NULL},
    {"reduce", write_reduce, NULL},
    {"constant", write_constant, NULL},
    {0},
};

const struct nn_onnx_layer_family nn_onnx_layers_join = {
    .writers = writers,
};
