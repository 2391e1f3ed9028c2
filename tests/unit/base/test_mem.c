#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool all_zero(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

Test(mem, blocks_are_zeroed_and_aligned)
{
    for (size_t size = 0; size < 300; size++) {
        unsigned char *plain = nn_calloc(size, 1);
        unsigned char *aligned = nn_calloc_aligned(1, size);
        cr_assert(plain && aligned, "%zu", size);
        cr_assert(all_zero(plain, size));
        cr_assert((uintptr_t)aligned % 64 == 0, "%zu", size);
        cr_assert(all_zero(aligned, (size + 63) / 64 * 64), "padding of %zu", size);
        nn_free(plain);
        nn_free(aligned);
    }
    nn_free(NULL);
}

Test(mem, realloc_keeps_the_content_and_the_old_block_on_failure)
{
    char *block = nn_realloc(NULL, 4, 1);
    cr_assert(block);
    memcpy(block, "abc", 4);
    block = nn_realloc(block, 1000, 10);
    cr_assert(block && !strcmp(block, "abc"));
    cr_assert(!nn_realloc(block, SIZE_MAX / 2, 4));
    cr_assert(!strcmp(block, "abc"));
    block = nn_realloc(block, 0, 10);
    cr_assert(block);
    nn_free(block);
}

Test(mem, impossible_sizes_fail)
{
    static const size_t sizes[][2] = {
        {SIZE_MAX, 2},         {2, SIZE_MAX},
        {SIZE_MAX, 1},         {SIZE_MAX, SIZE_MAX},
        {PTRDIFF_MAX, 1},      {(size_t)1 << 63, 1},
        {SIZE_MAX - 62, 1},    {(size_t)1 << 32, (size_t)1 << 32},
        {SIZE_MAX / 4 + 1, 4},
    };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        cr_assert(!nn_calloc(sizes[i][0], sizes[i][1]), "%zu", i);
        cr_assert(!nn_calloc_aligned(sizes[i][0], sizes[i][1]), "%zu", i);
        cr_assert(!nn_realloc(NULL, sizes[i][0], sizes[i][1]), "%zu", i);
    }
}

Test(mem, strings)
{
    char *copy = nn_strdup("layer"), *part = nn_strndup("layer", 3), *whole = nn_strndup("a", 99);
    cr_assert(!strcmp(copy, "layer") && !strcmp(part, "lay") && !strcmp(whole, "a"));
    cr_assert(!nn_strdup(NULL) && !nn_strndup(NULL, 3));
    nn_free(copy);
    nn_free(part);
    nn_free(whole);
}

Test(mem, checked_arithmetic)
{
    static const size_t edges[] = {0,
                                   1,
                                   2,
                                   3,
                                   63,
                                   64,
                                   UINT32_MAX,
                                   (size_t)UINT32_MAX + 1,
                                   SIZE_MAX / 2,
                                   SIZE_MAX / 2 + 1,
                                   SIZE_MAX - 1,
                                   SIZE_MAX};
    size_t count = sizeof edges / sizeof *edges;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            size_t a = edges[i], b = edges[j], result = 77;
            bool fits = a == 0 || b <= SIZE_MAX / a;
            cr_assert(nn_size_mul(a, b, &result) == fits, "%zu * %zu", a, b);
            cr_assert(result == (fits ? a * b : 77), "%zu * %zu", a, b);
            result = 77;
            fits = b <= SIZE_MAX - a;
            cr_assert(nn_size_add(a, b, &result) == fits, "%zu + %zu", a, b);
            cr_assert(result == (fits ? a + b : 77), "%zu + %zu", a, b);
        }
    }
}

/* Allocates five times and tells which of them failed, as bits. */
static unsigned failures_of_five(void)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < 5; i++) {
        void *block = i % 2 ? nn_calloc(1, 8) : nn_calloc_aligned(1, 8);
        bits |= block ? 0U : 1U << i;
        nn_free(block);
    }
    return bits;
}

Test(mem, the_nth_allocation_fails)
{
    if (!nn_fault_available()) {
        nn_fault_alloc(1, true);
        cr_assert(failures_of_five() == 0);
        cr_skip_test("needs --enable-fault-injection");
    }
    cr_assert(failures_of_five() == 0);
    nn_fault_alloc(2, false);
    cr_assert(failures_of_five() == 2);
    cr_assert(nn_fault_alloc_count() == 5);
    nn_fault_alloc(3, true);
    cr_assert(failures_of_five() == (4 | 8 | 16));
    nn_fault_alloc(0, false);
    cr_assert(failures_of_five() == 0);
    nn_fault_io(2, false);
    cr_assert(!nn_fault_io_now() && nn_fault_io_now() && !nn_fault_io_now());
    cr_assert(nn_fault_io_count() == 3);
}

static void set_environment(void)
{
    cr_assert(setenv("NNSCOPE_FAIL_ALLOC", "4+", 1) == 0);
    cr_assert(setenv("NNSCOPE_FAIL_IO", "x", 1) == 0);
}

Test(mem, the_environment_sets_the_counters, .init = set_environment)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    cr_assert(failures_of_five() == (8 | 16));
    cr_assert(!nn_fault_io_now());
}
