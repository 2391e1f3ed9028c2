#include "model/safetensors.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "model/json.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [NN_DTYPE_F32] = {"F32", 4}, [NN_DTYPE_F64] = {"F64", 8}, [NN_DTYPE_I32] = {"I32", 4},
    [NN_DTYPE_I64] = {"I64", 8}, [NN_DTYPE_U8] = {"U8", 1},   [NN_DTYPE_BOOL] = {"BOOL", 1},
};
static const size_t dtype_count = sizeof dtypes / sizeof *dtypes;

size_t nn_dtype_size(enum nn_dtype dtype)
{
    return dtypes[dtype].size;
}

const char *nn_dtype_name(enum nn_dtype dtype)
{
    return dtypes[dtype].name;
}

static uint32_t load_u32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t load_u64(const unsigned char *p)
{
    return (uint64_t)load_u32(p) | (uint64_t)load_u32(p + 4) << 32;
}

static float load_f32(const unsigned char *p)
{
    const uint32_t bits = load_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double load_f64(const unsigned char *p)
{
    const uint64_t bits = load_u64(p);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* ---- parsing ---- */

static enum nn_status parse_dtype(const json_t *json, const char *name, enum nn_dtype *dtype,
                                  struct nn_error *error)
{
    const char *text = json_string_value(json);
    if (!text)
        return nn_fail(error, NN_DAMAGED, "tensor %s: dtype is missing or not a string",
                       NN_VISIBLE(name));
    for (size_t i = 0; i < dtype_count; i++)
        if (strcmp(text, dtypes[i].name) == 0) {
            *dtype = (enum nn_dtype)i;
            return NN_OK;
        }
    return nn_fail(error, NN_DAMAGED, "tensor %s: dtype %s is not supported", NN_VISIBLE(name),
                   NN_VISIBLE(text));
}

/* A whole number that fits into size_t. */
static bool whole(const json_t *json, size_t *value)
{
    const json_int_t number = json_integer_value(json);
    if (!json_is_integer(json) || number < 0 || (uintmax_t)number > SIZE_MAX)
        return false;
    *value = (size_t)number;
    return true;
}

/* The shape, and the bytes that it takes. */
static enum nn_status parse_shape(const json_t *json, struct nn_st_tensor *tensor,
                                  struct nn_error *error)
{
    if (!json_is_array(json))
        return nn_fail(error, NN_DAMAGED, "tensor %s: shape is missing or not an array",
                       NN_VISIBLE(tensor->name));
    const size_t rank = json_array_size(json);
    if (rank > NN_MAX_RANK)
        return nn_fail(error, NN_DAMAGED, "tensor %s: %zu dimensions, at most %d are supported",
                       NN_VISIBLE(tensor->name), rank, NN_MAX_RANK);
    size_t bytes = dtypes[tensor->dtype].size;
    for (size_t i = 0; i < rank; i++) {
        size_t *dim = &tensor->shape.dim[i];
        if (!whole(json_array_get(json, i), dim))
            return nn_fail(error, NN_DAMAGED, "tensor %s: dimension %zu is not a whole number",
                           NN_VISIBLE(tensor->name), i + 1);
        if (!nn_size_mul(bytes, *dim, &bytes))
            return nn_fail(error, NN_DAMAGED, "tensor %s: the product of the shape overflows",
                           NN_VISIBLE(tensor->name));
    }
    tensor->shape.rank = (int)rank;
    tensor->bytes = bytes;
    return NN_OK;
}

static enum nn_status parse_offsets(const json_t *json, struct nn_st_tensor *tensor,
                                    const unsigned char *data, size_t data_length,
                                    struct nn_error *error)
{
    size_t begin, end;
    if (!json_is_array(json) || json_array_size(json) != 2 ||
        !whole(json_array_get(json, 0), &begin) || !whole(json_array_get(json, 1), &end))
        return nn_fail(error, NN_DAMAGED, "tensor %s: data_offsets is not a pair of whole numbers",
                       NN_VISIBLE(tensor->name));
    if (begin > end || end > data_length)
        return nn_fail(error, NN_DAMAGED,
                       "tensor %s: data_offsets [%zu,%zu] lie outside the %zu bytes of data",
                       NN_VISIBLE(tensor->name), begin, end, data_length);
    if (end - begin != tensor->bytes)
        return nn_fail(error, NN_DAMAGED, "tensor %s: shape and dtype need %zu bytes, not %zu",
                       NN_VISIBLE(tensor->name), tensor->bytes, end - begin);
    tensor->data = data + begin;
    return NN_OK;
}

static enum nn_status parse_tensor(const char *name, const json_t *json,
                                   struct nn_st_tensor *tensor, const unsigned char *data,
                                   size_t data_length, struct nn_error *error)
{
    if (!json_is_object(json))
        return nn_fail(error, NN_DAMAGED, "tensor %s: its entry is not an object",
                       NN_VISIBLE(name));
    if (json_object_size(json) != 3)
        return nn_fail(error, NN_DAMAGED,
                       "tensor %s: its entry must hold dtype, shape and data_offsets alone",
                       NN_VISIBLE(name));
    tensor->name = nn_strdup(name);
    if (!tensor->name)
        return nn_fail_memory(error, strlen(name) + 1);

    enum nn_status status;
    NN_TRY(parse_dtype(json_object_get(json, "dtype"), name, &tensor->dtype, error));
    NN_TRY(parse_shape(json_object_get(json, "shape"), tensor, error));
    NN_TRY(parse_offsets(json_object_get(json, "data_offsets"), tensor, data, data_length, error));
out:
    return status;
}

static enum nn_status parse_metadata(const json_t *json, struct nn_safetensors *file,
                                     struct nn_error *error)
{
    if (!json_is_object(json))
        return nn_fail(error, NN_DAMAGED, "__metadata__ is not an object");
    const size_t count = json_object_size(json);
    file->keys = nn_calloc(count, sizeof *file->keys);
    file->values = nn_calloc(count, sizeof *file->values);
    if (!file->keys || !file->values)
        return nn_fail_memory(error, count * sizeof *file->keys);

    const char *key;
    json_t *value;
    json_object_foreach((json_t *)json, key, value)
    {
        if (!json_is_string(value))
            return nn_fail(error, NN_DAMAGED, "__metadata__: %s is not a string", NN_VISIBLE(key));
        const size_t i = file->metadata_count++;
        file->keys[i] = nn_strdup(key);
        file->values[i] = nn_strdup(json_string_value(value));
        if (!file->keys[i] || !file->values[i])
            return nn_fail_memory(error, json_string_length(value) + 1);
    }
    return NN_OK;
}

static enum nn_status parse_entries(const json_t *header, struct nn_safetensors *file,
                                    const unsigned char *data, size_t data_length,
                                    struct nn_error *error)
{
    const size_t count = json_object_size(header);
    file->tensors = nn_calloc(count, sizeof *file->tensors);
    file->by_name = nn_calloc(count, sizeof *file->by_name);
    if (!file->tensors || !file->by_name)
        return nn_fail_memory(error, count * sizeof *file->tensors);

    enum nn_status status = NN_OK;
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)header, key, value)
    {
        if (strcmp(key, "__metadata__") == 0)
            NN_TRY(parse_metadata(value, file, error));
        else
            NN_TRY(
                parse_tensor(key, value, &file->tensors[file->count++], data, data_length, error));
    }
out:
    return status;
}

static int by_place(const void *left, const void *right)
{
    const struct nn_st_tensor *a = left, *b = right;
    if (a->data != b->data)
        return a->data < b->data ? -1 : 1;
    if (a->bytes != b->bytes) /* empty ones first: they share their place with the next */
        return a->bytes < b->bytes ? -1 : 1;
    return strcmp(a->name, b->name);
}

static int by_name(const void *left, const void *right)
{
    const struct nn_st_tensor *const *a = left, *const *b = right;
    return strcmp((*a)->name, (*b)->name);
}

/* Every byte of the data belongs to exactly one tensor. */
static enum nn_status check_layout(struct nn_safetensors *file, const unsigned char *data,
                                   size_t data_length, struct nn_error *error)
{
    qsort(file->tensors, file->count, sizeof *file->tensors, by_place);
    size_t end = 0;
    for (size_t i = 0; i < file->count; i++) {
        const struct nn_st_tensor *tensor = &file->tensors[i];
        const size_t begin = (size_t)(tensor->data - data);
        if (begin != end)
            return nn_fail(error, NN_DAMAGED, "tensor %s begins at byte %zu of the data, %s %zu",
                           NN_VISIBLE(tensor->name), begin,
                           begin < end ? "before the end of the one before it," : "after a hole at",
                           end);
        end = begin + tensor->bytes;
        file->by_name[i] = tensor;
    }
    if (end != data_length)
        return nn_fail(error, NN_DAMAGED, "%zu bytes after the last tensor belong to nothing",
                       data_length - end);
    qsort(file->by_name, file->count, sizeof *file->by_name, by_name);
    return NN_OK;
}

static enum nn_status header_length(const unsigned char *bytes, size_t length, size_t *header,
                                    struct nn_error *error)
{
    if (length < 8)
        return nn_fail(error, NN_DAMAGED, "%zu bytes are too short for a safetensors file", length);
    const uint64_t size = load_u64(bytes);
    if (size > NN_ST_MAX_HEADER)
        return nn_fail(error, NN_DAMAGED,
                       "not a safetensors file: it claims a header of %llu bytes (limit %zu)",
                       (unsigned long long)size, NN_ST_MAX_HEADER);
    if (size > length - 8)
        return nn_fail(error, NN_DAMAGED,
                       "the header of %llu bytes does not fit into the file of %zu",
                       (unsigned long long)size, length);
    if (size < 2 || bytes[8] != '{')
        return nn_fail(error, NN_DAMAGED,
                       "not a safetensors file: the header does not begin with {");
    *header = (size_t)size;
    return NN_OK;
}

enum nn_status nn_safetensors_parse(struct nn_safetensors *file, unsigned char *bytes,
                                    size_t length, const char *name, struct nn_error *error)
{
    struct nn_safetensors result = {.bytes = bytes, .length = length};
    json_t *root = NULL;
    size_t header = 0;
    enum nn_status status;
    NN_TRY(header_length(bytes, length, &header, error));
    NN_TRY(nn_json_load((const char *)bytes + 8, header, "the header", 8, &root, error));
    const unsigned char *data = bytes + 8 + header;
    const size_t data_length = length - 8 - header;
    NN_TRY(parse_entries(root, &result, data, data_length, error));
    NN_TRY(check_layout(&result, data, data_length, error));
out:
    json_decref(root);
    if (status == NN_OK) {
        *file = result;
    } else {
        nn_safetensors_clear(&result);
        if (name)
            nn_fail_at(error, name, 0, 0);
    }
    return status;
}

enum nn_status nn_safetensors_read(struct nn_safetensors *file, const char *path,
                                   struct nn_error *error)
{
    unsigned char *bytes;
    size_t length;
    const enum nn_status status = nn_file_read(path, 0, &bytes, &length, error);
    return status == NN_OK ? nn_safetensors_parse(file, bytes, length, path, error) : status;
}

void nn_safetensors_clear(struct nn_safetensors *file)
{
    for (size_t i = 0; i < file->count; i++)
        nn_free(file->tensors[i].name);
    for (size_t i = 0; i < file->metadata_count; i++) {
        nn_free(file->keys[i]);
        nn_free(file->values[i]);
    }
    nn_free(file->tensors);
    nn_free(file->by_name);
    nn_free(file->keys);
    nn_free(file->values);
    nn_free(file->bytes);
    *file = (struct nn_safetensors){0};
}

/* ---- access ---- */

const struct nn_st_tensor *nn_safetensors_find(const struct nn_safetensors *file, const char *name)
{
    size_t low = 0, high = file->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = strcmp(name, file->by_name[middle]->name);
        if (order == 0)
            return file->by_name[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

const char *nn_safetensors_metadata(const struct nn_safetensors *file, const char *key)
{
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->keys[i], key) == 0)
            return file->values[i];
    return NULL;
}

static enum nn_status check_count(const struct nn_st_tensor *tensor, size_t count,
                                  struct nn_error *error)
{
    const size_t held = tensor->bytes / dtypes[tensor->dtype].size;
    if (held != count)
        return nn_fail(error, NN_DAMAGED, "tensor %s holds %zu values, %zu are wanted",
                       NN_VISIBLE(tensor->name), held, count);
    return NN_OK;
}

enum nn_status nn_st_tensor_floats(const struct nn_st_tensor *tensor, float *out, size_t count,
                                   struct nn_error *error)
{
    const enum nn_status status = check_count(tensor, count, error);
    if (status != NN_OK)
        return status;
    const unsigned char *p = tensor->data;
    for (size_t i = 0; i < count; i++, p += dtypes[tensor->dtype].size)
        switch (tensor->dtype) {
        case NN_DTYPE_F32:
            out[i] = load_f32(p);
            break;
        case NN_DTYPE_F64:
            out[i] = (float)load_f64(p);
            break;
        case NN_DTYPE_I32:
            out[i] = (float)(int32_t)load_u32(p);
            break;
        case NN_DTYPE_I64:
            out[i] = (float)(int64_t)load_u64(p);
            break;
        case NN_DTYPE_U8:
        case NN_DTYPE_BOOL:
            out[i] = (float)*p;
            break;
        }
    return NN_OK;
}

enum nn_status nn_st_tensor_doubles(const struct nn_st_tensor *tensor, double *out, size_t count,
                                    struct nn_error *error)
{
    const enum nn_status status = check_count(tensor, count, error);
    if (status != NN_OK)
        return status;
    if (tensor->dtype != NN_DTYPE_F32 && tensor->dtype != NN_DTYPE_F64)
        return nn_fail(error, NN_DAMAGED, "tensor %s is of dtype %s, F64 is wanted",
                       NN_VISIBLE(tensor->name), dtypes[tensor->dtype].name);
    const unsigned char *p = tensor->data;
    for (size_t i = 0; i < count; i++, p += dtypes[tensor->dtype].size)
        out[i] = tensor->dtype == NN_DTYPE_F64 ? load_f64(p) : (double)load_f32(p);
    return NN_OK;
}
