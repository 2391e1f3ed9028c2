/* What precision, recall and F1 have in common: hits, predictions and samples of each class, and
 * the ways to one number.
 *
 * Threads: reentrant.
 */
#ifndef NN_ENGINE_METRICS_COUNTS_H
#define NN_ENGINE_METRICS_COUNTS_H

#include "engine/metric.h"

#define NN_METRIC_AVERAGE                                                                          \
    {                                                                                              \
        .name = "average", .type = NN_ARG_CHOICE, .choices = "macro|weighted|micro|binary",        \
        .fallback = "macro",                                                                       \
        .help = "of precision, recall and f1: macro the mean over classes, weighted by their "     \
                "numbers, micro over all samples, binary that of class 1 alone"                    \
    }
/* For metrics whose only argument is average. */
extern const struct nn_arg_spec nn_counts_args[];

size_t nn_counts_state(const struct nn_metric_scope *scope);
void nn_counts_add(double *state, const struct nn_metric_scope *scope,
                   const struct nn_metric_batch *batch);

/* One class, or all together. */
struct nn_count {
    double hits, predicted, truth;
};
/* score(counts) averaged as the argument `average` says; 0 / 0 counts as 0. NaN without samples. */
double nn_counts_average(const double *state, const struct nn_metric_scope *scope,
                         double (*score)(struct nn_count count));
/* a / b, 0 for b = 0. */
double nn_counts_share(double a, double b);

#endif
