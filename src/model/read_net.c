#include "model/read_net.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/format.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum nn_status nn_json_string(const json_t *object, const char *key, const char **text,
                              struct nn_error *error)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value)
        return nn_fail(error, NN_DAMAGED, "%s is missing or not a string", key);
    *text = value;
    return NN_OK;
}

enum nn_status nn_json_u64(const json_t *object, const char *key, uint64_t *value,
                           struct nn_error *error)
{
    const char *text = "";
    const enum nn_status status = nn_json_string(object, key, &text, error);
    if (status != NN_OK)
        return status;
    uint64_t number = 0;
    bool valid = *text != '\0';
    for (const char *c = text; valid && *c; c++) {
        const uint64_t digit = (uint64_t)(unsigned char)*c - '0';
        valid = digit <= 9 && number <= (UINT64_MAX - digit) / 10;
        number = 10 * number + digit;
    }
    if (!valid)
        return nn_fail(error, NN_DAMAGED, "%s %s is not a whole number of 64 bits", key,
                       NN_VISIBLE(text));
    *value = number;
    return NN_OK;
}

enum nn_status nn_read_args(const json_t *json, const struct nn_arg_spec *specs, const char *what,
                            struct nn_args *args, struct nn_error *error)
{
    if (!json_is_object(json))
        return nn_fail(error, NN_DAMAGED, "the arguments of %s are missing", what);
    const size_t count = json_object_size(json);
    struct nn_word *words = nn_calloc(count, sizeof *words);
    if (!words)
        return nn_fail_memory(error, count * sizeof *words);

    enum nn_status status = NN_OK;
    size_t i = 0;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value)
    {
        if (!json_is_string(value)) {
            status = nn_fail(error, NN_DAMAGED, "argument %s of %s is not a string",
                             NN_VISIBLE(key), what);
            goto out;
        }
        words[i] = (struct nn_word){.key = key, .value = json_string_value(value), .column = 1};
        i++;
    }
    NN_TRY(nn_args_parse(args, specs, words, count, what, error));
out:
    nn_free(words);
    return status;
}

/* ---- tensors ---- */

static enum nn_status find_floats(const struct nn_safetensors *file, const char *name,
                                  const struct nn_shape *shape, const struct nn_st_tensor **found,
                                  struct nn_error *error)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, name);
    if (!tensor)
        return nn_fail(error, NN_DAMAGED, "tensor %s is missing", name);
    if (tensor->dtype != NN_DTYPE_F32)
        return nn_fail(error, NN_DAMAGED, "tensor %s is %s, not F32", name,
                       nn_dtype_name(tensor->dtype));
    if (!nn_shape_equal(&tensor->shape, shape)) {
        char is[NN_SHAPE_TEXT], wanted[NN_SHAPE_TEXT];
        return nn_fail(error, NN_DAMAGED, "tensor %s is %s, the net wants %s", name,
                       nn_shape_text(is, &tensor->shape), nn_shape_text(wanted, shape));
    }
    *found = tensor;
    return NN_OK;
}

enum nn_status nn_read_floats(const struct nn_safetensors *file, const char *name,
                              const struct nn_shape *shape, float *out, struct nn_error *error)
{
    const struct nn_st_tensor *tensor = NULL;
    const enum nn_status status = find_floats(file, name, shape, &tensor, error);
    return status == NN_OK ? nn_st_tensor_floats(tensor, out, tensor->bytes / sizeof(float), error)
                           : status;
}

enum nn_status nn_check_finite(const char *name, const float *values, size_t count,
                               struct nn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nn_fail(error, NN_DAMAGED, "tensor %s: value %zu is not finite", name, i);
    return NN_OK;
}

/* ---- nodes ---- */

/* One node of the file before it becomes one of the net. */
struct draft {
    const char *name;
    const struct nn_layer_class *layer;
    struct nn_args args;
    int inputs[NN_MAX_INPUTS];
    int input_count;
    int tail;
};

static void parameter_name(char out[NN_NAME_SIZE * 2], const char *node,
                           const struct nn_param_spec *spec)
{
    snprintf(out, NN_NAME_SIZE * 2, "%s.%s", node, spec->name);
}

static enum nn_status read_inputs(const json_t *json, int index, struct draft *draft,
                                  struct nn_error *error)
{
    const size_t count = json_array_size(json);
    if (!json_is_array(json) || count < (size_t)draft->layer->min_inputs ||
        count > (size_t)draft->layer->max_inputs || count > NN_MAX_INPUTS || count == 0)
        return nn_fail(error, NN_DAMAGED, "inputs is not an array of as many as %s takes",
                       draft->layer->name);
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(json, i);
        const json_int_t input = json_integer_value(item);
        if (!json_is_integer(item) || input < 0 || input >= index)
            return nn_fail(error, NN_DAMAGED, "input %zu is not the number of a layer before it",
                           i + 1);
        draft->inputs[i] = (int)input;
    }
    draft->input_count = (int)count;
    return NN_OK;
}

static enum nn_status read_draft(const json_t *json, int index, int count, struct draft *draft,
                                 struct nn_error *error)
{
    const char *layer = "";
    enum nn_status status;
    NN_TRY(nn_json_string(json, "name", &draft->name, error));
    if (strlen(draft->name) >= NN_NAME_SIZE)
        return nn_fail(error, NN_DAMAGED, "its name is longer than %d", NN_NAME_SIZE - 1);
    NN_TRY(nn_json_string(json, "layer", &layer, error));
    draft->layer = nn_layer_find(layer);
    if (!draft->layer || draft->layer->max_inputs == 0)
        return nn_fail(error, NN_DAMAGED, "there is no layer %s", NN_VISIBLE(layer));
    NN_TRY(read_inputs(json_object_get(json, "inputs"), index, draft, error));
    const json_t *tail = json_object_get(json, "tail");
    const json_int_t number = json_integer_value(tail);
    if (!json_is_integer(tail) || number < index || number >= count)
        return nn_fail(error, NN_DAMAGED, "tail is not the number of a layer from itself");
    draft->tail = (int)number;
    NN_TRY(nn_read_args(json_object_get(json, "args"), draft->layer->args, draft->layer->name,
                        &draft->args, error));
out:
    return status;
}

/* The file must hold every parameter before memory for it is taken: a few digits of an argument can
 * ask for a terabyte. */
static enum nn_status check_params(const struct draft *draft, const struct nn_net *net,
                                   const struct nn_safetensors *file, struct nn_error *error)
{
    const struct nn_layer_class *layer = draft->layer;
    struct nn_shape in[NN_MAX_INPUTS], out;
    for (int i = 0; i < draft->input_count; i++)
        in[i] = net->nodes[draft->inputs[i]]->shape;
    enum nn_status status = layer->infer(&draft->args, in, draft->input_count, &out, error);
    if (status != NN_OK || !layer->params)
        return status;

    struct nn_param_spec specs[NN_MAX_PARAMS] = {0};
    const int count = layer->params(&draft->args, in, draft->input_count, specs);
    for (int i = 0; i < count; i++) {
        char name[NN_NAME_SIZE * 2];
        const struct nn_st_tensor *tensor;
        parameter_name(name, draft->name, &specs[i]);
        NN_TRY(find_floats(file, name, &specs[i].shape, &tensor, error));
    }
out:
    return status;
}

static enum nn_status read_values(const struct nn_node *node, const struct nn_safetensors *file,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (int i = 0; i < node->param_count; i++) {
        const struct nn_tensor *value = &node->params[i].value;
        char name[NN_NAME_SIZE * 2];
        parameter_name(name, node->name, &node->params[i].spec);
        NN_TRY(nn_read_floats(file, name, &value->shape, value->data, error));
        NN_TRY(nn_check_finite(name, value->data, nn_shape_size(&value->shape), error));
    }
out:
    return status;
}

static enum nn_status read_node(const json_t *json, int count, const struct nn_safetensors *file,
                                struct nn_net *net, struct nn_error *error)
{
    struct draft draft = {0};
    int index;
    enum nn_status status;
    NN_TRY(read_draft(json, net->count, count, &draft, error));
    NN_TRY(check_params(&draft, net, file, error));
    NN_TRY(nn_net_add_bare(net, draft.layer, &draft.args, draft.name, draft.inputs,
                           draft.input_count, &index, error));
    net->nodes[index]->tail = draft.tail;
    NN_TRY(read_values(net->nodes[index], file, error));
out:
    nn_args_clear(&draft.args);
    return status;
}

static enum nn_status read_input(const json_t *json, struct nn_net *net, struct nn_error *error)
{
    struct nn_shape shape = {0};
    const size_t rank = json_array_size(json);
    if (rank < 1 || rank > NN_MAX_RANK)
        return nn_fail(error, NN_DAMAGED, "input is not an array of 1 to %d numbers", NN_MAX_RANK);
    for (size_t i = 0; i < rank; i++) {
        const json_int_t dim = json_integer_value(json_array_get(json, i));
        if (dim < 1 || dim > INT32_MAX)
            return nn_fail(error, NN_DAMAGED, "dimension %zu of input is not in 1 to %d", i + 1,
                           INT32_MAX);
        shape.dim[i] = (size_t)dim;
    }
    shape.rank = (int)rank;
    return nn_net_set_input(net, &shape, error);
}

enum nn_status nn_read_net(const json_t *json, const struct nn_safetensors *file,
                           struct nn_net **net, struct nn_error *error)
{
    const json_t *nodes = json_object_get(json, "nodes");
    const size_t count = json_array_size(nodes);
    if (!json_is_array(nodes) || count >= NN_MODEL_MAX_NODES)
        return nn_fail(error, NN_DAMAGED, "net has no array nodes of fewer than %d layers",
                       NN_MODEL_MAX_NODES);
    struct nn_net *result = NULL;
    struct nn_error local = {0};
    enum nn_status status;
    NN_TRY(nn_net_new(&result, error));
    NN_TRY(nn_json_u64(json, "seed", &result->seed, error));
    NN_TRY(read_input(json_object_get(json, "input"), result, error));
    for (size_t i = 0; i < count; i++) {
        status = read_node(json_array_get(nodes, i), (int)count + 1, file, result, &local);
        if (status != NN_OK) {
            nn_fail(error, status, "layer %zu: %s", i + 1, local.message);
            goto out;
        }
    }
    *net = result;
    result = NULL;
out:
    nn_net_free(result);
    return status;
}
