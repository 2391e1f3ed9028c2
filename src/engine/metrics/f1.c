/* Harmonic mean of precision and recall. */
#include "engine/metrics/counts.h"

static double score(struct nn_count count)
{
    return nn_counts_share(2.0 * count.hits, count.predicted + count.truth);
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    return nn_counts_average(state, scope, score);
}

const struct nn_metric_class nn_metric_f1 = {
    .name = "f1",
    .summary = "harmonic mean of precision and recall",
    .formula = "2 hits / (predicted + samples), averaged over classes",
    .source = "van Rijsbergen 1979; scikit-learn f1_score, zero_division=0; binary of more than 2 "
              "classes is macro",
    .args = nn_counts_args,
    .classification = true,
    .higher_is_better = true,
    .state = nn_counts_state,
    .add = nn_counts_add,
    .value = value,
};
