/* Mixed batches: samples and losses of two orders of one batch (mixup).
 *
 * Ownership: owns its buffers, allocated once for a largest batch.
 */
#ifndef NN_ENGINE_MIX_H
#define NN_ENGINE_MIX_H

#include "engine/augment.h"
#include "engine/batch.h"

struct nn_mix {
    bool on; /* this batch is mixed */
    double share;
    size_t *partner;           /* [max batch] */
    struct nn_targets targets; /* of the partners */
    float *dz;                 /* [max batch, width] */
    float *copy;               /* [max batch, sample] */
};
/* `augment` NULL: nothing is allocated or done. */
enum nn_status nn_mix_init(struct nn_mix *mix, const struct nn_augment *augment,
                           const struct nn_objective *objective, const struct nn_shape *shape,
                           size_t max_batch, struct nn_error *error);
void nn_mix_clear(struct nn_mix *mix);

/* All augmentations of a batch: changes x [n, shape...], remembers how it is mixed. */
void nn_mix_batch(struct nn_mix *mix, const struct nn_augment *augment,
                  const struct nn_objective *objective, const struct nn_shape *shape, uint64_t seed,
                  uint64_t step, size_t n, const struct nn_targets *targets, float *x);
/* nn_targets_loss of the batch, of both orders if it is mixed. */
struct nn_mean nn_mix_loss(struct nn_mix *mix, const struct nn_targets *targets,
                           const struct nn_objective *objective, const struct nn_pass *pass,
                           float *dz);

#endif
