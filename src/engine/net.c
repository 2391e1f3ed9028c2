#include "engine/net.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "engine/initialize.h"
#include "engine/net_node.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

void nn_net_touch(struct nn_net *net)
{
    static _Atomic uint64_t last;
    net->revision = atomic_fetch_add(&last, 1) + 1;
}

enum nn_status nn_net_new(struct nn_net **net, struct nn_error *error)
{
    struct nn_net *fresh = nn_calloc(1, sizeof *fresh);
    if (!fresh)
        return nn_fail_memory(error, sizeof *fresh);
    nn_net_touch(fresh);
    *net = fresh;
    return NN_OK;
}

void nn_net_free(struct nn_net *net)
{
    if (!net)
        return;
    for (int i = 0; i < net->count; i++)
        nn_node_free(net->nodes[i]);
    nn_free(net->nodes);
    nn_free(net);
}

static enum nn_status copy_node(const struct nn_node *node, struct nn_node **copy,
                                struct nn_error *error)
{
    struct nn_node *fresh;
    enum nn_status status = nn_node_clone(node, &fresh, error);
    if (status != NN_OK)
        return status;
    memcpy(fresh->in_shape, node->in_shape, sizeof fresh->in_shape);
    fresh->shape = node->shape;
    fresh->size = node->size;
    fresh->param_count = node->param_count;
    for (int p = 0; p < node->param_count; p++) {
        fresh->params[p].spec = node->params[p].spec;
        NN_TRY(nn_tensor_copy(&fresh->params[p].value, &node->params[p].value, error));
    }
    *copy = fresh;
    fresh = NULL;
out:
    nn_node_free(fresh);
    return status;
}

enum nn_status nn_net_copy(const struct nn_net *net, struct nn_net **copy, struct nn_error *error)
{
    struct nn_net *fresh = NULL;
    struct nn_node *node = NULL;
    enum nn_status status;
    NN_TRY(nn_net_new(&fresh, error));
    for (int i = 0; i < net->count; i++) {
        NN_TRY(copy_node(net->nodes[i], &node, error));
        NN_TRY(nn_net_append(fresh, node, error));
        node = NULL;
    }
    fresh->seed = net->seed;
    fresh->revision = net->revision;
    *copy = fresh;
    fresh = NULL;
out:
    nn_node_free(node);
    nn_net_free(fresh);
    return status;
}

enum nn_status nn_net_append(struct nn_net *net, struct nn_node *node, struct nn_error *error)
{
    if (net->count == net->capacity) {
        int capacity = net->capacity ? 2 * net->capacity : 16;
        struct nn_node **nodes = nn_realloc(net->nodes, (size_t)capacity, sizeof *nodes);
        if (!nodes)
            return nn_fail_memory(error, (size_t)capacity * sizeof *nodes);
        net->nodes = nodes;
        net->capacity = capacity;
    }
    net->nodes[net->count++] = node;
    nn_net_touch(net);
    return NN_OK;
}

void nn_net_drop_last(struct nn_net *net)
{
    nn_node_free(net->nodes[--net->count]);
    nn_net_touch(net);
}

static int index_of(const struct nn_net *net, const char *name)
{
    for (int i = 0; i < net->count; i++)
        if (!strcmp(net->nodes[i]->name, name))
            return i;
    return -1;
}

enum nn_status nn_net_check_name(const struct nn_net *net, const char *name, struct nn_error *error)
{
    size_t length = strlen(name);
    if (length == 0 || length >= NN_NAME_SIZE || strspn(name, NAME_CHARACTERS) != length ||
        strspn(name, "0123456789") == length)
        return nn_fail(error, NN_ARGUMENT,
                       "'%s' is no name for a layer: 1 to %d letters, digits, '_', '.' and '-', "
                       "not digits alone",
                       NN_VISIBLE(name), NN_NAME_SIZE - 1);
    if (index_of(net, name) >= 0)
        return nn_fail(error, NN_ARGUMENT, "there is a layer named %s already", name);
    return NN_OK;
}

/* "conv1", "conv2" ...: the first number that is free. */
static void automatic_name(const struct nn_net *net, const char *prefix, char name[NN_NAME_SIZE])
{
    int number = 1;
    do
        snprintf(name, NN_NAME_SIZE, "%s%d", prefix, number++);
    while (index_of(net, name) >= 0);
}

/* Fills the inputs of a node: those given, or the last node. */
static enum nn_status connect(const struct nn_net *net, struct nn_node *node, const int *inputs,
                              int count, struct nn_error *error)
{
    const struct nn_layer_class *layer = node->layer;
    int last = net->count - 1;
    if (!inputs) {
        inputs = &last;
        count = 1;
    }
    if (count < layer->min_inputs)
        return nn_fail(error, NN_ARGUMENT,
                       "layer %s (%s) joins %d or more layers: name them with from=A,B", node->name,
                       layer->name, layer->min_inputs);
    if (count > layer->max_inputs)
        return nn_fail(error, NN_ARGUMENT, "layer %s (%s) takes at most %d input%s, not %d",
                       node->name, layer->name, layer->max_inputs,
                       layer->max_inputs == 1 ? "" : "s", count);
    for (int i = 0; i < count; i++) {
        if (inputs[i] < 0 || inputs[i] >= net->count)
            return nn_fail(error, NN_ARGUMENT, "layer %s (%s): there is no layer %d", node->name,
                           layer->name, inputs[i]);
        node->inputs[i] = inputs[i];
    }
    node->input_count = count;
    return NN_OK;
}

/* Adds a node under a name that is free; bare: with parameters of 0. Takes the args on success. */
static enum nn_status add_node(struct nn_net *net, const struct nn_layer_class *layer,
                               struct nn_args *args, const char *name, const int *inputs,
                               int input_count, bool bare, struct nn_error *error)
{
    struct nn_node *node = NULL;
    enum nn_status status;
    NN_TRY(nn_node_new(layer, name, net->count, &node, error));
    node->args = *args;
    NN_TRY(connect(net, node, inputs, input_count, error));
    NN_TRY(nn_node_plan(node, net->nodes, error));
    NN_TRY(nn_nodes_check_size(net->nodes, net->count, node, error));
    NN_TRY(bare ? nn_node_fill_zeros(node, error) : nn_node_fill(node, net->seed, error));
    NN_TRY(nn_net_append(net, node, error));
    *args = (struct nn_args){0};
    node = NULL;
out:
    if (node)
        node->args = (struct nn_args){0}; /* still the caller's */
    nn_node_free(node);
    return status;
}

enum nn_status nn_net_set_input(struct nn_net *net, const struct nn_shape *shape,
                                struct nn_error *error)
{
    const struct nn_layer_class *layer = nn_layer_find("input");
    struct nn_args args = {0};
    char text[NN_SHAPE_TEXT];
    size_t size;
    enum nn_status status;
    if (net->count > 0)
        return nn_fail(error, NN_STATE, "the net has an input already");
    NN_TRY(nn_shape_count(shape, &size, error));
    if (shape->rank == 0 || size == 0)
        NN_TRY(nn_fail(error, NN_SHAPE, "%s is no shape of a sample", nn_shape_text(text, shape)));
    NN_TRY(nn_args_default(&args, layer->args, error));
    NN_TRY(nn_args_set(&args, "shape", nn_shape_text(text, shape), "input", error));
    NN_TRY(add_node(net, layer, &args, "input", (int[]){0}, 0, false, error));
out:
    nn_args_clear(&args);
    return status;
}

enum nn_status nn_net_check_begun(const struct nn_net *net, struct nn_error *error)
{
    if (net->count > 0)
        return NN_OK;
    return nn_fail(error, NN_STATE, "no input shape: load data or `net new input=SHAPE` first");
}

static enum nn_status add_named(struct nn_net *net, const struct nn_layer_class *layer,
                                struct nn_args *args, const char *name, const int *inputs,
                                int input_count, bool bare, int *index, struct nn_error *error)
{
    char chosen[NN_NAME_SIZE];
    enum nn_status status;
    NN_TRY(nn_net_check_begun(net, error));
    if (layer->max_inputs == 0)
        return nn_fail(error, NN_ARGUMENT, "the net has its %s already", layer->name);
    if (name) {
        NN_TRY(nn_net_check_name(net, name, error));
        memcpy(chosen, name, strlen(name) + 1);
    } else {
        automatic_name(net, layer->prefix, chosen);
    }
    NN_TRY(add_node(net, layer, args, chosen, inputs, input_count, bare, error));
    if (index)
        *index = net->count - 1;
out:
    return status;
}

enum nn_status nn_net_add(struct nn_net *net, const struct nn_layer_class *layer,
                          struct nn_args *args, const char *name, const int *inputs,
                          int input_count, int *index, struct nn_error *error)
{
    return add_named(net, layer, args, name, inputs, input_count, false, index, error);
}

enum nn_status nn_net_add_bare(struct nn_net *net, const struct nn_layer_class *layer,
                               struct nn_args *args, const char *name, const int *inputs,
                               int input_count, int *index, struct nn_error *error)
{
    return add_named(net, layer, args, name, inputs, input_count, true, index, error);
}

enum nn_status nn_net_init(struct nn_net *net, uint64_t seed, enum nn_init method, double value,
                           struct nn_error *error)
{
    (void)error;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            struct nn_param *param = &net->nodes[i]->params[p];
            nn_initialize(&param->spec, method, value, seed, i, p, param->value.data);
        }
    net->seed = seed;
    nn_net_touch(net);
    return NN_OK;
}

/* "there is no layer 'cnov1'", with the nearest name as a hint. */
static enum nn_status fail_unknown(const struct nn_net *net, const char *name,
                                   struct nn_error *error)
{
    nn_fail(error, NN_ARGUMENT, "there is no layer '%s' in the net", NN_VISIBLE(name));
    const char **names = nn_calloc((size_t)net->count, sizeof *names);
    if (!names)
        return NN_ARGUMENT; /* the message stands without the hint */
    for (int i = 0; i < net->count; i++)
        names[i] = net->nodes[i]->name;
    const char *nearest = nn_text_nearest(name, names, (size_t)net->count);
    if (nearest)
        nn_fail_hint(error, "did you mean %s?", nearest);
    nn_free(names);
    return NN_ARGUMENT;
}

enum nn_status nn_net_find(const struct nn_net *net, const char *name, int *index,
                           struct nn_error *error)
{
    int64_t number;
    int found = index_of(net, name);
    if (found < 0 && nn_number_parse_int(name, strlen(name), &number) && number >= 0 &&
        number < net->count)
        found = (int)number;
    if (found < 0)
        return fail_unknown(net, name, error);
    *index = found;
    return NN_OK;
}

int nn_net_logits(const struct nn_net *net)
{
    if (net->count == 0)
        return -1;
    static const char *const squashing[] = {"softmax", "logsoftmax", "sigmoid"};
    const struct nn_node *last = net->nodes[net->count - 1];
    for (size_t i = 0; i < sizeof squashing / sizeof *squashing; i++)
        if (!strcmp(last->layer->name, squashing[i]))
            return last->inputs[0];
    return last->index;
}

int nn_net_last_spatial(const struct nn_net *net)
{
    for (int i = net->count - 1; i >= 0; i--)
        if (net->nodes[i]->layer->flags & NN_LAYER_SPATIAL)
            return i;
    return -1;
}

const struct nn_node *nn_net_output(const struct nn_net *net)
{
    return net->count ? net->nodes[net->count - 1] : NULL;
}

size_t nn_net_param_count(const struct nn_net *net)
{
    size_t total = 0;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++)
            if (net->nodes[i]->params[p].spec.trainable)
                total += nn_shape_size(&net->nodes[i]->params[p].spec.shape);
    return total;
}

double nn_net_flops(const struct nn_net *net)
{
    return nn_net_flops_after(net, -1);
}

double nn_net_flops_after(const struct nn_net *net, int before)
{
    double total = 0.0;
    for (int i = before + 1; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        total += node->layer->flops ? node->layer->flops(node) : (double)node->size;
    }
    return total;
}

struct nn_param *nn_net_param(const struct nn_net *net, size_t index, int *node,
                              char full_name[NN_NAME_SIZE * 2])
{
    for (int i = 0; i < net->count; i++) {
        struct nn_node *owner = net->nodes[i];
        if (index < (size_t)owner->param_count) {
            struct nn_param *param = &owner->params[index];
            if (node)
                *node = i;
            if (full_name)
                snprintf(full_name, NN_NAME_SIZE * 2, "%s.%s", owner->name, param->spec.name);
            return param;
        }
        index -= (size_t)owner->param_count;
    }
    return NULL;
}
