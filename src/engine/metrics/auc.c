/* Area under the receiver operating characteristic. */
#include "base/mem.h"
#include "engine/metrics/probability.h"

#include <math.h>
#include <stdlib.h>

/* State: samples so far; then of each sample its class and its scores (one for two classes, else
 * one for each); then pairs of score and class as work space for sorting. */
enum { COUNT, DATA };

struct pair {
    double score, class;
};

static size_t score_count(const struct nn_metric_scope *scope)
{
    return scope->classes > 2 ? scope->classes : 1;
}

static size_t state_size(const struct nn_metric_scope *scope)
{
    size_t each, size;
    if (!nn_size_add(score_count(scope), 3, &each) || !nn_size_mul(scope->samples, each, &size) ||
        !nn_size_add(size, DATA + scope->classes, &size))
        return SIZE_MAX;
    return size;
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    size_t scores = score_count(scope), each = 1 + scores;
    double *p = state + DATA + scope->samples * (each + 2);
    for (size_t i = 0; i < batch->batch; i++) {
        size_t at = (size_t)state[COUNT];
        if (!(state[COUNT] >= 0.0) || at >= scope->samples)
            return;
        double *row = state + DATA + at * each;
        nn_metric_probabilities(scope, batch->y + i * scope->width, p);
        row[0] = (double)batch->classes[i];
        for (size_t k = 0; k < scores; k++)
            row[1 + k] = scores == 1 ? p[1] : p[k];
        state[COUNT] += 1.0;
    }
}

static int by_score(const void *left, const void *right)
{
    const struct pair *a = left, *b = right;
    return (a->score > b->score) - (a->score < b->score);
}

/* Share of pairs of a sample of the class and one of another in which the first has the higher
 * score; equal scores count half (Mann, Whitney 1947). NaN unless there are both. */
static double area(struct pair *pairs, size_t count, double class)
{
    double below = 0.0, sum = 0.0, positive = 0.0; /* samples of others below this score */
    qsort(pairs, count, sizeof *pairs, by_score);
    for (size_t i = 0; i < count;) {
        double hits = 0.0, others = 0.0;
        size_t end = i;
        for (; end < count && pairs[end].score == pairs[i].score; end++) {
            hits += (double)(pairs[end].class == class);
            others += (double)(pairs[end].class != class);
        }
        if (end == i)
            return (double)NAN; /* a score is not a number */
        sum += hits * (below + 0.5 * others);
        below += others;
        positive += hits;
        i = end;
    }
    return positive > 0.0 && below > 0.0 ? sum / (positive * below) : (double)NAN;
}

static double area_of(double *state, const struct nn_metric_scope *scope, size_t class)
{
    size_t scores = score_count(scope), each = 1 + scores, count = (size_t)state[COUNT];
    struct pair *pairs = (struct pair *)(state + DATA + scope->samples * each);
    for (size_t i = 0; i < count; i++) {
        const double *row = state + DATA + i * each;
        pairs[i] = (struct pair){.score = row[scores == 1 ? 1 : 1 + class], .class = row[0]};
    }
    return area(pairs, count, (double)class);
}

/* Classes without samples, or without others, do not count. */
static double value(double *state, const struct nn_metric_scope *scope)
{
    double sum = 0.0, count = 0.0;
    if (!(state[COUNT] > 0.0) || state[COUNT] > (double)scope->samples)
        return (double)NAN;
    if (scope->classes <= 2)
        return area_of(state, scope, 1);
    for (size_t class = 0; class < scope->classes; class ++) {
        double one = area_of(state, scope, class);
        if (isnan(one))
            continue;
        sum += one;
        count += 1.0;
    }
    return count > 0.0 ? sum / count : (double)NAN;
}

const struct nn_metric_class nn_metric_auc = {
    .name = "auc",
    .summary = "area under the ROC curve: how well the scores rank",
    .formula = "share of pairs of a sample of the class and another that its score puts in order; "
               "more than 2 classes: mean of each against the rest",
    .source = "Mann, Whitney 1947; scikit-learn roc_auc_score, multi_class=ovr",
    .classification = true,
    .higher_is_better = true,
    .state = state_size,
    .add = add,
    .value = value,
};
