/* Layers made for values. */
#include "base/map.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/format.h"
#include "model/onnx/import.h"

#include <stdio.h>
#include <string.h>

struct nn_onnx_value nn_onnx_runtime(int node, int type, const struct nn_shape *shape)
{
    return (struct nn_onnx_value){
        .kind = NN_ONNX_RUNTIME, .type = type, .shape = *shape, .node = node};
}

struct nn_shape nn_onnx_sample(const struct nn_onnx_import *import, const struct nn_shape *shape)
{
    struct nn_shape sample = {.rank = shape->rank - import->lead};
    if (sample.rank <= 0)
        return (struct nn_shape){.rank = 1, .dim = {1}};
    memcpy(sample.dim, shape->dim + import->lead, (size_t)sample.rank * sizeof *sample.dim);
    return sample;
}

/* Sets arguments from "key=value key=value"; values hold no blanks. */
static enum nn_status set_args(struct nn_args *args, const char *text, const char *layer,
                               struct nn_error *error)
{
    enum nn_status status = NN_OK;
    char *copy = nn_strdup(text);
    if (!copy)
        return nn_fail_memory(error, strlen(text));
    for (char *word = copy; *word && status == NN_OK;) {
        size_t length = strcspn(word, " ");
        char *next = word + length + (word[length] == ' '), *value = strchr(word, '=');
        word[length] = '\0';
        *value++ = '\0';
        status = nn_args_set(args, word, value, layer, error);
        word = next;
    }
    nn_free(copy);
    return status;
}

/* Memory for parameters is taken only when the file is not much smaller: a few digits of an
 * argument can ask for a terabyte. */
static enum nn_status check_params(struct nn_onnx_import *import,
                                   const struct nn_layer_class *layer, const struct nn_args *args,
                                   const int *inputs, int count, struct nn_error *error)
{
    struct nn_shape in[NN_MAX_INPUTS], out;
    for (int i = 0; i < count; i++)
        in[i] = import->net->nodes[inputs[i]]->shape;
    enum nn_status status = layer->infer(args, in, count, &out, error);
    if (status != NN_OK || !layer->params)
        return status;
    struct nn_param_spec specs[NN_MAX_PARAMS] = {0};
    const int params = layer->params(args, in, count, specs);
    for (int i = 0; i < params; i++) {
        size_t size;
        NN_TRY(nn_shape_count(&specs[i].shape, &size, error));
        if (size > import->room / sizeof(float))
            return nn_fail(error, NN_LIMIT, "more parameters than the file holds");
        import->room -= size * sizeof(float);
    }
out:
    return status;
}

/* "conv1", "conv2" ...: from the last number on, so that many layers do not take long. */
static void number_layer(struct nn_onnx_import *import, const struct nn_layer_class *class,
                         char name[NN_NAME_SIZE])
{
    size_t kind = 0;
    int other;
    while (nn_layers[kind] != class)
        kind++;
    do
        snprintf(name, NN_NAME_SIZE, "%s%d", class->prefix, ++import->numbers[kind]);
    while (nn_net_find(import->net, name, &other, NULL) == NN_OK);
}

enum nn_status nn_onnx_layer(struct nn_onnx_import *import, const char *layer, const char *args,
                             const int *inputs, int count, int *node, struct nn_error *error)
{
    const struct nn_layer_class *class = nn_layer_find(layer);
    struct nn_args values = {0};
    char name[NN_NAME_SIZE];
    int index;
    enum nn_status status;
    if (!class)
        return nn_onnx_refuse(error, "there is no layer %s", layer);
    if (import->net->count >= NN_MODEL_MAX_NODES)
        return nn_fail(error, NN_LIMIT, "more than %d layers", NN_MODEL_MAX_NODES);
    number_layer(import, class, name);
    NN_TRY(nn_args_default(&values, class->args, error));
    NN_TRY(set_args(&values, args, layer, error));
    NN_TRY(check_params(import, class, &values, inputs, count, error));
    NN_TRY(nn_net_add_bare(import->net, class, &values, name, inputs, count, &index, error));
    *node = index;
out:
    nn_args_clear(&values);
    return status;
}

struct nn_param *nn_onnx_param(struct nn_onnx_import *import, int node, const char *param)
{
    struct nn_node *owner = import->net->nodes[node];
    for (int p = 0; p < owner->param_count; p++)
        if (!strcmp(owner->params[p].spec.name, param))
            return &owner->params[p];
    return NULL;
}

#define COPIED_AT_ONCE ((size_t)1 << 20) /* elements */
#define HELD           ((size_t)4 << 20) /* bytes of a mapped file, more or less */

void nn_onnx_copy(struct nn_onnx_import *import, const struct nn_onnx_tensor *tensor, float *out)
{
    size_t size = nn_onnx_type_size(tensor->type);
    for (size_t at = 0; at < tensor->count; at += COPIED_AT_ONCE) {
        struct nn_onnx_tensor part = *tensor;
        part.data += at * size;
        part.count = tensor->count - at < COPIED_AT_ONCE ? tensor->count - at : COPIED_AT_ONCE;
        nn_onnx_tensor_floats(&part, out + at);
        import->copied += part.count * size;
        if (tensor->map && import->copied >= HELD) {
            nn_map_forget(tensor->map);
            import->copied = 0;
        }
    }
}

enum nn_status nn_onnx_fill(struct nn_onnx_import *import, int node, const char *param,
                            const struct nn_onnx_value *value, struct nn_error *error)
{
    struct nn_param *to = nn_onnx_param(import, node, param);
    if (!nn_onnx_is_constant(value))
        return nn_onnx_refuse(error, "its %s depends on the input", param);
    if (!to || nn_shape_size(&to->spec.shape) != value->tensor.count) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_DAMAGED, "its %s has the shape %s, which does not fit", param,
                       nn_shape_text(text, &value->shape));
    }
    nn_onnx_copy(import, &value->tensor, to->value.data);
    return NN_OK;
}

/* "key=1x2x3", or "" for a scalar. */
static void shape_arg(char out[NN_SHAPE_TEXT + 16], const char *key, const struct nn_shape *shape)
{
    char text[NN_SHAPE_TEXT];
    snprintf(out, NN_SHAPE_TEXT + 16, "%s=%s", key, nn_shape_text(text, shape));
}

enum nn_status nn_onnx_apply(struct nn_onnx_import *import, const char *layer, const char *args,
                             const struct nn_onnx_value *in, const struct nn_shape *shape,
                             struct nn_onnx_value *out, struct nn_error *error)
{
    int node, type = in->type;
    enum nn_status status;
    NN_TRY(nn_onnx_plain(import, in, &node, error));
    NN_TRY(nn_onnx_layer(import, layer, args, &node, 1, &node, error));
    *out = nn_onnx_runtime(node, type, shape);
out:
    return status;
}

/* A constant becomes a layer. With a batch it stands for the same sample every time, so its axis 0
 * must be of length 1. */
static enum nn_status constant_layer(struct nn_onnx_import *import,
                                     const struct nn_onnx_value *value, int *node,
                                     struct nn_error *error)
{
    char args[NN_SHAPE_TEXT + 16];
    struct nn_shape sample = nn_onnx_sample(import, &value->shape);
    if (value->tensor.count == 0)
        return nn_onnx_refuse(error, "an empty tensor");
    if (import->lead && (value->shape.rank == 0 || value->shape.dim[0] != 1))
        return nn_onnx_refuse_mixing(import, error);
    shape_arg(args, "shape", &sample);
    enum nn_status status = nn_onnx_layer(import, "constant", args, (int[]){0}, 1, node, error);
    if (status == NN_OK)
        status = nn_onnx_fill(import, *node, "value", value, error);
    if (status == NN_OK)
        nn_onnx_name(import, *node, value);
    return status;
}

enum nn_status nn_onnx_plain(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                             int *node, struct nn_error *error)
{
    if (value->kind == NN_ONNX_CONSTANT)
        return constant_layer(import, value, node, error);
    enum nn_status status = NN_OK;
    int at = value->node;
    if (value->ordered) {
        char dims[32] = "dims=";
        size_t used = strlen(dims);
        for (int i = 0; i < value->order_rank; i++)
            used += (size_t)snprintf(dims + used, sizeof dims - used, i ? "x%d" : "%d",
                                     value->order[i] + 1);
        NN_TRY(nn_onnx_layer(import, "permute", dims, &at, 1, &at, error));
        if (value->flat)
            NN_TRY(nn_onnx_layer(import, "flatten", "", &at, 1, &at, error));
    }
    *node = at;
out:
    return status;
}

enum nn_status nn_onnx_maps(struct nn_onnx_import *import, const struct nn_onnx_value *value,
                            int *node, struct nn_error *error)
{
    int at;
    enum nn_status status;
    if (value->shape.rank < 2)
        return nn_fail(error, NN_DAMAGED, "its input has %d axes", value->shape.rank);
    NN_TRY(nn_onnx_plain(import, value, &at, error));
    if (!import->lead) {
        struct nn_shape maps = value->shape;
        char args[NN_SHAPE_TEXT + 16];
        if (maps.dim[0] != 1)
            return nn_onnx_refuse(error, "axis 0 of its input is the batch, and other operators "
                                         "mix it");
        maps.rank--;
        memmove(maps.dim, maps.dim + 1, (size_t)maps.rank * sizeof *maps.dim);
        shape_arg(args, "shape", &maps);
        NN_TRY(nn_onnx_layer(import, "reshape", args, &at, 1, &at, error));
    }
    *node = at;
out:
    return status;
}

enum nn_status nn_onnx_give_maps(struct nn_onnx_import *import, int node, struct nn_error *error)
{
    const struct nn_shape *maps = &import->net->nodes[node]->shape;
    struct nn_shape shape = {.rank = maps->rank + 1, .dim = {import->lead ? import->batch : 1}};
    enum nn_status status = NN_OK;
    if (shape.rank > NN_MAX_RANK)
        return nn_fail(error, NN_LIMIT, "more than %d axes", NN_MAX_RANK);
    memcpy(shape.dim + 1, maps->dim, (size_t)maps->rank * sizeof *maps->dim);
    if (!import->lead) {
        char args[NN_SHAPE_TEXT + 16];
        shape_arg(args, "shape", &shape);
        NN_TRY(nn_onnx_layer(import, "reshape", args, &node, 1, &node, error));
    }
    struct nn_onnx_value value = nn_onnx_runtime(node, NN_ONNX_FLOAT, &shape);
    nn_onnx_give(import, 0, &value);
out:
    return status;
}

/* ---- names ---- */

/* Letters that a layer's name may have; others become '.' once, none at the ends. */
static size_t clean(struct nn_onnx_text text, char out[NN_NAME_SIZE])
{
    size_t used = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-';
        if (used + 1 == NN_NAME_SIZE)
            return 0;
        if (plain)
            out[used++] = c;
        else if (used > 0 && out[used - 1] != '.')
            out[used++] = '.';
    }
    while (used > 0 && out[used - 1] == '.')
        used--;
    out[used] = '\0';
    return used;
}

static bool ends(const char *name, const char *end)
{
    size_t length = strlen(name), tail = strlen(end);
    return length > tail && !strcmp(name + length - tail, end);
}

/* The parts of "layer1/layer1.0/conv1" but those that the next one repeats. */
static size_t drop_repeated(struct nn_onnx_text text, char *out)
{
    size_t used = 0;
    for (size_t at = 0; at < text.length;) {
        const char *part = text.at + at, *slash = memchr(part, '/', text.length - at);
        size_t length = slash ? (size_t)(slash - part) : text.length - at;
        const char *next = part + length + 1;
        at += length + 1;
        bool repeated = length > 0 && at + length < text.length && !memcmp(part, next, length) &&
                        next[length] == '.';
        if (!repeated) {
            memcpy(out + used, part, length);
            used += length;
            out[used++] = '/';
        }
    }
    return used;
}

/* PyTorch names a weight after its module, "layer1.0.conv1.weight", and a node after its modules
 * and operator, "/layer1/layer1.0/conv1/Conv". */
static bool name_of_weight(const struct nn_onnx_value *weight, char out[NN_NAME_SIZE])
{
    static const char *const endings[] = {".weight", ".kernel", ".W", ".gamma", ".scale"};
    if (!weight || !clean(weight->tensor.name, out))
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (ends(out, endings[i])) {
            out[strlen(out) - strlen(endings[i])] = '\0';
            return true;
        }
    return false;
}

static bool name_of_node(const struct nn_onnx_node *node, char out[NN_NAME_SIZE])
{
    char kept[2 * NN_NAME_SIZE];
    if (node->name.length == 0 || node->name.length >= sizeof kept)
        return false;
    if (!clean((struct nn_onnx_text){kept, drop_repeated(node->name, kept)}, out))
        return false;
    size_t length = strlen(out);
    if (length > node->type.length + 1 && out[length - node->type.length - 1] == '.' &&
        !memcmp(out + length - node->type.length, node->type.at, node->type.length))
        out[length - node->type.length - 1] = '\0';
    else if (length >= node->type.length && !memcmp(out, node->type.at, node->type.length))
        return false; /* "Conv_12": a number of our own says as much */
    return true;
}

void nn_onnx_name(struct nn_onnx_import *import, int node, const struct nn_onnx_value *weight)
{
    struct nn_node *layer = import->net->nodes[node];
    char name[NN_NAME_SIZE];
    int other;
    bool named = name_of_weight(weight, name);
    if (!named && !name_of_node(import->node, name))
        return;
    import->named |= named;
    if (strspn(name, "0123456789") == strlen(name)) { /* not digits alone */
        char number[NN_NAME_SIZE];
        memcpy(number, name, sizeof number);
        if (snprintf(name, sizeof name, "%s_%.32s", layer->layer->prefix, number) >= NN_NAME_SIZE)
            return;
    }
    if (nn_net_find(import->net, name, &other, NULL) != NN_OK)
        memcpy(layer->name, name, sizeof name);
}
