/* Writing ONNX: protocol buffers field by field, and what the writers of layers see.
 *
 * Every layer is written by a function of a table in layers/FAMILY.c. Values are named after their
 * layers ("conv1/out"), weights as everywhere ("conv1.weight"); '/' is in no layer's name, so
 * nothing collides. Opset 13, IR 7, a free batch "N".
 *
 * Errors: appends that fail are found at the end (nn_buffer_check).
 */
#ifndef NN_MODEL_ONNX_WRITE_H
#define NN_MODEL_ONNX_WRITE_H

#include "base/buffer.h"
#include "engine/net.h"

#include <stdint.h>

/* ---- protocol buffers ---- */

void nn_wire_put_int(struct nn_buffer *out, uint32_t field, int64_t value);
void nn_wire_put_float(struct nn_buffer *out, uint32_t field, float value);
void nn_wire_put_double(struct nn_buffer *out, uint32_t field, double value);
void nn_wire_put_bytes(struct nn_buffer *out, uint32_t field, const void *bytes, size_t length);
void nn_wire_put_text(struct nn_buffer *out, uint32_t field, const char *text);
/* A message: its bytes; clears it. */
void nn_wire_put_message(struct nn_buffer *out, uint32_t field, struct nn_buffer *message);

/* ---- a graph ---- */

#define NN_ONNX_NAME (NN_NAME_SIZE + 64)

struct nn_onnx_writer {
    const struct nn_net *net;
    const struct nn_node *node; /* which is written now */
    struct nn_buffer graph;
    int temporaries; /* of the node */
};

struct nn_onnx_layer_writer {
    const char *layer;
    /* NULL: one operator of one input, without attributes */
    enum nn_status (*write)(struct nn_onnx_writer *writer, struct nn_error *error);
    const char *op; /* for writers that differ in a name alone */
};
/* A file of writers: a table that ends with a NULL name. */
struct nn_onnx_layer_family {
    const struct nn_onnx_layer_writer *writers;
};
extern const struct nn_onnx_layer_family *const nn_onnx_layer_families[];
extern const size_t nn_onnx_layer_family_count;
const struct nn_onnx_layer_writer *nn_onnx_layer_writer_find(const char *layer);

/* The name of a node's output, of the node's input k, and a new one for something in between. */
void nn_onnx_name_of(const struct nn_onnx_writer *writer, int node, char out[NN_ONNX_NAME]);
void nn_onnx_in(const struct nn_onnx_writer *writer, int k, char out[NN_ONNX_NAME]);
void nn_onnx_temporary(struct nn_onnx_writer *writer, char out[NN_ONNX_NAME]);

/* Attributes of the next node. */
void nn_onnx_put_int(struct nn_buffer *attributes, const char *name, int64_t value);
void nn_onnx_put_real(struct nn_buffer *attributes, const char *name, double value);
void nn_onnx_put_text(struct nn_buffer *attributes, const char *name, const char *text);
void nn_onnx_put_ints(struct nn_buffer *attributes, const char *name, const int64_t *values,
                      int count);

/* A node; `inputs` are names, NULL for one that is left out. Attributes may be NULL, and are
 * cleared. */
void nn_onnx_put_node(struct nn_onnx_writer *writer, const char *op, const char *const *inputs,
                      int count, const char *output, struct nn_buffer *attributes);
/* The same with a new output, whose name goes to `out`; `b` may be NULL. `out` may be an input. */
void nn_onnx_step(struct nn_onnx_writer *writer, const char *op, const char *a, const char *b,
                  struct nn_buffer *attributes, char out[NN_ONNX_NAME]);
/* The output of the layer. */
void nn_onnx_finish(struct nn_onnx_writer *writer, const char *op, const char *a, const char *b,
                    struct nn_buffer *attributes);

/* Initializers: floats or whole numbers, under a name of their own or a new one. */
void nn_onnx_put_floats(struct nn_onnx_writer *writer, const char *name,
                        const struct nn_shape *shape, const float *values);
void nn_onnx_constant(struct nn_onnx_writer *writer, double value, char out[NN_ONNX_NAME]);
void nn_onnx_numbers(struct nn_onnx_writer *writer, const int64_t *values, int count,
                     char out[NN_ONNX_NAME]);
/* `count` times the same float. */
enum nn_status nn_onnx_repeated(struct nn_onnx_writer *writer, size_t count, float value,
                                char out[NN_ONNX_NAME], struct nn_error *error);
/* Parameter p of the node: writes it and gives its name. */
void nn_onnx_weight(struct nn_onnx_writer *writer, int p, char out[NN_ONNX_NAME]);
/* The same in another shape. */
void nn_onnx_weight_as(struct nn_onnx_writer *writer, int p, const struct nn_shape *shape,
                       char out[NN_ONNX_NAME]);

/* Arguments of the node by name. */
int nn_onnx_arg(const struct nn_onnx_writer *writer, const char *name);
double nn_onnx_arg_real(const struct nn_onnx_writer *writer, const char *name);
int64_t nn_onnx_arg_int(const struct nn_onnx_writer *writer, const char *name);
const char *nn_onnx_arg_text(const struct nn_onnx_writer *writer, const char *name);

#endif
