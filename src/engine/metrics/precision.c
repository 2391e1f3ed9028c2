/* Share of the samples predicted as a class that belong to it. */
#include "engine/metrics/counts.h"

static double score(struct nn_count count)
{
    return nn_counts_share(count.hits, count.predicted);
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    return nn_counts_average(state, scope, score);
}

const struct nn_metric_class nn_metric_precision = {
    .name = "precision",
    .summary = "share of the samples predicted as a class that belong to it",
    .formula = "hits / predicted, averaged over classes",
    .source =
        "scikit-learn precision_score, zero_division=0; binary of more than 2 classes is macro",
    .args = nn_counts_args,
    .classification = true,
    .higher_is_better = true,
    .state = nn_counts_state,
    .add = nn_counts_add,
    .value = value,
};
