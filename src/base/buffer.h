/* Buffer: a growing byte string with a limit, always NUL-terminated; for building text and files.
 *
 * A failed append sets `failed` and leaves the content as it was, so that a series of appends needs
 * one check at its end.
 *
 * Ownership: nn_buffer_clear frees; nn_buffer_take gives the text to the caller (nn_free).
 * Threads:   one writer.
 */
#ifndef NN_BASE_BUFFER_H
#define NN_BASE_BUFFER_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_buffer {
    char *data;    /* never NULL after the first successful append; NUL at data[length] */
    size_t length; /* bytes, without the NUL */
    size_t capacity;
    size_t limit; /* the most bytes it may hold; 0 = 1 GiB */
    bool failed;
};

void nn_buffer_init(struct nn_buffer *buffer, size_t limit);
void nn_buffer_clear(struct nn_buffer *buffer);
void nn_buffer_append(struct nn_buffer *buffer, const void *bytes, size_t length);
void nn_buffer_text(struct nn_buffer *buffer, const char *text);
void nn_buffer_char(struct nn_buffer *buffer, char c);
/* `count` times the same character. */
void nn_buffer_fill(struct nn_buffer *buffer, char c, size_t count);
void nn_buffer_printf(struct nn_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The content as a string ("" when empty). Borrowed until the next append. */
const char *nn_buffer_string(const struct nn_buffer *buffer);
/* Gives the content away and empties the buffer; NULL if an append failed. */
char *nn_buffer_take(struct nn_buffer *buffer);
/* NN_OK or nn_fail_memory. */
enum nn_status nn_buffer_check(const struct nn_buffer *buffer, struct nn_error *error);

#endif
