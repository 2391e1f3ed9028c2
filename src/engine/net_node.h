/* Nodes on their own: what net.c, net_edit.c and net_words.c share. Not for other modules.
 *
 * A node is made in three steps, so that a change of the graph can be tried on fresh nodes and
 * dropped when it fails: new (name, arguments, inputs), plan (shapes and descriptions of
 * parameters), fill (values).
 */
#ifndef NN_ENGINE_NET_NODE_H
#define NN_ENGINE_NET_NODE_H

#include "engine/net.h"

/* The most parameters (floats) of one net. */

/* A node without arguments, inputs and values. */
enum nn_status nn_node_new(const struct nn_layer_class *layer, const char *name, int index,
                           struct nn_node **node, struct nn_error *error);
/* The same arguments, inputs, index and tail; not planned, no values. */
enum nn_status nn_node_clone(const struct nn_node *node, struct nn_node **clone,
                             struct nn_error *error);
void nn_node_free(struct nn_node *node);

/* Infers the shapes and describes the parameters from the nodes before it. Errors name the layer.
 */
enum nn_status nn_node_plan(struct nn_node *node, struct nn_node *const *nodes,
                            struct nn_error *error);
/* Draws the parameters that have no values yet. */
enum nn_status nn_node_fill(struct nn_node *node, uint64_t seed, struct nn_error *error);
/* The same with zeros. */
enum nn_status nn_node_fill_zeros(struct nn_node *node, struct nn_error *error);

/* Whether the planned nodes, and one more (or NULL), stay within limits.parameters. */
enum nn_status nn_nodes_check_size(struct nn_node *const *nodes, int count,
                                   const struct nn_node *extra, struct nn_error *error);

/* Fails for a net without input, saying what to do. */
enum nn_status nn_net_check_begun(const struct nn_net *net, struct nn_error *error);
/* The tails of the layers that from= names. */
enum nn_status nn_net_resolve_from(const struct nn_net *net, const char *names,
                                   int inputs[NN_MAX_INPUTS], int *count, struct nn_error *error);
/* An activation by its name; fails with the nearest one. */
enum nn_status nn_activation_find(const char *name, const struct nn_layer_class **layer,
                                  struct nn_error *error);
/* Whether a name has the right form and is free. */
enum nn_status nn_net_check_name(const struct nn_net *net, const char *name,
                                 struct nn_error *error);
/* Appends a filled node (takes it). */
enum nn_status nn_net_append(struct nn_net *net, struct nn_node *node, struct nn_error *error);
/* Removes and frees the last node; nothing else may refer to it. */
void nn_net_drop_last(struct nn_net *net);

#endif
