#include "model/safetensors.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/json.h"

#include <string.h>

#define ALIGNMENT 64

static bool is_utf8(const char *text)
{
    uint32_t point;
    size_t used = 1, length = strlen(text);
    for (; length > 0 && used > 0; text += used, length -= used)
        used = nn_utf8_decode(text, length, &point);
    return length == 0;
}

/* Why jansson did not take a text; it does not say. */
static enum nn_status explain(const char *key, const char *value, struct nn_error *error)
{
    if (is_utf8(key) && is_utf8(value))
        return nn_fail_memory(error, strlen(key) + strlen(value));
    return nn_fail(error, NN_ARGUMENT, "%s cannot be saved: it is not valid UTF-8",
                   NN_VISIBLE(key));
}

static enum nn_status metadata_json(json_t *header, const char *const *keys,
                                    const char *const *values, size_t count, struct nn_error *error)
{
    if (count == 0)
        return NN_OK;
    enum nn_status status = NN_OK;
    json_t *metadata = json_object();
    for (size_t i = 0; i < count; i++)
        if (json_object_set_new(metadata, keys[i], json_string(values[i])) != 0) {
            status = explain(keys[i], values[i], error);
            goto out;
        }
    if (json_object_set(header, "__metadata__", metadata) != 0)
        status = explain("__metadata__", "", error);
out:
    json_decref(metadata);
    return status;
}

static enum nn_status entry_json(json_t *header, const struct nn_st_entry *entry, size_t *offset,
                                 struct nn_error *error)
{
    size_t bytes = nn_dtype_size(entry->dtype), end;
    json_t *shape = json_array();
    bool fits = true, built = shape != NULL;
    for (int i = 0; i < entry->shape.rank; i++) {
        fits = fits && nn_size_mul(bytes, entry->shape.dim[i], &bytes);
        built = built &&
                json_array_append_new(shape, json_integer((json_int_t)entry->shape.dim[i])) == 0;
    }
    if (!fits || !nn_size_add(*offset, bytes, &end)) {
        json_decref(shape);
        return nn_fail(error, NN_LIMIT, "tensor %s is too large to be saved",
                       NN_VISIBLE(entry->name));
    }
    if (!built) {
        json_decref(shape);
        return nn_fail_memory(error, sizeof(json_t));
    }
    json_t *json = json_pack("{s:s, s:o, s:[I,I]}", "dtype", nn_dtype_name(entry->dtype), "shape",
                             shape, "data_offsets", (json_int_t)*offset, (json_int_t)end);
    if (json_object_set_new(header, entry->name, json) != 0)
        return explain(entry->name, "", error);
    *offset = end;
    return NN_OK;
}

/* The header's text, padded with blanks. */
static enum nn_status header_text(const json_t *header, struct nn_buffer *text,
                                  struct nn_error *error)
{
    const enum nn_status status = nn_json_text(header, text, error);
    if (status != NN_OK)
        return status;
    nn_buffer_fill(text, ' ', (ALIGNMENT - (8 + text->length) % ALIGNMENT) % ALIGNMENT);
    if (text->length > NN_ST_MAX_HEADER)
        return nn_fail(error, NN_LIMIT, "the header would take %zu bytes, at most %zu are allowed",
                       text->length, NN_ST_MAX_HEADER);
    return nn_buffer_check(text, error);
}

static enum nn_status write_length(struct nn_save *save, size_t length, struct nn_error *error)
{
    unsigned char bytes[8];
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)length >> 8 * i);
    return nn_save_write(save, bytes, sizeof bytes, error);
}

enum nn_status nn_st_entry_bytes(const struct nn_st_entry *entry, nn_st_visit *visit, void *context,
                                 struct nn_error *error)
{
    const size_t size = nn_dtype_size(entry->dtype);
    const size_t length = nn_shape_size(&entry->shape) * size;
    if (length == 0)
        return NN_OK;
    if (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)
        return visit(context, entry->data, length, error);

    const unsigned char *data = entry->data;
    unsigned char chunk[4096];
    for (size_t done = 0; done < length;) {
        const size_t part = length - done < sizeof chunk ? length - done : sizeof chunk;
        for (size_t i = 0; i < part; i++)
            chunk[i] = data[done + (i / size + 1) * size - 1 - i % size];
        const enum nn_status status = visit(context, chunk, part, error);
        if (status != NN_OK)
            return status;
        done += part;
    }
    return NN_OK;
}

static enum nn_status write_bytes(void *save, const void *bytes, size_t length,
                                  struct nn_error *error)
{
    return nn_save_write(save, bytes, length, error);
}

/* Entries of 8-byte elements, then of 4, then of 1. */
#define FOR_WIDEST_FIRST(entry, entries, count)                                                    \
    for (size_t width_ = 8; width_ > 0; width_ = width_ == 8 ? 4 : width_ == 4 ? 1 : 0)            \
        for (const struct nn_st_entry *entry = entries,                                            \
                                      *end_ = (count) ? (entries) + (count) : (entries);           \
             entry < end_; entry++)                                                                \
            if (nn_dtype_size(entry->dtype) == width_)

enum nn_status nn_safetensors_write(const char *path, const struct nn_st_entry *entries,
                                    size_t count, const char *const *keys,
                                    const char *const *values, size_t metadata_count,
                                    struct nn_error *error)
{
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    struct nn_save *save = NULL;
    enum nn_status status;
    size_t offset = 0;
    json_t *header = json_object();
    if (!header) {
        status = nn_fail_memory(error, sizeof(json_t));
        goto out;
    }
    NN_TRY(metadata_json(header, keys, values, metadata_count, error));
    FOR_WIDEST_FIRST(entry, entries, count)
    NN_TRY(entry_json(header, entry, &offset, error));
    NN_TRY(header_text(header, &text, error));

    NN_TRY(nn_save_begin(path, &save, error));
    NN_TRY(write_length(save, text.length, error));
    NN_TRY(nn_save_write(save, text.data, text.length, error));
    FOR_WIDEST_FIRST(entry, entries, count)
    NN_TRY(nn_st_entry_bytes(entry, write_bytes, save, error));
    {
        struct nn_save *const finished = save;
        save = NULL; /* commit frees it, whatever its outcome */
        NN_TRY(nn_save_commit(finished, error));
    }
out:
    if (save)
        nn_save_abort(save);
    json_decref(header);
    nn_buffer_clear(&text);
    return status;
}
