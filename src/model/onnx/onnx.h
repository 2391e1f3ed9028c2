/* ONNX: a model from PyTorch, Keras, scikit-learn ... becomes an ordinary net.
 *
 * Ownership: what is given belongs to the caller.
 * Errors:    NN_DAMAGED with the byte or the node; NN_REFUSED for an operator or attribute that is
 *            not supported, with its node; NN_LIMIT, NN_MEMORY, NN_IO.
 * Threads:   reentrant.
 * Cost:      the file is mapped; memory is the net's and a few bytes a node.
 * Source:    https://onnx.ai: IR versions 3 to 12, operators of versions 1 to 23 (import.h).
 */
#ifndef NN_MODEL_ONNX_ONNX_H
#define NN_MODEL_ONNX_ONNX_H

#include "model/model.h"
#include "model/onnx/proto.h"

/* Fills a zeroed model: the net and the names of its classes. `output` is the name of the graph's
 * output that is wanted, NULL: its first one of real numbers. */
enum nn_status nn_onnx_open(const char *path, const char *output, struct nn_model *model,
                            struct nn_error *error);
/* The same from memory. `folder` is where external data may stand, NULL: nowhere. */
enum nn_status nn_onnx_read(const unsigned char *bytes, size_t length, const char *folder,
                            struct nn_model *model, struct nn_error *error);

/* Writes the net of a model with its classes and scaling: IR 7, opset 13, a free batch "N", weights
 * under their names. Layers that ONNX has no operator for are written as several; one that it
 * cannot express is refused by name (NN_REFUSED). */
enum nn_status nn_onnx_export(const char *path, const struct nn_model *model,
                              struct nn_error *error);

/* A graph whose outputs are all wanted, and where inputs but the first are given: what the tests of
 * operators need. */
struct nn_onnx_output {
    struct nn_onnx_text name;
    struct nn_shape shape; /* with its batch */
    int node;              /* -1: a constant */
    float *values;         /* of the constant */
};
struct nn_onnx_graph {
    struct nn_net *net;
    size_t batch;   /* 0: the whole tensor is one sample */
    bool constant;  /* nothing depends on the net's input */
    int order_rank; /* not 0: axis i of the graph's sample is axis order[i] of the net's input */
    int order[NN_MAX_RANK];
    struct nn_onnx_output *outputs;
    size_t output_count;
};
/* `given[i]` is the tensor of input i (those that are no initializers, in order), or NULL; it is
 * taken for a constant, except the first. */
enum nn_status nn_onnx_read_graph(const unsigned char *bytes, size_t length,
                                  const struct nn_onnx_tensor *const *given, size_t given_count,
                                  struct nn_onnx_graph *graph, struct nn_error *error);
void nn_onnx_graph_clear(struct nn_onnx_graph *graph);

#endif
