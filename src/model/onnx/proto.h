/* An ONNX model as it stands in its file: nodes, values and tensors. Names, attributes and weights
 * stay in the file's bytes; what is copied is a few numbers a node.
 *
 * Ownership: a model borrows the bytes, which must outlive it, and owns the rest (nn_onnx_clear).
 * Errors:    NN_DAMAGED with the byte, NN_REFUSED for what the format allows and we do not read,
 *            NN_LIMIT, NN_MEMORY.
 * Threads:   many readers.
 * Source:    onnx.proto and IR.md of ONNX 1.17: IR versions 3 to 10, opsets up to 23; an attribute
 * that an old one had is refused if it is not known.
 */
#ifndef NN_MODEL_ONNX_PROTO_H
#define NN_MODEL_ONNX_PROTO_H

#include "base/arena.h"
#include "base/map.h"
#include "base/text.h"
#include "engine/tensor.h"
#include "model/onnx/wire.h"

#define NN_ONNX_MAX_NODES  ((size_t)65536)
#define NN_ONNX_MAX_VALUES ((size_t)131072)

/* TensorProto.DataType */
enum nn_onnx_type {
    NN_ONNX_UNDEFINED = 0,
    NN_ONNX_FLOAT = 1,
    NN_ONNX_UINT8 = 2,
    NN_ONNX_INT8 = 3,
    NN_ONNX_UINT16 = 4,
    NN_ONNX_INT16 = 5,
    NN_ONNX_INT32 = 6,
    NN_ONNX_INT64 = 7,
    NN_ONNX_STRING = 8,
    NN_ONNX_BOOL = 9,
    NN_ONNX_FLOAT16 = 10,
    NN_ONNX_DOUBLE = 11,
    NN_ONNX_UINT32 = 12,
    NN_ONNX_UINT64 = 13,
    NN_ONNX_BFLOAT16 = 16
};
/* Bytes of one element; 0 for types that we do not read. */
size_t nn_onnx_type_size(int type);
const char *nn_onnx_type_name(int type);
bool nn_onnx_type_is_real(int type); /* float, double, and the half ones */

/* A text inside the file, without NUL at its end. */
struct nn_onnx_text {
    const char *at;
    size_t length;
};
bool nn_onnx_text_is(struct nn_onnx_text text, const char *other);
/* For messages: NN_ONNX_TEXT(text). */
struct nn_visible nn_onnx_visible(struct nn_onnx_text text);
#define NN_ONNX_TEXT(name) (nn_onnx_visible(name).text)

/* Elements little-endian, in the order of the shape; their place in the file or in an arena. */
struct nn_onnx_tensor {
    struct nn_onnx_text name;
    int type;
    struct nn_shape shape; /* rank 0: a scalar */
    size_t count;
    const unsigned char *data; /* NULL: in another file */
    const struct nn_map *map;  /* NULL, or the mapped file that data lies in */
    struct nn_onnx_text location;
    uint64_t offset, length; /* there; length 0: as long as it must be */
    struct nn_wire body;     /* texts stay in it */
};
/* Element i as a number (64-bit integers beyond 2^53 rounded), and back (cut to the type's range).
 */
double nn_onnx_tensor_get(const struct nn_onnx_tensor *tensor, size_t i);
void nn_onnx_element_set(unsigned char *data, int type, size_t i, double value);
/* All elements as floats. */
void nn_onnx_tensor_floats(const struct nn_onnx_tensor *tensor, float *out);

struct nn_onnx_node {
    struct nn_onnx_text name, type, domain;
    const int *inputs, *outputs; /* values; -1: left out */
    int input_count, output_count;
    struct nn_wire body; /* for its attributes */
};

/* What a graph says of an input or output. */
struct nn_onnx_port {
    int value;
    int type; /* of its elements; UNDEFINED if it does not tell, or it is no tensor */
    int rank; /* -1: not told */
    int64_t dim[NN_MAX_RANK]; /* -1: any */
};

struct nn_onnx_model {
    struct nn_arena arena;
    int64_t ir_version;
    int64_t opset; /* of the operators of ONNX itself */
    struct nn_onnx_text producer;
    struct nn_wire body; /* for metadata */
    struct nn_onnx_node *nodes;
    size_t node_count;
    struct nn_onnx_text *names;      /* of the values */
    struct nn_onnx_tensor **tensors; /* of each value: its initializer, or NULL */
    size_t value_count;
    struct nn_onnx_port *inputs, *outputs;
    size_t input_count, output_count;
};

enum nn_status nn_onnx_parse(struct nn_onnx_model *model, const unsigned char *bytes, size_t length,
                             struct nn_error *error);
void nn_onnx_clear(struct nn_onnx_model *model);

/* One TensorProto (of an attribute, or a file of its own). `arena` gets what must be converted. */
enum nn_status nn_onnx_parse_tensor(struct nn_wire wire, struct nn_arena *arena,
                                    struct nn_onnx_tensor *tensor, struct nn_error *error);
/* A text field. */
struct nn_onnx_text nn_onnx_text_of(const struct nn_wire_field *field);

#endif
