/* Net: a directed acyclic graph of nodes in topological order. A sequential model is the chain.
 * Node 0 is the input; the last node is the output.
 *
 * Ownership: the net owns its nodes, their arguments and parameters. Pointers to nodes are borrowed
 *            until the next change of the graph.
 * Errors:    NN_ARGUMENT, NN_SHAPE (message names the layer and the shapes), NN_MEMORY; the net is
 *            unchanged on failure.
 * Threads:   many readers or one writer.
 */
#ifndef NN_ENGINE_NET_H
#define NN_ENGINE_NET_H

#include "engine/layer.h"

#define NN_NAME_SIZE 64 /* names: 1..63 of [A-Za-z0-9_.-], not all digits, unique in a net */

struct nn_param {
    struct nn_param_spec spec;
    struct nn_tensor value;
};

struct nn_node {
    char name[NN_NAME_SIZE];
    const struct nn_layer_class *layer;
    struct nn_args args;
    int index; /* in the net */
    int inputs[NN_MAX_INPUTS];
    int input_count;
    int tail; /* the node that ends this `add` (its activation), or its own index: what
                 from=NAME and later layers connect to */
    struct nn_shape in_shape[NN_MAX_INPUTS];
    struct nn_shape shape; /* of one sample */
    size_t size;           /* its product */
    struct nn_param params[NN_MAX_PARAMS];
    int param_count;
};

struct nn_net {
    struct nn_node **nodes;
    int count; /* 0: no input yet */
    int capacity;
    uint64_t seed;     /* of the initial parameters */
    uint64_t revision; /* changes with every change of graph or parameters; screens redraw on it */
};

enum nn_status nn_net_new(struct nn_net **net, struct nn_error *error);
void nn_net_free(struct nn_net *net);
enum nn_status nn_net_copy(const struct nn_net *net, struct nn_net **copy, struct nn_error *error);
/* Gives the net a new revision, unique in the process: whoever changes parameters calls it. */
void nn_net_touch(struct nn_net *net);

/* Sets the input shape of an empty net: node 0, named "input". */
enum nn_status nn_net_set_input(struct nn_net *net, const struct nn_shape *shape,
                                struct nn_error *error);
/* Adds one node. `name` NULL: prefix and number. `inputs` NULL: the last node; given ones are taken
 * as they are, without following tails. Takes the args on success (they are cleared). Parameters
 * are drawn from net->seed and the node's index. `index` may be NULL. */
enum nn_status nn_net_add(struct nn_net *net, const struct nn_layer_class *layer,
                          struct nn_args *args, const char *name, const int *inputs,
                          int input_count, int *index, struct nn_error *error);
/* The same for a net that comes from a file: parameters are 0, for the caller to fill. */
enum nn_status nn_net_add_bare(struct nn_net *net, const struct nn_layer_class *layer,
                               struct nn_args *args, const char *name, const int *inputs,
                               int input_count, int *index, struct nn_error *error);
/* The whole of `add LAYER words...`: positional sizes, key=value, from=, name=, and a trailing
 * activation word that becomes a node of its own ("NAME_relu" if named). The first word may also be
 * a shorthand (shorthand.h). All or nothing. */
enum nn_status nn_net_add_words(struct nn_net *net, const struct nn_word *words, size_t count,
                                struct nn_error *error);
/* The keys of every `add`, beside the layer's own: name, from. For help and completion. */
extern const struct nn_arg_spec nn_add_common_args[];
/* Removes a node: its consumers read its first input instead. Shapes are inferred anew; parameters
 * whose shape changes are drawn anew, others are kept. */
enum nn_status nn_net_remove(struct nn_net *net, int index, struct nn_error *error);
/* Changes one argument of a node (of the input: shape); as for remove. */
enum nn_status nn_net_set(struct nn_net *net, int index, const char *key, const char *value,
                          struct nn_error *error);
/* Draws all parameters anew (initialize.h says what a method does, and which need a value); running
 * statistics start over. */
enum nn_status nn_net_init(struct nn_net *net, uint64_t seed, enum nn_init method, double value,
                           struct nn_error *error);

/* Index of a node by name or by the number that `net show` prints; fails with the nearest names. */
enum nn_status nn_net_find(const struct nn_net *net, const char *name, int *index,
                           struct nn_error *error);
/* Where explanations of "the logit" start: the input of a final softmax, logsoftmax or sigmoid,
 * else the last node; -1 for an empty net. */
int nn_net_logits(const struct nn_net *net);
/* The last convolution (flag SPATIAL), -1 if there is none. */
int nn_net_last_spatial(const struct nn_net *net);
const struct nn_node *nn_net_output(const struct nn_net *net); /* NULL for an empty net */
size_t nn_net_param_count(const struct nn_net *net);           /* trainable floats */
double nn_net_flops(const struct nn_net *net);                 /* per sample, forward */
double nn_net_flops_after(const struct nn_net *net, int node); /* of the nodes behind that one */

/* All parameters of a net as one list, in order; `index` from 0; NULL at the end. full_name is
 * "conv1.weight". `node` and `full_name` may be NULL. */
struct nn_param *nn_net_param(const struct nn_net *net, size_t index, int *node,
                              char full_name[NN_NAME_SIZE * 2]);

#endif
