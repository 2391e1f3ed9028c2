#include "data/npy.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

#include <string.h>

#define MAGIC "\x93NUMPY"
enum { MAGIC_SIZE = 6, HEADER_LIMIT = 65536, ALIGNMENT = 64 };

bool nn_npy_probe(const unsigned char *bytes, size_t length)
{
    return length >= MAGIC_SIZE && memcmp(bytes, MAGIC, MAGIC_SIZE) == 0;
}

/* A cursor over the header's dictionary. */
struct header {
    const unsigned char *bytes;
    size_t at, end; /* offsets in the file */
};

static void skip_blanks(struct header *header)
{
    while (header->at < header->end &&
           (header->bytes[header->at] == ' ' || header->bytes[header->at] == '\n'))
        header->at++;
}

/* Takes the given text if it comes next. */
static bool accept(struct header *header, const char *text)
{
    skip_blanks(header);
    size_t length = strlen(text);
    if (header->end - header->at < length || memcmp(header->bytes + header->at, text, length) != 0)
        return false;
    header->at += length;
    return true;
}

static enum nn_status expect(struct header *header, const char *text, struct nn_error *error)
{
    if (accept(header, text))
        return NN_OK;
    return nn_fail(error, NN_DAMAGED, "the header should have %s at byte offset %zu", text,
                   header->at);
}

/* A quoted word of at most `capacity` - 1 bytes. */
static enum nn_status read_word(struct header *header, char *out, size_t capacity,
                                struct nn_error *error)
{
    const char *quote = accept(header, "'") ? "'" : accept(header, "\"") ? "\"" : NULL;
    size_t length = 0;
    if (!quote)
        return nn_fail(error, NN_DAMAGED, "the header should have a quoted word at byte offset %zu",
                       header->at);
    while (header->at < header->end && header->bytes[header->at] != (unsigned char)*quote &&
           length + 1 < capacity)
        out[length++] = (char)header->bytes[header->at++];
    out[length] = '\0';
    return expect(header, quote, error);
}

static enum nn_status read_type(struct header *header, struct nn_array *array,
                                struct nn_error *error)
{
    size_t start = header->at;
    char word[16];
    enum nn_status status;
    /* Structured types are lists. */
    skip_blanks(header);
    if (header->at < header->end && header->bytes[header->at] == '[')
        return nn_fail(error, NN_DAMAGED, "records of several fields are not supported");
    NN_TRY(read_word(header, word, sizeof word, error));
    const char *type = word[0] != '\0' && strchr("<>|=", word[0]) ? word + 1 : word;
    size_t size = type[0] != '\0' && type[1] >= '1' && type[1] <= '8' && type[2] == '\0'
                      ? (size_t)(type[1] - '0')
                      : 0;
    bool known = size == 1                             ? strchr("iub", type[0]) != NULL
                 : size == 2 || size == 4 || size == 8 ? strchr("iuf", type[0]) != NULL
                                                       : false;
    if (!known) {
        return nn_fail(error, NN_DAMAGED,
                       "numbers of type '%s' (byte offset %zu) are not supported; save them with "
                       "astype('float32')",
                       NN_VISIBLE(word), start);
    }
    array->kind = type[0];
    array->size = size;
    array->big_endian = word[0] == '>';
out:
    return status;
}

static enum nn_status read_dimension(struct header *header, size_t *dimension,
                                     struct nn_error *error)
{
    size_t value = 0, digits = 0;
    skip_blanks(header);
    for (; header->at < header->end; header->at++, digits++) {
        unsigned digit = (unsigned)header->bytes[header->at] - '0';
        if (digit > 9)
            break;
        if (!nn_size_mul(value, 10, &value) || !nn_size_add(value, digit, &value))
            return nn_fail(error, NN_DAMAGED, "a dimension is too large (byte offset %zu)",
                           header->at);
    }
    if (digits == 0)
        return nn_fail(error, NN_DAMAGED, "the header should have a dimension at byte offset %zu",
                       header->at);
    *dimension = value;
    return NN_OK;
}

static enum nn_status read_shape(struct header *header, struct nn_shape *shape,
                                 struct nn_error *error)
{
    enum nn_status status;
    shape->rank = 0;
    NN_TRY(expect(header, "(", error));
    while (!accept(header, ")")) {
        if (shape->rank == NN_MAX_RANK) {
            status = nn_fail(error, NN_DAMAGED, "more than %d dimensions (byte offset %zu)",
                             NN_MAX_RANK, header->at);
            goto out;
        }
        NN_TRY(read_dimension(header, &shape->dim[shape->rank], error));
        shape->rank++;
        if (!accept(header, ",")) {
            NN_TRY(expect(header, ")", error));
            break;
        }
    }
out:
    return status;
}

static enum nn_status read_order(struct header *header, struct nn_array *array,
                                 struct nn_error *error)
{
    array->fortran = accept(header, "True");
    return array->fortran ? NN_OK : expect(header, "False", error);
}

static enum nn_status read_header(struct header *header, struct nn_array *array,
                                  struct nn_error *error)
{
    bool type = false, order = false, shape = false;
    enum nn_status status;
    NN_TRY(expect(header, "{", error));
    while (!accept(header, "}")) {
        char key[16];
        size_t start = header->at;
        bool *seen;
        NN_TRY(read_word(header, key, sizeof key, error));
        NN_TRY(expect(header, ":", error));
        seen = strcmp(key, "descr") == 0           ? &type
               : strcmp(key, "fortran_order") == 0 ? &order
               : strcmp(key, "shape") == 0         ? &shape
                                                   : NULL;
        if (!seen || *seen) {
            status = nn_fail(error, NN_DAMAGED, "%s key '%s' in the header (byte offset %zu)",
                             seen ? "repeated" : "unknown", NN_VISIBLE(key), start);
            goto out;
        }
        *seen = true;
        NN_TRY(seen == &type    ? read_type(header, array, error)
               : seen == &order ? read_order(header, array, error)
                                : read_shape(header, &array->shape, error));
        if (!accept(header, ",")) {
            NN_TRY(expect(header, "}", error));
            break;
        }
    }
    skip_blanks(header);
    if (header->at != header->end)
        status = nn_fail(error, NN_DAMAGED, "text after the header's end at byte offset %zu",
                         header->at);
    else if (!type || !order || !shape)
        status = nn_fail(error, NN_DAMAGED, "the header lacks '%s'",
                         !type    ? "descr"
                         : !order ? "fortran_order"
                                  : "shape");
out:
    return status;
}

/* Where the dictionary begins and ends. */
static enum nn_status find_header(struct header *header, const unsigned char *bytes, size_t length,
                                  struct nn_error *error)
{
    if (!nn_npy_probe(bytes, length))
        return nn_fail(error, NN_DAMAGED, "not an NPY file: it does not begin with \\x93NUMPY");
    if (length < 10)
        return nn_fail(error, NN_DAMAGED, "truncated: an NPY header has at least 10 bytes, not %zu",
                       length);
    unsigned version = bytes[6];
    if (version < 1 || version > 3)
        return nn_fail(error, NN_DAMAGED, "NPY version %u (1 to 3 are known)", version);
    size_t start = version == 1 ? 10 : 12;
    size_t size = (size_t)bytes[8] | (size_t)bytes[9] << 8;
    if (length < start)
        return nn_fail(error, NN_DAMAGED, "truncated in the header (%zu bytes)", length);
    if (version > 1)
        size |= (size_t)bytes[10] << 16 | (size_t)bytes[11] << 24;
    if (size > HEADER_LIMIT)
        return nn_fail(error, NN_DAMAGED, "a header of %zu bytes (at most %d)", size, HEADER_LIMIT);
    if (length - start < size) {
        return nn_fail(error, NN_DAMAGED, "truncated: the header ends at byte %zu, the file at %zu",
                       start + size, length);
    }
    *header = (struct header){.bytes = bytes, .at = start, .end = start + size};
    return NN_OK;
}

enum nn_status nn_npy_parse_head(struct nn_array *array, const unsigned char *bytes, size_t given,
                                 size_t length, struct nn_error *error)
{
    struct nn_array read = {.size = 0};
    struct header header;
    enum nn_status status;
    NN_TRY(find_header(&header, bytes, given, error));
    NN_TRY(read_header(&header, &read, error));
    read.offset = header.end;
    NN_TRY(nn_array_check(&read, length - read.offset, error));
    *array = read;
out:
    return status;
}

enum nn_status nn_npy_parse(struct nn_array *array, const unsigned char *bytes, size_t length,
                            struct nn_error *error)
{
    struct nn_array read;
    enum nn_status status = nn_npy_parse_head(&read, bytes, length, length, error);
    if (status != NN_OK)
        return status;
    read.data = bytes + read.offset;
    *array = read;
    return NN_OK;
}

enum nn_status nn_npy_read(const char *path, struct nn_tensor *tensor, struct nn_error *error)
{
    unsigned char *bytes = NULL;
    size_t length;
    struct nn_array array;
    struct nn_tensor read = {.data = NULL};
    enum nn_status status;
    NN_TRY(nn_file_read_gzip(path, 0, &bytes, &length, error));
    NN_TRY(nn_npy_parse(&array, bytes, length, error));
    NN_TRY(nn_tensor_init(&read, &array.shape, error));
    NN_TRY(nn_array_floats(&array, read.data, error));
    *tensor = read;
    read = (struct nn_tensor){.data = NULL};
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_tensor_clear(&read);
    nn_free(bytes);
    return status;
}

/* Magic, version, length and dictionary, padded with blanks so that the numbers are aligned. */
static void format_header(struct nn_buffer *out, const struct nn_shape *shape)
{
    struct nn_buffer text;
    nn_buffer_init(&text, HEADER_LIMIT);
    nn_buffer_text(&text, "{'descr': '<f4', 'fortran_order': False, 'shape': (");
    for (int i = 0; i < shape->rank; i++)
        nn_buffer_printf(&text, i == 0 ? "%zu," : i == 1 ? " %zu" : ", %zu", shape->dim[i]);
    nn_buffer_text(&text, "), }");
    size_t used = 10 + text.length + 1;
    nn_buffer_fill(&text, ' ', (ALIGNMENT - used % ALIGNMENT) % ALIGNMENT);
    nn_buffer_char(&text, '\n');
    nn_buffer_append(out, MAGIC "\x01\x00", MAGIC_SIZE + 2);
    nn_buffer_char(out, (char)(text.length & 0xff));
    nn_buffer_char(out, (char)(text.length >> 8));
    nn_buffer_append(out, nn_buffer_string(&text), text.length);
    if (text.failed)
        out->failed = true;
    nn_buffer_clear(&text);
}

void nn_npy_format(struct nn_buffer *out, const struct nn_shape *shape, const float *data)
{
    unsigned char block[4096];
    size_t count = nn_shape_size(shape), filled = 0;
    format_header(out, shape);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &data[i], sizeof bits);
        for (unsigned k = 0; k < 4; k++)
            block[filled++] = (unsigned char)(bits >> 8 * k);
        if (filled == sizeof block || i + 1 == count) {
            nn_buffer_append(out, block, filled);
            filled = 0;
        }
    }
}

enum nn_status nn_npy_write(const char *path, const struct nn_shape *shape, const float *data,
                            struct nn_error *error)
{
    struct nn_buffer text;
    nn_buffer_init(&text, SIZE_MAX);
    nn_npy_format(&text, shape, data);
    enum nn_status status = nn_buffer_check(&text, error);
    if (status == NN_OK)
        status = nn_save_bytes(path, text.data, text.length, error);
    nn_buffer_clear(&text);
    return status;
}
