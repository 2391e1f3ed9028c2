/* Missing cells: what stands in their place, fitted on the training split, as the scaling is, or
 * taken from a model.
 *
 * Cost: of the mean one walk over the training samples; for the most frequent value every column is
 * copied and sorted.
 */
#include "base/mem.h"
#include "base/text.h"
#include "data/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const nn_missing_names[] = {"refuse", "drop", "mean", "mostfrequent", NULL};

/* The samples that tell: those of the training split, or all if it is empty. */
struct known {
    const struct nn_samples *samples;
    const size_t *index; /* NULL: all */
    size_t count;
    size_t columns, run; /* values side by side that belong to one column */
};

static const float *row_of(const struct known *known, size_t i)
{
    size_t at = known->index ? known->index[i] : i;
    return (const float *)known->samples->values + at * known->columns * known->run;
}

static enum nn_status fit_means(const struct known *known, float *fill, struct nn_error *error)
{
    size_t columns = known->columns, run = known->run;
    double *sum = nn_calloc(columns, sizeof *sum), *found = nn_calloc(columns, sizeof *found);
    enum nn_status status = NN_OK;
    if (!sum || !found) {
        status = nn_fail_memory(error, 2 * columns * sizeof *sum);
        goto out;
    }
    for (size_t i = 0; i < known->count; i++) {
        const float *row = row_of(known, i);
        for (size_t j = 0; j < columns * run; j++) {
            bool missing = isnan(row[j]);
            sum[j / run] += missing ? 0 : (double)row[j];
            found[j / run] += !missing;
        }
    }
    for (size_t k = 0; k < columns; k++)
        fill[k] = found[k] > 0 ? (float)(sum[k] / found[k]) : NAN;
out:
    nn_free(sum);
    nn_free(found);
    return status;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* The most frequent value of a column, of several the smallest; NAN if there is none. */
static float mode_of(const struct known *known, size_t column, float *sorted)
{
    size_t count = 0, most = 0;
    float mode = NAN;
    for (size_t i = 0; i < known->count; i++) {
        const float *values = row_of(known, i) + column * known->run;
        for (size_t r = 0; r < known->run; r++)
            if (!isnan(values[r]))
                sorted[count++] = values[r];
    }
    qsort(sorted, count, sizeof *sorted, by_value);
    for (size_t i = 0, same = 0; i < count; i++) {
        same = i > 0 && sorted[i] == sorted[i - 1] ? same + 1 : 1;
        if (same > most) {
            most = same;
            mode = sorted[i];
        }
    }
    return mode;
}

static enum nn_status fit_modes(const struct known *known, float *fill, struct nn_error *error)
{
    size_t values = known->count * known->run; /* no more than there are in memory */
    float *sorted = nn_calloc(values, sizeof *sorted);
    if (!sorted)
        return nn_fail_memory(error, values * sizeof *sorted);
    for (size_t k = 0; k < known->columns; k++)
        fill[k] = mode_of(known, k, sorted);
    nn_free(sorted);
    return NN_OK;
}

/* A category of `span` columns, the last of which stands for unknown. It has no mean: there a
 * missing cell is unknown. */
static void fit_category(const struct known *known, size_t first, size_t span, bool frequent,
                         float *fill)
{
    size_t best = span - 1, most = 0, run = known->run;
    for (size_t k = 0; frequent && k + 1 < span; k++) {
        size_t found = 0;
        for (size_t i = 0; i < known->count; i++) {
            const float *values = row_of(known, i) + (first + k) * run;
            for (size_t r = 0; r < run; r++)
                found += values[r] == 1.0F;
        }
        if (found > most) {
            best = k;
            most = found;
        }
    }
    for (size_t k = 0; k < span; k++)
        fill[first + k] = k == best;
}

static void take_fill(struct nn_dataset *dataset, enum nn_missing rule, float *fill, size_t count)
{
    nn_free(dataset->fill);
    dataset->fill = fill;
    dataset->fill_count = count;
    dataset->fill_rule = rule;
    dataset->fill_given = false;
}

enum nn_status nn_dataset_fit_fill(struct nn_dataset *dataset, struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    enum nn_missing rule = samples->missing_rule;
    size_t columns = nn_column_count(samples), train = dataset->split_count[NN_SPLIT_TRAIN];
    struct known known = {.samples = samples,
                          .index = train > 0 ? dataset->index[NN_SPLIT_TRAIN] : NULL,
                          .count = train > 0 ? train : samples->count,
                          .columns = columns,
                          .run = nn_shape_size(&samples->shape) / columns};
    if (rule < NN_MISSING_MEAN || samples->storage != NN_STORAGE_FLOAT) {
        take_fill(dataset, NN_MISSING_REFUSE, NULL, 0);
        return NN_OK;
    }
    float *fill = nn_calloc(columns, sizeof *fill);
    if (!fill)
        return nn_fail_memory(error, columns * sizeof *fill);
    enum nn_status status =
        rule == NN_MISSING_MEAN ? fit_means(&known, fill, error) : fit_modes(&known, fill, error);
    if (status != NN_OK) {
        nn_free(fill);
        return status;
    }
    for (size_t k = 0; samples->span && k < columns; k += samples->span[k] ? samples->span[k] : 1)
        if (samples->span[k] > 1)
            fit_category(&known, k, samples->span[k], rule == NN_MISSING_MOST_FREQUENT, fill);
    take_fill(dataset, rule, fill, columns);
    return NN_OK;
}

enum nn_status nn_dataset_fill_with(const struct nn_dataset *dataset, enum nn_missing rule,
                                    const float *fill, size_t count, struct nn_dataset **result,
                                    struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    char text[NN_SHAPE_TEXT];
    struct nn_dataset *made = NULL;
    float *copy;
    enum nn_status status;
    if (!nn_count_fits(samples, count))
        return nn_fail(error, NN_SHAPE,
                       "the values for missing cells are for %zu columns; samples of shape %s have "
                       "%zu",
                       count, nn_shape_text(text, &samples->shape), nn_column_count(samples));
    NN_TRY(nn_dataset_copy(dataset, &made, error));
    copy = nn_calloc(count, sizeof *copy);
    if (!copy)
        NN_TRY(nn_fail_memory(error, count * sizeof *copy));
    memcpy(copy, fill, count * sizeof *copy);
    take_fill(made, rule, copy, count);
    made->fill_given = true;
    *result = made;
    made = NULL;
out:
    nn_dataset_free(made);
    return status;
}

enum nn_status nn_dataset_check_fill(const struct nn_dataset *dataset, struct nn_error *error)
{
    const struct nn_samples *samples = dataset->samples;
    size_t columns = nn_column_count(samples), width = nn_shape_size(&samples->shape);
    for (size_t k = 0; samples->gaps && k < columns; k++) {
        float fill = dataset->fill ? dataset->fill[k * dataset->fill_count / columns] : NAN;
        if (samples->missing[k] == 0 || !isnan(fill))
            continue;
        bool training = dataset->split_count[NN_SPLIT_TRAIN] > 0 &&
                        dataset->split_count[NN_SPLIT_TRAIN] < samples->count;
        nn_fail(error, NN_DAMAGED, "column \"%s\" has no values at all%s",
                samples->features ? samples->features[k * (width / columns)] : "",
                training ? " in the training split" : "");
        nn_fail_hint(error, "columns= names the columns to use, and so leaves this one out");
        return NN_DAMAGED;
    }
    return NN_OK;
}
