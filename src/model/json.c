#include "model/json.h"

#include "base/mem.h"
#include "base/text.h"

#include <stdbool.h>

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

static int append(const char *text, size_t length, void *buffer)
{
    nn_buffer_append(buffer, text, length);
    return 0;
}

enum nn_status nn_json_text(const json_t *json, struct nn_buffer *out, struct nn_error *error)
{
    if (json_dump_callback(json, append, out, JSON_COMPACT) != 0)
        return nn_fail_memory(error, out->length);
    return nn_buffer_check(out, error);
}
