#include "base/buffer.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_LIMIT ((size_t)1 << 30)

void nn_buffer_init(struct nn_buffer *buffer, size_t limit)
{
    *buffer = (struct nn_buffer){.limit = limit};
}

void nn_buffer_clear(struct nn_buffer *buffer)
{
    nn_free(buffer->data);
    nn_buffer_init(buffer, buffer->limit);
}

/* Room for `more` bytes and the NUL; false and `failed` when there is none. */
static bool reserve(struct nn_buffer *buffer, size_t more)
{
    size_t limit = buffer->limit ? buffer->limit : DEFAULT_LIMIT;
    if (buffer->failed)
        return false;
    if (buffer->length > limit || more > limit - buffer->length)
        return !(buffer->failed = true);
    size_t needed = buffer->length + more + 1;
    if (needed <= buffer->capacity)
        return true;
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity + buffer->capacity / 2;
    if (capacity < needed)
        capacity = needed;
    char *data = nn_realloc(buffer->data, capacity, 1);
    if (!data)
        return !(buffer->failed = true);
    data[buffer->length] = '\0';
    buffer->data = data;
    buffer->capacity = capacity;
    return true;
}

void nn_buffer_append(struct nn_buffer *buffer, const void *bytes, size_t length)
{
    if (!reserve(buffer, length))
        return;
    if (length > 0)
        memcpy(buffer->data + buffer->length, bytes, length);
    buffer->length += length;
    buffer->data[buffer->length] = '\0';
}

void nn_buffer_text(struct nn_buffer *buffer, const char *text)
{
    nn_buffer_append(buffer, text, strlen(text));
}

void nn_buffer_char(struct nn_buffer *buffer, char c)
{
    nn_buffer_append(buffer, &c, 1);
}

void nn_buffer_fill(struct nn_buffer *buffer, char c, size_t count)
{
    if (!reserve(buffer, count))
        return;
    memset(buffer->data + buffer->length, c, count);
    buffer->length += count;
    buffer->data[buffer->length] = '\0';
}

void nn_buffer_printf(struct nn_buffer *buffer, const char *format, ...)
{
    char small[256];
    va_list list;
    va_start(list, format);
    int length = vsnprintf(small, sizeof small, format, list);
    va_end(list);
    if (length < 0) {
        buffer->failed = true;
    } else if ((size_t)length < sizeof small) {
        nn_buffer_append(buffer, small, (size_t)length);
    } else if (reserve(buffer, (size_t)length)) {
        va_start(list, format);
        vsnprintf(buffer->data + buffer->length, (size_t)length + 1, format, list);
        va_end(list);
        buffer->length += (size_t)length;
    }
}

const char *nn_buffer_string(const struct nn_buffer *buffer)
{
    return buffer->data ? buffer->data : "";
}

char *nn_buffer_take(struct nn_buffer *buffer)
{
    nn_buffer_append(buffer, "", 0); /* an empty text is a text, too */
    char *text = buffer->failed ? NULL : buffer->data;
    if (text)
        buffer->data = NULL;
    nn_buffer_clear(buffer);
    return text;
}

enum nn_status nn_buffer_check(const struct nn_buffer *buffer, struct nn_error *error)
{
    return buffer->failed ? nn_fail_memory(error, buffer->length + 1) : NN_OK;
}
