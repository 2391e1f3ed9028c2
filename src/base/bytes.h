/* Bytes: those of a file, inflated if it is gzipped, or of memory, piece by piece from the
 * beginning and as often as wanted. So a text larger than memory can be read twice.
 *
 * Ownership: nn_bytes_close frees; pieces are borrowed until the next call.
 * Errors:    as in file.h; a truncated or damaged gzip stream is NN_DAMAGED. Messages bear the
 * file's name. Threads: one user.
 */
#ifndef NN_BASE_BYTES_H
#define NN_BASE_BYTES_H

#include "base/status.h"

struct nn_bytes;

enum nn_status nn_bytes_open(const char *path, struct nn_bytes **input, struct nn_error *error);
/* Borrows the bytes; its only piece is the whole. */
enum nn_status nn_bytes_memory(const void *bytes, size_t length, struct nn_bytes **input,
                               struct nn_error *error);
void nn_bytes_close(struct nn_bytes *input);

/* The next piece; length 0 at the end. */
enum nn_status nn_bytes_next(struct nn_bytes *input, const unsigned char **piece, size_t *length,
                             struct nn_error *error);
/* Back to the beginning. */
enum nn_status nn_bytes_rewind(struct nn_bytes *input, struct nn_error *error);
/* The first piece: 64 KiB or more, or all there is. Rewinds. */
enum nn_status nn_bytes_peek(struct nn_bytes *input, const unsigned char **piece, size_t *length,
                             struct nn_error *error);
/* Everything in one block, with a NUL after it (nn_free); limit 0 = limits.file, above it NN_LIMIT.
 */
enum nn_status nn_bytes_all(struct nn_bytes *input, size_t limit, unsigned char **bytes,
                            size_t *length, struct nn_error *error);
/* The share of the file that has been read, 0..1. */
double nn_bytes_fraction(const struct nn_bytes *input);

#endif
