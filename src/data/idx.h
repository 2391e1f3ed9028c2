/* IDX: the format of the MNIST family. Two zero bytes, type, number of dimensions, each dimension
 * as 4 bytes big-endian, then the numbers, big-endian, row-major.
 *
 * Errors:  NN_DAMAGED with the byte offset.
 * Threads: reentrant.
 * Source:  Y. LeCun, C. Cortes, C. Burges, "The MNIST database", section "File formats".
 */
#ifndef NN_DATA_IDX_H
#define NN_DATA_IDX_H

#include "data/array.h"

bool nn_idx_probe(const unsigned char *bytes, size_t length);
/* The array borrows the bytes. */
enum nn_status nn_idx_parse(struct nn_array *array, const unsigned char *bytes, size_t length,
                            struct nn_error *error);

#endif
