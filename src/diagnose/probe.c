#include "diagnose/probe.h"

#include "base/mem.h"

#define CHUNK 64

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    const struct nn_probe *probe = source->context;
    size_t size = nn_shape_size(&source->shape), chosen[CHUNK];
    for (size_t first = 0; first < n; first += CHUNK) {
        size_t count = n - first < CHUNK ? n - first : CHUNK;
        for (size_t i = 0; i < count; i++)
            chosen[i] = probe->index[index[first + i]];
        probe->whole.fetch(&probe->whole, chosen, count, x + first * size,
                           classes ? classes + first : NULL,
                           values ? values + first * source->target_width : NULL);
    }
}

enum nn_status nn_probe_init(struct nn_probe *probe, const struct nn_source *whole, size_t count,
                             struct nn_error *error)
{
    count = count < whole->count ? count : whole->count;
    size_t *index = nn_calloc(count ? count : 1, sizeof *index);
    if (!index)
        return nn_fail_memory(error, count * sizeof *index);
    for (size_t i = 0; i < count; i++)
        index[i] = (size_t)((double)i * (double)whole->count / (double)count);
    *probe = (struct nn_probe){.source = *whole, .whole = *whole, .index = index};
    probe->source.count = count;
    probe->source.context = probe;
    probe->source.fetch = fetch;
    return NN_OK;
}

void nn_probe_clear(struct nn_probe *probe)
{
    nn_free(probe->index);
    *probe = (struct nn_probe){0};
}
