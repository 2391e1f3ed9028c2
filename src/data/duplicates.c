/* Samples that occur more than once: found by a hash of their values, then compared. */
#include "base/mem.h"
#include "data/inspect.h"
#include "data/parts.h"

#include <stdlib.h>
#include <string.h>

struct entry {
    uint64_t hash;
    size_t sample;
};

static size_t sample_size(const struct nn_samples *samples)
{
    return nn_shape_size(&samples->shape) *
           (samples->storage == NN_STORAGE_BYTE ? 1 : sizeof(float));
}

static const unsigned char *sample_bytes(const struct nn_samples *samples, size_t i)
{
    return (const unsigned char *)samples->values + i * sample_size(samples);
}

/* Eight bytes at a time; what it finds is compared, so it need not be a strong one. */
static uint64_t hash_bytes(const unsigned char *bytes, size_t length)
{
    uint64_t hash = 0x9E3779B97F4A7C15u ^ length;
    while (length > 0) {
        uint64_t word = 0;
        size_t step = length < sizeof word ? length : sizeof word;
        memcpy(&word, bytes, step);
        hash = (hash ^ word) * 0xD6E8FEB86659FD93u;
        hash ^= hash >> 32;
        bytes += step;
        length -= step;
    }
    return hash;
}

static int by_hash(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->sample < y->sample ? -1 : x->sample > y->sample;
}

static bool same_label(const struct nn_samples *samples, size_t a, size_t b)
{
    size_t width = samples->target_width;
    if (samples->labels)
        return samples->labels[a] == samples->labels[b];
    return !samples->targets || memcmp(samples->targets + a * width, samples->targets + b * width,
                                       width * sizeof *samples->targets) == 0;
}

/* Counts what stands in a run of equal hashes. Values that only share the hash are passed over: at
 * worst a copy is missed. */
static void count_run(const struct nn_samples *samples, const unsigned char *part,
                      const struct entry *run, size_t length, struct nn_duplicates *found)
{
    const unsigned char *first = sample_bytes(samples, run[0].sample);
    bool trained = part[run[0].sample] == NN_SPLIT_TRAIN;
    size_t held_out =
        part[run[0].sample] == NN_SPLIT_VALIDATION || part[run[0].sample] == NN_SPLIT_TEST;
    for (size_t k = 1; k < length; k++) {
        size_t sample = run[k].sample;
        if (memcmp(first, sample_bytes(samples, sample), sample_size(samples)) != 0)
            continue;
        found->copies++;
        found->conflicts += !same_label(samples, run[0].sample, sample);
        trained = trained || part[sample] == NN_SPLIT_TRAIN;
        held_out += part[sample] == NN_SPLIT_VALIDATION || part[sample] == NN_SPLIT_TEST;
    }
    found->leaked += trained ? held_out : 0;
}

enum nn_status nn_dataset_duplicates(const struct nn_dataset *dataset,
                                     struct nn_duplicates *duplicates, struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    struct nn_duplicates found = {0};
    struct entry *entries = nn_calloc(samples->count, sizeof *entries);
    unsigned char *part = nn_dataset_parts(dataset);
    enum nn_status status = NN_OK;
    if (!entries || !part) {
        status = nn_fail_memory(error, samples->count * sizeof *entries);
        goto out;
    }
    for (size_t i = 0; i < samples->count; i++) {
        entries[i].hash = hash_bytes(sample_bytes(samples, i), sample_size(samples));
        entries[i].sample = i;
    }
    qsort(entries, samples->count, sizeof *entries, by_hash);
    for (size_t i = 0, end; i < samples->count; i = end) {
        for (end = i + 1; end < samples->count && entries[end].hash == entries[i].hash;)
            end++;
        if (end > i + 1)
            count_run(samples, part, entries + i, end - i, &found);
    }
    *duplicates = found;
out:
    nn_free(entries);
    nn_free(part);
    return status;
}
