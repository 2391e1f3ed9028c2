#include "engine/fingerprint.h"

#include "base/mem.h"

#include <math.h>

enum { MOST_SAMPLES = 512, MOST_VALUES = 1 << 20 };

/* Of the same value everywhere; the last bits of a float are 2^-24 of it. */
#define TOLERANCE 1e-6

/* One bit for each sum from the position (the finalizer of splitmix64). */
static uint64_t signs_at(uint64_t position)
{
    uint64_t z = (position + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void add(struct nn_fingerprint *fingerprint, uint64_t position, double value)
{
    uint64_t signs = signs_at(position);
    for (int k = 0; k < NN_FINGERPRINT_SUMS; k++)
        fingerprint->sums[k] += signs >> k & 1 ? value : -value;
    fingerprint->norm += fabs(value);
}

static void add_sample(struct nn_fingerprint *fingerprint, const struct nn_source *source,
                       uint64_t position, const float *x, int32_t class, const float *targets)
{
    size_t width = nn_shape_size(&source->shape);
    for (size_t j = 0; j < width; j++)
        add(fingerprint, position++, (double)x[j]);
    add(fingerprint, position++, source->classes > 0 ? (double)class + 1.0 : 0.0);
    for (size_t j = 0; j < source->target_width; j++)
        add(fingerprint, position++, (double)targets[j]);
}

enum nn_status nn_fingerprint_take(const struct nn_source *source,
                                   struct nn_fingerprint *fingerprint, struct nn_error *error)
{
    size_t width = nn_shape_size(&source->shape) + 1 + source->target_width;
    size_t most = MOST_VALUES / width < MOST_SAMPLES ? MOST_VALUES / width : MOST_SAMPLES;
    size_t count = source->count < most ? source->count : most > 0 ? most : 1;
    float *x = nn_calloc(width, sizeof *x), *targets = nn_calloc(width, sizeof *targets);
    enum nn_status status = NN_OK;
    *fingerprint = (struct nn_fingerprint){0};
    if (!x || !targets) {
        status = nn_fail_memory(error, 2 * width * sizeof *x);
        goto out;
    }
    for (size_t i = 0; i < count; i++) {
        size_t index = (size_t)((double)i * (double)source->count / (double)count);
        int32_t class = 0;
        source->fetch(source, &index, 1, x, source->classes > 0 ? &class : NULL,
                      source->target_width > 0 ? targets : NULL);
        add_sample(fingerprint, source, i * width, x, class, targets);
    }
out:
    nn_free(x);
    nn_free(targets);
    return status;
}

bool nn_fingerprint_match(const struct nn_fingerprint *a, const struct nn_fingerprint *b)
{
    bool match = true;
    if (!(a->norm > 0) || !(b->norm > 0))
        return true;
    for (int k = 0; k < NN_FINGERPRINT_SUMS; k++)
        match = match && fabs(a->sums[k] - b->sums[k]) <= TOLERANCE * a->norm;
    return match;
}
