#include "engine/tensor.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(tensor, shapes_are_read_and_printed)
{
    static const char *const good[] = {"1", "784", "1x28x28", "2147483647", "1x1x1x1x1x1x1x1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        struct nn_shape shape;
        char text[NN_SHAPE_TEXT];
        cr_assert(nn_shape_parse(good[i], &shape, NULL) == NN_OK, "%s", good[i]);
        cr_assert(!strcmp(nn_shape_text(text, &shape), good[i]), "%s", text);
    }
    struct nn_shape scalar = {0};
    char text[NN_SHAPE_TEXT];
    cr_assert(!strcmp(nn_shape_text(text, &scalar), "scalar"));
    cr_assert(nn_shape_size(&scalar) == 1);
}

Test(tensor, bad_shapes_are_refused)
{
    static const char *const bad[] = {"",
                                      "0",
                                      "x",
                                      "3x",
                                      "x3",
                                      "3xx",
                                      "-1",
                                      "+1",
                                      "3 ",
                                      " 3",
                                      "1.5",
                                      "3x0",
                                      "2147483648",
                                      "ax3",
                                      "1x1x1x1x1x1x1x1x1",
                                      "1e3",
                                      "0x10",
                                      "3X3",
                                      "2000000x2000000"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct nn_shape shape = {.rank = -7};
        struct nn_error error = {0};
        cr_assert(nn_shape_parse(bad[i], &shape, &error) != NN_OK, "'%s'", bad[i]);
        cr_assert(shape.rank == -7, "'%s' changed the shape", bad[i]);
        cr_assert(error.message[0] != '\0');
    }
}

Test(tensor, counts_are_checked)
{
    size_t count = 99;
    struct nn_shape shape = {.rank = 3, .dim = {SIZE_MAX, SIZE_MAX, 2}};
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_LIMIT);
    shape = (struct nn_shape){.rank = 9};
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_SHAPE);
    shape = (struct nn_shape){.rank = -1};
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_SHAPE);
    shape = (struct nn_shape){.rank = 2, .dim = {1u << 20, 1u << 20}};
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_OK && count == (size_t)1 << 40);
    shape.dim[1]++;
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_LIMIT && count == (size_t)1 << 40);
    shape = (struct nn_shape){.rank = 2, .dim = {0, 5}};
    cr_assert(nn_shape_count(&shape, &count, NULL) == NN_OK && count == 0);
}

Test(tensor, tensors_are_zeroed_aligned_and_copied)
{
    struct nn_tensor tensor, copy;
    struct nn_arena arena;
    struct nn_shape shape = nn_shape_make(2, (size_t[]){3, 5});
    cr_assert(nn_tensor_init(&tensor, &shape, NULL) == NN_OK);
    for (size_t i = 0; i < 15; i++) {
        cr_assert(tensor.data[i] == 0.0f);
        tensor.data[i] = (float)i;
    }
    cr_assert((uintptr_t)tensor.data % 64 == 0);
    cr_assert(nn_tensor_copy(&copy, &tensor, NULL) == NN_OK);
    cr_assert(copy.data != tensor.data && nn_shape_equal(&copy.shape, &shape));
    cr_assert(!memcmp(copy.data, tensor.data, 15 * sizeof(float)));
    nn_tensor_clear(&copy);
    nn_tensor_clear(&tensor);
    cr_assert(!tensor.data);

    nn_arena_init(&arena);
    cr_assert(nn_tensor_alloc(&tensor, &shape, &arena, NULL) == NN_OK);
    cr_assert((uintptr_t)tensor.data % 64 == 0 && tensor.data[14] == 0.0f);
    nn_arena_clear(&arena);
}
