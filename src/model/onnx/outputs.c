#include "model/onnx/outputs.h"

#include "base/buffer.h"
#include "base/mem.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NAMED 4 /* outputs that a note lists */

/* ---- which output ---- */

static const struct nn_onnx_node *producer_of(const struct nn_onnx_model *model, int value)
{
    for (size_t i = 0; i < model->node_count; i++)
        for (int k = 0; k < model->nodes[i].output_count; k++)
            if (model->nodes[i].outputs[k] == value)
                return &model->nodes[i];
    return NULL;
}

static bool is_op(const struct nn_onnx_node *node, const char *type)
{
    return node && nn_onnx_text_is(node->type, type);
}

/* The value of real numbers behind an output; -1: it has none. */
static int real_value(const struct nn_onnx_model *model, const struct nn_onnx_port *port)
{
    if (port->value < 0)
        return -1;
    if (nn_onnx_type_is_real(port->type))
        return port->value;
    if (port->type != NN_ONNX_UNDEFINED)
        return -1;
    const struct nn_onnx_node *node = producer_of(model, port->value);
    if (is_op(node, "ZipMap") && node->input_count > 0)
        return node->inputs[0];
    return node ? port->value : -1;
}

static enum nn_status name_others(const struct nn_onnx_model *model, int taken, char **note,
                                  struct nn_error *error)
{
    struct nn_buffer text = {0};
    size_t others = 0;
    nn_buffer_printf(&text, "of its outputs '%s' is taken; `open FILE output=NAME` takes",
                     NN_ONNX_TEXT(model->names[model->outputs[taken].value]));
    for (size_t i = 0; i < model->output_count && others <= NAMED; i++) {
        const struct nn_onnx_port *port = &model->outputs[i];
        if (i == (size_t)taken || real_value(model, port) < 0)
            continue;
        if (++others <= NAMED)
            nn_buffer_printf(&text, "%s '%s'", others > 1 ? "," : "",
                             NN_ONNX_TEXT(model->names[port->value]));
        else
            nn_buffer_text(&text, " ...");
    }
    enum nn_status status = nn_buffer_check(&text, error);
    if (status == NN_OK && others > 0)
        *note = nn_buffer_take(&text);
    nn_buffer_clear(&text);
    return status;
}

enum nn_status nn_onnx_choose_output(const struct nn_onnx_model *model, const char *wanted,
                                     int *output, char **note, struct nn_error *error)
{
    int first = -1;
    for (size_t i = 0; i < model->output_count; i++) {
        int value = model->outputs[i].value;
        if (wanted && value >= 0 && nn_onnx_text_is(model->names[value], wanted)) {
            int real = real_value(model, &model->outputs[i]);
            *output = real < 0 ? value : real;
            return NN_OK;
        }
        if (first < 0 && real_value(model, &model->outputs[i]) >= 0)
            first = (int)i;
    }
    if (wanted)
        return nn_fail(error, NN_ARGUMENT, "the graph has no output '%s'", NN_VISIBLE(wanted));
    if (first < 0 && (model->output_count == 0 || model->outputs[0].value < 0))
        return nn_fail(error, NN_DAMAGED, "the graph has no output");
    if (first < 0) {
        *output = model->outputs[0].value;
        return NN_OK;
    }
    *output = real_value(model, &model->outputs[first]);
    return name_others(model, first, note, error);
}

/* ---- classes ---- */

static enum nn_status add_class(struct nn_model *model, struct nn_onnx_text name,
                                struct nn_error *error)
{
    size_t capacity = 4 * name.length + 16;
    char *text = nn_calloc(capacity, 1);
    if (!text)
        return nn_fail_memory(error, capacity);
    model->classes[model->class_count++] = nn_text_visible(text, capacity, name.at, name.length, 0);
    return NN_OK;
}

/* Where names stand: texts in fields of that number, or whole numbers. */
struct names {
    struct nn_wire texts;
    uint32_t field; /* 0: numbers */
    const struct nn_onnx_tensor *numbers;
};

/* One name for each of `wanted` classes, or none when there are not as many. */
static enum nn_status read_classes(const struct names *names, size_t wanted, struct nn_model *model,
                                   struct nn_error *error)
{
    struct nn_wire wire = names->texts;
    struct nn_wire_field field;
    enum nn_status status = NN_OK;
    size_t there = names->field ? 0 : names->numbers->count;
    if (names->field)
        NN_TRY(nn_wire_count(wire, names->field, &there, error));
    if (there != wanted || wanted == 0)
        return NN_OK; /* names of something else */
    model->classes = nn_calloc(wanted, sizeof *model->classes);
    if (!model->classes)
        return nn_fail_memory(error, wanted * sizeof *model->classes);
    for (size_t i = 0; !names->field && i < wanted; i++) {
        char text[32];
        int length = snprintf(text, sizeof text, "%.0f", nn_onnx_tensor_get(names->numbers, i));
        NN_TRY(add_class(model, (struct nn_onnx_text){text, (size_t)length}, error));
    }
    for (bool more = names->field != 0; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (more && field.number == names->field && field.type == NN_WIRE_BYTES &&
            model->class_count < wanted)
            NN_TRY(add_class(model, nn_onnx_text_of(&field), error));
    }
    model->task = NN_TASK_CLASSIFICATION;
out:
    return status;
}

/* The initializer out of which the name of the most probable class is picked. */
static enum nn_status picked_classes(const struct nn_onnx_import *import, size_t units,
                                     struct nn_model *model, struct nn_error *error)
{
    const struct nn_onnx_node *node = import->node;
    if (node->input_count < 1 || node->inputs[0] < 0)
        return NN_OK;
    const struct nn_onnx_tensor *tensor = import->model->tensors[node->inputs[0]];
    if (!tensor || !(tensor->data || tensor->type == NN_ONNX_STRING))
        return NN_OK;
    struct names names = {tensor->body, tensor->type == NN_ONNX_STRING ? 6 : 0, tensor};
    return read_classes(&names, units, model, error);
}

/* Attributes of ZipMap and LinearClassifier. */
static enum nn_status told_classes(struct nn_onnx_import *import, size_t units,
                                   struct nn_model *model, struct nn_error *error)
{
    static const char *const numbers[] = {"classlabels_int64s", "classlabels_ints"};
    struct names names = {.field = NN_ONNX_ATTR_TEXTS};
    bool found;
    enum nn_status status;
    NN_TRY(nn_onnx_attr_body(import, "classlabels_strings", &names.texts, &found, error));
    if (found)
        NN_TRY(read_classes(&names, units, model, error));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !model->classes; i++) {
        struct nn_onnx_value value;
        if (!nn_onnx_attr_given(import, numbers[i]))
            continue;
        NN_TRY(nn_onnx_attr_value(import, numbers[i], &value, &found, error));
        names = (struct names){.numbers = &value.tensor};
        NN_TRY(read_classes(&names, units, model, error));
    }
out:
    return status;
}

enum nn_status nn_onnx_find_classes(struct nn_onnx_import *import, struct nn_model *model,
                                    struct nn_error *error)
{
    size_t units = nn_net_output(model->net)->size;
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < import->model->node_count && !model->classes && status == NN_OK; i++) {
        import->node = &import->model->nodes[i];
        if (is_op(import->node, "ArrayFeatureExtractor"))
            status = picked_classes(import, units, model, error);
        else if (is_op(import->node, "ZipMap") || is_op(import->node, "LinearClassifier"))
            status = told_classes(import, units, model, error);
    }
    return status;
}
