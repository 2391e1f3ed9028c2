#include "model/onnx/proto.h"

#include "base/mem.h"
#include "base/text.h"

#include <string.h>

/* The fields of onnx.proto that we read. */
enum { MODEL_IR = 1, MODEL_PRODUCER = 2, MODEL_GRAPH = 7, MODEL_OPSET = 8, MODEL_FUNCTIONS = 25 };
enum { OPSET_DOMAIN = 1, OPSET_VERSION = 2 };
enum {
    GRAPH_NODE = 1,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    GRAPH_OUTPUT = 12,
    GRAPH_SPARSE = 15
};
enum { NODE_INPUT = 1, NODE_OUTPUT = 2, NODE_NAME = 3, NODE_TYPE = 4, NODE_DOMAIN = 7 };

struct nn_onnx_text nn_onnx_text_of(const struct nn_wire_field *field)
{
    return (struct nn_onnx_text){(const char *)field->bytes.at,
                                 (size_t)(field->bytes.end - field->bytes.at)};
}

bool nn_onnx_text_is(struct nn_onnx_text text, const char *other)
{
    return strlen(other) == text.length &&
           (text.length == 0 || !memcmp(text.at, other, text.length));
}

struct nn_visible nn_onnx_visible(struct nn_onnx_text text)
{
    struct nn_visible out;
    nn_text_visible(out.text, sizeof out.text, text.at ? text.at : "", text.length, 0);
    return out;
}

/* ---- names become numbers ---- */

/* Open addressing; a slot holds the number of a value + 1. */
struct table {
    struct nn_onnx_model *model;
    uint32_t *slots;
    size_t mask, capacity;
};

static size_t hash(struct nn_onnx_text text)
{
    uint64_t value = 14695981039346656037u; /* FNV-1a */
    for (size_t i = 0; i < text.length; i++)
        value = (value ^ (unsigned char)text.at[i]) * 1099511628211u;
    return (size_t)(value ^ value >> 32);
}

static enum nn_status table_init(struct table *table, struct nn_onnx_model *model, size_t names,
                                 struct nn_error *error)
{
    size_t slots = 64;
    while (slots < 2 * names)
        slots *= 2;
    *table = (struct table){.model = model, .mask = slots - 1, .capacity = names};
    table->slots = nn_calloc(slots, sizeof *table->slots);
    model->names = nn_arena_alloc(&model->arena, names + 1, sizeof *model->names);
    model->tensors = nn_arena_alloc(&model->arena, names + 1, sizeof(void *));
    if (!table->slots || !model->names || !model->tensors)
        return nn_fail_memory(error, slots * sizeof *table->slots);
    return NN_OK;
}

/* The number of a name, a new one the first time; -1 for the empty name. */
static int value_of(struct table *table, struct nn_onnx_text name)
{
    struct nn_onnx_model *model = table->model;
    if (name.length == 0)
        return -1;
    for (size_t at = hash(name) & table->mask;; at = (at + 1) & table->mask) {
        uint32_t slot = table->slots[at];
        if (slot == 0) {
            if (model->value_count == table->capacity)
                return -1; /* never, as they were counted */
            model->names[model->value_count] = name;
            table->slots[at] = (uint32_t)++model->value_count;
            return (int)model->value_count - 1;
        }
        const struct nn_onnx_text *there = &model->names[slot - 1];
        if (there->length == name.length && !memcmp(there->at, name.at, name.length))
            return (int)slot - 1;
    }
}

/* ---- nodes ---- */

static enum nn_status read_node(struct nn_wire wire, struct table *table, int **next,
                                struct nn_onnx_node *node, struct nn_error *error)
{
    struct nn_wire_field field;
    enum nn_status status;
    *node = (struct nn_onnx_node){.body = wire};
    for (uint32_t wanted = NODE_INPUT; wanted <= NODE_OUTPUT; wanted++) {
        struct nn_wire rest = wire;
        *(wanted == NODE_INPUT ? &node->inputs : &node->outputs) = *next;
        for (bool more = true; more;) {
            NN_TRY(nn_wire_next(&rest, &field, &more, error));
            if (!more)
                break;
            if (field.number <= NODE_TYPE || field.number == NODE_DOMAIN)
                NN_TRY(nn_wire_expect(&rest, &field, NN_WIRE_BYTES, error));
            if (field.number == wanted) {
                *(*next)++ = value_of(table, nn_onnx_text_of(&field));
                ++*(wanted == NODE_INPUT ? &node->input_count : &node->output_count);
            } else if (field.number == NODE_NAME) {
                node->name = nn_onnx_text_of(&field);
            } else if (field.number == NODE_TYPE) {
                node->type = nn_onnx_text_of(&field);
            } else if (field.number == NODE_DOMAIN) {
                node->domain = nn_onnx_text_of(&field);
            }
        }
    }
    if (node->type.length == 0)
        return nn_fail(error, NN_DAMAGED, "a node without an operator before byte %zu",
                       (size_t)(wire.end - wire.base));
out:
    return status;
}

/* ---- what a graph says of its inputs and outputs ---- */

static enum nn_status read_dim(struct nn_wire wire, int64_t *dim, struct nn_error *error)
{
    struct nn_wire_field field;
    *dim = -1;
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_next(&wire, &field, &more, error);
        if (status != NN_OK)
            return status;
        if (more && field.number == 1 && field.type == NN_WIRE_VARINT)
            *dim = field.value > 0 && field.value <= INT32_MAX ? (int64_t)field.value : -1;
    }
    return NN_OK;
}

/* TensorShapeProto */
static enum nn_status read_shape(struct nn_wire wire, struct nn_onnx_port *port,
                                 struct nn_error *error)
{
    struct nn_wire_field field;
    enum nn_status status;
    port->rank = 0;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (!more || field.number != 1)
            continue;
        NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
        if (port->rank == NN_MAX_RANK)
            return nn_fail(error, NN_LIMIT, "an input or output of more than %d dimensions",
                           NN_MAX_RANK);
        NN_TRY(read_dim(field.bytes, &port->dim[port->rank++], error));
    }
out:
    return status;
}

/* ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 } }. */
static enum nn_status read_port(struct nn_wire wire, int depth, struct nn_onnx_text *name,
                                struct nn_onnx_port *port, struct nn_error *error)
{
    struct nn_wire_field field;
    enum nn_status status;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (!more)
            break;
        if (depth == 0 && field.number == 1) {
            NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
            *name = nn_onnx_text_of(&field);
        } else if ((depth == 0 && field.number == 2) || (depth == 1 && field.number == 1)) {
            NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
            NN_TRY(read_port(field.bytes, depth + 1, name, port, error));
        } else if (depth == 2 && field.number == 1 && field.type == NN_WIRE_VARINT) {
            port->type = field.value < 64 ? (int)field.value : NN_ONNX_UNDEFINED;
        } else if (depth == 2 && field.number == 2) {
            NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
            NN_TRY(read_shape(field.bytes, port, error));
        }
    }
out:
    return status;
}

/* ---- the graph ---- */

struct sizes {
    size_t nodes, initializers, inputs, outputs, names;
};

/* Counts everything, so that it can be allocated at once. */
static enum nn_status count_graph(struct nn_wire wire, struct sizes *sizes, struct nn_error *error)
{
    struct nn_wire_field field;
    size_t inputs, outputs;
    enum nn_status status;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (!more)
            break;
        bool known = field.number == GRAPH_NODE || field.number == GRAPH_INITIALIZER ||
                     field.number == GRAPH_INPUT || field.number == GRAPH_OUTPUT;
        if (field.number == GRAPH_SPARSE)
            return nn_fail(error, NN_REFUSED, "sparse initializers are not supported");
        if (!known)
            continue;
        NN_TRY(nn_wire_expect(&wire, &field, NN_WIRE_BYTES, error));
        sizes->names++;
        if (field.number == GRAPH_NODE) {
            NN_TRY(nn_wire_count(field.bytes, NODE_INPUT, &inputs, error));
            NN_TRY(nn_wire_count(field.bytes, NODE_OUTPUT, &outputs, error));
            sizes->names += inputs + outputs - 1;
        }
        sizes->nodes += field.number == GRAPH_NODE;
        sizes->initializers += field.number == GRAPH_INITIALIZER;
        sizes->inputs += field.number == GRAPH_INPUT;
        sizes->outputs += field.number == GRAPH_OUTPUT;
    }
    if (sizes->nodes > NN_ONNX_MAX_NODES)
        return nn_fail(error, NN_LIMIT, "the graph has %zu nodes, more than %zu", sizes->nodes,
                       NN_ONNX_MAX_NODES);
    if (sizes->names > 4 * NN_ONNX_MAX_VALUES || sizes->initializers > NN_ONNX_MAX_VALUES ||
        sizes->inputs + sizes->outputs > NN_ONNX_MAX_VALUES)
        return nn_fail(error, NN_LIMIT, "the graph has more than %zu values", NN_ONNX_MAX_VALUES);
out:
    return status;
}

static enum nn_status add_initializer(struct nn_wire wire, struct table *table,
                                      struct nn_onnx_tensor *tensor, struct nn_error *error)
{
    struct nn_onnx_model *model = table->model;
    enum nn_status status = nn_onnx_parse_tensor(wire, &model->arena, tensor, error);
    if (status != NN_OK)
        return status;
    int value = value_of(table, tensor->name);
    if (value < 0)
        return nn_fail(error, NN_DAMAGED, "an initializer without a name");
    if (model->tensors[value])
        return nn_fail(error, NN_DAMAGED, "there are two initializers '%s'",
                       NN_ONNX_TEXT(tensor->name));
    model->tensors[value] = tensor;
    return NN_OK;
}

static enum nn_status read_graph(struct nn_wire wire, struct nn_onnx_model *model,
                                 struct nn_error *error)
{
    struct sizes sizes = {0};
    struct table table = {0};
    struct nn_wire_field field;
    struct nn_arena *arena = &model->arena;
    enum nn_status status;
    NN_TRY(count_graph(wire, &sizes, error));
    NN_TRY(table_init(&table, model, sizes.names, error));
    int *numbers = nn_arena_alloc(arena, sizes.names + 1, sizeof *numbers);
    struct nn_onnx_tensor *tensors = nn_arena_alloc(arena, sizes.initializers + 1, sizeof *tensors);
    model->nodes = nn_arena_alloc(arena, sizes.nodes + 1, sizeof *model->nodes);
    model->inputs = nn_arena_alloc(arena, sizes.inputs + 1, sizeof *model->inputs);
    model->outputs = nn_arena_alloc(arena, sizes.outputs + 1, sizeof *model->outputs);
    if (!numbers || !tensors || !model->nodes || !model->inputs || !model->outputs)
        NN_TRY(nn_fail_memory(error, sizes.names * sizeof *numbers));
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (!more)
            break;
        struct nn_onnx_port port = {.value = -1, .rank = -1};
        struct nn_onnx_text name = {0};
        switch (field.number) {
        case GRAPH_NODE:
            NN_TRY(read_node(field.bytes, &table, &numbers, &model->nodes[model->node_count++],
                             error));
            break;
        case GRAPH_INITIALIZER:
            NN_TRY(add_initializer(field.bytes, &table, tensors++, error));
            break;
        case GRAPH_INPUT:
            NN_TRY(read_port(field.bytes, 0, &name, &port, error));
            port.value = value_of(&table, name); /* once: a name was counted for each port */
            model->inputs[model->input_count++] = port;
            break;
        case GRAPH_OUTPUT:
            NN_TRY(read_port(field.bytes, 0, &name, &port, error));
            port.value = value_of(&table, name);
            model->outputs[model->output_count++] = port;
            break;
        default:
            break;
        }
    }
    if (model->value_count > NN_ONNX_MAX_VALUES)
        status = nn_fail(error, NN_LIMIT, "the graph has more than %zu values", NN_ONNX_MAX_VALUES);
out:
    nn_free(table.slots);
    return status;
}

/* ---- the model ---- */

static enum nn_status read_opset(struct nn_wire wire, struct nn_onnx_model *model,
                                 struct nn_error *error)
{
    struct nn_wire_field field;
    struct nn_onnx_text domain = {0};
    uint64_t version = 0;
    for (bool more = true; more;) {
        enum nn_status status = nn_wire_next(&wire, &field, &more, error);
        if (status != NN_OK)
            return status;
        if (more && field.number == OPSET_DOMAIN && field.type == NN_WIRE_BYTES)
            domain = nn_onnx_text_of(&field);
        if (more && field.number == OPSET_VERSION && field.type == NN_WIRE_VARINT)
            version = field.value;
    }
    if (domain.length == 0 || nn_onnx_text_is(domain, "ai.onnx"))
        model->opset = version < 1000000 ? (int64_t)version : 1000000;
    return NN_OK;
}

static enum nn_status check_versions(const struct nn_onnx_model *model, struct nn_error *error)
{
    if (model->ir_version < 3 || model->ir_version > 12)
        return nn_fail(error, model->ir_version ? NN_REFUSED : NN_DAMAGED,
                       "its IR version is %lld; 3 to 12 are read", (long long)model->ir_version);
    if (model->opset < 1 || model->opset > 23)
        return nn_fail(error, NN_REFUSED, "its operators are of version %lld; 1 to 23 are read",
                       (long long)model->opset);
    return NN_OK;
}

enum nn_status nn_onnx_parse(struct nn_onnx_model *model, const unsigned char *bytes, size_t length,
                             struct nn_error *error)
{
    struct nn_wire wire = {bytes, bytes + length, bytes}, graph = {0}, rest;
    struct nn_onnx_model fresh = {.body = wire};
    struct nn_wire_field field;
    enum nn_status status;
    nn_arena_init(&fresh.arena);
    rest = wire;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&rest, &field, &more, error));
        if (!more)
            break;
        if (field.number == MODEL_GRAPH || field.number == MODEL_OPSET ||
            field.number == MODEL_PRODUCER)
            NN_TRY(nn_wire_expect(&rest, &field, NN_WIRE_BYTES, error));
        switch (field.number) {
        case MODEL_IR:
            fresh.ir_version =
                field.type == NN_WIRE_VARINT && field.value < 1000 ? (int64_t)field.value : 0;
            break;
        case MODEL_PRODUCER:
            fresh.producer = nn_onnx_text_of(&field);
            break;
        case MODEL_GRAPH:
            graph = field.bytes;
            break;
        case MODEL_OPSET:
            NN_TRY(read_opset(field.bytes, &fresh, error));
            break;
        case MODEL_FUNCTIONS:
            NN_TRY(nn_fail(error, NN_REFUSED,
                           "it defines functions of its own, which are not supported: export it "
                           "with dynamo=False, or inline them with onnx.inliner"));
            break;
        default:
            break;
        }
    }
    if (!graph.at)
        NN_TRY(nn_fail(error, NN_DAMAGED, "it is no ONNX model: there is no graph"));
    NN_TRY(check_versions(&fresh, error));
    NN_TRY(read_graph(graph, &fresh, error));
    *model = fresh;
out:
    if (status != NN_OK)
        nn_onnx_clear(&fresh);
    return status;
}

void nn_onnx_clear(struct nn_onnx_model *model)
{
    nn_arena_clear(&model->arena);
    *model = (struct nn_onnx_model){0};
}
