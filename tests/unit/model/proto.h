/* ONNX files for tests, field by field: a protobuf writer of a few lines.
 *
 *     struct proto graph = {0}, model = {0};
 *     proto_node(&graph, "Relu", "x", "y", NULL);
 */
#ifndef NN_TESTS_MODEL_PROTO_H
#define NN_TESTS_MODEL_PROTO_H

#include "base/buffer.h"

#include <stdint.h>

struct proto {
    struct nn_buffer bytes;
};

void proto_clear(struct proto *proto);
void proto_int(struct proto *proto, uint32_t field, int64_t value);
void proto_float(struct proto *proto, uint32_t field, float value);
void proto_bytes(struct proto *proto, uint32_t field, const char *data, size_t length);
void proto_text(struct proto *proto, uint32_t field, const char *text);
/* Takes the message (clears it). */
void proto_message(struct proto *proto, uint32_t field, struct proto *message);

/* A node with the inputs and outputs named by words; `attributes` is a message of them, or NULL
 * (cleared). */
void proto_node(struct proto *graph, const char *op, const char *inputs, const char *outputs,
                struct proto *attributes);
void proto_attr_int(struct proto *attributes, const char *name, int64_t value);
void proto_attr_ints(struct proto *attributes, const char *name, int count, const int64_t *values);
void proto_attr_text(struct proto *attributes, const char *name, const char *text);

/* A float initializer, raw; `dims` ends with 0 (an empty list is a scalar). */
void proto_weights(struct proto *graph, const char *name, const int64_t *dims, const float *values);
/* An int64 initializer of one axis, in typed and unpacked form. */
void proto_ints(struct proto *graph, const char *name, int count, const int64_t *values);
/* An input (11) or output (12) of floats; a dimension of -1 is free; `dims` ends with 0. */
void proto_port(struct proto *graph, uint32_t field, const char *name, const int64_t *dims);

/* The whole model; takes the graph. */
void proto_model(struct proto *model, struct proto *graph, int64_t opset);

#endif
