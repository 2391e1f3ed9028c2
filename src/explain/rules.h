/* Rules: how a node sends relevance backwards when it is not the plain gradient. One file in rules/
 * each. */
#ifndef NN_EXPLAIN_RULES_H
#define NN_EXPLAIN_RULES_H

#include "explain/method.h"

extern const struct nn_rule nn_rule_guided; /* relu: only positive gradients through active units */
extern const struct nn_rule
    nn_rule_deconvnet; /* relu: only positive gradients, whatever was active */

extern const struct nn_rule
    nn_rule_redirected; /* relu: gradient ascent gets out of a start where all units are dead */

/* Chooser for nn_walk: `context` is the rule for rectifiers; all other nodes have the gradient. */
struct nn_rule_choice nn_choose_for_rectifiers(void *context, const struct nn_node *node);
/* Whether a rectifier lies before a node; NN_MEMORY without memory. */
enum nn_status nn_net_has_rectifier(const struct nn_net *net, int node, bool *has,
                                    struct nn_error *error);
/* NN_REFUSED when a layer between `to` and `node` reads indices (an embedding): a gradient with
 * respect to them does not exist, and what the walk would give is zero. */
enum nn_status nn_gradient_exists(const struct nn_net *net, int to, int node,
                                  struct nn_error *error);
/* Marks `node` and every node it is computed from in reached[net->count]. */
void nn_net_ancestors(const struct nn_net *net, int node, bool *reached);

#endif
