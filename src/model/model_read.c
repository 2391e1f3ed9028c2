#include "model/model.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/format.h"
#include "model/json.h"
#include "model/read_net.h"
#include "model/safetensors.h"
#include "model/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- version and checksum ---- */

static enum nn_status check_version(const json_t *root, const char *key, int known,
                                    struct nn_error *error)
{
    const json_t *json = json_object_get(root, key);
    const json_int_t version = json_integer_value(json);
    if (!json_is_integer(json) || version < 1)
        return nn_fail(error, NN_DAMAGED, "its %s is missing or not a number from 1", key);
    if (version > known)
        return nn_fail(error, NN_DAMAGED,
                       "written by a newer nnscope: its %s is %lld, this one reads up to %d", key,
                       (long long)version, known);
    return NN_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* A file without the checksum is read as it is: programs that change weights leave it out. */
static enum nn_status check_crc(const struct nn_safetensors *file, const char *json,
                                struct nn_error *error)
{
    const char *text = nn_safetensors_metadata(file, NN_MODEL_CRC_KEY);
    if (!text)
        return NN_OK;
    uint32_t crc = nn_model_crc(0, json, strlen(json));
    for (size_t i = 0; i < file->count; i++) {
        const struct nn_st_tensor *tensor = file->by_name[i];
        crc = nn_model_crc(crc, tensor->name, strlen(tensor->name) + 1);
        crc = nn_model_crc(crc, tensor->data, tensor->bytes);
    }
    uint32_t wanted = 0;
    bool valid = strlen(text) == 8;
    for (int i = 0; valid && i < 8; i++) {
        valid = hex_digit(text[i]) >= 0;
        wanted = wanted << 4 | ((uint32_t)hex_digit(text[i]) & 15);
    }
    if (!valid || wanted != crc)
        return nn_fail(error, NN_DAMAGED, "its checksum is %08x, not %s: the content has changed",
                       (unsigned)crc, NN_VISIBLE(text));
    return NN_OK;
}

/* ---- recipe, state, history ---- */

static enum nn_status read_recipe(const json_t *root, struct nn_model *model,
                                  struct nn_error *error)
{
    const json_t *json = json_object_get(root, "recipe");
    if (!json)
        return NN_OK;
    model->recipe = nn_calloc(1, sizeof *model->recipe);
    if (!model->recipe)
        return nn_fail_memory(error, sizeof *model->recipe);
    return nn_read_recipe(json, model->recipe, error);
}

static enum nn_status read_state(const json_t *root, const struct nn_safetensors *file,
                                 struct nn_model *model, struct nn_error *error)
{
    const json_t *json = json_object_get(root, "state");
    if (!json)
        return NN_OK;
    if (!model->recipe)
        return nn_fail(error, NN_DAMAGED, "it holds a training state without a recipe");
    model->state = nn_calloc(1, sizeof *model->state);
    if (!model->state)
        return nn_fail_memory(error, sizeof *model->state);
    return nn_read_state(json, file, model->net, model->recipe, model->state, error);
}

/* The tensors of a history: rows [epochs, columns] and the losses of all batches; either may be
 * absent. */
static enum nn_status read_epochs(const struct nn_safetensors *file, const char *const *names,
                                  size_t columns, struct nn_history *history,
                                  struct nn_error *error)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, NN_MODEL_HISTORY);
    if (!tensor)
        return NN_OK;
    if (tensor->dtype != NN_DTYPE_F64 || tensor->shape.rank != 2 || columns == 0 ||
        tensor->shape.dim[1] != columns)
        return nn_fail(error, NN_DAMAGED, "%s is not F64 [epochs, %zu]", NN_MODEL_HISTORY, columns);

    const size_t epochs = tensor->bytes / sizeof(double) / columns;
    double *rows = nn_calloc(epochs * columns, sizeof *rows);
    if (!rows)
        return nn_fail_memory(error, tensor->bytes);
    enum nn_status status;
    NN_TRY(nn_st_tensor_doubles(tensor, rows, epochs * columns, error));
    for (size_t i = 0; i < epochs; i++)
        NN_TRY(nn_history_add_epoch(history, names, rows + i * columns, columns, error));
out:
    nn_free(rows);
    return status;
}

static enum nn_status read_batches(const struct nn_safetensors *file, struct nn_history *history,
                                   struct nn_error *error)
{
    const struct nn_st_tensor *tensor = nn_safetensors_find(file, NN_MODEL_BATCHES);
    if (!tensor)
        return NN_OK;
    const size_t count = tensor->bytes / sizeof(float);
    float *losses = nn_calloc(count, sizeof *losses);
    if (!losses)
        return nn_fail_memory(error, tensor->bytes);
    enum nn_status status;
    const struct nn_shape shape = {.rank = 1, .dim = {count}};
    NN_TRY(nn_read_floats(file, NN_MODEL_BATCHES, &shape, losses, error));
    for (size_t i = 0; i < count; i++)
        NN_TRY(nn_history_add_batch(history, losses[i], error));
out:
    nn_free(losses);
    return status;
}

#define MAX_COLUMNS 64

static enum nn_status read_history(const json_t *root, const struct nn_safetensors *file,
                                   struct nn_model *model, struct nn_error *error)
{
    const json_t *json = json_object_get(root, "history");
    if (!json)
        return NN_OK;
    const char *names[MAX_COLUMNS];
    const size_t columns = json_array_size(json);
    if (!json_is_array(json) || columns > MAX_COLUMNS)
        return nn_fail(error, NN_DAMAGED, "history is not an array of at most %d names",
                       MAX_COLUMNS);
    for (size_t i = 0; i < columns; i++) {
        names[i] = json_string_value(json_array_get(json, i));
        if (!names[i] || names[i][0] == '\0' || strlen(names[i]) >= sizeof *model->history->names ||
            strspn(names[i], "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(names[i]))
            return nn_fail(error, NN_DAMAGED, "name %zu of history is not one", i + 1);
        for (size_t k = 0; k < i; k++)
            if (strcmp(names[k], names[i]) == 0)
                return nn_fail(error, NN_DAMAGED, "history names %s twice", names[i]);
    }
    model->history = nn_calloc(1, sizeof *model->history);
    if (!model->history)
        return nn_fail_memory(error, sizeof *model->history);
    nn_history_init(model->history);
    const enum nn_status status = read_epochs(file, names, columns, model->history, error);
    return status == NN_OK ? read_batches(file, model->history, error) : status;
}

/* ---- what the data looked like ---- */

static enum nn_status read_choice(const json_t *object, const char *key, const char *const *names,
                                  int count, int *choice, struct nn_error *error)
{
    const char *text = "";
    const enum nn_status status = nn_json_string(object, key, &text, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0) {
            *choice = i;
            return NN_OK;
        }
    return nn_fail(error, NN_DAMAGED, "%s %s is unknown", key, NN_VISIBLE(text));
}

/* Names of classes or features: outside text, made safe to show. */
static enum nn_status read_texts(const json_t *object, const char *key, char ***texts,
                                 size_t *count, struct nn_error *error)
{
    const json_t *json = json_object_get(object, key);
    if (!json_is_array(json))
        return nn_fail(error, NN_DAMAGED, "%s is missing or not an array", key);
    const size_t wanted = json_array_size(json);
    if (wanted == 0)
        return NN_OK;
    *texts = nn_calloc(wanted, sizeof **texts);
    if (!*texts)
        return nn_fail_memory(error, wanted * sizeof **texts);
    for (size_t i = 0; i < wanted; i++) {
        const json_t *item = json_array_get(json, i);
        if (!json_is_string(item))
            return nn_fail(error, NN_DAMAGED, "name %zu of %s is not a string", i + 1, key);
        const size_t length = json_string_length(item);
        const size_t capacity = 4 * length + 16; /* \xHH for every byte, at worst */
        char *text = nn_calloc(capacity, 1);
        if (!text)
            return nn_fail_memory(error, capacity);
        (*texts)[(*count)++] = nn_text_visible(text, capacity, json_string_value(item), length, 0);
    }
    return NN_OK;
}

/* A list of finite numbers, no more than the net has inputs. */
static enum nn_status find_list(const struct nn_safetensors *file, const char *name, size_t most,
                                const struct nn_st_tensor **tensor, size_t *count,
                                struct nn_error *error)
{
    *tensor = nn_safetensors_find(file, name);
    *count = *tensor ? (*tensor)->bytes / nn_dtype_size((*tensor)->dtype) : 0;
    if (*count == 0 || *count > most || (*tensor)->shape.rank != 1)
        return nn_fail(error, NN_DAMAGED, "%s is missing or does not fit the input", name);
    return NN_OK;
}

static enum nn_status read_doubles(const struct nn_safetensors *file, const char *name, size_t most,
                                   double **values, size_t *count, struct nn_error *error)
{
    const struct nn_st_tensor *tensor;
    enum nn_status status = find_list(file, name, most, &tensor, count, error);
    if (status != NN_OK)
        return status;
    *values = nn_calloc(*count, sizeof **values);
    if (!*values)
        return nn_fail_memory(error, *count * sizeof **values);
    status = nn_st_tensor_doubles(tensor, *values, *count, error);
    for (size_t i = 0; status == NN_OK && i < *count; i++)
        if (!isfinite((*values)[i]))
            status = nn_fail(error, NN_DAMAGED, "%s: value %zu is not finite", name, i);
    return status;
}

/* One offset and one factor, not 0, for each feature, channel or column. */
static enum nn_status read_scaling(const struct nn_safetensors *file, struct nn_model *model,
                                   struct nn_error *error)
{
    size_t inputs = model->net->nodes[0]->size, factors = 0;
    enum nn_status status = NN_OK;
    if (model->scaling == NN_SCALING_NONE)
        return NN_OK;
    NN_TRY(read_doubles(file, NN_MODEL_OFFSET, inputs, &model->offset, &model->scale_count, error));
    NN_TRY(read_doubles(file, NN_MODEL_FACTOR, inputs, &model->factor, &factors, error));
    if (factors != model->scale_count)
        return nn_fail(error, NN_DAMAGED, "its scaling has %zu offsets and %zu factors",
                       model->scale_count, factors);
    for (size_t i = 0; i < factors; i++)
        if (model->factor[i] == 0)
            return nn_fail(error, NN_DAMAGED, "factor %zu of its scaling is 0", i);
out:
    return status;
}

/* Files from before there was this have no such key. */
static enum nn_status read_filling(const json_t *json, const struct nn_safetensors *file,
                                   struct nn_model *model, struct nn_error *error)
{
    const struct nn_st_tensor *tensor;
    int rule = NN_MISSING_REFUSE;
    enum nn_status status = NN_OK;
    if (!json_object_get(json, "missing"))
        return NN_OK;
    NN_TRY(
        read_choice(json, "missing", nn_missing_names, NN_MISSING_MOST_FREQUENT + 1, &rule, error));
    if (rule < NN_MISSING_MEAN)
        return NN_OK;
    NN_TRY(find_list(file, NN_MODEL_FILL, model->net->nodes[0]->size, &tensor, &model->fill_count,
                     error));
    model->fill = nn_calloc(model->fill_count, sizeof *model->fill);
    if (!model->fill)
        return nn_fail_memory(error, model->fill_count * sizeof *model->fill);
    NN_TRY(nn_st_tensor_floats(tensor, model->fill, model->fill_count, error));
    NN_TRY(nn_check_finite(NN_MODEL_FILL, model->fill, model->fill_count, error));
    model->missing = (enum nn_missing)rule;
out:
    return status;
}

/* Only those of models that learned from pictures have it. What it says must be what the net takes,
 * or 0: as the picture comes. */
static enum nn_status read_images(const json_t *json, struct nn_model *model,
                                  struct nn_error *error)
{
    static const char *const keys[] = {"channels", "height", "width"};
    const json_t *images = json_object_get(json, "images");
    const struct nn_shape *shape = &model->net->nodes[0]->shape;
    size_t sizes[3];
    if (!images)
        return NN_OK;
    for (int i = 0; i < 3; i++) {
        const json_t *number = json_object_get(images, keys[i]);
        json_int_t value = json_integer_value(number);
        bool fits = value == 0 || (shape->rank == 3 && value > 0 && (size_t)value == shape->dim[i]);
        if (!json_is_integer(number) || !fits)
            return nn_fail(error, NN_DAMAGED, "the %s of its images are not those of its input",
                           keys[i]);
        sizes[i] = (size_t)value;
    }
    if ((sizes[1] == 0) != (sizes[2] == 0))
        return nn_fail(error, NN_DAMAGED, "its images have a height or a width alone");
    model->images =
        (struct nn_image_rule){.height = sizes[1], .width = sizes[2], .channels = sizes[0]};
    return NN_OK;
}

static enum nn_status read_data(const json_t *root, const struct nn_safetensors *file,
                                struct nn_model *model, struct nn_error *error)
{
    const json_t *json = json_object_get(root, "data");
    if (!json)
        return nn_fail(error, NN_DAMAGED, "data is missing");
    int task = 0, scaling = 0;
    enum nn_status status;
    NN_TRY(read_choice(json, "task", nn_model_task_names, 3, &task, error));
    NN_TRY(
        read_choice(json, "scaling", nn_scaling_names, NN_SCALING_STANDARD + 1, &scaling, error));
    NN_TRY(read_texts(json, "classes", &model->classes, &model->class_count, error));
    NN_TRY(read_texts(json, "features", &model->features, &model->feature_count, error));
    model->task = (enum nn_task)task;
    model->scaling = (enum nn_scaling)scaling;
    NN_TRY(read_scaling(file, model, error));
    NN_TRY(read_filling(json, file, model, error));
    NN_TRY(read_images(json, model, error));
out:
    return status;
}

/* ---- the whole ---- */

static enum nn_status read_model(const struct nn_safetensors *file, const json_t *root,
                                 struct nn_model *model, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(nn_json_u64(root, "seed", &model->seed, error));
    NN_TRY(nn_read_net(json_object_get(root, "net"), file, &model->net, error));
    NN_TRY(read_recipe(root, model, error));
    NN_TRY(read_state(root, file, model, error));
    NN_TRY(read_history(root, file, model, error));
    NN_TRY(read_data(root, file, model, error));
out:
    return status;
}

/* Whatever is wrong inside a file is damage, also what the engine calls a wrong argument or shape.
 */
static enum nn_status damage(enum nn_status status, struct nn_error *error)
{
    switch (status) {
    case NN_OK:
    case NN_DAMAGED:
    case NN_MEMORY:
    case NN_IO:
        return status;
    default:
        if (error)
            error->status = NN_DAMAGED;
        return NN_DAMAGED;
    }
}

enum nn_status nn_model_parse(unsigned char *bytes, size_t length, const char *name,
                              struct nn_model *model, struct nn_error *error)
{
    struct nn_safetensors file = {0};
    struct nn_model result = {0};
    struct nn_error local = {0};
    json_t *root = NULL;
    enum nn_status status;
    NN_TRY(nn_safetensors_parse(&file, bytes, length, name, &local));
    const char *json = nn_safetensors_metadata(&file, NN_MODEL_KEY);
    if (!json) {
        status = nn_fail(&local, NN_DAMAGED,
                         "it holds tensors but no net: its metadata have no key %s", NN_MODEL_KEY);
        nn_fail_hint(&local, "`net load` gives a net of your own its weights");
        goto out;
    }
    NN_TRY(nn_json_load(json, strlen(json), "its description", 0, &root, &local));
    NN_TRY(check_version(root, "version", NN_MODEL_VERSION, &local));
    NN_TRY(check_version(root, "random", NN_RANDOM_VERSION, &local));
    NN_TRY(check_crc(&file, json, &local));
    NN_TRY(read_model(&file, root, &result, &local));
    *model = result;
out:
    if (status != NN_OK) {
        nn_model_clear(&result);
        status = damage(status, &local);
        nn_fail_at(&local, name, 0, 0);
        if (error)
            *error = local;
    }
    json_decref(root);
    nn_safetensors_clear(&file);
    return status;
}

enum nn_status nn_model_open_native(const char *path, struct nn_model *model,
                                    struct nn_error *error)
{
    unsigned char *bytes;
    size_t length;
    const enum nn_status status = nn_file_read(path, 0, &bytes, &length, error);
    return status == NN_OK ? nn_model_parse(bytes, length, path, model, error) : status;
}
