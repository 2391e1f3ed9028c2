#include "explain/parse.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "engine/metric.h"
#include "explain/rules.h"

#include <stdio.h>
#include <string.h>

/* Number of classes that an output can name. */
static size_t class_limit(const struct nn_explain_request *request, const struct nn_target *target)
{
    if (target->binary)
        return 2;
    const struct nn_node *node = request->net->nodes[target->node];
    return node->shape.rank > 1 ? node->shape.dim[0] : node->size;
}

/* A class by name, else by number. */
static bool find_class(const struct nn_explain_request *request, const char *text, size_t length,
                       size_t limit, int32_t *unit)
{
    for (size_t i = 0; i < request->class_count && i < limit; i++)
        if (strlen(request->classes[i]) == length &&
            strncmp(request->classes[i], text, length) == 0) {
            *unit = (int32_t)i;
            return true;
        }
    int64_t number;
    if (!nn_number_parse_int(text, length, &number) || number < 0 || (uint64_t)number >= limit)
        return false;
    *unit = (int32_t)number;
    return true;
}

#define MOST_NAMED 10

/* As a hint, the names of all classes, if they fit and are not the numbers. */
static void name_classes(const struct nn_explain_request *request, size_t limit,
                         struct nn_error *error)
{
    char names[128] = "", name[32];
    size_t used = 0;
    int64_t number;
    if (nn_number_parse_int(request->classes[0], strlen(request->classes[0]), &number))
        return;
    for (size_t i = 0; i < limit && i < request->class_count; i++) {
        const char *class = request->classes[i];
        nn_text_visible(name, sizeof name, class, strlen(class), 0);
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? ", " : "", name);
        if (used >= sizeof names)
            return;
    }
    nn_fail_hint(error, "its classes are %s", names);
}

static enum nn_status no_such_class(const struct nn_explain_request *request, const char *text,
                                    size_t limit, struct nn_error *error)
{
    if (limit == 1)
        return nn_fail(error, NN_ARGUMENT,
                       "target=%s: the net has one output, which is explained without target=; "
                       "there are also target=loss and target=LAYER:UNIT",
                       NN_VISIBLE(text));
    enum nn_status status = nn_fail(
        error, NN_ARGUMENT, "target=%s: there is no such class; the net has %zu, from 0 to %zu",
        NN_VISIBLE(text), limit, limit - 1);
    const char *near =
        nn_text_nearest(text, (const char *const *)request->classes, request->class_count);
    if (near)
        nn_fail_hint(error, "did you mean %s?", NN_VISIBLE(near));
    else if (request->class_count > 0 && limit <= MOST_NAMED)
        name_classes(request, limit, error);
    return status;
}

/* "3", a unit or feature map, or "3,0,5", a place in a map; *place as in struct nn_target. */
static bool parse_place(const struct nn_shape *shape, const char *text, int64_t *unit,
                        int32_t *place)
{
    size_t at = 0;
    int given = 0;
    for (; given < shape->rank; given++) {
        int64_t index;
        size_t length = strcspn(text, ",");
        if (!nn_number_parse_int(text, length, &index) || index < 0 ||
            (uint64_t)index >= shape->dim[given])
            return false;
        if (given == 0)
            *unit = index;
        else
            at = at * shape->dim[given] + (size_t)index;
        text += length;
        if (*text == '\0')
            break;
        if (given + 1 == shape->rank)
            return false;
        text++;
    }
    if ((given > 0 && given + 1 != shape->rank) || at >= INT32_MAX)
        return false;
    *place = given > 0 ? (int32_t)at + 1 : 0;
    return true;
}

enum nn_status nn_unit_parse(const struct nn_node *node, const char *text, const char *prefix,
                             int32_t *unit, int32_t *place, struct nn_error *error)
{
    char shape[NN_SHAPE_TEXT];
    int64_t number = 0;
    int32_t at;
    if (parse_place(&node->shape, text, &number, &at)) {
        *unit = (int32_t)number;
        *place = at;
        return NN_OK;
    }
    if (node->shape.rank == 1)
        return nn_fail(error, NN_ARGUMENT, "%s%s: layer %s has units 0 to %zu", prefix,
                       NN_VISIBLE(text), node->name, node->size - 1);
    return nn_fail(error, NN_ARGUMENT,
                   "%s%s: layer %s has maps 0 to %zu, and places such as 0,0,0 in %s", prefix,
                   NN_VISIBLE(text), node->name, node->shape.dim[0] - 1,
                   nn_shape_text(shape, &node->shape));
}

/* "layer:unit" */
static enum nn_status parse_unit(const struct nn_explain_request *request, const char *text,
                                 const char *colon, int32_t *units, struct nn_target *target,
                                 struct nn_error *error)
{
    enum nn_status status;
    int32_t unit;
    char *name = nn_strndup(text, (size_t)(colon - text));
    if (!name)
        return nn_fail_memory(error, (size_t)(colon - text));
    NN_TRY(nn_net_find(request->net, name, &target->node, error));
    NN_TRY(nn_unit_parse(request->net->nodes[target->node], colon + 1, "target=LAYER:", &unit,
                         &target->place, error));
    target->what = NN_EXPLAIN_UNIT;
    target->binary = false;
    for (size_t i = 0; i < request->batch; i++)
        units[i] = unit;
out:
    nn_free(name);
    return status;
}

/* "cat-dog": the first '-' that has a class on both sides (names may hold '-' themselves). */
static bool parse_difference(const struct nn_explain_request *request, const char *text,
                             size_t limit, int32_t *first, int32_t *second)
{
    for (const char *dash = strchr(text, '-'); dash; dash = strchr(dash + 1, '-'))
        if (find_class(request, text, (size_t)(dash - text), limit, first) &&
            find_class(request, dash + 1, strlen(dash + 1), limit, second))
            return true;
    return false;
}

/* The classes of the n samples that a pass has run. */
static void read_classes(const struct nn_pass *pass, const struct nn_target *target, size_t n,
                         int32_t *units)
{
    const struct nn_node *node = nn_pass_net(pass)->nodes[target->node];
    size_t out = node->size, maps = node->shape.rank > 1 ? node->shape.dim[0] : out;
    for (size_t i = 0; i < n; i++) {
        const float *z = nn_pass_output(pass, target->node) + i * out;
        units[i] = out == 1 && !target->binary ? 0 : nn_predicted_class(z, out, true);
        if (out > maps) /* the map that holds the largest value */
            units[i] /= (int32_t)(out / maps);
    }
}

static enum nn_status predict(const struct nn_explain_request *request,
                              const struct nn_target *target, int32_t *units,
                              struct nn_error *error)
{
    const struct nn_net *net = request->net;
    struct nn_pass *pass = NULL;
    enum nn_status status = NN_OK;
    size_t in = net->nodes[0]->size;
    size_t chunk = nn_explain_chunk(net, request->batch, NN_PASS_FORWARD);
    if (request->seen.pass) {
        read_classes(request->seen.pass, target, 1, units);
        return NN_OK;
    }
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < request->batch; first += chunk) {
        size_t n = request->batch - first < chunk ? request->batch - first : chunk;
        memcpy(nn_pass_input(pass), request->x + first * in, n * in * sizeof(float));
        NN_TRY(nn_explain_forward(pass, n, request->progress, error));
        read_classes(pass, target, n, units + first);
    }
out:
    nn_pass_free(pass);
    return status;
}

enum nn_status nn_target_parse(const struct nn_explain_request *request, int32_t *units,
                               struct nn_target *target, struct nn_error *error)
{
    const struct nn_net *net = request->net;
    const struct nn_node *output = nn_net_output(net);
    struct nn_target result = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = units};
    result.binary = output->size == 1 &&
                    (request->class_count == 2 || strcmp(output->layer->name, "sigmoid") == 0);
    size_t limit = class_limit(request, &result);
    const char *text = request->target, *colon = text ? strrchr(text, ':') : NULL;
    enum nn_status status = NN_OK;
    int32_t unit = 0;
    if (request->targets) {
        for (size_t i = 0; i < request->batch; i++) {
            if (request->targets[i] < 0 || (size_t)request->targets[i] >= limit)
                return nn_fail(
                    error, NN_ARGUMENT,
                    "target of sample %zu: there is no class %d; the net has %zu, from 0 to %zu", i,
                    (int)request->targets[i], limit, limit - 1);
            units[i] = request->targets[i];
        }
    } else if (!text || !*text) {
        status = predict(request, &result, units, error);
    } else if (find_class(request, text, strlen(text), limit, &unit)) {
        for (size_t i = 0; i < request->batch; i++)
            units[i] = unit;
    } else if (strcmp(text, "loss") == 0 && request->loss.loss) {
        result = (struct nn_target){.what = NN_EXPLAIN_LOSS,
                                    .node = request->loss.node,
                                    .unit = units,
                                    .loss = request->loss};
        for (size_t i = 0; i < request->batch; i++)
            units[i] = (int32_t)i;
    } else if (strcmp(text, "loss") == 0) {
        if (!request->labels)
            return nn_fail(error, NN_ARGUMENT, "target=loss needs data with labels");
        result.what = NN_EXPLAIN_LOSS;
        for (size_t i = 0; i < request->batch; i++) {
            if (request->labels[i] < 0 || (size_t)request->labels[i] >= limit)
                return nn_fail(error, NN_ARGUMENT,
                               "target=loss: sample %zu has class %d, the net has %zu classes", i,
                               (int)request->labels[i], limit);
            units[i] = request->labels[i];
        }
    } else if (colon) {
        status = parse_unit(request, text, colon, units, &result, error);
    } else if (parse_difference(request, text, limit, &unit, &result.other)) {
        result.what = NN_EXPLAIN_DIFFERENCE;
        for (size_t i = 0; i < request->batch; i++)
            units[i] = unit;
    } else
        status = no_such_class(request, text, limit, error);
    if (status == NN_OK)
        *target = result;
    return status;
}

/* Rows of numbers are channels of a series when a convolution made them. */
static bool is_series(const struct nn_net *net, int layer)
{
    const struct nn_node *node = net->nodes[layer];
    while (!(node->layer->flags & NN_LAYER_SPATIAL) && node->input_count == 1 &&
           node->shape.rank == 2)
        node = net->nodes[node->inputs[0]];
    return (node->layer->flags & NN_LAYER_SPATIAL) != 0 && node->shape.rank == 2;
}

static enum nn_status check_layer(const struct nn_explain_request *request,
                                  const struct nn_target *target, int layer, struct nn_error *error)
{
    const struct nn_net *net = request->net;
    const struct nn_node *node = net->nodes[layer];
    char shape[NN_SHAPE_TEXT];
    if ((request->method->flags & NN_METHOD_SPATIAL) && node->shape.rank != 3 &&
        !(node->shape.rank == 2 && is_series(net, layer)))
        return nn_fail(error, NN_REFUSED, "%s needs a layer with feature maps; %s has the shape %s",
                       request->method->name, node->name, nn_shape_text(shape, &node->shape));
    bool *reached = nn_calloc((size_t)net->count, sizeof *reached);
    if (!reached)
        return nn_fail_memory(error, (size_t)net->count);
    nn_net_ancestors(net, target->node, reached);
    bool before = reached[layer];
    nn_free(reached);
    if (!before)
        return nn_fail(error, NN_REFUSED,
                       "%s: the explained output (%s) does not depend on layer %s",
                       request->method->name, net->nodes[target->node]->name, node->name);
    return NN_OK;
}

/* The last convolution; for methods that take any layer, without one the last layer with weights
 * before the explained one (its activation, if it has one). -1 = none. */
static int default_layer(const struct nn_net *net, int end, bool spatial)
{
    int found = -1, hidden = -1;
    for (int i = 1; i <= end; i++) {
        if (net->nodes[i]->layer->flags & NN_LAYER_SPATIAL)
            found = i;
        if (net->nodes[i]->param_count > 0 && net->nodes[i]->tail < end)
            hidden = net->nodes[i]->tail;
    }
    return found >= 0 || spatial ? found : hidden;
}

enum nn_status nn_layer_parse(const struct nn_explain_request *request,
                              const struct nn_target *target, int *layer, struct nn_error *error)
{
    int found = -1;
    if (request->layer) {
        enum nn_status status = nn_net_find(request->net, request->layer, &found, error);
        if (status != NN_OK)
            return status;
    } else {
        found = default_layer(request->net, target->node,
                              (request->method->flags & NN_METHOD_SPATIAL) != 0);
        if (found < 0 && !(request->method->flags & NN_METHOD_SPATIAL))
            return nn_fail(error, NN_REFUSED, "%s needs a hidden layer, and the net has none",
                           request->method->name);
        if (found < 0)
            return nn_fail(error, NN_REFUSED,
                           "%s needs a convolution, and the net has none: use saliency, "
                           "integrated_gradients or occlusion",
                           request->method->name);
    }
    enum nn_status status = check_layer(request, target, found, error);
    if (status == NN_OK)
        *layer = found;
    return status;
}
