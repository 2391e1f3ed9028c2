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

/* Where number `i` stands among the numbers of the file. */
static size_t place(const struct nn_array *array, size_t i)
{
    size_t at = 0, stride = array->count;
    if (!array->fortran)
        return i;
    for (int d = array->shape.rank - 1; d >= 0; d--) {
        stride /= array->shape.dim[d];
        at += i % array->shape.dim[d] * stride;
        i /= array->shape.dim[d];
    }
    return at;
}

/* The bytes of number `i` as one unsigned integer, most significant first. */
static uint64_t raw_bits(const struct nn_array *array, size_t i)
{
    const unsigned char *p = array->data + place(array, i) * array->size;
    uint64_t bits = 0;
    for (size_t k = 0; k < array->size; k++)
        bits = bits << 8 | p[array->big_endian ? k : array->size - 1 - k];
    return bits;
}

/* IEEE 754 of 16 bits: sign, 5 bits of exponent, 10 of fraction. */
static double half_value(uint64_t bits)
{
    int exponent = (int)(bits >> 10 & 31);
    double fraction = (double)(bits & 1023), value;
    if (exponent == 31)
        value = fraction > 0 ? (double)NAN : (double)INFINITY;
    else
        value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
    return bits >> 15 ? -value : value;
}

static double ieee_value(uint64_t bits, size_t size)
{
    if (size == 2)
        return half_value(bits);
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
                           array->offset + place(array, i) * array->size,
                           isnan(value)       ? "nan"
                           : !isfinite(value) ? "infinite"
                                              : "too large for a 32-bit float");
        }
        out[i] = (float)value;
    }
    return NN_OK;
}

/* The shape of one sample. */
static enum nn_status sample_shape(const struct nn_shape *all, bool channels_last,
                                   struct nn_shape *one, struct nn_error *error)
{
    if (all->rank < 2) {
        return nn_fail(error, NN_DAMAGED,
                       "it is a plain list of numbers; samples need two dimensions or more "
                       "(samples x features)");
    }
    if (all->rank == 3)
        *one = nn_shape_make(3, (size_t[]){1, all->dim[1], all->dim[2]});
    else if (channels_last)
        *one = nn_shape_make(3, (size_t[]){all->dim[3], all->dim[1], all->dim[2]});
    else
        *one = nn_shape_make(all->rank - 1, all->dim + 1);
    return NN_OK;
}

static bool is_channels(size_t dimension)
{
    return dimension == 1 || dimension == 3 || dimension == 4;
}

/* Puts the channels of each image first. */
static void turn(void *values, size_t size, const struct nn_shape *shape, size_t count,
                 unsigned char *image)
{
    size_t channels = shape->dim[0], pixels = shape->dim[1] * shape->dim[2];
    size_t bytes = channels * pixels * size;
    for (size_t i = 0; i < count; i++) {
        unsigned char *to = (unsigned char *)values + i * bytes;
        memcpy(image, to, bytes);
        for (size_t c = 0; c < channels; c++)
            for (size_t p = 0; p < pixels; p++)
                memcpy(to + (c * pixels + p) * size, image + (p * channels + c) * size, size);
    }
}

/* Puts the numbers of an array among the samples, in C order. */
static enum nn_status copy_samples(const struct nn_array *array, void *to, bool bytes,
                                   struct nn_error *error)
{
    if (!bytes)
        return nn_array_floats(array, to, error);
    if (!array->fortran)
        memcpy(to, array->data, array->count);
    for (size_t i = 0; array->fortran && i < array->count; i++)
        ((unsigned char *)to)[i] = array->data[place(array, i)];
    return NN_OK;
}

static bool is_bytes(const struct nn_array *array)
{
    return array->size == 1 && array->kind == 'u';
}

/* What follows the first dimension must be the same in all parts. */
static enum nn_status add_counts(const struct nn_array *parts, size_t part_count, size_t *count,
                                 size_t *numbers, struct nn_error *error)
{
    char one[NN_SHAPE_TEXT], other[NN_SHAPE_TEXT];
    for (size_t i = 0; i < part_count; i++) {
        struct nn_shape shape = parts[i].shape;
        bool same = shape.rank == parts[0].shape.rank && shape.rank > 0;
        if (same)
            shape.dim[0] = parts[0].shape.dim[0];
        if (!same || !nn_shape_equal(&shape, &parts[0].shape))
            return nn_fail(error, NN_DAMAGED, "arrays of shapes %s and %s are not for one net",
                           nn_shape_text(one, &parts[0].shape),
                           nn_shape_text(other, &parts[i].shape));
        if (!nn_size_add(*count, parts[i].shape.dim[0], count) ||
            !nn_size_add(*numbers, parts[i].count, numbers))
            return nn_fail(error, NN_DAMAGED, "too many numbers");
    }
    return NN_OK;
}

enum nn_status nn_array_samples(const struct nn_array *parts, size_t part_count,
                                enum nn_layout layout, struct nn_samples **samples,
                                struct nn_error *error)
{
    const struct nn_shape *shape = &parts->shape;
    bool images = shape->rank == 4, bytes = true;
    bool guess = images && is_channels(shape->dim[3]) && !is_channels(shape->dim[1]);
    bool last = layout == NN_LAYOUT_HWC || (layout == NN_LAYOUT_GUESS && guess);
    struct nn_samples *made = NULL;
    unsigned char *image = NULL;
    size_t numbers = 0, at = 0;
    enum nn_status status;
    if (layout != NN_LAYOUT_GUESS && !images)
        return nn_fail(error, NN_ARGUMENT,
                       "layout= is for images of several channels: arrays of 4 dimensions, not %d",
                       shape->rank);
    NN_TRY(nn_samples_new(&made, error));
    NN_TRY(sample_shape(shape, last, &made->shape, error));
    NN_TRY(add_counts(parts, part_count, &made->count, &numbers, error));
    made->turned = last && layout == NN_LAYOUT_GUESS;
    made->feature_count = numbers / made->count;
    for (size_t i = 0; i < part_count; i++)
        bytes = bytes && is_bytes(&parts[i]);
    made->storage = bytes ? NN_STORAGE_BYTE : NN_STORAGE_FLOAT;
    size_t size = bytes ? 1 : sizeof(float);
    made->values = nn_calloc_aligned(numbers, size);
    if (!made->values) {
        status = nn_fail_memory(error, numbers * size);
        goto out;
    }
    for (size_t i = 0; i < part_count; at += parts[i++].count)
        NN_TRY(copy_samples(&parts[i], (unsigned char *)made->values + at * size, bytes, error));
    if (last) {
        image = nn_calloc(made->feature_count, size);
        if (!image)
            NN_TRY(nn_fail_memory(error, made->feature_count * size));
        turn(made->values, size, &made->shape, made->count, image);
    }
    *samples = made;
    made = NULL;
    status = NN_OK;
out:
    nn_free(image);
    nn_samples_free(made);
    return status;
}
