#include "engine/net_node.h"

#include "base/limits.h"
#include "base/mem.h"
#include "engine/initialize.h"

#include <string.h>

enum nn_status nn_node_new(const struct nn_layer_class *layer, const char *name, int index,
                           struct nn_node **node, struct nn_error *error)
{
    struct nn_node *fresh = nn_calloc(1, sizeof *fresh);
    if (!fresh)
        return nn_fail_memory(error, sizeof *fresh);
    memcpy(fresh->name, name, strlen(name) + 1);
    fresh->layer = layer;
    fresh->index = fresh->tail = index;
    *node = fresh;
    return NN_OK;
}

enum nn_status nn_node_clone(const struct nn_node *node, struct nn_node **clone,
                             struct nn_error *error)
{
    struct nn_node *fresh;
    enum nn_status status = nn_node_new(node->layer, node->name, node->index, &fresh, error);
    if (status != NN_OK)
        return status;
    memcpy(fresh->inputs, node->inputs, sizeof fresh->inputs);
    fresh->input_count = node->input_count;
    fresh->tail = node->tail;
    status = nn_args_copy(&fresh->args, &node->args, error);
    if (status != NN_OK) {
        nn_node_free(fresh);
        return status;
    }
    *clone = fresh;
    return NN_OK;
}

void nn_node_free(struct nn_node *node)
{
    if (!node)
        return;
    nn_args_clear(&node->args);
    for (int p = 0; p < node->param_count; p++)
        nn_tensor_clear(&node->params[p].value);
    nn_free(node);
}

/* Puts the layer's name before a message about its shapes or arguments. */
static enum nn_status name_layer(const struct nn_node *node, struct nn_error *error)
{
    if (!error)
        return NN_FAILED;
    struct nn_error inner = *error;
    nn_fail(error, inner.status, "layer %s (%s): %s", node->name, node->layer->name, inner.message);
    memcpy(error->hint, inner.hint, sizeof error->hint);
    return inner.status;
}

static enum nn_status infer(struct nn_node *node, struct nn_error *error)
{
    struct nn_shape shape;
    enum nn_status status =
        node->layer->infer(&node->args, node->in_shape, node->input_count, &shape, error);
    size_t size = 0;
    if (status == NN_OK)
        status = nn_shape_count(&shape, &size, error);
    if (status == NN_OK && size == 0)
        status = nn_fail(error, NN_SHAPE, "the output is empty");
    if (status != NN_OK)
        return status;
    node->shape = shape;
    node->size = size;
    return NN_OK;
}

enum nn_status nn_node_plan(struct nn_node *node, struct nn_node *const *nodes,
                            struct nn_error *error)
{
    struct nn_error local = {0};
    for (int i = 0; i < node->input_count; i++)
        node->in_shape[i] = nodes[node->inputs[i]]->shape;
    enum nn_status status = infer(node, &local);
    if (status != NN_OK) {
        name_layer(node, &local);
        if (error)
            *error = local;
        return status;
    }
    struct nn_param_spec specs[NN_MAX_PARAMS] = {0};
    if (node->layer->params)
        node->param_count =
            node->layer->params(&node->args, node->in_shape, node->input_count, specs);
    for (int p = 0; p < node->param_count; p++)
        node->params[p] = (struct nn_param){.spec = specs[p]};
    return NN_OK;
}

enum nn_status nn_node_fill(struct nn_node *node, uint64_t seed, struct nn_error *error)
{
    for (int p = 0; p < node->param_count; p++) {
        struct nn_param *param = &node->params[p];
        if (param->value.data)
            continue;
        enum nn_status status = nn_tensor_init(&param->value, &param->spec.shape, error);
        if (status != NN_OK)
            return status;
        nn_initialize(&param->spec, NN_INIT_DEFAULT, 0.0, seed, node->index, p, param->value.data);
    }
    return NN_OK;
}

enum nn_status nn_node_fill_zeros(struct nn_node *node, struct nn_error *error)
{
    for (int p = 0; p < node->param_count; p++) {
        struct nn_param *param = &node->params[p];
        enum nn_status status = nn_tensor_init(&param->value, &param->spec.shape, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

/* Adds the node's parameters to *total. */
static enum nn_status add_size(const struct nn_node *node, size_t *total, struct nn_error *error)
{
    for (int p = 0; p < node->param_count; p++) {
        size_t size;
        if (nn_shape_count(&node->params[p].spec.shape, &size, NULL) != NN_OK ||
            !nn_size_add(*total, size, total) || *total > nn_limit(NN_LIMIT_PARAMETERS))
            return nn_fail(error, NN_LIMIT, "layer %s (%s): more than %zu parameters in one net",
                           node->name, node->layer->name, nn_limit(NN_LIMIT_PARAMETERS));
    }
    return NN_OK;
}

enum nn_status nn_nodes_check_size(struct nn_node *const *nodes, int count,
                                   const struct nn_node *extra, struct nn_error *error)
{
    size_t total = 0;
    enum nn_status status = NN_OK;
    for (int i = 0; i < count; i++)
        NN_TRY(add_size(nodes[i], &total, error));
    if (extra)
        NN_TRY(add_size(extra, &total, error));
out:
    return status;
}
