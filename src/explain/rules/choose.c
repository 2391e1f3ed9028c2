/* Which node gets which rule. */
#include "explain/rules.h"

#include "base/mem.h"

struct nn_rule_choice nn_choose_for_rectifiers(void *context, const struct nn_node *node)
{
    struct nn_rule_choice choice = {0};
    if (node->layer->flags & NN_LAYER_RECTIFIER)
        choice.rule = context;
    return choice;
}

void nn_net_ancestors(const struct nn_net *net, int node, bool *reached)
{
    for (int i = 0; i < net->count; i++)
        reached[i] = i == node;
    for (int i = node; i > 0; i--)
        for (int j = 0; reached[i] && j < net->nodes[i]->input_count; j++)
            reached[net->nodes[i]->inputs[j]] = true;
}

enum nn_status nn_net_has_rectifier(const struct nn_net *net, int node, bool *has,
                                    struct nn_error *error)
{
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached), found = false;
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count * sizeof *reached);
    nn_net_ancestors(net, node, reached);
    for (int i = 0; i < net->count; i++)
        found |= reached[i] && (net->nodes[i]->layer->flags & NN_LAYER_RECTIFIER);
    nn_free(reached);
    *has = found;
    return NN_OK;
}
