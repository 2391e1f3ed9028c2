/* JSON from files: parsed by jansson behind a guard, so that a hostile text cannot cost more memory
 * than a small multiple of a fixed limit, nor a deep stack.
 *
 * Errors:  NN_DAMAGED with the reason and the byte; NN_MEMORY.
 * Threads: reentrant.
 */
#ifndef NN_MODEL_JSON_H
#define NN_MODEL_JSON_H

#include "base/buffer.h"

#include <jansson.h>
#include <stddef.h>

#define NN_JSON_MAX_DEPTH  8
#define NN_JSON_MAX_VALUES ((size_t)1 << 19)

/* Parses a whole object: no duplicate keys, no NUL, nothing after it but blanks. `what` names the
 * text in messages ("the header"), `offset` is the byte of the file where it begins. Gives *root
 * (json_decref). */
enum nn_status nn_json_load(const char *text, size_t length, const char *what, size_t offset,
                            json_t **root, struct nn_error *error);

/* Appends the compact text of a value to a buffer. */
enum nn_status nn_json_text(const json_t *json, struct nn_buffer *out, struct nn_error *error);

#endif
