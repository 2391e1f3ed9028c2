/* Shape and tensor: up to 8 dimensions, float32, row-major, 64-byte aligned; images are N x C x H x
 * W.
 *
 * Ownership: a tensor borrows its data from an arena or a caller, or owns it (nn_tensor_init /
 *            nn_tensor_clear).
 * Errors:    NN_SHAPE for a bad shape or an overflowing product, NN_MEMORY.
 */
#ifndef NN_ENGINE_TENSOR_H
#define NN_ENGINE_TENSOR_H

#include "base/arena.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define NN_MAX_RANK 8

struct nn_shape {
    int rank; /* 0..8; rank 0 is a scalar */
    size_t dim[NN_MAX_RANK];
};

/* Builds a shape: nn_shape_make(3, (size_t[]){1, 28, 28}). */
struct nn_shape nn_shape_make(int rank, const size_t *dim);
/* Product of the dimensions; NN_LIMIT on overflow or above 2^40 elements. */
enum nn_status nn_shape_count(const struct nn_shape *shape, size_t *count, struct nn_error *error);
/* The product of a shape that has been checked. */
size_t nn_shape_size(const struct nn_shape *shape);
bool nn_shape_equal(const struct nn_shape *a, const struct nn_shape *b);
/* "1x28x28" ("scalar" for rank 0). Returns out. */
#define NN_SHAPE_TEXT 176
char *nn_shape_text(char out[NN_SHAPE_TEXT], const struct nn_shape *shape);
/* "1x28x28" or "28": dimensions 1..2^31-1. */
enum nn_status nn_shape_parse(const char *text, struct nn_shape *shape, struct nn_error *error);

struct nn_tensor {
    struct nn_shape shape;
    float *data;
};

/* A zeroed tensor of its own. */
enum nn_status nn_tensor_init(struct nn_tensor *tensor, const struct nn_shape *shape,
                              struct nn_error *error);
void nn_tensor_clear(struct nn_tensor *tensor);
/* A zeroed tensor in an arena. */
enum nn_status nn_tensor_alloc(struct nn_tensor *tensor, const struct nn_shape *shape,
                               struct nn_arena *arena, struct nn_error *error);
enum nn_status nn_tensor_copy(struct nn_tensor *to, const struct nn_tensor *from,
                              struct nn_error *error);

#endif
