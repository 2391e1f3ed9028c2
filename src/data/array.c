#include "data/array.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum nn_status nn_array_check(struct nn_array *array, size_t available, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    size_t count;
    enum nn_status status = nn_shape_count(&array->shape, &count, error);
    if (status != NN_OK) {
        return nn_fail(error, NN_DAMAGED, "the header asks for too many numbers (%s)",
                       nn_shape_text(text, &array->shape));
    }
    nn_shape_text(text, &array->shape);
    if (count == 0)
        return nn_fail(error, NN_DAMAGED, "it holds no samples (shape %s)", text);
    size_t bytes;
    if (!nn_size_mul(count, array->size, &bytes))
        return nn_fail(error, NN_DAMAGED, "the header asks for too many numbers (%s)", text);
    if (available < bytes) {
        return nn_fail(error, NN_DAMAGED,
                       "truncated: %zu bytes of %s numbers should follow byte offset %zu, but only "
                       "%zu do",
                       bytes, text, array->offset, available);
    }
    if (available > bytes) {
        return nn_fail(error, NN_DAMAGED, "%zu bytes too many from byte offset %zu on (shape %s)",
                       available - bytes, array->offset + bytes, text);
    }
    array->count = count;
    return NN_OK;
}

/* The bytes of number `i` as one unsigned integer, most significant first. */
static uint64_t raw_bits(const struct nn_array *array, size_t i)
{
    const unsigned char *p = array->data + i * array->size;
    uint64_t bits = 0;
    for (size_t k = 0; k < array->size; k++)
        bits = bits << 8 | p[array->big_endian ? k : array->size - 1 - k];
    return bits;
}

static double ieee_value(uint64_t bits, size_t size)
{
    if (size == sizeof(float)) {
        uint32_t word = (uint32_t)bits;
        float value;
        memcpy(&value, &word, sizeof value);
        return (double)value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

double nn_array_value(const struct nn_array *array, size_t i)
{
    uint64_t bits = raw_bits(array, i);
    if (array->kind == 'f')
        return ieee_value(bits, array->size);
    if (array->kind == 'b')
        return bits != 0;
    if (array->kind == 'u')
        return (double)bits;
    /* Two's complement: extends the sign, whatever the size. */
    uint64_t sign = (uint64_t)1 << (8 * array->size - 1);
    return (double)(int64_t)((bits ^ sign) - sign);
}

enum nn_status nn_array_floats(const struct nn_array *array, float *out, struct nn_error *error)
{
    for (size_t i = 0; i < array->count; i++) {
        double value = nn_array_value(array, i);
        if (!isfinite((float)value)) {
            return nn_fail(error, NN_DAMAGED, "number %zu (byte offset %zu) is %s", i,
                           array->offset + i * array->size,
                           isnan(value)       ? "nan"
                           : !isfinite(value) ? "infinite"
                                              : "too large for a 32-bit float");
        }
        out[i] = (float)value;
    }
    return NN_OK;
}

/* The shape of one sample. */
static enum nn_status sample_shape(const struct nn_shape *all, struct nn_shape *one,
                                   struct nn_error *error)
{
    if (all->rank < 2) {
        return nn_fail(error, NN_DAMAGED,
                       "it is a plain list of numbers; samples need two dimensions or more "
                       "(samples x features)");
    }
    if (all->rank == 3)
        *one = nn_shape_make(3, (size_t[]){1, all->dim[1], all->dim[2]});
    else
        *one = nn_shape_make(all->rank - 1, all->dim + 1);
    return NN_OK;
}

enum nn_status nn_array_samples(const struct nn_array *array, struct nn_samples **samples,
                                struct nn_error *error)
{
    struct nn_samples *made = NULL;
    enum nn_status status;
    NN_TRY(nn_samples_new(&made, error));
    NN_TRY(sample_shape(&array->shape, &made->shape, error));
    made->count = array->shape.dim[0];
    made->feature_count = array->count / made->count;
    bool bytes = array->size == 1 && array->kind == 'u';
    made->storage = bytes ? NN_STORAGE_BYTE : NN_STORAGE_FLOAT;
    size_t size = bytes ? 1 : sizeof(float);
    made->values = nn_calloc_aligned(array->count, size);
    if (!made->values) {
        status = nn_fail_memory(error, array->count * size);
        goto out;
    }
    if (bytes)
        memcpy(made->values, array->data, array->count);
    else
        NN_TRY(nn_array_floats(array, made->values, error));
    *samples = made;
    made = NULL;
    status = NN_OK;
out:
    nn_samples_free(made);
    return status;
}
