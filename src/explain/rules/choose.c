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

enum nn_status nn_rectifiers_needed(const struct nn_explain_call *call, const char *method,
                                    struct nn_error *error)
{
    const struct nn_net *net = call->net;
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached), found = false;
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count * sizeof *reached);
    nn_net_ancestors(net, call->target.node, reached);
    for (int i = 0; i < net->count; i++)
        found |= reached[i] && (net->nodes[i]->layer->flags & NN_LAYER_RECTIFIER);
    nn_free(reached);
    if (found)
        return NN_OK;
    return nn_fail(
        error, NN_REFUSED,
        "%s changes the backward step of relu, and there is none before the explained output: use "
        "saliency or integrated_gradients",
        method);
}
