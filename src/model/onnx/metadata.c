#include "model/onnx/metadata.h"

#include "base/mem.h"
#include "base/text.h"
#include "model/json.h"
#include "model/onnx/write.h"

#include <math.h>
#include <string.h>

#define CLASSES  "nnscope.classes"
#define FEATURES "nnscope.features"
#define SCALING  "nnscope.scaling"
#define OFFSET   "nnscope.offset"
#define FACTOR   "nnscope.factor"

enum { METADATA = 14 }; /* of ModelProto: key 1, value 2 */

/* ---- writing ---- */

/* Takes the value. */
static enum nn_status put(struct nn_buffer *file, const char *key, json_t *value,
                          struct nn_error *error)
{
    struct nn_buffer text = {0}, entry = {0};
    enum nn_status status = NN_OK;
    if (!value)
        return nn_fail_memory(error, 0);
    NN_TRY(nn_json_text(value, &text, error));
    nn_wire_put_text(&entry, 1, key);
    nn_wire_put_text(&entry, 2, nn_buffer_string(&text));
    nn_wire_put_message(file, METADATA, &entry);
out:
    nn_buffer_clear(&text);
    json_decref(value);
    return status;
}

static json_t *numbers_json(const double *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        array = nn_json_append(array, json_real(values[i]));
    return array;
}

enum nn_status nn_onnx_put_metadata(struct nn_buffer *file, const struct nn_model *model,
                                    struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (model->class_count > 0)
        NN_TRY(put(file, CLASSES, nn_json_texts_new(model->classes, model->class_count), error));
    if (model->feature_count > 0)
        NN_TRY(
            put(file, FEATURES, nn_json_texts_new(model->features, model->feature_count), error));
    if (model->scaling != NN_SCALING_NONE && model->scale_count > 0) {
        char *name[] = {(char *)(uintptr_t)nn_scaling_names[model->scaling]};
        NN_TRY(put(file, SCALING, nn_json_texts_new(name, 1), error));
        NN_TRY(put(file, OFFSET, numbers_json(model->offset, model->scale_count), error));
        NN_TRY(put(file, FACTOR, numbers_json(model->factor, model->scale_count), error));
    }
out:
    return status;
}

/* ---- reading ---- */

/* The array under a key; NULL if there is none that can be read. */
static enum nn_status get(const struct nn_onnx_model *file, const char *key, json_t **array,
                          struct nn_error *error)
{
    struct nn_wire wire = file->body, entry;
    struct nn_wire_field field;
    struct nn_onnx_text name = {0}, value = {0};
    enum nn_status status;
    *array = NULL;
    for (bool more = true; more;) {
        NN_TRY(nn_wire_next(&wire, &field, &more, error));
        if (!more || field.number != METADATA || field.type != NN_WIRE_BYTES)
            continue;
        entry = field.bytes;
        for (bool inner = true; inner;) {
            NN_TRY(nn_wire_next(&entry, &field, &inner, error));
            if (inner && field.type == NN_WIRE_BYTES && field.number == 1)
                name = nn_onnx_text_of(&field);
            if (inner && field.type == NN_WIRE_BYTES && field.number == 2)
                value = nn_onnx_text_of(&field);
        }
        if (nn_onnx_text_is(name, key) && value.length < (size_t)16 << 20) {
            struct nn_buffer wrapped = {0}; /* an object is what nn_json_load reads */
            json_t *root = NULL;
            nn_buffer_text(&wrapped, "{\"list\":");
            nn_buffer_append(&wrapped, value.at, value.length);
            nn_buffer_char(&wrapped, '}');
            status = nn_buffer_check(&wrapped, error);
            if (status == NN_OK &&
                nn_json_load(wrapped.data, wrapped.length, "metadata", 0, &root, NULL) == NN_OK)
                *array = json_incref(json_object_get(root, "list"));
            json_decref(root);
            nn_buffer_clear(&wrapped);
            if (!json_is_array(*array)) {
                json_decref(*array);
                *array = NULL;
            }
            return status;
        }
    }
out:
    return status;
}

/* The texts of an array, made safe to show; none if it holds anything else. Takes the array. */
static enum nn_status take_texts(json_t *array, char ***texts, size_t *count,
                                 struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t wanted = json_array_size(array);
    bool fits = wanted > 0;
    for (size_t i = 0; fits && i < wanted; i++)
        fits = json_is_string(json_array_get(array, i));
    if (fits && !(*texts = nn_calloc(wanted, sizeof **texts)))
        status = nn_fail_memory(error, wanted * sizeof **texts);
    for (size_t i = 0; fits && status == NN_OK && i < wanted; i++) {
        const json_t *item = json_array_get(array, i);
        size_t length = json_string_length(item), capacity = 4 * length + 16;
        char *text = nn_calloc(capacity, 1);
        if (!text) {
            status = nn_fail_memory(error, capacity);
            break;
        }
        (*texts)[(*count)++] = nn_text_visible(text, capacity, json_string_value(item), length, 0);
    }
    json_decref(array);
    return status;
}

/* The finite numbers of an array; NULL if it does not hold `count` of them. Takes the array. */
static double *take_numbers(json_t *array, size_t count)
{
    double *values = json_array_size(array) == count ? nn_calloc(count, sizeof *values) : NULL;
    for (size_t i = 0; values && i < count; i++) {
        const json_t *item = json_array_get(array, i);
        values[i] = json_number_value(item);
        if (!json_is_number(item) || !isfinite(values[i])) {
            nn_free(values);
            values = NULL;
        }
    }
    json_decref(array);
    return values;
}

static enum nn_status read_scaling(const struct nn_onnx_model *file, struct nn_model *model,
                                   struct nn_error *error)
{
    json_t *name = NULL, *offset = NULL, *factor = NULL;
    enum nn_status status;
    NN_TRY(get(file, SCALING, &name, error));
    NN_TRY(get(file, OFFSET, &offset, error));
    NN_TRY(get(file, FACTOR, &factor, error));
    const char *text = json_string_value(json_array_get(name, 0));
    size_t count = json_array_size(offset);
    int scaling = NN_SCALING_NONE;
    for (int i = 0; text && i <= NN_SCALING_STANDARD; i++)
        if (strcmp(text, nn_scaling_names[i]) == 0)
            scaling = i;
    if (scaling != NN_SCALING_NONE && count > 0 && count <= model->net->nodes[0]->size &&
        json_array_size(factor) == count) {
        model->offset = take_numbers(json_incref(offset), count);
        model->factor = take_numbers(json_incref(factor), count);
        bool sound = model->offset && model->factor;
        for (size_t i = 0; sound && i < count; i++)
            sound = model->factor[i] != 0;
        if (sound) {
            model->scaling = (enum nn_scaling)scaling;
            model->scale_count = count;
        } else {
            nn_free(model->offset);
            nn_free(model->factor);
            model->offset = model->factor = NULL;
        }
    }
out:
    json_decref(name);
    json_decref(offset);
    json_decref(factor);
    return status;
}

enum nn_status nn_onnx_read_metadata(const struct nn_onnx_model *file, struct nn_model *model,
                                     struct nn_error *error)
{
    json_t *array;
    enum nn_status status;
    if (!model->classes) {
        NN_TRY(get(file, CLASSES, &array, error));
        NN_TRY(take_texts(array, &model->classes, &model->class_count, error));
        if (model->class_count > 0)
            model->task = NN_TASK_CLASSIFICATION;
    }
    NN_TRY(get(file, FEATURES, &array, error));
    NN_TRY(take_texts(array, &model->features, &model->feature_count, error));
    NN_TRY(read_scaling(file, model, error));
out:
    return status;
}
