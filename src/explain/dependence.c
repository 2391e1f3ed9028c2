#include "explain/dependence.h"

#include "base/mem.h"
#include "explain/rules.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The target at the net's output instead of the logits, where its values are probabilities. */
static bool reads_output(const struct nn_answer *answer)
{
    const struct nn_node *output = nn_net_output(answer->net);
    return answer->probability && !answer->target.binary &&
           (strcmp(output->layer->name, "softmax") == 0 ||
            strcmp(output->layer->name, "sigmoid") == 0 ||
            strcmp(output->layer->name, "logsoftmax") == 0);
}

enum nn_status nn_answers(const struct nn_answer *answer, const float *x, size_t n, double *values,
                          struct nn_progress *progress, struct nn_error *error)
{
    struct nn_target target = answer->target;
    const struct nn_node *output = nn_net_output(answer->net);
    int32_t *units = nn_calloc(n, sizeof *units);
    if (!units)
        return nn_fail_memory(error, n * sizeof *units);
    for (size_t i = 0; i < n; i++)
        units[i] = answer->unit;
    target.unit = units;
    if (reads_output(answer))
        target.node = output->index;
    enum nn_status status = nn_explain_value(answer->net, &target, x, n, values, progress, error);
    bool logarithm = reads_output(answer) && strcmp(output->layer->name, "logsoftmax") == 0;
    for (size_t i = 0; i < n && status == NN_OK && answer->probability; i++) {
        if (answer->target.binary)
            values[i] = 1 / (1 + exp(-values[i]));
        else if (logarithm)
            values[i] = exp(values[i]);
    }
    nn_free(units);
    return status;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The feature's values in order. Gives *out [n]. */
static enum nn_status sorted(const struct nn_dependence *dependence, double **out,
                             struct nn_error *error)
{
    size_t size = dependence->answer.net->nodes[0]->size;
    double *values = nn_calloc(dependence->n, sizeof *values);
    if (!values)
        return nn_fail_memory(error, dependence->n * sizeof *values);
    for (size_t i = 0; i < dependence->n; i++)
        values[i] = (double)dependence->x[i * size + dependence->feature];
    qsort(values, dependence->n, sizeof *values, compare);
    *out = values;
    return NN_OK;
}

/* Linear between the order statistics; of indices, between which there is nothing to read, the one
 * below. */
static double quantile(const double *values, size_t n, double q, bool indices)
{
    double place = q * (double)(n - 1);
    size_t below = (size_t)place, above = below + 1 < n ? below + 1 : below;
    double part = indices ? 0 : place - (double)below;
    return values[below] + part * (values[above] - values[below]);
}

static enum nn_status reads_indices(const struct nn_dependence *dependence, bool *indices,
                                    struct nn_error *error)
{
    struct nn_error why = {0};
    const struct nn_answer *answer = &dependence->answer;
    enum nn_status status = nn_gradient_exists(answer->net, 0, answer->target.node, &why);
    *indices = status == NN_REFUSED;
    if (status == NN_OK || *indices)
        return NN_OK;
    if (error)
        *error = why;
    return status;
}

/* Answers to inputs with the feature at other values, which must be numbers. */
static enum nn_status ask(const struct nn_dependence *dependence, const float *x, double *values,
                          struct nn_error *error)
{
    size_t size = dependence->answer.net->nodes[0]->size;
    enum nn_status status =
        nn_answers(&dependence->answer, x, dependence->n, values, dependence->progress, error);
    for (size_t i = 0; i < dependence->n && status == NN_OK; i++)
        if (!isfinite(values[i]))
            status = nn_fail(error, NN_REFUSED,
                             "the answer to sample %zu with feature %zu at %.6g (as the net sees "
                             "it) is not finite",
                             i, dependence->feature, (double)x[i * size + dependence->feature]);
    return status;
}

/* `most` values from the 5 % to the 95 % quantile: equal steps, or observed indices, each once.
 * Returns how many. */
static size_t spread(const double *all, size_t n, bool indices, size_t most, double *values)
{
    size_t count = 0;
    double low = quantile(all, n, 0.05, indices), high = quantile(all, n, 0.95, indices);
    for (size_t i = 0; i < most; i++) {
        double part = most > 1 ? (double)i / (double)(most - 1) : 0;
        double value =
            indices ? quantile(all, n, 0.05 + 0.9 * part, true) : low + (high - low) * part;
        if (!indices || count == 0 || value > values[count - 1])
            values[count++] = value;
    }
    return count;
}

enum nn_status nn_dependence_grid(const struct nn_dependence *dependence, size_t most,
                                  double *values, size_t *count, struct nn_error *error)
{
    double *all = NULL;
    size_t distinct = 0, n = dependence->n;
    bool indices;
    enum nn_status status = NN_OK;
    NN_TRY(reads_indices(dependence, &indices, error));
    NN_TRY(sorted(dependence, &all, error));
    for (size_t i = 0; i < n && distinct <= most; i++)
        if (i == 0 || all[i] != all[i - 1]) {
            if (distinct < most)
                values[distinct] = all[i];
            distinct++;
        }
    *count = distinct > most ? spread(all, n, indices, most, values) : distinct;
out:
    nn_free(all);
    return status;
}

enum nn_status nn_dependence_ice(const struct nn_dependence *dependence, const double *grid,
                                 size_t count, double *out, struct nn_error *error)
{
    size_t size = dependence->answer.net->nodes[0]->size, n = dependence->n;
    float *x = nn_calloc(n, size * sizeof *x);
    enum nn_status status = NN_OK;
    if (!x)
        return nn_fail_memory(error, n * size * sizeof *x);
    memcpy(x, dependence->x, n * size * sizeof *x);
    for (size_t k = 0; k < count; k++) {
        for (size_t i = 0; i < n; i++)
            x[i * size + dependence->feature] = (float)grid[k];
        NN_TRY(ask(dependence, x, out + k * n, error));
        nn_progress_set(dependence->progress,
                        dependence->done + dependence->share * (double)(k + 1) / (double)count);
    }
out:
    nn_free(x);
    return status;
}

/* The bin of a value: edges[k] < value <= edges[k + 1], the first bin also its lower edge. */
static size_t bin_of(const double *edges, size_t count, double value)
{
    size_t k = 0;
    while (k + 2 < count && value > edges[k + 1])
        k++;
    return k;
}

/* Mean change over each bin, and how many samples are in it. */
static enum nn_status local_effects(const struct nn_dependence *dependence, const double *edges,
                                    size_t count, double *effects, double *samples,
                                    struct nn_error *error)
{
    size_t size = dependence->answer.net->nodes[0]->size, n = dependence->n;
    float *x = nn_calloc(n, size * sizeof *x);
    double *values = nn_calloc(2 * n, sizeof *values);
    enum nn_status status = NN_OK;
    if (!x || !values)
        NN_TRY(nn_fail_memory(error, n * size * sizeof *x));
    memcpy(x, dependence->x, n * size * sizeof *x);
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < n; i++) {
            size_t at = i * size + dependence->feature;
            x[at] = (float)edges[bin_of(edges, count, (double)dependence->x[at]) + (size_t)side];
        }
        NN_TRY(ask(dependence, x, values + (size_t)side * n, error));
        nn_progress_set(dependence->progress,
                        dependence->done + dependence->share * (side + 1) / 2);
    }
    for (size_t i = 0; i < n; i++) {
        size_t k = bin_of(edges, count, (double)dependence->x[i * size + dependence->feature]);
        effects[k] += values[n + i] - values[i];
        samples[k]++;
    }
out:
    nn_free(x);
    nn_free(values);
    return status;
}

enum nn_status nn_dependence_ale(const struct nn_dependence *dependence, size_t bins, double *edges,
                                 double *effects, size_t *count, struct nn_error *error)
{
    double *all = NULL, *local = nn_calloc(2 * bins, sizeof *local), *samples = local + bins;
    double mean = 0, sum = 0;
    size_t edge_count = 0;
    bool indices;
    enum nn_status status = NN_OK;
    if (!local)
        return nn_fail_memory(error, 2 * bins * sizeof *local);
    NN_TRY(reads_indices(dependence, &indices, error));
    NN_TRY(sorted(dependence, &all, error));
    for (size_t k = 0; k <= bins; k++) {
        /* as the net will see it: what a sample is compared with must not lie beside it */
        double edge =
            (double)(float)quantile(all, dependence->n, (double)k / (double)bins, indices);
        if (k == 0 || edge > edges[edge_count - 1])
            edges[edge_count++] = edge;
    }
    effects[0] = 0;
    if (edge_count > 1)
        NN_TRY(local_effects(dependence, edges, edge_count, local, samples, error));
    for (size_t k = 0; k + 1 < edge_count; k++) {
        double before = sum;
        sum += samples[k] > 0 ? local[k] / samples[k] : 0;
        effects[k + 1] = sum;
        mean += samples[k] * (before + sum) / 2 / (double)dependence->n;
    }
    for (size_t k = 0; k < edge_count; k++)
        effects[k] -= mean;
    *count = edge_count;
out:
    nn_free(all);
    nn_free(local);
    return status;
}
