/* Targets of one batch, the loss of a pass against them, and sums over many batches.
 *
 * Ownership: each struct owns its buffers, allocated once for a largest batch; nothing is allocated
 *            per batch. It borrows objective and recipe.
 */
#ifndef NN_ENGINE_BATCH_H
#define NN_ENGINE_BATCH_H

#include "engine/objective.h"

struct nn_targets {
    int32_t *classes; /* [max batch], NULL for regression */
    float *values;    /* [max batch, width], NULL where nobody reads them */
};
enum nn_status nn_targets_init(struct nn_targets *targets, const struct nn_objective *objective,
                               size_t max_batch, struct nn_error *error);
void nn_targets_clear(struct nn_targets *targets);

/* Fetches samples index[0..n): inputs to x, labels to the targets (as one-hot or 0/1 where values
 * are wanted). NN_ARGUMENT when a class is out of range. */
enum nn_status nn_targets_fetch(struct nn_targets *targets, const struct nn_objective *objective,
                                const struct nn_source *source, const size_t *index, size_t n,
                                float *x, struct nn_error *error);

/* A mean and what it was divided by: samples, or their weights. */
struct nn_mean {
    double value, weight;
};

/* Mean loss of the batch that `pass` has run; its gradient at the objective's node goes to dz
 * [batch, width] unless NULL. */
struct nn_mean nn_targets_loss(const struct nn_targets *targets,
                               const struct nn_objective *objective, const struct nn_pass *pass,
                               float *dz);

/* Loss and metrics over batches of any sizes. */
enum {
    NN_TALLY_LOSS,   /* summed over samples, weighted as the loss weighs them */
    NN_TALLY_WEIGHT, /* sum of those weights */
    NN_TALLY_SAMPLES,
    NN_TALLY_CORRECT, /* samples whose class is predicted */
    NN_TALLY_METRICS  /* then the metrics' states, one after the other */
};

struct nn_tally {
    const struct nn_recipe *recipe;
    struct nn_metric_scope scope;
    double *sums;
    size_t count;
};
/* For a split of so many samples. NN_LIMIT when a metric would keep too much. */
enum nn_status nn_tally_init(struct nn_tally *tally, const struct nn_objective *objective,
                             size_t samples, struct nn_error *error);
void nn_tally_clear(struct nn_tally *tally);
void nn_tally_reset(struct nn_tally *tally);
void nn_tally_add(struct nn_tally *tally, const struct nn_objective *objective,
                  const struct nn_targets *targets, const struct nn_pass *pass,
                  struct nn_mean loss);
/* The mean loss so far, NaN without samples. */
double nn_tally_loss(const struct nn_tally *tally);
/* values[0] is the mean loss, then the metrics; NaN without samples. */
void nn_tally_values(struct nn_tally *tally, double values[1 + NN_MAX_METRICS]);

#endif
