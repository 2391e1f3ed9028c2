/* NPZ: NumPy's format of several arrays, a zip archive of NPY files. Each array that is wanted is
 * read by its name, the others are not unpacked.
 *
 * Ownership: nn_npz_clear frees the list; an array's own bytes are the caller's.
 * Errors:    as zip.h and npy.h, with the name of the array.
 * Threads:   any number of readers.
 */
#ifndef NN_DATA_NPZ_H
#define NN_DATA_NPZ_H

#include "base/buffer.h"
#include "base/zip.h"
#include "data/array.h"

/* Gives the member NAME.npy, or NULL. */
const struct nn_zip_member *nn_npz_find(const struct nn_zip *zip, const char *name);
/* Whether a member is an array, and the length of its name without ".npy". */
bool nn_npz_is_array(const struct nn_zip_member *member, size_t *length);
/* The header is checked against the member's size before it is unpacked. The array borrows from
 * the archive if *own is NULL, else from *own (nn_free). */
enum nn_status nn_npz_array(const struct nn_zip_member *member, struct nn_array *array,
                            unsigned char **own, struct nn_error *error);
/* Appends the names of the arrays, visible: "x_train, y_train"; the first ones, of many. */
void nn_npz_list(const struct nn_zip *zip, struct nn_buffer *out);

#endif
