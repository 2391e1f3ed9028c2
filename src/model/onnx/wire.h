/* Protocol buffers as they stand in a file: fields one after another, nothing copied.
 *
 * Errors:  NN_DAMAGED with the byte of the file.
 * Threads: reentrant.
 * Source:  https://protobuf.dev/programming-guides/encoding
 */
#ifndef NN_MODEL_ONNX_WIRE_H
#define NN_MODEL_ONNX_WIRE_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is left of a message. `base` is the first byte of the file, for the places of errors. */
struct nn_wire {
    const unsigned char *at, *end, *base;
};

enum nn_wire_type {
    NN_WIRE_VARINT = 0,
    NN_WIRE_64 = 1,
    NN_WIRE_BYTES = 2, /* a text, a message, or packed numbers */
    NN_WIRE_32 = 5
};

struct nn_wire_field {
    uint32_t number;
    enum nn_wire_type type;
    uint64_t value;       /* VARINT, 64 and 32: the bits */
    struct nn_wire bytes; /* BYTES */
};

/* The next field; *more is false at the end. */
enum nn_status nn_wire_next(struct nn_wire *wire, struct nn_wire_field *field, bool *more,
                            struct nn_error *error);

/* How many fields of that number follow. */
enum nn_status nn_wire_count(struct nn_wire wire, uint32_t number, size_t *count,
                             struct nn_error *error);

/* Numbers of a repeated field come one a field, or packed into one: as many as one field holds.
 * `element` is the type of one of them. */
enum nn_status nn_wire_numbers_count(const struct nn_wire_field *field, enum nn_wire_type element,
                                     size_t *count, struct nn_error *error);
/* The next one of a field; *more is false at the end. Begin with a copy of the field. */
enum nn_status nn_wire_numbers_next(struct nn_wire_field *field, enum nn_wire_type element,
                                    uint64_t *bits, bool *more, struct nn_error *error);

/* Fails when a field has another type than the schema says. */
enum nn_status nn_wire_expect(const struct nn_wire *wire, const struct nn_wire_field *field,
                              enum nn_wire_type type, struct nn_error *error);

float nn_wire_float(uint64_t bits);
double nn_wire_double(uint64_t bits);

#endif
