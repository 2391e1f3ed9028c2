/* safetensors: 8 bytes little-endian header length, JSON header, raw little-endian arrays.
 *
 * Reading enforces the specification: header within limits and the file, begins with '{', no duplicate
 * keys, known dtypes, offsets contiguous without holes or overlaps and matching shape x dtype, data
 * ending with the file; __metadata__ maps strings to strings.
 * Errors: NN_DAMAGED with the reason.
 */
#ifndef NN_MODEL_SAFETENSORS_H
#define NN_MODEL_SAFETENSORS_H

#include "base/buffer.h"
#include "engine/tensor.h"

#include <stdint.h>

enum nn_dtype { NN_DTYPE_F32, NN_DTYPE_F64, NN_DTYPE_I32, NN_DTYPE_I64, NN_DTYPE_U8, NN_DTYPE_BOOL };

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
    char **keys, **values; /* __metadata__ */
    size_t metadata_count;
};
/* Takes the bytes (nn_free) on success and on failure. `name` is for messages. */
enum nn_status nn_safetensors_parse(struct nn_safetensors *file, unsigned char *bytes,
                                    size_t length, const char *name, struct nn_error *error);
enum nn_status nn_safetensors_read(struct nn_safetensors *file, const char *path,
                                   struct nn_error *error);
void nn_safetensors_clear(struct nn_safetensors *file);
const struct nn_st_tensor *nn_safetensors_find(const struct nn_safetensors *file,
                                               const char *name);
const char *nn_safetensors_metadata(const struct nn_safetensors *file, const char *key);
/* Copies values as floats (F32, F64, I32, I64, U8); `count` must be the tensor's. */
enum nn_status nn_st_tensor_floats(const struct nn_st_tensor *tensor, float *out, size_t count,
                                   struct nn_error *error);

/* Writing: names and tensors in order, then written at once, atomically. The header is padded so that
 * data starts at a multiple of 64 bytes. */
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

#endif
