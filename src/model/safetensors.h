/* safetensors: 8 bytes little-endian header length, JSON header, raw little-endian arrays.
 *
 * Reading enforces the specification: header within limits and the file, begins with '{', no
 * duplicate keys, known dtypes, offsets contiguous without holes or overlaps and matching shape x
 * dtype, data ending with the file; __metadata__ maps strings to strings.
 *
 * Ownership: a struct nn_safetensors owns the file's bytes, names and metadata; tensors point into
 * it. Errors:    NN_DAMAGED with the reason; NN_IO when writing; NN_MEMORY. Threads:   any number
 * of readers. Cost:      one read of the file; memory is the file's size and a multiple of its
 * header's. Source:    https://huggingface.co/docs/safetensors. Deviations: a header of at most 16
 * MiB (there 100 MB), rank at most 8, the dtypes below.
 */
#ifndef NN_MODEL_SAFETENSORS_H
#define NN_MODEL_SAFETENSORS_H

#include "base/buffer.h"
#include "engine/tensor.h"

#include <stdint.h>

#define NN_ST_MAX_HEADER ((size_t)16 << 20)

enum nn_dtype {
    NN_DTYPE_F32,
    NN_DTYPE_F64,
    NN_DTYPE_I32,
    NN_DTYPE_I64,
    NN_DTYPE_U8,
    NN_DTYPE_BOOL
};

struct nn_st_tensor {
    char *name;
    enum nn_dtype dtype;
    struct nn_shape shape;
    const unsigned char *data; /* into the file's bytes, any alignment, little-endian */
    size_t bytes;
};

struct nn_safetensors {
    unsigned char *bytes; /* the whole file */
    size_t length;
    struct nn_st_tensor *tensors; /* in file order */
    size_t count;
    const struct nn_st_tensor **by_name; /* the same, sorted by name */
    char **keys, **values;               /* __metadata__ */
    size_t metadata_count;
};
/* Takes the bytes (nn_free) on success and on failure. `name` is for messages. */
enum nn_status nn_safetensors_parse(struct nn_safetensors *file, unsigned char *bytes,
                                    size_t length, const char *name, struct nn_error *error);
enum nn_status nn_safetensors_read(struct nn_safetensors *file, const char *path,
                                   struct nn_error *error);
void nn_safetensors_clear(struct nn_safetensors *file);
/* By name; NULL if there is none. */
const struct nn_st_tensor *nn_safetensors_find(const struct nn_safetensors *file, const char *name);
const char *nn_safetensors_metadata(const struct nn_safetensors *file, const char *key);
/* Copies values as floats (F32, F64, I32, I64, U8); `count` must be the tensor's. */
enum nn_status nn_st_tensor_floats(const struct nn_st_tensor *tensor, float *out, size_t count,
                                   struct nn_error *error);
/* Copies values as doubles (F32 and F64, exactly). */
enum nn_status nn_st_tensor_doubles(const struct nn_st_tensor *tensor, double *out, size_t count,
                                    struct nn_error *error);

/* Writing: the header lists names and tensors as given; the file is written at once, atomically.
 * The header is padded so that data starts at a multiple of 64 bytes, and the arrays follow each
 * other widest dtype first, so that each is aligned to its element (PyTorch insists). The same
 * input gives the same bytes. Names and metadata must be UTF-8 (NN_ARGUMENT). */
struct nn_st_entry {
    const char *name;
    enum nn_dtype dtype; /* F32, I64 or F64 */
    struct nn_shape shape;
    const void *data;
};
enum nn_status nn_safetensors_write(const char *path, const struct nn_st_entry *entries,
                                    size_t count, const char *const *keys,
                                    const char *const *values, size_t metadata_count,
                                    struct nn_error *error);

/* Calls `visit` with the bytes of an entry's array as they stand in a file, in one or more pieces.
 */
typedef enum nn_status nn_st_visit(void *context, const void *bytes, size_t length,
                                   struct nn_error *error);
enum nn_status nn_st_entry_bytes(const struct nn_st_entry *entry, nn_st_visit *visit, void *context,
                                 struct nn_error *error);

/* Bytes of one element, and the name in files ("F32"). */
size_t nn_dtype_size(enum nn_dtype dtype);
const char *nn_dtype_name(enum nn_dtype dtype);

#endif
