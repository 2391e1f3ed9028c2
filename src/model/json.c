#include "model/json.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* Counts what jansson would build, before it does: an empty array costs it forty times its text.
 * Malformed text is left to jansson. */
static enum nn_status guard(const char *text, size_t length, const char *what, size_t *count,
                            struct nn_error *error)
{
    size_t depth = 0, values = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i];
        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
            continue;
        }
        quoted = c == '"';
        if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && depth > 0)
            depth--;
        values += c == '{' || c == '[' || c == ',';
        if (depth > NN_JSON_MAX_DEPTH)
            return nn_fail(error, NN_DAMAGED, "%s is nested deeper than %d", what,
                           NN_JSON_MAX_DEPTH);
        if (values > NN_JSON_MAX_VALUES)
            return nn_fail(error, NN_DAMAGED, "%s holds more than %zu values", what,
                           NN_JSON_MAX_VALUES);
    }
    *count = values;
    return NN_OK;
}

/* jansson 2.14 aborts, or drops bytes of a string, when memory runs out while it reads. */
static enum nn_status see_that_there_is_room(size_t length, size_t values, struct nn_error *error)
{
    const size_t bytes = 4 * length + 512 * values + 4096;
    void *room = nn_calloc(bytes, 1);
    nn_free(room);
    return room ? NN_OK : nn_fail_memory(error, bytes);
}

enum nn_status nn_json_load(const char *text, size_t length, const char *what, size_t offset,
                            json_t **root, struct nn_error *error)
{
    size_t values = 0;
    enum nn_status status = guard(text, length, what, &values, error);
    if (status != NN_OK)
        return status;

    status = see_that_there_is_room(length, values, error);
    if (status != NN_OK)
        return status;
    json_error_t reason;
    json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &reason);
    if (!json)
        return nn_fail(error, NN_DAMAGED, "%s is not valid JSON: %s (byte %zu)", what,
                       NN_VISIBLE(reason.text), offset + (size_t)reason.position);
    if (!json_is_object(json)) {
        json_decref(json);
        return nn_fail(error, NN_DAMAGED, "%s is not a JSON object", what);
    }
    *root = json;
    return NN_OK;
}

static int add_text(const char *text, size_t length, void *buffer)
{
    nn_buffer_append(buffer, text, length);
    return 0;
}

enum nn_status nn_json_text(const json_t *json, struct nn_buffer *out, struct nn_error *error)
{
    if (json_dump_callback(json, add_text, out, JSON_COMPACT) != 0)
        return nn_fail_memory(error, out->length);
    return nn_buffer_check(out, error);
}

/* ---- building ---- */

json_t *nn_json_set(json_t *object, const char *key, json_t *value)
{
    if (object && json_object_set_new(object, key, value) == 0)
        return object;
    if (!object)
        json_decref(value);
    json_decref(object);
    return NULL;
}

json_t *nn_json_append(json_t *array, json_t *value)
{
    if (array && json_array_append_new(array, value) == 0)
        return array;
    if (!array)
        json_decref(value);
    json_decref(array);
    return NULL;
}

json_t *nn_json_text_new(const char *text)
{
    json_t *json = json_string(text);
    return json ? json : json_string(NN_VISIBLE(text));
}

json_t *nn_json_u64_new(uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    return json_string(text);
}

json_t *nn_json_texts_new(char *const *texts, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        array = nn_json_append(array, nn_json_text_new(texts[i]));
    return array;
}

json_t *nn_json_args_new(const struct nn_args *args)
{
    json_t *object = json_object();
    for (int i = 0; i < args->count; i++)
        if (nn_args_is_set(args, i))
            object =
                nn_json_set(object, args->specs[i].name, nn_json_text_new(nn_args_text(args, i)));
    return object;
}

json_t *nn_json_number_new(double value)
{
    char text[NN_NUMBER_SIZE];
    return json_string(nn_number_double(text, value));
}
