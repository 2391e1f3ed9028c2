/* Importing a graph of ONNX: what an operator's file sees.
 *
 * Every value of the graph is a constant (a tensor) or runtime (the output of a layer). An operator
 * is lowered to layers; what depends on constants alone is computed at once, so the arithmetic of
 * shapes disappears. The functions below (take, reshape, permute ...) do the same to both kinds,
 * and most operators are a few of them.
 *
 * Axis 0 of the graph's input is taken for the batch: layers see samples, and an operator that
 * would mix samples is refused (NN_ONNX_MIXES). The graph is then imported once more with the whole
 * tensor as one sample: `lead` is 1 or 0, the number of axes that samples do not have.
 *
 * A runtime value may stand in another order of axes than the graph's: `order` says which axis of
 * the layer's output each axis of the sample is. So the transposes around a channels-last graph
 * cancel each other; nn_onnx_plain makes a layer of what is left. */
#ifndef NN_MODEL_ONNX_IMPORT_H
#define NN_MODEL_ONNX_IMPORT_H

#include "engine/net.h"
#include "model/onnx/proto.h"

enum nn_onnx_kind { NN_ONNX_UNSET, NN_ONNX_CONSTANT, NN_ONNX_RUNTIME };

struct nn_onnx_value {
    enum nn_onnx_kind kind;
    int type;                     /* of the graph; the layers compute in float */
    struct nn_shape shape;        /* of the graph, with its batch */
    struct nn_onnx_tensor tensor; /* CONSTANT */
    int node;                     /* RUNTIME */
    bool ordered; /* RUNTIME: order and flat hold; else the output is as the graph has it */
    bool flat;    /* in this order, and then all axes of a sample in one */
    int order_rank;
    int order[NN_MAX_RANK];
};

struct nn_onnx_import {
    const struct nn_onnx_model *model;
    struct nn_arena *arena; /* for constants that are computed */
    size_t room;            /* bytes that they may still take */
    struct nn_net *net;
    int lead;                   /* 1: axis 0 is the batch; 0: the whole tensor is one sample */
    size_t batch;               /* its size in the graph's shapes, lead 1 */
    struct nn_onnx_value input; /* as it was before any operator */
    struct nn_onnx_value *values;
    size_t *readers;                 /* of each value: nodes that read it, and outputs */
    int *first_reader;               /* that is computed first, -1: none */
    bool *done;                      /* of each node: lowered together with another */
    int *numbers;                    /* of each kind of layer: the last one in a name */
    const char *folder;              /* of the file, for external data; NULL: there is none */
    const struct nn_onnx_node *node; /* which is lowered now */
    size_t copied;                   /* bytes of weights since pages of files were let go */
    bool named;                      /* one of its layers is named after its weight */
    bool mixes;                      /* the last failure was an operator across the batch */
};

/* An operator. Its family's table stands in ops/FAMILY.c. */
struct nn_onnx_op {
    const char *name;
    const char *attributes; /* "alpha|beta": known ones; any other is refused by name */
    int min_inputs, max_inputs;
    enum nn_status (*lower)(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                            struct nn_error *error);
    const char *layer;   /* for families that differ in a name alone */
    double (*f)(double); /* likewise, in a function */
};
/* A file of operators: a table that ends with a NULL name. */
struct nn_onnx_family {
    const char *domain; /* "" is ONNX itself */
    const struct nn_onnx_op *ops;
};
extern const struct nn_onnx_family *const nn_onnx_families[];
extern const size_t nn_onnx_family_count;
const struct nn_onnx_op *nn_onnx_op_find(struct nn_onnx_text domain, struct nn_onnx_text name);

/* ---- the node that is lowered ---- */

/* Input i; NULL if it is left out. Borrowed. */
struct nn_onnx_value *nn_onnx_input(struct nn_onnx_import *import, int i);
bool nn_onnx_has_output(const struct nn_onnx_import *import, int i);
/* Sets output i. */
void nn_onnx_give(struct nn_onnx_import *import, int i, const struct nn_onnx_value *value);
/* Fails with NN_REFUSED: why this node cannot be done. */
enum nn_status nn_onnx_refuse(struct nn_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for an operator across the batch: tried again without. */
enum nn_status nn_onnx_refuse_mixing(struct nn_onnx_import *import, struct nn_error *error);

/* Attributes: false or the default where there is none. Errors: NN_DAMAGED for another type. */
enum nn_status nn_onnx_attr_int(const struct nn_onnx_import *import, const char *name,
                                int64_t fallback, int64_t *value, struct nn_error *error);
enum nn_status nn_onnx_attr_real(const struct nn_onnx_import *import, const char *name,
                                 double fallback, double *value, struct nn_error *error);
enum nn_status nn_onnx_attr_text(const struct nn_onnx_import *import, const char *name,
                                 const char *fallback, struct nn_onnx_text *value,
                                 struct nn_error *error);
/* Numbers of a list, at most NN_ONNX_MAX_LIST; count -1: there is none. */
#define NN_ONNX_MAX_LIST 64
struct nn_onnx_list {
    int count;
    int64_t at[NN_ONNX_MAX_LIST];
};
enum nn_status nn_onnx_attr_list(const struct nn_onnx_import *import, const char *name,
                                 struct nn_onnx_list *list, struct nn_error *error);
/* Any attribute that is a number, numbers or a tensor, as a constant; *found tells. */
enum nn_status nn_onnx_attr_value(struct nn_onnx_import *import, const char *name,
                                  struct nn_onnx_value *value, bool *found, struct nn_error *error);
/* The whole attribute, for texts in it (fields of that number). */
#define NN_ONNX_ATTR_TEXTS 9
enum nn_status nn_onnx_attr_body(const struct nn_onnx_import *import, const char *name,
                                 struct nn_wire *body, bool *found, struct nn_error *error);
bool nn_onnx_attr_given(const struct nn_onnx_import *import, const char *name);
/* Every attribute of the node is one of "a|b|c". */
enum nn_status nn_onnx_attr_check(const struct nn_onnx_import *import, const char *known,
                                  struct nn_error *error);
/* The attribute "axis"; -1 is the last of `rank` axes. */
enum nn_status nn_onnx_attr_axis(const struct nn_onnx_import *import, int64_t fallback, int rank,
                                 int *axis, struct nn_error *error);
/* A list that newer operators take as input i and older ones as an attribute. */
enum nn_status nn_onnx_list_of(struct nn_onnx_import *import, int i, const char *attribute,
                               struct nn_onnx_list *list, struct nn_error *error);
/* The numbers of a constant; refused for runtime values and long ones. `what` is for messages. */
enum nn_status nn_onnx_constant_list(const struct nn_onnx_value *value, const char *what,
                                     struct nn_onnx_list *list, struct nn_error *error);
enum nn_status nn_onnx_constant_number(const struct nn_onnx_value *value, const char *what,
                                       double *number, struct nn_error *error);
/* -1 is the last of `rank` axes. */
enum nn_status nn_onnx_axis(int64_t axis, int rank, int *out, struct nn_error *error);

/* ---- values ---- */

static inline bool nn_onnx_is_constant(const struct nn_onnx_value *value)
{
    return value && value->kind == NN_ONNX_CONSTANT;
}
/* A constant of zeros, to be filled (*data). */
enum nn_status nn_onnx_new_constant(struct nn_onnx_import *import, int type,
                                    const struct nn_shape *shape, struct nn_onnx_value *value,
                                    unsigned char **data, struct nn_error *error);
enum nn_status nn_onnx_number(struct nn_onnx_import *import, double number,
                              struct nn_onnx_value *value, struct nn_error *error);
/* The same values in another shape of the graph. */
enum nn_status nn_onnx_reshape(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                               const struct nn_shape *shape, struct nn_onnx_value *out,
                               struct nn_error *error);
/* Axis i of the output is axis order[i] of the input. */
enum nn_status nn_onnx_permute(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                               const int *order, struct nn_onnx_value *out, struct nn_error *error);
/* The value as its layer has it, and the order of its axes by which nn_onnx_permute comes back. */
struct nn_onnx_value nn_onnx_as_layer(const struct nn_onnx_import *import,
                                      const struct nn_onnx_value *in, int order[NN_MAX_RANK]);
/* Place i of the output along an axis is place indices[i] of the input. */
enum nn_status nn_onnx_take(struct nn_onnx_import *import, const struct nn_onnx_value *in, int axis,
                            const int64_t *indices, size_t count, struct nn_onnx_value *out,
                            struct nn_error *error);
/* Room for so many indices; NULL when there is none (the error is filled). */
int64_t *nn_onnx_indices(struct nn_onnx_import *import, size_t count, struct nn_error *error);
/* Places start, start + step ... along an axis. */
enum nn_status nn_onnx_take_range(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                                  int axis, int64_t start, int64_t step, size_t count,
                                  struct nn_onnx_value *out, struct nn_error *error);
enum nn_status nn_onnx_concat(struct nn_onnx_import *import, struct nn_onnx_value *const *in,
                              int count, int axis, struct nn_onnx_value *out,
                              struct nn_error *error);
/* A function of one number by its name (engine/layers/function.c), or another pointwise layer with
 * arguments "key=value ..." and the function for constants (NULL: they become runtime). */
enum nn_status nn_onnx_map(struct nn_onnx_import *import, const char *layer, const char *args,
                           double (*f)(double), const struct nn_onnx_value *in,
                           struct nn_onnx_value *out, struct nn_error *error);
/* a op b, axes of length 1 repeated: "add", "multiply", or an operation of arithmetic.c. */
enum nn_status nn_onnx_binary(struct nn_onnx_import *import, const char *op,
                              const struct nn_onnx_value *a, const struct nn_onnx_value *b,
                              struct nn_onnx_value *out, struct nn_error *error);
/* c ? a : b, axes of length 1 repeated. */
enum nn_status nn_onnx_where(struct nn_onnx_import *import, const struct nn_onnx_value *c,
                             const struct nn_onnx_value *a, const struct nn_onnx_value *b,
                             struct nn_onnx_value *out, struct nn_error *error);
/* Values of another type: cut to whole numbers, or compared with 0 for BOOL. */
enum nn_status nn_onnx_cast(struct nn_onnx_import *import, const struct nn_onnx_value *in, int type,
                            struct nn_onnx_value *out, struct nn_error *error);
/* An operation of reduce.c along some axes, which stay with length 1. */
enum nn_status nn_onnx_reduce(struct nn_onnx_import *import, const char *op,
                              const struct nn_onnx_value *in, const bool *axes,
                              struct nn_onnx_value *out, struct nn_error *error);

/* ---- layers ---- */

/* The layer whose output is the value, in the graph's order of axes; a constant becomes one. */
enum nn_status nn_onnx_plain(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                             int *node, struct nn_error *error);
/* The shape of a sample. */
struct nn_shape nn_onnx_sample(const struct nn_onnx_import *import, const struct nn_shape *shape);
/* Adds a layer "key=value ..." that reads the nodes. Its parameters are zero. */
enum nn_status nn_onnx_layer(struct nn_onnx_import *import, const char *layer, const char *args,
                             const int *inputs, int count, int *node, struct nn_error *error);
/* The same with one input, as a value of that shape. */
enum nn_status nn_onnx_apply(struct nn_onnx_import *import, const char *layer, const char *args,
                             const struct nn_onnx_value *in, const struct nn_shape *shape,
                             struct nn_onnx_value *out, struct nn_error *error);
/* The elements of a constant as floats. Pages of the file that were read go from time to time. */
void nn_onnx_copy(struct nn_onnx_import *import, const struct nn_onnx_tensor *tensor, float *out);
/* Copies a constant into a parameter ("weight"), which must have as many values. */
enum nn_status nn_onnx_fill(struct nn_onnx_import *import, int node, const char *param,
                            const struct nn_onnx_value *value, struct nn_error *error);
struct nn_param *nn_onnx_param(struct nn_onnx_import *import, int node, const char *param);
/* A runtime value. */
struct nn_onnx_value nn_onnx_runtime(int node, int type, const struct nn_shape *shape);
/* Names the layer after its weight ("conv1.weight") or its node, if it can. */
void nn_onnx_name(struct nn_onnx_import *import, int node, const struct nn_onnx_value *weight);

/* A dense layer with a weight [out, in], bias NULL for none, constants. */
enum nn_status nn_onnx_dense(struct nn_onnx_import *import, const struct nn_onnx_value *in,
                             const struct nn_onnx_value *weight, const struct nn_onnx_value *bias,
                             struct nn_onnx_value *out, struct nn_error *error);

/* If the mean along `axes` that is lowered now, which stay with length 1, begins a layer
 * normalization that is written out: makes that layer, and *done is true. */
enum nn_status nn_onnx_try_layernorm(struct nn_onnx_import *import, const bool *axes, bool *done,
                                     struct nn_error *error);

/* For operators on N x C x ...: the layer whose output is C x ..., and back. */
enum nn_status nn_onnx_maps(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                            int *node, struct nn_error *error);
enum nn_status nn_onnx_give_maps(struct nn_onnx_import *import, int node, struct nn_error *error);

#endif
