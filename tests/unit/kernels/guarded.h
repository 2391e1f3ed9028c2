/* Memory that ends where a page ends, before one that nobody may touch: a kernel that reads or
 * writes one element too many is killed. */
#ifndef NN_TESTS_GUARDED_H
#define NN_TESTS_GUARDED_H

#include "base/random.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct guarded {
    float *end; /* of the floats */
    size_t count;
};

static inline struct guarded guarded_new(size_t count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = (count * sizeof(float) + page - 1) / page * page;
    char *block = mmap(NULL, bytes + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    cr_assert(block != MAP_FAILED, "memory");
    cr_assert(mprotect(block + page, bytes, PROT_READ | PROT_WRITE) == 0, "mprotect");
    return (struct guarded){(float *)(void *)(block + page + bytes), bytes / sizeof(float)};
}

/* The last `count` floats. */
static inline float *guarded_last(const struct guarded *memory, size_t count)
{
    cr_assert(count <= memory->count, "%zu floats", count);
    return memory->end - count;
}

/* The same, filled from -1 .. 1. */
static inline float *guarded_random(const struct guarded *memory, size_t count, uint64_t seed)
{
    struct nn_random random;
    float *values = guarded_last(memory, count);
    nn_random_init(&random, seed, NN_STREAM_GENERATE, (uint32_t)count);
    for (size_t i = 0; i < count; i++)
        values[i] = 2.0f * nn_random_float(&random) - 1.0f;
    return values;
}

#endif
