#include "base/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* The known answers that Random123 publishes for philox4x32-10 (kat_vectors). */
Test(random, known_answers)
{
    static const struct {
        uint64_t low, high, key;
        uint32_t answer[4];
    } vectors[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {0x85a308d3243f6a88,
         0x0370734413198a2e,
         0x299f31d0a4093822,
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct nn_random random = {.seed = vectors[i].key, .stream = vectors[i].high};
        uint32_t out[4];
        nn_random_block(&random, vectors[i].low, out);
        cr_assert(memcmp(out, vectors[i].answer, sizeof out) == 0,
                  "vector %zu gives %08x %08x %08x %08x", i, out[0], out[1], out[2], out[3]);
    }
}

Test(random, number_depends_on_its_index_alone)
{
    struct nn_random random;
    nn_random_init(&random, 42, NN_STREAM_SHUFFLE, 3);
    for (uint64_t i = 0; i < 1000; i++) {
        uint32_t block[4];
        nn_random_block(&random, i / 4, block);
        cr_assert(nn_random_at(&random, i) == block[i % 4], "number %zu", (size_t)i);
        cr_assert(nn_random_u32(&random) == block[i % 4], "number %zu in turn", (size_t)i);
    }
}

/* The stream is part of the file format: this never changes within NN_RANDOM_VERSION 1. */
Test(random, stream_is_fixed)
{
    struct nn_random random;
    nn_random_init(&random, 1, NN_STREAM_DROPOUT, 7);
    cr_assert(random.seed == 1 && random.next == 0, "key and start");
    cr_assert(random.stream == ((uint64_t)7 << 32 | NN_STREAM_DROPOUT), "purpose low, sub high");
    cr_assert(NN_STREAM_INIT == 1 && NN_STREAM_AUGMENT == 8, "numbers of the purposes");
}

Test(random, seeds_purposes_and_subs_differ)
{
    struct nn_random base, other;
    nn_random_init(&base, 1, NN_STREAM_INIT, 0);
    nn_random_init(&other, 2, NN_STREAM_INIT, 0);
    cr_assert(nn_random_at(&base, 0) != nn_random_at(&other, 0), "seed");
    nn_random_init(&other, 1, NN_STREAM_SHUFFLE, 0);
    cr_assert(nn_random_at(&base, 0) != nn_random_at(&other, 0), "purpose");
    nn_random_init(&other, 1, NN_STREAM_INIT, 1);
    cr_assert(nn_random_at(&base, 0) != nn_random_at(&other, 0), "sub");
}

Test(random, below_is_uniform_and_in_range)
{
    struct nn_random random;
    nn_random_init(&random, 5, NN_STREAM_SPLIT, 0);
    enum { BOUND = 7, DRAWS = 70000 };
    int seen[BOUND] = {0};
    for (int i = 0; i < DRAWS; i++) {
        uint32_t value = nn_random_below(&random, BOUND);
        cr_assert(value < BOUND, "%u", value);
        seen[value]++;
    }
    double chi = 0;
    for (int i = 0; i < BOUND; i++)
        chi += pow(seen[i] - DRAWS / BOUND, 2) / (DRAWS / BOUND);
    cr_assert(chi < 22.5, "chi squared %f with 6 degrees of freedom", chi); /* p = 0.001 */
    for (int i = 0; i < 100; i++) {
        cr_assert(nn_random_below(&random, 1) == 0, "bound 1");
        cr_assert(nn_random_below(&random, 0x80000001u) <= 0x80000000u, "bound with rejection");
    }
}

Test(random, many_normal_numbers_are_the_same_as_one_by_one)
{
    struct nn_random one, many;
    float numbers[37];
    nn_random_init(&one, 9, NN_STREAM_EXPLAIN, 4);
    nn_random_u32(&one); /* so that a number takes two blocks */
    many = one;
    nn_random_normals(&many, numbers, 37);
    for (size_t i = 0; i < 37; i++)
        cr_assert(numbers[i] == nn_random_normal(&one), "number %zu", i);
    cr_assert(many.next == one.next);
}

Test(random, float_and_normal_have_their_moments)
{
    struct nn_random random;
    enum { DRAWS = 200000 };
    double sum = 0, squares = 0;
    nn_random_init(&random, 9, NN_STREAM_GENERATE, 0);
    for (int i = 0; i < DRAWS; i++) {
        float x = nn_random_float(&random);
        cr_assert(x >= 0.0f && x < 1.0f, "%a", (double)x);
        sum += (double)x;
    }
    cr_assert(fabs(sum / DRAWS - 0.5) < 0.003, "mean %f", sum / DRAWS);
    sum = 0;
    for (int i = 0; i < DRAWS; i++) {
        double x = (double)nn_random_normal(&random);
        cr_assert(isfinite(x), "%f", x);
        sum += x;
        squares += x * x;
    }
    cr_assert(fabs(sum / DRAWS) < 0.01, "mean %f", sum / DRAWS);
    cr_assert(fabs(squares / DRAWS - 1) < 0.02, "variance %f", squares / DRAWS);
}

Test(random, shuffle_is_a_permutation_of_its_own)
{
    enum { COUNT = 1000 };
    size_t items[COUNT], again[COUNT];
    bool seen[COUNT] = {false};
    struct nn_random random;
    size_t fixed = 0;
    for (size_t i = 0; i < COUNT; i++)
        items[i] = again[i] = i;
    nn_random_init(&random, 3, NN_STREAM_SHUFFLE, 1);
    nn_random_shuffle(&random, items, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_assert(items[i] < COUNT && !seen[items[i]], "item %zu", items[i]);
        seen[items[i]] = true;
        fixed += items[i] == i;
    }
    cr_assert(fixed < 10, "%zu items stayed in their places", fixed);
    nn_random_init(&random, 3, NN_STREAM_SHUFFLE, 1);
    nn_random_shuffle(&random, again, COUNT);
    cr_assert(memcmp(items, again, sizeof items) == 0, "the same seed gives the same order");
    nn_random_shuffle(&random, items, 0);
    nn_random_shuffle(&random, items, 1);
}
