/* NPY: NumPy's format of one array. Magic, version, length of the header, a header that is a Python
 * dictionary literal {'descr': '<f4', 'fortran_order': False, 'shape': (10, 3), }, then the
 * numbers.
 *
 * Read: versions 1 to 3; types f2 f4 f8, i1 i2 i4 i8, u1 u2 u4 u8, b1 of either byte order; in C
 * and in Fortran order. Object arrays (pickles) and all else are refused. Written: version 1,
 * '<f4', padded to 64 bytes.
 *
 * Errors:  NN_DAMAGED with the byte offset; NN_IO when writing fails (the old file is kept).
 * Threads: reentrant.
 * Source:  NumPy, numpy.lib.format (NEP 1).
 */
#ifndef NN_DATA_NPY_H
#define NN_DATA_NPY_H

#include "base/buffer.h"
#include "data/array.h"

bool nn_npy_probe(const unsigned char *bytes, size_t length);
/* The array borrows the bytes. */
enum nn_status nn_npy_parse(struct nn_array *array, const unsigned char *bytes, size_t length,
                            struct nn_error *error);
/* The same of a file of `length` bytes, of which only the first `given` are there; without data. */
enum nn_status nn_npy_parse_head(struct nn_array *array, const unsigned char *bytes, size_t given,
                                 size_t length, struct nn_error *error);
enum { NN_NPY_HEAD = 65536 + 12 }; /* bytes that hold every header */
/* Reads a file of any of these types as a float tensor of its own (nn_tensor_clear). Errors bear
 * the file's name. */
enum nn_status nn_npy_read(const char *path, struct nn_tensor *tensor, struct nn_error *error);

/* Appends an array to a buffer, or writes a file, atomically. Rank 0 is a scalar. */
void nn_npy_format(struct nn_buffer *out, const struct nn_shape *shape, const float *data);
enum nn_status nn_npy_write(const char *path, const struct nn_shape *shape, const float *data,
                            struct nn_error *error);

#endif
