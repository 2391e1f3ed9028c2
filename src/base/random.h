/* Random numbers: Philox4x32-10, counter-based (Salmon, Moraes, Dror, Shaw 2011, "Parallel random
 * numbers: as easy as 1, 2, 3", SC'11). The n-th number of a stream is a pure function of
 * (seed, stream, n): no order of calls, number of threads or platform changes it. The stream is
 * fixed per format version (NN_RANDOM_VERSION, stored in model files).
 *
 * Threads: every struct belongs to one user; streams are independent.
 */
#ifndef NN_BASE_RANDOM_H
#define NN_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

#define NN_RANDOM_VERSION 1

/* Purposes, so that the same seed gives unrelated numbers to each. */
enum nn_stream {
    NN_STREAM_INIT = 1, /* + node number in the high bits, see nn_random_init */
    NN_STREAM_SHUFFLE,
    NN_STREAM_DROPOUT,
    NN_STREAM_SPLIT,
    NN_STREAM_EXPLAIN,
    NN_STREAM_ACTMAX,
    NN_STREAM_GENERATE,
    NN_STREAM_AUGMENT
};

struct nn_random {
    uint64_t seed;   /* the key */
    uint64_t stream; /* upper half of the counter: purpose and sub-stream */
    uint64_t next;   /* index of the next 32-bit number */
};

/* Starts the stream `purpose`, `sub` (a node, an epoch, a sample ...) of a seed at number 0. */
void nn_random_init(struct nn_random *random, uint64_t seed, enum nn_stream purpose, uint32_t sub);

/* Number `index` of the stream, without touching its position. */
uint32_t nn_random_at(const struct nn_random *random, uint64_t index);
uint32_t nn_random_u32(struct nn_random *random);
/* Uniform in [0, bound) without bias (rejection; Lemire 2019). bound > 0. */
uint32_t nn_random_below(struct nn_random *random, uint32_t bound);
/* Uniform in [0, 1) with 24 bits. */
float nn_random_float(struct nn_random *random);
/* Normal with mean 0 and variance 1 (Box-Muller, two draws each, computed in double). */
float nn_random_normal(struct nn_random *random);
/* The next `count` of them. */
void nn_random_normals(struct nn_random *random, float *out, size_t count);
/* Four consecutive numbers at once: block `index` holds numbers 4*index .. 4*index+3. */
void nn_random_block(const struct nn_random *random, uint64_t index, uint32_t out[4]);
/* Fisher-Yates shuffle of `count` indices (at most 2^32-1). */
void nn_random_shuffle(struct nn_random *random, size_t *items, size_t count);

#endif
