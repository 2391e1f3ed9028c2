#include "explain/groups.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/npy.h"

#include <string.h>

/* "4" or "4x8": false if it is no size of a block. */
static bool parse_block(const char *text, size_t block[2])
{
    size_t length = strcspn(text, "x");
    int64_t number[2];
    if (!nn_number_parse_int(text, length, &number[0]))
        return false;
    number[1] = number[0];
    if (text[length] &&
        !nn_number_parse_int(text + length + 1, strlen(text + length + 1), &number[1]))
        return false;
    block[0] = (size_t)number[0];
    block[1] = (size_t)number[1];
    return number[0] > 0 && number[1] > 0;
}

/* Blocks of the last two dimensions (of a row of features: of the last), cut at the border. */
static void group_blocks(struct nn_groups *groups, const struct nn_shape *shape,
                         const size_t block[2])
{
    size_t width = shape->rank ? shape->dim[shape->rank - 1] : 1;
    size_t height = shape->rank > 1 ? shape->dim[shape->rank - 2] : 1;
    size_t across = (width + block[1] - 1) / block[1];
    size_t tall = shape->rank > 1 ? block[0] : 1;
    groups->count = across * ((height + tall - 1) / tall);
    for (size_t i = 0; i < nn_shape_size(shape); i++) {
        size_t row = i / width % height, column = i % width;
        groups->of[i] = row / tall * across + column / block[1];
    }
}

/* An array of numbers, one for each value, or for each pixel of all channels. */
static enum nn_status read_groups(struct nn_groups *groups, const struct nn_shape *shape,
                                  const char *path, struct nn_error *error)
{
    struct nn_tensor tensor = {0};
    char given[NN_SHAPE_TEXT];
    size_t size = nn_shape_size(shape), pixels = shape->rank == 3 ? size / shape->dim[0] : size;
    enum nn_status status = nn_npy_read(path, &tensor, error);
    if (status != NN_OK)
        return status;
    size_t count = nn_shape_size(&tensor.shape);
    if (count != size && count != pixels)
        status = nn_fail(error, NN_SHAPE, "%s holds %s, an input has %zu values", NN_VISIBLE(path),
                         nn_shape_text(given, &tensor.shape), size);
    groups->count = 0;
    for (size_t i = 0; i < size && status == NN_OK; i++) {
        float number = tensor.data[i % count];
        if (!(number >= 0 && number < (float)size) || number != (float)(size_t)number)
            status = nn_fail(error, NN_DAMAGED, "%s: a group is a whole number from 0 to %zu",
                             NN_VISIBLE(path), size - 1);
        else
            groups->of[i] = (size_t)number;
        groups->count = groups->of[i] + 1 > groups->count ? groups->of[i] + 1 : groups->count;
    }
    nn_tensor_clear(&tensor);
    return status;
}

enum nn_status nn_groups_make(struct nn_groups *groups, const struct nn_shape *shape,
                              const char *text, struct nn_error *error)
{
    size_t size = nn_shape_size(shape), block[2];
    struct nn_groups made = {.count = size, .of = nn_calloc(size, sizeof *made.of)};
    enum nn_status status = NN_OK;
    if (!made.of)
        return nn_fail_memory(error, size * sizeof *made.of);
    for (size_t i = 0; i < size; i++)
        made.of[i] = i;
    if (text && parse_block(text, block))
        group_blocks(&made, shape, block);
    else if (text)
        status = read_groups(&made, shape, text, error);
    if (status == NN_OK)
        *groups = made;
    else
        nn_groups_clear(&made);
    return status;
}

void nn_groups_clear(struct nn_groups *groups)
{
    nn_free(groups->of);
    *groups = (struct nn_groups){0};
}
