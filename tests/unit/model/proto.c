#include "proto.h"

#include <criterion/criterion.h>
#include <string.h>

static void varint(struct proto *proto, uint64_t value)
{
    do {
        nn_buffer_char(&proto->bytes, (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
        value >>= 7;
    } while (value);
}

void proto_clear(struct proto *proto)
{
    nn_buffer_clear(&proto->bytes);
}

void proto_int(struct proto *proto, uint32_t field, int64_t value)
{
    varint(proto, field << 3);
    varint(proto, (uint64_t)value);
}

static void fixed(struct proto *proto, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 4; i++)
        nn_buffer_char(&proto->bytes, (char)(bits >> 8 * i));
}

void proto_float(struct proto *proto, uint32_t field, float value)
{
    varint(proto, field << 3 | 5);
    fixed(proto, value);
}

void proto_bytes(struct proto *proto, uint32_t field, const char *data, size_t length)
{
    varint(proto, field << 3 | 2);
    varint(proto, length);
    nn_buffer_append(&proto->bytes, data, length);
}

void proto_text(struct proto *proto, uint32_t field, const char *text)
{
    proto_bytes(proto, field, text, strlen(text));
}

void proto_message(struct proto *proto, uint32_t field, struct proto *message)
{
    proto_bytes(proto, field, message->bytes.data ? message->bytes.data : "",
                message->bytes.length);
    proto_clear(message);
}

/* One text field for each word. */
static void words(struct proto *proto, uint32_t field, const char *text)
{
    while (*text) {
        size_t length = strcspn(text, " ");
        proto_bytes(proto, field, text,
                    length == 1 && *text == '-' ? 0 : length); /* "-": left out */
        text += length + (text[length] == ' ');
    }
}

void proto_node(struct proto *graph, const char *op, const char *inputs, const char *outputs,
                struct proto *attributes)
{
    struct proto node = {0};
    words(&node, 1, inputs);
    words(&node, 2, outputs);
    proto_text(&node, 4, op);
    if (attributes) {
        nn_buffer_append(&node.bytes, attributes->bytes.data, attributes->bytes.length);
        proto_clear(attributes);
    }
    proto_message(graph, 1, &node);
}

void proto_attr_int(struct proto *attributes, const char *name, int64_t value)
{
    struct proto attribute = {0};
    proto_text(&attribute, 1, name);
    proto_int(&attribute, 3, value);
    proto_int(&attribute, 20, 2);
    proto_message(attributes, 5, &attribute);
}

void proto_attr_ints(struct proto *attributes, const char *name, int count, const int64_t *values)
{
    struct proto attribute = {0};
    proto_text(&attribute, 1, name);
    for (int i = 0; i < count; i++)
        proto_int(&attribute, 8, values[i]);
    proto_int(&attribute, 20, 7);
    proto_message(attributes, 5, &attribute);
}

void proto_attr_text(struct proto *attributes, const char *name, const char *text)
{
    struct proto attribute = {0};
    proto_text(&attribute, 1, name);
    proto_text(&attribute, 4, text);
    proto_int(&attribute, 20, 3);
    proto_message(attributes, 5, &attribute);
}

void proto_weights(struct proto *graph, const char *name, const int64_t *dims, const float *values)
{
    struct proto tensor = {0}, raw = {0};
    size_t count = 1;
    for (int i = 0; dims[i]; i++) {
        proto_int(&tensor, 1, dims[i]);
        count *= (size_t)dims[i];
    }
    proto_int(&tensor, 2, 1);
    proto_text(&tensor, 8, name);
    for (size_t i = 0; i < count; i++)
        fixed(&raw, values[i]);
    proto_message(&tensor, 9, &raw);
    proto_message(graph, 5, &tensor);
}

void proto_ints(struct proto *graph, const char *name, int count, const int64_t *values)
{
    struct proto tensor = {0};
    proto_int(&tensor, 1, count);
    proto_int(&tensor, 2, 7);
    proto_text(&tensor, 8, name);
    for (int i = 0; i < count; i++)
        proto_int(&tensor, 7, values[i]);
    proto_message(graph, 5, &tensor);
}

void proto_port(struct proto *graph, uint32_t field, const char *name, const int64_t *dims)
{
    struct proto port = {0}, type = {0}, tensor = {0}, shape = {0};
    for (int i = 0; dims[i]; i++) {
        struct proto dim = {0};
        if (dims[i] > 0)
            proto_int(&dim, 1, dims[i]);
        else
            proto_text(&dim, 2, "batch");
        proto_message(&shape, 1, &dim);
    }
    proto_int(&tensor, 1, 1);
    proto_message(&tensor, 2, &shape);
    proto_message(&type, 1, &tensor);
    proto_text(&port, 1, name);
    proto_message(&port, 2, &type);
    proto_message(graph, field, &port);
}

void proto_model(struct proto *model, struct proto *graph, int64_t opset)
{
    struct proto set = {0}, unused = {0};
    proto_int(model, 1, 8);
    proto_message(model, 7, graph); /* the order of fields is free */
    proto_int(&set, 2, opset);
    proto_message(model, 8, &set);
    proto_text(&unused, 1, "ai.onnx.ml"); /* tf2onnx always names it */
    proto_int(&unused, 2, 2);
    proto_message(model, 8, &unused);
    cr_assert(nn_buffer_check(&model->bytes, NULL) == NN_OK);
}
