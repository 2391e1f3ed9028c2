/* Philox4x32-10. The 128-bit counter holds the block index in its low 64 bits and the stream in its
 * high 64 bits (purpose in word 2, sub-stream in word 3); the 64-bit key is the seed. A block gives
 * four 32-bit numbers, so number n is word n % 4 of block n / 4. */
#include "base/random.h"

#include <assert.h>
#include <math.h>

enum { ROUNDS = 10 };
#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define WEYL_0       0x9E3779B9u /* golden ratio */
#define WEYL_1       0xBB67AE85u /* sqrt(3) - 1 */

static uint32_t high(uint64_t product)
{
    return (uint32_t)(product >> 32);
}

void nn_random_block(const struct nn_random *random, uint64_t index, uint32_t out[4])
{
    uint32_t c0 = (uint32_t)index, c1 = high(index);
    uint32_t c2 = (uint32_t)random->stream, c3 = high(random->stream);
    uint32_t key0 = (uint32_t)random->seed, key1 = high(random->seed);

    _Pragma("GCC unroll 10") for (int round = 0; round < ROUNDS; round++)
    {
        uint64_t p0 = (uint64_t)MULTIPLIER_0 * c0;
        uint64_t p1 = (uint64_t)MULTIPLIER_1 * c2;
        c0 = high(p1) ^ c1 ^ key0;
        c1 = (uint32_t)p1;
        c2 = high(p0) ^ c3 ^ key1;
        c3 = (uint32_t)p0;
        key0 += WEYL_0;
        key1 += WEYL_1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

void nn_random_init(struct nn_random *random, uint64_t seed, enum nn_stream purpose, uint32_t sub)
{
    random->seed = seed;
    random->stream = (uint64_t)sub << 32 | (uint64_t)purpose;
    random->next = 0;
}

uint32_t nn_random_at(const struct nn_random *random, uint64_t index)
{
    uint32_t block[4];
    nn_random_block(random, index / 4, block);
    return block[index % 4];
}

uint32_t nn_random_u32(struct nn_random *random)
{
    return nn_random_at(random, random->next++);
}

/* Numbers of a stream in turn: a block is computed once for its four numbers. */
struct reader {
    struct nn_random *random;
    uint64_t index; /* of the block */
    uint32_t block[4];
};

static struct reader read_from(struct nn_random *random)
{
    return (struct reader){.random = random, .index = UINT64_MAX};
}

static uint32_t read_next(struct reader *reader)
{
    uint64_t at = reader->random->next++;
    if (at / 4 != reader->index) {
        reader->index = at / 4;
        nn_random_block(reader->random, reader->index, reader->block);
    }
    return reader->block[at % 4];
}

static uint32_t read_below(struct reader *reader, uint32_t bound)
{
    assert(bound > 0);
    uint64_t product = (uint64_t)read_next(reader) * bound;
    /* The low half is biased where it is below 2^32 mod bound; the division is seldom needed. */
    if ((uint32_t)product < bound) {
        uint32_t threshold = (uint32_t)-bound % bound;
        while ((uint32_t)product < threshold)
            product = (uint64_t)read_next(reader) * bound;
    }
    return high(product);
}

uint32_t nn_random_below(struct nn_random *random, uint32_t bound)
{
    struct reader reader = read_from(random);
    return read_below(&reader, bound);
}

float nn_random_float(struct nn_random *random)
{
    return (float)(nn_random_u32(random) >> 8) * 0x1p-24f;
}

static float read_normal(struct reader *reader)
{
    /* (0, 1] for the logarithm, [0, 1) for the angle. */
    double radius = ((double)read_next(reader) + 1.0) * 0x1p-32;
    double angle = (double)read_next(reader) * 0x1p-32;
    return (float)(sqrt(-2.0 * log(radius)) * cos(6.283185307179586 * angle));
}

float nn_random_normal(struct nn_random *random)
{
    struct reader reader = read_from(random);
    return read_normal(&reader);
}

void nn_random_normals(struct nn_random *random, float *out, size_t count)
{
    struct reader reader = read_from(random);
    for (size_t i = 0; i < count; i++)
        out[i] = read_normal(&reader);
}

void nn_random_shuffle(struct nn_random *random, size_t *items, size_t count)
{
    struct reader reader = read_from(random);
    assert(count <= UINT32_MAX);
    for (size_t i = count; i > 1; i--) {
        size_t j = read_below(&reader, (uint32_t)i);
        size_t item = items[i - 1];
        items[i - 1] = items[j];
        items[j] = item;
    }
}
