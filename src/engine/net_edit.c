/* Changes of a graph that exists: tried on fresh nodes, which replace the old ones only when all of
 * them fit. */
#include "base/mem.h"
#include "engine/net.h"
#include "engine/net_node.h"

#include <string.h>

/* Fresh clones of the nodes of a net, and which old node each stands for. */
struct draft {
    struct nn_node **nodes;
    int *origin;
    int count;
};

static void draft_clear(struct draft *draft)
{
    for (int i = 0; i < draft->count; i++)
        nn_node_free(draft->nodes[i]);
    nn_free(draft->nodes);
    nn_free(draft->origin);
}

/* Clones all nodes but `without` (-1: all of them). */
static enum nn_status draft_init(struct draft *draft, const struct nn_net *net, int without,
                                 struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t capacity = (size_t)net->capacity;
    *draft = (struct draft){0};
    draft->nodes = nn_calloc(capacity, sizeof *draft->nodes);
    draft->origin = nn_calloc(capacity, sizeof *draft->origin);
    if (!draft->nodes || !draft->origin)
        NN_TRY(nn_fail_memory(error, capacity * sizeof *draft->nodes));
    for (int i = 0; i < net->count; i++) {
        if (i == without)
            continue;
        NN_TRY(nn_node_clone(net->nodes[i], &draft->nodes[draft->count], error));
        draft->origin[draft->count++] = i;
    }
out:
    if (status != NN_OK)
        draft_clear(draft);
    return status;
}

static struct nn_param *find_param(struct nn_node *node, const char *name)
{
    for (int p = 0; p < node->param_count; p++)
        if (!strcmp(node->params[p].spec.name, name))
            return &node->params[p];
    return NULL;
}

/* Exchanges the values of all parameters whose shape stays: the first call moves them from the net
 * to the draft, a second one moves them back. */
static void swap_kept(struct draft *draft, struct nn_net *net)
{
    for (int i = 0; i < draft->count; i++) {
        struct nn_node *fresh = draft->nodes[i], *old = net->nodes[draft->origin[i]];
        for (int p = 0; p < fresh->param_count; p++) {
            struct nn_param *to = &fresh->params[p];
            struct nn_param *from = find_param(old, to->spec.name);
            if (!from || !nn_shape_equal(&from->spec.shape, &to->spec.shape))
                continue;
            struct nn_tensor value = from->value;
            from->value = to->value;
            to->value = value;
        }
    }
}

/* Replaces the nodes of the net by those of the draft if they all fit together; the draft is empty
 * then. */
static enum nn_status draft_commit(struct draft *draft, struct nn_net *net, struct nn_error *error)
{
    enum nn_status status;
    for (int i = 0; i < draft->count; i++)
        NN_TRY(nn_node_plan(draft->nodes[i], draft->nodes, error));
    NN_TRY(nn_nodes_check_size(draft->nodes, draft->count, NULL, error));

    swap_kept(draft, net);
    for (int i = 0; i < draft->count && status == NN_OK; i++)
        status = nn_node_fill(draft->nodes[i], net->seed, error);
    if (status != NN_OK) {
        swap_kept(draft, net);
        goto out;
    }
    for (int i = 0; i < net->count; i++)
        nn_node_free(net->nodes[i]);
    nn_free(net->nodes);
    net->nodes = draft->nodes;
    net->count = draft->count;
    draft->nodes = NULL;
    draft->count = 0;
    nn_net_touch(net);
out:
    return status;
}

/* Makes a node of the draft refer to the others by their places without node `index`, whose
 * consumers read `source` instead. */
static void renumber(struct nn_node *node, int index, int source)
{
    for (int i = 0; i < node->input_count; i++) {
        if (node->inputs[i] == index)
            node->inputs[i] = source;
        else if (node->inputs[i] > index)
            node->inputs[i]--;
    }
    if (node->tail == index)
        node->tail = node->index;
    if (node->index > index)
        node->index--;
    if (node->tail > index)
        node->tail--;
}

enum nn_status nn_net_remove(struct nn_net *net, int index, struct nn_error *error)
{
    struct draft draft;
    if (index < 0 || index >= net->count)
        return nn_fail(error, NN_ARGUMENT, "there is no layer %d", index);
    if (index == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "the input cannot be removed; `net new` starts a new net");
    enum nn_status status = draft_init(&draft, net, index, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < draft.count; i++)
        renumber(draft.nodes[i], index, net->nodes[index]->inputs[0]);
    status = draft_commit(&draft, net, error);
    draft_clear(&draft);
    return status;
}

enum nn_status nn_net_set(struct nn_net *net, int index, const char *key, const char *value,
                          struct nn_error *error)
{
    struct draft draft;
    if (index < 0 || index >= net->count)
        return nn_fail(error, NN_ARGUMENT, "there is no layer %d", index);
    enum nn_status status = draft_init(&draft, net, -1, error);
    if (status != NN_OK)
        return status;
    struct nn_node *node = draft.nodes[index];
    NN_TRY(nn_args_set(&node->args, key, value, node->layer->name, error));
    NN_TRY(draft_commit(&draft, net, error));
out:
    draft_clear(&draft);
    return status;
}
