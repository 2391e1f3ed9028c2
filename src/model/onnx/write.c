#include "model/onnx/write.h"

#include "base/mem.h"
#include "model/onnx/proto.h"

#include <stdio.h>
#include <string.h>

/* ---- protocol buffers ---- */

static void put_varint(struct nn_buffer *out, uint64_t value)
{
    do {
        nn_buffer_char(out, (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
        value >>= 7;
    } while (value);
}

static void put_fixed(struct nn_buffer *out, uint64_t bits, int bytes)
{
    for (int i = 0; i < bytes; i++)
        nn_buffer_char(out, (char)(bits >> 8 * i));
}

void nn_wire_put_int(struct nn_buffer *out, uint32_t field, int64_t value)
{
    put_varint(out, field << 3);
    put_varint(out, (uint64_t)value);
}

void nn_wire_put_float(struct nn_buffer *out, uint32_t field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_varint(out, field << 3 | 5);
    put_fixed(out, bits, 4);
}

void nn_wire_put_double(struct nn_buffer *out, uint32_t field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_varint(out, field << 3 | 1);
    put_fixed(out, bits, 8);
}

void nn_wire_put_bytes(struct nn_buffer *out, uint32_t field, const void *bytes, size_t length)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, length);
    nn_buffer_append(out, bytes, length);
}

void nn_wire_put_text(struct nn_buffer *out, uint32_t field, const char *text)
{
    nn_wire_put_bytes(out, field, text, strlen(text));
}

void nn_wire_put_message(struct nn_buffer *out, uint32_t field, struct nn_buffer *message)
{
    out->failed |= message->failed;
    nn_wire_put_bytes(out, field, nn_buffer_string(message), message->length);
    nn_buffer_clear(message);
}

/* ---- names ---- */

const struct nn_onnx_layer_writer *nn_onnx_layer_writer_find(const char *layer)
{
    for (size_t f = 0; f < nn_onnx_layer_family_count; f++)
        for (const struct nn_onnx_layer_writer *at = nn_onnx_layer_families[f]->writers; at->layer;
             at++)
            if (!strcmp(at->layer, layer))
                return at;
    return NULL;
}

void nn_onnx_name_of(const struct nn_onnx_writer *writer, int node, char out[NN_ONNX_NAME])
{
    if (node == 0)
        snprintf(out, NN_ONNX_NAME, "input");
    else if (node == writer->net->count - 1)
        snprintf(out, NN_ONNX_NAME, "output");
    else
        snprintf(out, NN_ONNX_NAME, "%s/out", writer->net->nodes[node]->name);
}

void nn_onnx_in(const struct nn_onnx_writer *writer, int k, char out[NN_ONNX_NAME])
{
    nn_onnx_name_of(writer, writer->node->inputs[k], out);
}

void nn_onnx_temporary(struct nn_onnx_writer *writer, char out[NN_ONNX_NAME])
{
    snprintf(out, NN_ONNX_NAME, "%s/%d", writer->node->name, ++writer->temporaries);
}

/* ---- attributes: AttributeProto is field 5 of a node ---- */

static void put_attribute(struct nn_buffer *attributes, const char *name, int kind,
                          struct nn_buffer *attribute)
{
    nn_wire_put_text(attribute, 1, name);
    nn_wire_put_int(attribute, 20, kind);
    nn_wire_put_message(attributes, 5, attribute);
}

void nn_onnx_put_int(struct nn_buffer *attributes, const char *name, int64_t value)
{
    struct nn_buffer attribute = {0};
    nn_wire_put_int(&attribute, 3, value);
    put_attribute(attributes, name, 2, &attribute);
}

void nn_onnx_put_real(struct nn_buffer *attributes, const char *name, double value)
{
    struct nn_buffer attribute = {0};
    nn_wire_put_float(&attribute, 2, (float)value);
    put_attribute(attributes, name, 1, &attribute);
}

void nn_onnx_put_text(struct nn_buffer *attributes, const char *name, const char *text)
{
    struct nn_buffer attribute = {0};
    nn_wire_put_text(&attribute, 4, text);
    put_attribute(attributes, name, 3, &attribute);
}

void nn_onnx_put_ints(struct nn_buffer *attributes, const char *name, const int64_t *values,
                      int count)
{
    struct nn_buffer attribute = {0};
    for (int i = 0; i < count; i++)
        nn_wire_put_int(&attribute, 8, values[i]);
    put_attribute(attributes, name, 7, &attribute);
}

/* ---- nodes ---- */

void nn_onnx_put_node(struct nn_onnx_writer *writer, const char *op, const char *const *inputs,
                      int count, const char *output, struct nn_buffer *attributes)
{
    struct nn_buffer node = {0};
    for (int i = 0; i < count; i++)
        nn_wire_put_text(&node, 1, inputs[i] ? inputs[i] : "");
    bool last = !strcmp(output, "output") || strstr(output, "/out"); /* of the layer */
    nn_wire_put_text(&node, 2, output);
    nn_wire_put_text(&node, 3, last ? writer->node->name : output);
    nn_wire_put_text(&node, 4, op);
    if (attributes) {
        node.failed |= attributes->failed;
        nn_buffer_append(&node, nn_buffer_string(attributes), attributes->length);
        nn_buffer_clear(attributes);
    }
    nn_wire_put_message(&writer->graph, 1, &node);
}

void nn_onnx_step(struct nn_onnx_writer *writer, const char *op, const char *a, const char *b,
                  struct nn_buffer *attributes, char out[NN_ONNX_NAME])
{
    char name[NN_ONNX_NAME];
    nn_onnx_temporary(writer, name);
    nn_onnx_put_node(writer, op, (const char *const[]){a, b}, b ? 2 : 1, name, attributes);
    memcpy(out, name, sizeof name);
}

void nn_onnx_finish(struct nn_onnx_writer *writer, const char *op, const char *a, const char *b,
                    struct nn_buffer *attributes)
{
    char name[NN_ONNX_NAME];
    nn_onnx_name_of(writer, writer->node->index, name);
    nn_onnx_put_node(writer, op, (const char *const[]){a, b}, b ? 2 : 1, name, attributes);
}

/* ---- initializers: TensorProto is field 5 of a graph ---- */

static void put_tensor(struct nn_onnx_writer *writer, const char *name, int type,
                       const int64_t *dims, int rank, struct nn_buffer *data)
{
    struct nn_buffer tensor = {0};
    for (int i = 0; i < rank; i++)
        nn_wire_put_int(&tensor, 1, dims[i]);
    nn_wire_put_int(&tensor, 2, type);
    nn_wire_put_text(&tensor, 8, name);
    nn_wire_put_message(&tensor, 9, data);
    nn_wire_put_message(&writer->graph, 5, &tensor);
}

void nn_onnx_put_floats(struct nn_onnx_writer *writer, const char *name,
                        const struct nn_shape *shape, const float *values)
{
    static const uint32_t one = 1;
    struct nn_buffer data = {0};
    int64_t dims[NN_MAX_RANK];
    size_t count = nn_shape_size(shape);
    for (int i = 0; i < shape->rank; i++)
        dims[i] = (int64_t)shape->dim[i];
    if (*(const unsigned char *)&one == 1)
        nn_buffer_append(&data, values, count * sizeof *values);
    else
        for (size_t i = 0; i < count; i++) {
            uint32_t bits;
            memcpy(&bits, &values[i], sizeof bits);
            put_fixed(&data, bits, 4);
        }
    put_tensor(writer, name, NN_ONNX_FLOAT, dims, shape->rank, &data);
}

void nn_onnx_constant(struct nn_onnx_writer *writer, double value, char out[NN_ONNX_NAME])
{
    struct nn_shape scalar = {0};
    float number = (float)value;
    nn_onnx_temporary(writer, out);
    nn_onnx_put_floats(writer, out, &scalar, &number);
}

void nn_onnx_numbers(struct nn_onnx_writer *writer, const int64_t *values, int count,
                     char out[NN_ONNX_NAME])
{
    struct nn_buffer data = {0};
    int64_t length = count;
    nn_onnx_temporary(writer, out);
    for (int i = 0; i < count; i++)
        put_fixed(&data, (uint64_t)values[i], 8);
    put_tensor(writer, out, NN_ONNX_INT64, &length, 1, &data);
}

enum nn_status nn_onnx_repeated(struct nn_onnx_writer *writer, size_t count, float value,
                                char out[NN_ONNX_NAME], struct nn_error *error)
{
    float *values = nn_calloc(count, sizeof *values);
    struct nn_shape shape = {.rank = 1, .dim = {count}};
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    for (size_t i = 0; i < count; i++)
        values[i] = value;
    nn_onnx_temporary(writer, out);
    nn_onnx_put_floats(writer, out, &shape, values);
    nn_free(values);
    return NN_OK;
}

void nn_onnx_weight_as(struct nn_onnx_writer *writer, int p, const struct nn_shape *shape,
                       char out[NN_ONNX_NAME])
{
    const struct nn_param *param = &writer->node->params[p];
    snprintf(out, NN_ONNX_NAME, "%s.%s", writer->node->name, param->spec.name);
    nn_onnx_put_floats(writer, out, shape, param->value.data);
}

void nn_onnx_weight(struct nn_onnx_writer *writer, int p, char out[NN_ONNX_NAME])
{
    nn_onnx_weight_as(writer, p, &writer->node->params[p].spec.shape, out);
}

/* ---- arguments ---- */

int nn_onnx_arg(const struct nn_onnx_writer *writer, const char *name)
{
    return nn_args_find(writer->node->layer->args, name);
}

double nn_onnx_arg_real(const struct nn_onnx_writer *writer, const char *name)
{
    return nn_args_real(&writer->node->args, nn_onnx_arg(writer, name));
}

int64_t nn_onnx_arg_int(const struct nn_onnx_writer *writer, const char *name)
{
    return nn_args_int(&writer->node->args, nn_onnx_arg(writer, name));
}

const char *nn_onnx_arg_text(const struct nn_onnx_writer *writer, const char *name)
{
    return nn_args_text(&writer->node->args, nn_onnx_arg(writer, name));
}
