/* JSON from files: parsed by jansson behind a guard, so that a hostile text cannot cost more memory
 * than a small multiple of a fixed limit, nor a deep stack.
 *
 * Errors:  NN_DAMAGED with the reason and the byte; NN_MEMORY.
 * Threads: reentrant.
 */
#ifndef NN_MODEL_JSON_H
#define NN_MODEL_JSON_H

#include "base/args.h"

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

/* Building: every step may fail for want of memory; a NULL goes through all later ones and is found
 * at the end. nn_json_set and nn_json_append take both arguments, and give the first, or NULL. */
json_t *nn_json_set(json_t *object, const char *key, json_t *value);
json_t *nn_json_append(json_t *array, json_t *value);
/* A text that is not UTF-8 is saved as it is shown. */
json_t *nn_json_text_new(const char *text);
json_t *nn_json_texts_new(char *const *texts, size_t count);
/* Numbers as strings: JSON readers elsewhere keep only 53 bits, and read fractions as they like. */
json_t *nn_json_u64_new(uint64_t value);
json_t *nn_json_number_new(double value);
/* Every value that is set, defaults too: a file keeps its meaning when a default changes. */
json_t *nn_json_args_new(const struct nn_args *args);

#endif
