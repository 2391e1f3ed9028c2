#include "base/arena.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(arena, pieces_are_zeroed_aligned_and_apart)
{
    enum { COUNT = 400 };
    struct nn_arena arena;
    unsigned char *pieces[COUNT];
    nn_arena_init(&arena);
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i * i % 5000; /* from nothing to more than a block */
        pieces[i] = nn_arena_alloc(&arena, size, 1);
        cr_assert(pieces[i] && (uintptr_t)pieces[i] % 64 == 0);
        for (size_t k = 0; k < size; k++)
            cr_assert(pieces[i][k] == 0);
        memset(pieces[i], (int)(i & 0xFF), size);
    }
    for (size_t i = 0; i < COUNT; i++)
        for (size_t k = 0; k < i * i % 5000; k++)
            cr_assert(pieces[i][k] == (i & 0xFF), "piece %zu was overwritten", i);
    nn_arena_clear(&arena);
    cr_assert(!arena.blocks && arena.total == 0);
    nn_arena_clear(&arena);
}

Test(arena, a_large_piece_does_not_waste_the_current_block)
{
    struct nn_arena arena;
    nn_arena_init(&arena);
    char *before = nn_arena_alloc(&arena, 1, 1);
    char *large = nn_arena_alloc(&arena, 1 << 24, 1);
    char *after = nn_arena_alloc(&arena, 1, 1);
    cr_assert(before && large && after == before + 64);
    cr_assert(arena.total == (1 << 24) + 128);
    nn_arena_clear(&arena);
}

Test(arena, impossible_sizes_fail_and_leave_the_arena_usable)
{
    struct nn_arena arena;
    nn_arena_init(&arena);
    cr_assert(!nn_arena_alloc(&arena, SIZE_MAX, 2));
    cr_assert(!nn_arena_alloc(&arena, SIZE_MAX, 1));
    cr_assert(!nn_arena_alloc(&arena, SIZE_MAX - 63, 1));
    cr_assert(!nn_arena_alloc(&arena, PTRDIFF_MAX, 1));
    cr_assert(arena.total == 0);
    cr_assert(nn_arena_alloc(&arena, 8, 8));
    nn_arena_clear(&arena);
}

Test(arena, texts)
{
    struct nn_arena arena;
    nn_arena_init(&arena);
    cr_assert(!strcmp(nn_arena_strdup(&arena, "conv1"), "conv1"));
    cr_assert(!strcmp(nn_arena_strdup(&arena, ""), ""));
    cr_assert(!nn_arena_strdup(&arena, NULL));
    cr_assert(!strcmp(nn_arena_printf(&arena, "%s_%d", "conv", 12), "conv_12"));
    char *padded = nn_arena_printf(&arena, "%*s", 10000, "x");
    cr_assert(padded && strlen(padded) == 10000 && padded[9999] == 'x');
    nn_arena_clear(&arena);
}

Test(arena, no_memory)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    struct nn_arena arena;
    nn_arena_init(&arena);
    nn_fault_alloc(2, false);
    cr_assert(nn_arena_alloc(&arena, 64, 1));
    size_t total = arena.total;
    cr_assert(!nn_arena_alloc(&arena, 8000, 1));
    cr_assert(arena.total == total);
    cr_assert(nn_arena_alloc(&arena, 8000, 1));
    nn_arena_clear(&arena);
}
