#include "engine/tensor.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MAX_ELEMENTS ((uint64_t)1 << 40)

struct nn_shape nn_shape_make(int rank, const size_t *dim)
{
    struct nn_shape shape = {.rank = rank};
    for (int i = 0; i < rank; i++)
        shape.dim[i] = dim[i];
    return shape;
}

enum nn_status nn_shape_count(const struct nn_shape *shape, size_t *count, struct nn_error *error)
{
    if (shape->rank < 0 || shape->rank > NN_MAX_RANK)
        return nn_fail(error, NN_SHAPE, "a shape has 0 to %d dimensions, not %d", NN_MAX_RANK,
                       shape->rank);
    size_t product = 1;
    bool empty = false, fits = true;
    for (int i = 0; i < shape->rank; i++) {
        if (shape->dim[i] == 0)
            empty = true;
        else
            fits = fits && nn_size_mul(product, shape->dim[i], &product) && product <= MAX_ELEMENTS;
    }
    if (!fits) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_LIMIT, "%s has too many elements", nn_shape_text(text, shape));
    }
    *count = empty ? 0 : product;
    return NN_OK;
}

size_t nn_shape_size(const struct nn_shape *shape)
{
    size_t product = 1;
    for (int i = 0; i < shape->rank; i++)
        product *= shape->dim[i];
    return product;
}

bool nn_shape_equal(const struct nn_shape *a, const struct nn_shape *b)
{
    if (a->rank != b->rank)
        return false;
    for (int i = 0; i < a->rank; i++)
        if (a->dim[i] != b->dim[i])
            return false;
    return true;
}

char *nn_shape_text(char out[NN_SHAPE_TEXT], const struct nn_shape *shape)
{
    size_t used = 0;
    snprintf(out, NN_SHAPE_TEXT, "scalar");
    for (int i = 0; i < shape->rank; i++)
        used += (size_t)snprintf(out + used, NN_SHAPE_TEXT - used, "%s%zu", i ? "x" : "",
                                 shape->dim[i]);
    return out;
}

enum nn_status nn_shape_parse(const char *text, struct nn_shape *shape, struct nn_error *error)
{
    struct nn_shape parsed = {0};
    size_t count;
    for (const char *at = text;; at++) {
        size_t length = strcspn(at, "x");
        int64_t value;
        /* Digits alone: the parser of numbers also takes signs and blanks. */
        if (parsed.rank == NN_MAX_RANK || strspn(at, "0123456789") != length ||
            !nn_number_parse_int(at, length, &value) || value < 1 || value > INT32_MAX)
            return nn_fail(error, NN_SHAPE,
                           "'%s' is no shape: 1 to %d numbers from 1 joined by x, as in 784 or "
                           "1x28x28",
                           NN_VISIBLE(text), NN_MAX_RANK);
        parsed.dim[parsed.rank++] = (size_t)value;
        at += length;
        if (*at == '\0')
            break;
    }
    enum nn_status status = nn_shape_count(&parsed, &count, error);
    if (status == NN_OK)
        *shape = parsed;
    return status;
}

enum nn_status nn_tensor_init(struct nn_tensor *tensor, const struct nn_shape *shape,
                              struct nn_error *error)
{
    size_t count;
    enum nn_status status = nn_shape_count(shape, &count, error);
    if (status != NN_OK)
        return status;
    float *data = nn_calloc_aligned(count, sizeof *data);
    if (!data)
        return nn_fail_memory(error, count * sizeof *data);
    *tensor = (struct nn_tensor){.shape = *shape, .data = data};
    return NN_OK;
}

void nn_tensor_clear(struct nn_tensor *tensor)
{
    nn_free(tensor->data);
    *tensor = (struct nn_tensor){0};
}

enum nn_status nn_tensor_alloc(struct nn_tensor *tensor, const struct nn_shape *shape,
                               struct nn_arena *arena, struct nn_error *error)
{
    size_t count;
    enum nn_status status = nn_shape_count(shape, &count, error);
    if (status != NN_OK)
        return status;
    float *data = nn_arena_alloc(arena, count, sizeof *data);
    if (!data)
        return nn_fail_memory(error, count * sizeof *data);
    *tensor = (struct nn_tensor){.shape = *shape, .data = data};
    return NN_OK;
}

enum nn_status nn_tensor_copy(struct nn_tensor *to, const struct nn_tensor *from,
                              struct nn_error *error)
{
    struct nn_tensor copy;
    enum nn_status status = nn_tensor_init(&copy, &from->shape, error);
    if (status != NN_OK)
        return status;
    memcpy(copy.data, from->data, nn_shape_size(&from->shape) * sizeof *copy.data);
    *to = copy;
    return NN_OK;
}
