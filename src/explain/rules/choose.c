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

enum nn_status nn_gradient_exists(const struct nn_net *net, int to, int node,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t count = (size_t)net->count;
    bool *before = nn_calloc(2 * count, sizeof *before), *inner = before + count;
    if (!before)
        return nn_fail_memory(error, 2 * count * sizeof *before);
    nn_net_ancestors(net, node, before);
    for (int i = to + 1; i <= node && status == NN_OK; i++) {
        if (!before[i] || !(net->nodes[i]->layer->flags & NN_LAYER_INDEX))
            continue;
        nn_net_ancestors(net, i, inner);
        if (!inner[to])
            continue;
        status = nn_fail(error, NN_REFUSED,
                         "layer %s (%s) reads indices, and there is no gradient with respect to "
                         "them",
                         net->nodes[i]->name, net->nodes[i]->layer->name);
        nn_fail_hint(error, "feature_ablation and occlusion need no gradient");
    }
    nn_free(before);
    return status;
}
