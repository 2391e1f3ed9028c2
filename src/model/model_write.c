#include "model/model.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/format.h"
#include "model/json.h"
#include "model/safetensors.h"
#include "model/train.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the description, as JSON ---- */

static json_t *node_json(const struct nn_node *node)
{
    json_t *inputs = json_array();
    for (int i = 0; i < node->input_count; i++)
        inputs = nn_json_append(inputs, json_integer(node->inputs[i]));

    json_t *object = json_object();
    object = nn_json_set(object, "name", json_string(node->name));
    object = nn_json_set(object, "layer", json_string(node->layer->name));
    object = nn_json_set(object, "args", nn_json_args_new(&node->args));
    object = nn_json_set(object, "inputs", inputs);
    return nn_json_set(object, "tail", json_integer(node->tail));
}

static json_t *net_json(const struct nn_net *net)
{
    const struct nn_shape *shape = &net->nodes[0]->shape;
    json_t *input = json_array(), *nodes = json_array();
    for (int i = 0; i < shape->rank; i++)
        input = nn_json_append(input, json_integer((json_int_t)shape->dim[i]));
    for (int i = 1; i < net->count; i++)
        nodes = nn_json_append(nodes, node_json(net->nodes[i]));

    json_t *object = json_object();
    object = nn_json_set(object, "seed", nn_json_u64_new(net->seed));
    object = nn_json_set(object, "input", input);
    return nn_json_set(object, "nodes", nodes);
}

static json_t *history_json(const struct nn_history *history)
{
    json_t *array = json_array();
    for (size_t i = 0; i < history->columns; i++)
        array = nn_json_append(array, nn_json_text_new(history->names[i]));
    return array;
}

static bool is_scaled(const struct nn_model *model)
{
    return model->offset && model->factor && model->scale_count > 0;
}

static enum nn_missing filling(const struct nn_model *model)
{
    return model->fill && model->fill_count > 0 ? model->missing : NN_MISSING_REFUSE;
}

static json_t *images_json(const struct nn_image_rule *images)
{
    json_t *object = json_object();
    object = nn_json_set(object, "height", json_integer((json_int_t)images->height));
    object = nn_json_set(object, "width", json_integer((json_int_t)images->width));
    return nn_json_set(object, "channels", json_integer((json_int_t)images->channels));
}

static json_t *data_json(const struct nn_model *model)
{
    const enum nn_scaling scaling = is_scaled(model) ? model->scaling : NN_SCALING_NONE;
    json_t *object = json_object();
    object = nn_json_set(object, "task", json_string(nn_model_task_names[model->task]));
    object = nn_json_set(object, "classes", nn_json_texts_new(model->classes, model->class_count));
    object =
        nn_json_set(object, "features", nn_json_texts_new(model->features, model->feature_count));
    object = nn_json_set(object, "missing", json_string(nn_missing_names[filling(model)]));
    if (model->images.height > 0 || model->images.channels > 0)
        object = nn_json_set(object, "images", images_json(&model->images));
    return nn_json_set(object, "scaling", json_string(nn_scaling_names[scaling]));
}

static bool is_compiled(const struct nn_model *model)
{
    return model->recipe && model->recipe->loss && model->recipe->optimizer;
}

static bool is_trained(const struct nn_model *model)
{
    return is_compiled(model) && model->state && model->state->params > 0;
}

static enum nn_status describe(const struct nn_model *model, struct nn_buffer *text,
                               struct nn_error *error)
{
    json_t *root = json_object();
    root = nn_json_set(root, "version", json_integer(NN_MODEL_VERSION));
    root = nn_json_set(root, "random", json_integer(NN_RANDOM_VERSION));
    root = nn_json_set(root, "seed", nn_json_u64_new(model->seed));
    root = nn_json_set(root, "net", net_json(model->net));
    if (is_compiled(model))
        root = nn_json_set(root, "recipe", nn_recipe_json(model->recipe));
    if (is_trained(model))
        root = nn_json_set(root, "state", nn_state_json(model->state));
    if (model->history)
        root = nn_json_set(root, "history", history_json(model->history));
    root = nn_json_set(root, "data", data_json(model));
    if (!root)
        return nn_fail(error, NN_MEMORY, "out of memory while describing the model");
    const enum nn_status status = nn_json_text(root, text, error);
    json_decref(root);
    return status;
}

/* ---- the tensors ---- */

struct list {
    struct nn_arena arena; /* of the entries and their names */
    struct nn_st_entry *entries;
    size_t count, capacity;
};

static enum nn_status add(struct list *list, const char *name, enum nn_dtype dtype,
                          const struct nn_shape *shape, const void *data, struct nn_error *error)
{
    if (list->count == list->capacity) {
        const size_t capacity = list->capacity ? 2 * list->capacity : 64;
        struct nn_st_entry *entries = nn_realloc(list->entries, capacity, sizeof *entries);
        if (!entries)
            return nn_fail_memory(error, capacity * sizeof *entries);
        list->entries = entries;
        list->capacity = capacity;
    }
    const char *copy = nn_arena_strdup(&list->arena, name);
    if (!copy)
        return nn_fail_memory(error, strlen(name) + 1);
    list->entries[list->count++] = (struct nn_st_entry){copy, dtype, *shape, data};
    return NN_OK;
}

static enum nn_status add_vector(struct list *list, const char *name, enum nn_dtype dtype,
                                 size_t count, const void *data, struct nn_error *error)
{
    if (count == 0)
        return NN_OK;
    return add(list, name, dtype, &(struct nn_shape){.rank = 1, .dim = {count}}, data, error);
}

/* A file that could not be opened again is not written. */
static enum nn_status check_finite(const char *name, const float *values, size_t count,
                                   struct nn_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nn_fail(error, NN_STATE,
                           "%s holds a value that is not finite: such a net is not saved", name);
    return NN_OK;
}

static enum nn_status add_params(struct list *list, const struct nn_model *model,
                                 struct nn_error *error)
{
    char name[NN_NAME_SIZE * 2], slot_name[NN_MODEL_NAME_SIZE];
    const struct nn_train_state *state = is_trained(model) ? model->state : NULL;
    enum nn_status status = NN_OK;
    const struct nn_param *param;
    for (size_t i = 0; (param = nn_net_param(model->net, i, NULL, name)); i++) {
        const struct nn_tensor *value = &param->value;
        NN_TRY(check_finite(name, value->data, nn_shape_size(&value->shape), error));
        NN_TRY(add(list, name, NN_DTYPE_F32, &value->shape, value->data, error));
        for (size_t k = 0; state && i < state->params && k < NN_MAX_SLOTS; k++) {
            const float *slot = state->slots[i * NN_MAX_SLOTS + k];
            if (!slot)
                continue;
            nn_model_slot_name(slot_name, name, model->recipe->optimizer->slots[k]);
            NN_TRY(add(list, slot_name, NN_DTYPE_F32, &value->shape, slot, error));
        }
    }
out:
    return status;
}

static enum nn_status add_history(struct list *list, const struct nn_history *history,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    const struct nn_shape shape = {.rank = 2, .dim = {history->epochs, history->columns}};
    if (history->epochs > 0 && history->columns > 0)
        NN_TRY(add(list, NN_MODEL_HISTORY, NN_DTYPE_F64, &shape, history->rows, error));
    NN_TRY(add_vector(list, NN_MODEL_BATCHES, NN_DTYPE_F32, history->batches, history->batch_loss,
                      error));
out:
    return status;
}

/* What an interrupted run and early stopping keep. */
static enum nn_status add_interrupted(struct list *list, const struct nn_train_state *state,
                                      struct nn_error *error)
{
    const struct nn_run *run = &state->run;
    const struct nn_watch *watch = &state->watch;
    enum nn_status status = NN_OK;
    if (run->active)
        NN_TRY(add_vector(list, NN_MODEL_SUMS, NN_DTYPE_F64, run->sum_count, run->sums, error));
    if (watch->active)
        NN_TRY(add_vector(list, NN_MODEL_KEPT, NN_DTYPE_F32, watch->kept.count, watch->kept.values,
                          error));
out:
    return status;
}

static int by_name(const void *left, const void *right)
{
    const struct nn_st_entry *a = left, *b = right;
    return strcmp(a->name, b->name);
}

static enum nn_status add_to_crc(void *crc, const void *bytes, size_t length,
                                 struct nn_error *error)
{
    (void)error;
    *(uint32_t *)crc = nn_model_crc(*(uint32_t *)crc, bytes, length);
    return NN_OK;
}

static uint32_t checksum(const char *json, const struct list *list)
{
    uint32_t crc = nn_model_crc(0, json, strlen(json));
    for (size_t i = 0; i < list->count; i++) {
        const struct nn_st_entry *entry = &list->entries[i];
        crc = nn_model_crc(crc, entry->name, strlen(entry->name) + 1);
        nn_st_entry_bytes(entry, add_to_crc, &crc, NULL);
    }
    return crc;
}

enum nn_status nn_model_save(const char *path, const struct nn_model *model, struct nn_error *error)
{
    if (!model->net || model->net->count == 0)
        return nn_fail(error, NN_STATE, "there is no net to save");

    const size_t scales = is_scaled(model) ? model->scale_count : 0;
    const size_t fills = filling(model) >= NN_MISSING_MEAN ? model->fill_count : 0;
    struct nn_buffer json;
    struct list list = {0};
    nn_buffer_init(&json, NN_ST_MAX_HEADER / 2); /* quoting may double it */
    nn_arena_init(&list.arena);
    enum nn_status status;
    NN_TRY(describe(model, &json, error));
    NN_TRY(add_params(&list, model, error));
    if (model->history)
        NN_TRY(add_history(&list, model->history, error));
    if (is_trained(model))
        NN_TRY(add_interrupted(&list, model->state, error));
    NN_TRY(add_vector(&list, NN_MODEL_OFFSET, NN_DTYPE_F64, scales, model->offset, error));
    NN_TRY(add_vector(&list, NN_MODEL_FACTOR, NN_DTYPE_F64, scales, model->factor, error));
    NN_TRY(add_vector(&list, NN_MODEL_FILL, NN_DTYPE_F32, fills, model->fill, error));
    if (list.count > 0)
        qsort(list.entries, list.count, sizeof *list.entries, by_name);

    char crc[16];
    snprintf(crc, sizeof crc, "%08" PRIx32, checksum(nn_buffer_string(&json), &list));
    const char *const keys[] = {"format", NN_MODEL_KEY, NN_MODEL_CRC_KEY};
    const char *const values[] = {"pt", nn_buffer_string(&json), crc};
    NN_TRY(nn_safetensors_write(path, list.entries, list.count, keys, values, 3, error));
out:
    nn_free(list.entries);
    nn_arena_clear(&list.arena);
    nn_buffer_clear(&json);
    return status;
}
