#include "engine/mix.h"

#include "base/mem.h"
#include "kernels/kernels.h"

#include <string.h>

enum nn_status nn_mix_init(struct nn_mix *mix, const struct nn_augment *augment,
                           const struct nn_objective *objective, const struct nn_shape *shape,
                           size_t max_batch, struct nn_error *error)
{
    struct nn_mix made = {0};
    enum nn_status status = NN_OK;
    size_t floats, outputs;
    *mix = made;
    if (!augment)
        return NN_OK;
    NN_TRY(nn_augment_check(augment, shape, error));
    if (!nn_size_mul(max_batch, nn_shape_size(shape), &floats) ||
        !nn_size_mul(max_batch, objective->width, &outputs))
        NN_TRY(nn_fail(error, NN_LIMIT, "a batch of %zu samples is too large", max_batch));
    NN_TRY(nn_targets_init(&made.targets, objective, max_batch, error));
    made.partner = nn_calloc(max_batch, sizeof *made.partner);
    made.dz = nn_calloc_aligned(outputs, sizeof *made.dz);
    made.copy = nn_calloc_aligned(floats, sizeof *made.copy);
    if (!made.partner || !made.dz || !made.copy)
        NN_TRY(nn_fail_memory(error, floats * sizeof *made.copy));
    *mix = made;
    made = (struct nn_mix){0};
out:
    nn_mix_clear(&made);
    return status;
}

void nn_mix_clear(struct nn_mix *mix)
{
    nn_targets_clear(&mix->targets);
    nn_free(mix->partner);
    nn_free(mix->dz);
    nn_free(mix->copy);
    *mix = (struct nn_mix){0};
}

static void mix_samples(struct nn_mix *mix, const struct nn_shape *shape, size_t n, float *x)
{
    size_t size = nn_shape_size(shape);
    memcpy(mix->copy, x, n * size * sizeof *x);
    nn_kernels->scale(n * size, (float)mix->share, x);
    for (size_t i = 0; i < n; i++)
        nn_kernels->axpy(size, (float)(1.0 - mix->share), mix->copy + mix->partner[i] * size,
                         x + i * size);
}

static void mix_targets(struct nn_mix *mix, const struct nn_targets *targets, size_t width,
                        size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t from = mix->partner[i];
        if (targets->classes)
            mix->targets.classes[i] = targets->classes[from];
        if (targets->values)
            memcpy(mix->targets.values + i * width, targets->values + from * width,
                   width * sizeof *targets->values);
    }
}

void nn_mix_batch(struct nn_mix *mix, const struct nn_augment *augment,
                  const struct nn_objective *objective, const struct nn_shape *shape, uint64_t seed,
                  uint64_t step, size_t n, const struct nn_targets *targets, float *x)
{
    if (!augment)
        return;
    nn_augment_batch(augment, shape, seed, step, n, x, mix->copy);
    mix->on = nn_augment_mixing(augment, seed, step, n, mix->partner, &mix->share);
    if (!mix->on)
        return;
    mix_samples(mix, shape, n, x);
    mix_targets(mix, targets, objective->width, n);
}

struct nn_mean nn_mix_loss(struct nn_mix *mix, const struct nn_targets *targets,
                           const struct nn_objective *objective, const struct nn_pass *pass,
                           float *dz)
{
    struct nn_mean first = nn_targets_loss(targets, objective, pass, dz);
    if (!mix->on)
        return first;
    struct nn_mean second = nn_targets_loss(&mix->targets, objective, pass, mix->dz);
    size_t count = nn_pass_batch(pass) * objective->width;
    double rest = 1.0 - mix->share;
    nn_kernels->scale(count, (float)mix->share, dz);
    nn_kernels->axpy(count, (float)rest, mix->dz, dz);
    return (struct nn_mean){.value = mix->share * first.value + rest * second.value,
                            .weight = mix->share * first.weight + rest * second.weight};
}
