/* Filling what is missing, column by column, once all cells are read.
 *
 * Cost: the columns with missing cells are walked twice; one copy of a column for the most frequent
 * value.
 */
#include "base/mem.h"
#include "data/columns.h"

#include <math.h>
#include <stdlib.h>

/* An input in all samples. */
struct lane {
    float *values;
    size_t count, step;
};

static float *at(const struct lane *lane, size_t i)
{
    return lane->values + i * lane->step;
}

static float mean_of(const struct lane *lane)
{
    double sum = 0;
    size_t known = 0;
    for (size_t i = 0; i < lane->count; i++) {
        float value = *at(lane, i);
        if (!isnan(value)) {
            sum += (double)value;
            known++;
        }
    }
    return known ? (float)(sum / (double)known) : NAN;
}

static int by_value(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return x < y ? -1 : x > y;
}

/* The most frequent value, of several the smallest; NAN if there is none. */
static enum nn_status mode_of(const struct lane *lane, float *mode, struct nn_error *error)
{
    float *sorted = nn_calloc(lane->count, sizeof *sorted);
    size_t known = 0, most = 0;
    if (!sorted)
        return nn_fail_memory(error, lane->count * sizeof *sorted);
    for (size_t i = 0; i < lane->count; i++) {
        if (!isnan(*at(lane, i)))
            sorted[known++] = *at(lane, i);
    }
    qsort(sorted, known, sizeof *sorted, by_value);
    *mode = NAN;
    for (size_t i = 0, run = 0; i < known; i++) {
        run = i > 0 && sorted[i] == sorted[i - 1] ? run + 1 : 1;
        if (run > most) {
            most = run;
            *mode = sorted[i];
        }
    }
    nn_free(sorted);
    return NN_OK;
}

static enum nn_status fill_numbers(const struct lane *lane, const char *name, enum nn_missing rule,
                                   struct nn_error *error)
{
    float fill = NAN;
    enum nn_status status = NN_OK;
    if (rule == NN_MISSING_MEAN)
        fill = mean_of(lane);
    else
        status = mode_of(lane, &fill, error);
    if (status != NN_OK)
        return status;
    if (isnan(fill)) {
        nn_fail(error, NN_DAMAGED, "column \"%s\" has no values at all", name);
        nn_fail_hint(error, "columns= names the columns to use, and so leaves this one out");
        return NN_DAMAGED;
    }
    for (size_t i = 0; i < lane->count; i++) {
        if (isnan(*at(lane, i)))
            *at(lane, i) = fill;
    }
    return NN_OK;
}

/* The value that most samples have among `values` inputs side by side. */
static size_t most_frequent(const struct lane *lane, size_t values)
{
    size_t best = 0, most = 0;
    for (size_t k = 0; k < values; k++) {
        size_t found = 0;
        for (size_t i = 0; i < lane->count; i++)
            found += at(lane, i)[k] == 1.0F;
        if (found > most) {
            best = k;
            most = found;
        }
    }
    return best;
}

/* A category has no mean: there a missing cell is the unknown value. */
static void fill_category(const struct lane *lane, size_t values, enum nn_missing rule)
{
    size_t best = rule == NN_MISSING_MOST_FREQUENT ? most_frequent(lane, values) : values;
    for (size_t i = 0; i < lane->count; i++) {
        float *inputs = at(lane, i);
        if (!isnan(inputs[values]))
            continue;
        inputs[values] = 0;
        inputs[best] = 1;
    }
}

enum nn_status nn_columns_impute(const struct nn_columns *columns, struct nn_samples *samples,
                                 enum nn_missing rule, struct nn_error *error)
{
    for (size_t i = 0; i < columns->count; i++) {
        const struct nn_column *column = &columns->items[i];
        if (!column->chosen || column->missing == 0)
            continue;
        struct lane lane = {(float *)samples->values + column->first, samples->count,
                            columns->width};
        enum nn_status status = NN_OK;
        if (nn_column_is_category(column))
            fill_category(&lane, column->values.count, rule);
        else
            status = fill_numbers(&lane, samples->features[column->first], rule, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}
