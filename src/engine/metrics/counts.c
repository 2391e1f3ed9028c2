#include "engine/metrics/counts.h"

#include "base/mem.h"

#include <math.h>

enum { MACRO, WEIGHTED, MICRO, BINARY };
/* Of each class; an array [classes] each. */
enum { HITS, PREDICTED, TRUTH, ARRAYS };

const struct nn_arg_spec nn_counts_args[] = {NN_METRIC_AVERAGE, {.name = NULL}};

size_t nn_counts_state(const struct nn_metric_scope *scope)
{
    size_t size;
    return nn_size_mul(scope->classes, ARRAYS, &size) ? size : SIZE_MAX;
}

void nn_counts_add(double *state, const struct nn_metric_scope *scope,
                   const struct nn_metric_batch *batch)
{
    size_t classes = scope->classes;
    for (size_t i = 0; i < batch->batch; i++) {
        size_t truth = (size_t)batch->classes[i];
        size_t predicted =
            (size_t)nn_predicted_class(batch->y + i * scope->width, scope->width, scope->logits);
        state[TRUTH * classes + truth] += 1.0;
        if (predicted < classes)
            state[PREDICTED * classes + predicted] += 1.0;
        if (predicted == truth)
            state[HITS * classes + truth] += 1.0;
    }
}

static struct nn_count count_of(const double *state, size_t classes, size_t class)
{
    return (struct nn_count){.hits = state[HITS * classes + class],
                             .predicted = state[PREDICTED * classes + class],
                             .truth = state[TRUTH * classes + class]};
}

double nn_counts_average(const double *state, const struct nn_metric_scope *scope,
                         double (*score)(struct nn_count count))
{
    int64_t average = nn_args_int(scope->args, nn_args_find(scope->args->specs, "average"));
    struct nn_count all = {0};
    double sum = 0.0, weights = 0.0;
    for (size_t class = 0; class < scope->classes; class ++) {
        struct nn_count count = count_of(state, scope->classes, class);
        double weight = average == WEIGHTED ? count.truth : 1.0;
        all.hits += count.hits;
        all.predicted += count.predicted;
        all.truth += count.truth;
        sum += weight * score(count);
        weights += weight;
    }
    if (all.truth == 0.0)
        return (double)NAN;
    if (average == MICRO)
        return score(all);
    if (average == BINARY && scope->classes == 2)
        return score(count_of(state, scope->classes, 1));
    return sum / weights;
}

double nn_counts_share(double a, double b)
{
    return b > 0.0 ? a / b : 0.0;
}
