/* A graph becomes a net: node by node, those alone that the wanted outputs need. */
#include "model/onnx/import.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/onnx/build.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* A batch of any size is imported as one of this size, which hardly stands for anything else. */
#define ANY_BATCH ((size_t)8191)

/* ---- what operators ask for ---- */

struct nn_onnx_value *nn_onnx_input(struct nn_onnx_import *import, int i)
{
    const struct nn_onnx_node *node = import->node;
    if (i >= node->input_count || node->inputs[i] < 0)
        return NULL;
    return &import->values[node->inputs[i]];
}

bool nn_onnx_has_output(const struct nn_onnx_import *import, int i)
{
    const struct nn_onnx_node *node = import->node;
    return i < node->output_count && node->outputs[i] >= 0 && import->readers[node->outputs[i]] > 0;
}

void nn_onnx_give(struct nn_onnx_import *import, int i, const struct nn_onnx_value *value)
{
    const struct nn_onnx_node *node = import->node;
    if (i < node->output_count && node->outputs[i] >= 0)
        import->values[node->outputs[i]] = *value;
}

enum nn_status nn_onnx_refuse(struct nn_error *error, const char *format, ...)
{
    char text[300];
    va_list list;
    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    return nn_fail(error, NN_REFUSED, "%s", text);
}

enum nn_status nn_onnx_refuse_mixing(struct nn_onnx_import *import, struct nn_error *error)
{
    import->mixes = true;
    return nn_onnx_refuse(error, "it works across the samples of a batch");
}

/* ---- constants of the file ---- */

static enum nn_status set_initializer(struct nn_onnx_import *import, size_t i,
                                      const struct nn_onnx_files *files, struct nn_error *error)
{
    struct nn_onnx_tensor tensor = *import->model->tensors[i];
    if (files && files->model && nn_map_holds(files->model, tensor.data))
        tensor.map = files->model; /* what was read from typed fields stands in an arena */
    if (!tensor.data && tensor.location.length > 0) {
        enum nn_status status = nn_onnx_external(files, &tensor, error);
        if (status != NN_OK)
            return status;
        import->room += 2 * tensor.count * nn_onnx_type_size(tensor.type);
    }
    if (tensor.data)
        import->values[i] = (struct nn_onnx_value){
            .kind = NN_ONNX_CONSTANT, .type = tensor.type, .shape = tensor.shape, .tensor = tensor};
    return NN_OK;
}

/* ---- the input ---- */

/* The first node that reads a value, and not its shape alone; NULL if there is none. */
static const struct nn_onnx_node *shape_blind_reader(const struct nn_onnx_import *import, int value)
{
    const struct nn_onnx_model *model = import->model;
    int first = import->first_reader[value];
    for (size_t i = first < 0 ? model->node_count : (size_t)first; i < model->node_count; i++) {
        const struct nn_onnx_node *node = &model->nodes[i];
        for (int k = 0; k < node->input_count && !nn_onnx_text_is(node->type, "Shape"); k++)
            if (node->inputs[k] == value)
                return node;
    }
    return NULL;
}

/* Whether the input has its channels last, and the first operator that cares is a Transpose that
 * puts them first (behind operators on single values and borders): then the net takes them first.
 * Our own files mean what they say. */
static bool wanted_order(struct nn_onnx_import *import, int value, int rank, int order[NN_MAX_RANK])
{
    static const char *const single[] = {"Cast", "Identity", "Sub",     "Add",
                                         "Mul",  "Div",      "Dropout", "Pad"};
    const struct nn_onnx_model *model = import->model;
    if (rank < 3 || nn_onnx_text_is(model->producer, "nnscope"))
        return false;
    for (int depth = 0; depth < 8; depth++) {
        import->node = shape_blind_reader(import, value);
        if (!import->node)
            return false;
        if (nn_onnx_text_is(import->node->type, "Transpose")) {
            struct nn_onnx_list perm;
            if (nn_onnx_attr_list(import, "perm", &perm, NULL) != NN_OK || perm.count != rank ||
                perm.at[0] != 0)
                return false;
            unsigned seen = 0;
            for (int i = 0; i < rank; i++)
                if (perm.at[i] >= 0 && perm.at[i] < rank)
                    seen |= 1u << perm.at[i];
            bool last_first = perm.at[1] == rank - 1; /* channels come first, all else stays */
            for (int i = 2; i < rank; i++)
                last_first &= perm.at[i] == i - 1;
            for (int i = 1; last_first && i < rank; i++)
                order[perm.at[i] - 1] = i - 1;
            return last_first && seen == (1u << rank) - 1;
        }
        bool known = false;
        for (size_t i = 0; i < sizeof single / sizeof *single; i++)
            known |= nn_onnx_text_is(import->node->type, single[i]);
        if (!known || import->node->output_count < 1 || import->node->outputs[0] < 0)
            return false;
        value = import->node->outputs[0];
    }
    return false;
}

/* The shape that the graph tells, its free batch filled in. */
static enum nn_status input_shape(const struct nn_onnx_port *port, int lead, struct nn_shape *shape,
                                  struct nn_error *error)
{
    if (port->rank < 0)
        return nn_onnx_refuse(error, "the shape of its input is not told");
    if (port->rank < lead)
        return nn_onnx_refuse(error, "its input has no axes");
    *shape = (struct nn_shape){.rank = port->rank};
    for (int i = 0; i < port->rank; i++) {
        if (port->dim[i] < 0 && i > 0)
            return nn_onnx_refuse(
                error, "dimension %d of its input may be any: export it with a fixed one", i);
        shape->dim[i] = port->dim[i] < 0 ? (lead ? ANY_BATCH : 1) : (size_t)port->dim[i];
    }
    return NN_OK;
}

static enum nn_status set_input(struct nn_onnx_import *import, const struct nn_onnx_port *port,
                                const struct nn_onnx_tensor *given, struct nn_error *error)
{
    struct nn_shape shape;
    struct nn_onnx_value value;
    enum nn_status status = NN_OK;
    if (given)
        shape = given->shape;
    else
        NN_TRY(input_shape(port, import->lead, &shape, error));
    if (shape.rank < import->lead || port->value < 0)
        return nn_onnx_refuse_mixing(import, error);
    import->batch = import->lead ? shape.dim[0] : 0;
    struct nn_shape sample = nn_onnx_sample(import, &shape);
    value = nn_onnx_runtime(0, given ? given->type : port->type, &shape);
    if (import->lead && wanted_order(import, port->value, shape.rank, value.order)) {
        value.order_rank = sample.rank;
        for (int i = 0; i < sample.rank; i++)
            value.ordered |= value.order[i] != i;
        struct nn_shape there = sample;
        for (int i = 0; i < there.rank; i++)
            sample.dim[value.order[i]] = there.dim[i];
    }
    NN_TRY(nn_net_set_input(import->net, &sample, error));
    import->values[port->value] = import->input = value;
out:
    return status;
}

/* The first input that is no initializer is the net's; others are given, or stay unset. */
static enum nn_status set_inputs(struct nn_onnx_import *import, const struct nn_onnx_order *order,
                                 struct nn_error *error)
{
    const struct nn_onnx_model *model = import->model;
    size_t real = 0;
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < model->input_count; i++) {
        const struct nn_onnx_port *port = &model->inputs[i];
        if (port->value < 0 || model->tensors[port->value])
            continue;
        if (import->values[port->value].kind != NN_ONNX_UNSET)
            NN_TRY(nn_fail(error, NN_DAMAGED, "two inputs '%s'",
                           NN_ONNX_TEXT(model->names[port->value])));
        const struct nn_onnx_tensor *given = real < order->given_count ? order->given[real] : NULL;
        if (real == 0 && !order->constant)
            NN_TRY(set_input(import, port, given, error));
        else if (given)
            import->values[port->value] = (struct nn_onnx_value){.kind = NN_ONNX_CONSTANT,
                                                                 .type = given->type,
                                                                 .shape = given->shape,
                                                                 .tensor = *given};
        real++;
    }
    if (order->constant) {
        struct nn_shape one = {.rank = 1, .dim = {1}};
        NN_TRY(nn_net_set_input(import->net, &one, error));
    } else if (real == 0) {
        NN_TRY(nn_onnx_refuse(error, "it has no input"));
    }
out:
    return status;
}

/* ---- the nodes ---- */

/* Puts the node before a message. */
static enum nn_status name_node(const struct nn_onnx_import *import, enum nn_status status,
                                struct nn_error *error)
{
    const struct nn_onnx_node *node = import->node;
    struct nn_error inner = error ? *error : (struct nn_error){0};
    char name[230];
    if (node->name.length > 0)
        snprintf(name, sizeof name, "'%s'", NN_ONNX_TEXT(node->name));
    else
        snprintf(name, sizeof name, "%zu", (size_t)(node - import->model->nodes));
    if (status != NN_MEMORY && status != NN_LIMIT && status != NN_REFUSED)
        status = NN_DAMAGED;
    return nn_fail(error, status, "node %s (%s): %s", name, NN_ONNX_TEXT(node->type),
                   inner.message);
}

static enum nn_status check_node(struct nn_onnx_import *import, const struct nn_onnx_op *op,
                                 struct nn_error *error)
{
    const struct nn_onnx_node *node = import->node;
    enum nn_status status;
    if (!op)
        return nn_onnx_refuse(error, "the operator is not supported%s%s",
                              node->domain.length ? ", domain " : "",
                              node->domain.length ? NN_ONNX_TEXT(node->domain) : "");
    if (node->input_count < op->min_inputs || node->input_count > op->max_inputs)
        return nn_fail(error, NN_DAMAGED, "it has %d inputs", node->input_count);
    if (node->output_count < 1)
        return nn_fail(error, NN_DAMAGED, "it has no outputs");
    for (int i = 0; i < node->input_count; i++) {
        if (node->inputs[i] < 0) {
            if (i < op->min_inputs)
                return nn_fail(error, NN_DAMAGED, "input %d is left out", i);
        } else if (import->values[node->inputs[i]].kind == NN_ONNX_UNSET) {
            return nn_onnx_refuse(error,
                                  "its input '%s' is not known: a second input of the graph, a "
                                  "cycle, or an output that is not supported",
                                  NN_ONNX_TEXT(import->model->names[node->inputs[i]]));
        }
    }
    for (int i = 0; i < node->output_count; i++)
        if (node->outputs[i] >= 0 && import->values[node->outputs[i]].kind != NN_ONNX_UNSET)
            return nn_fail(error, NN_DAMAGED, "its output '%s' was computed before",
                           NN_ONNX_TEXT(import->model->names[node->outputs[i]]));
    NN_TRY(nn_onnx_attr_check(import, op->attributes, error));
out:
    return status;
}

static enum nn_status lower_node(struct nn_onnx_import *import, size_t i, struct nn_error *error)
{
    import->node = &import->model->nodes[i];
    const struct nn_onnx_op *op = nn_onnx_op_find(import->node->domain, import->node->type);
    struct nn_error local = {0};
    int before = import->net->count;
    import->named = false;
    enum nn_status status = check_node(import, op, &local);
    if (status == NN_OK)
        status = op->lower(import, op, &local);
    if (status == NN_OK && import->net->count == before + 1 && !import->named)
        nn_onnx_name(import, before, NULL);
    if (status != NN_OK) {
        status = name_node(import, status, &local);
        if (error)
            *error = local;
    }
    return status;
}

/* Marks the nodes that the outputs need, and counts who reads a value. */
static enum nn_status mark_nodes(struct nn_onnx_import *import, const struct nn_onnx_order *order,
                                 bool *wanted, struct nn_error *error)
{
    const struct nn_onnx_model *model = import->model;
    for (size_t i = 0; i < order->output_count; i++)
        if (order->outputs[i] >= 0)
            import->readers[order->outputs[i]]++;
    for (size_t i = model->node_count; i-- > 0;) { /* they are in an order that can be computed */
        const struct nn_onnx_node *node = &model->nodes[i];
        for (int k = 0; k < node->output_count; k++)
            wanted[i] |= node->outputs[k] >= 0 && import->readers[node->outputs[k]] > 0;
        for (int k = 0; wanted[i] && k < node->input_count; k++)
            if (node->inputs[k] >= 0) {
                import->readers[node->inputs[k]]++;
                import->first_reader[node->inputs[k]] = (int)i;
            }
    }
    (void)error;
    return NN_OK;
}

enum nn_status nn_onnx_build(struct nn_onnx_import *import, const struct nn_onnx_order *order,
                             struct nn_error *error)
{
    const struct nn_onnx_model *model = import->model;
    bool *wanted = nn_arena_alloc(import->arena, model->node_count + 1, sizeof *wanted);
    enum nn_status status;
    import->values = nn_arena_alloc(import->arena, model->value_count + 1, sizeof *import->values);
    import->readers =
        nn_arena_alloc(import->arena, model->value_count + 1, sizeof *import->readers);
    import->first_reader =
        nn_arena_alloc(import->arena, model->value_count + 1, sizeof *import->first_reader);
    import->done = nn_arena_alloc(import->arena, model->node_count + 1, sizeof *import->done);
    import->numbers = nn_arena_alloc(import->arena, nn_layer_count, sizeof *import->numbers);
    if (!wanted || !import->values || !import->readers || !import->first_reader || !import->done ||
        !import->numbers)
        return nn_fail_memory(error, model->value_count * sizeof *import->values);
    memset(import->first_reader, 0xff, model->value_count * sizeof *import->first_reader);
    NN_TRY(nn_net_new(&import->net, error));
    NN_TRY(mark_nodes(import, order, wanted, error));
    for (size_t i = 0; i < model->value_count; i++)
        if (model->tensors[i] && import->readers[i] > 0)
            NN_TRY(set_initializer(import, i, order->files, error));
    NN_TRY(set_inputs(import, order, error));
    for (int constants = 1; constants >= 0;
         constants--) /* which several nodes may need to be one */
        for (size_t i = 0; i < model->node_count; i++)
            if (wanted[i] && !import->done[i] && (model->nodes[i].input_count == 0 || !constants)) {
                NN_TRY(lower_node(import, i, error));
                import->done[i] = true;
            }
out:
    return status;
}
