/* What the writers of layers see. A layer is a call of a helper function, whose text is written
 * once; names in texts begin with "@", which becomes the header's own prefix. */
#ifndef NN_MODEL_C_WRITER_H
#define NN_MODEL_C_WRITER_H

#include "base/buffer.h"
#include "engine/net.h"

struct nn_c_writer {
    const struct nn_net *net;
    const struct nn_node *node; /* which is written now */
    struct nn_buffer tables;    /* weights */
    struct nn_buffer body;      /* of the function that predicts */
    size_t table_bytes;
    char x[NN_MAX_INPUTS][40], y[40]; /* the arrays of the node's inputs and output */
};

struct nn_c_layer {
    const char *layer;
    const char *helper; /* text of the function, NULL: none */
    /* Appends the calls to the body. NULL: the output is the input (flatten). */
    enum nn_status (*call)(struct nn_c_writer *writer, struct nn_error *error);
    bool in_place; /* the output may be the input's array */
};
extern const struct nn_c_layer nn_c_layers[]; /* ends with a NULL name */
const struct nn_c_layer *nn_c_layer_find(const char *name);

/* A table of weights under a name of the node's: "conv1_weight". */
void nn_c_table(struct nn_c_writer *writer, const char *name, const float *values, size_t count);
/* The name of a table of the node, as an argument of a call: "@conv1_weight". */
void nn_c_name(const struct nn_c_writer *writer, const char *name, char out[2 * NN_NAME_SIZE]);
/* Floats as C constants, eight a line. */
void nn_c_floats(struct nn_buffer *out, const float *values, size_t count);

#endif
