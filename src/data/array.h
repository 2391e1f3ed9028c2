/* Array: typed numbers in the bytes of a file (IDX, NPY), and how they become samples.
 *
 * Ownership: the array borrows the bytes; samples own their copy.
 * Errors:    NN_DAMAGED with the byte offset.
 * Threads:   reentrant.
 */
#ifndef NN_DATA_ARRAY_H
#define NN_DATA_ARRAY_H

#include "data/dataset.h"

struct nn_array {
    struct nn_shape shape;
    size_t count; /* of numbers: the product of the shape, checked against the bytes */
    char kind;    /* 'u' unsigned, 'i' signed, 'f' IEEE 754, 'b' boolean bytes */
    size_t size;  /* bytes of one number: 1, 2, 4 or 8 */
    bool big_endian;
    bool fortran; /* the first dimension runs fastest; numbers are counted as if the last did */
    const unsigned char *data; /* any alignment */
    size_t offset;             /* of data in its file, for messages */
};

/* Checks that the `available` bytes after the header are what shape and type promise, and sets the
 * count. Dimensions come as read: zeros and overflow are refused here, before anything is
 * allocated. */
enum nn_status nn_array_check(struct nn_array *array, size_t available, struct nn_error *error);
/* Number `i`. 64-bit integers above 2^53 are rounded. */
double nn_array_value(const struct nn_array *array, size_t i);
/* Copies all as floats; NN_DAMAGED at one that is not finite or does not fit. */
enum nn_status nn_array_floats(const struct nn_array *array, float *out, struct nn_error *error);

/* Samples from one or more arrays, which follow each other: the first dimension counts them, N x H
 * x W become 1 x H x W, and images whose channels come last, C x H x W (samples->turned): those
 * that `layout` says, else those with 1, 3 or 4 numbers in the last dimension and not in the first.
 * Unsigned bytes stay bytes, all else becomes float. Arrays that differ in more than their number
 * of samples are NN_DAMAGED. No labels yet. Gives *samples. NN_ARGUMENT for a layout without
 * images. */
enum nn_status nn_array_samples(const struct nn_array *parts, size_t part_count,
                                enum nn_layout layout, struct nn_samples **samples,
                                struct nn_error *error);

#endif
