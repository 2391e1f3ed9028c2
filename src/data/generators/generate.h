/* Generate: what generators of samples share.
 *
 * Everything random comes from the stream NN_STREAM_GENERATE of the seed, one sub-stream a sample,
 * so that sample i is the same however many are made.
 *
 * Ownership: the samples belong to the caller.
 * Threads:   reentrant.
 */
#ifndef NN_DATA_GENERATE_H
#define NN_DATA_GENERATE_H

#include "base/random.h"
#include "data/dataset.h"

struct nn_generation {
    size_t count;
    struct nn_shape shape;
    enum nn_storage storage;
    const char *const *classes;
    size_t class_count;
    const char *const *features; /* names for tables, or NULL */
    size_t mask_size;            /* bytes of truth a sample, 0 = none */
};
/* Empty samples with all arrays, classes and names. Gives *samples. */
enum nn_status nn_generation_begin(const struct nn_generation *generation,
                                   struct nn_samples **samples, struct nn_error *error);

/* The random numbers of sample i. */
static inline struct nn_random nn_generation_random(uint64_t seed, size_t i)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_GENERATE, (uint32_t)i);
    return random;
}
/* Uniform in [low, high). */
static inline float nn_random_between(struct nn_random *random, float low, float high)
{
    return low + (high - low) * nn_random_float(random);
}

#endif
