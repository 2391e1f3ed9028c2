#include "explain/rank.h"

#include "base/mem.h"

#include <math.h>
#include <stdlib.h>

struct ranked {
    double value;
    size_t index;
};

static int ascending(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value < y->value ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Ranks from 1, ties at their mean. work [count]. */
static void ranks_of(const float *values, size_t count, bool magnitude, struct ranked *work,
                     double *ranks)
{
    for (size_t i = 0; i < count; i++)
        work[i] = (struct ranked){magnitude ? fabs((double)values[i]) : (double)values[i], i};
    qsort(work, count, sizeof *work, ascending);
    for (size_t i = 0; i < count;) {
        size_t end = i + 1;
        while (end < count && work[end].value == work[i].value)
            end++;
        for (size_t k = i; k < end; k++)
            ranks[work[k].index] = ((double)i + (double)end + 1) / 2;
        i = end;
    }
}

static double pearson(const double *a, const double *b, size_t count)
{
    double mean_a = 0, mean_b = 0, ab = 0, aa = 0, bb = 0;
    for (size_t i = 0; i < count; i++) {
        mean_a += a[i] / (double)count;
        mean_b += b[i] / (double)count;
    }
    for (size_t i = 0; i < count; i++) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

enum nn_status nn_rank_correlation(const float *a, const float *b, size_t count, bool magnitude,
                                   double *correlation, struct nn_error *error)
{
    struct ranked *work = nn_calloc(count, sizeof *work);
    double *first = nn_calloc(count, sizeof *first), *second = nn_calloc(count, sizeof *second);
    enum nn_status status = NN_OK;
    if (!work || !first || !second) {
        status = nn_fail_memory(error, count * (sizeof *work + 2 * sizeof *first));
    } else {
        ranks_of(a, count, magnitude, work, first);
        ranks_of(b, count, magnitude, work, second);
        *correlation = pearson(first, second, count);
    }
    nn_free(work);
    nn_free(first);
    nn_free(second);
    return status;
}

enum nn_status nn_rank_order(const float *values, size_t count, size_t *order,
                             struct nn_error *error)
{
    struct ranked *work = nn_calloc(count, sizeof *work);
    if (!work)
        return nn_fail_memory(error, count * sizeof *work);
    for (size_t i = 0; i < count; i++)
        work[i] = (struct ranked){-(double)values[i], i};
    qsort(work, count, sizeof *work, ascending);
    for (size_t i = 0; i < count; i++)
        order[i] = work[i].index;
    nn_free(work);
    return NN_OK;
}

enum nn_status nn_gini(const float *values, size_t count, double *gini, struct nn_error *error)
{
    struct ranked *work = nn_calloc(count, sizeof *work);
    double sum = 0, weighted = 0;
    if (!work)
        return nn_fail_memory(error, count * sizeof *work);
    for (size_t i = 0; i < count; i++)
        work[i] = (struct ranked){fabs((double)values[i]), i};
    qsort(work, count, sizeof *work, ascending);
    for (size_t i = 0; i < count; i++) {
        sum += work[i].value;
        weighted += (2 * ((double)i + 1) - (double)count - 1) * work[i].value;
    }
    *gini = sum > 0 ? weighted / ((double)count * sum) : NAN;
    nn_free(work);
    return NN_OK;
}
