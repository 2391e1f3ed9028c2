/* Windows over a series: from a table whose rows are moments to samples that are stretches of it.
 */
#include "base/mem.h"
#include "data/dataset.h"
#include "data/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static float cell(const struct nn_samples *table, size_t row, size_t column)
{
    return ((const float *)table->values)[row * nn_shape_size(&table->shape) + column];
}

/* The windows that become samples. */
struct windowing {
    const struct nn_samples *table;
    const struct nn_windows *windows;
    size_t *start; /* [count] their first rows */
    size_t count;
    size_t left_out;
};

/* The row whose target belongs to the window that begins with row `start`. */
static size_t target_row(const struct nn_windows *windows, size_t start)
{
    return start + windows->length - 1 + windows->horizon;
}

/* Whether the future of a window is known: a filled cell is no target. */
static bool has_target(const struct windowing *work, size_t start)
{
    const struct nn_windows *windows = work->windows;
    size_t row = target_row(windows, start);
    if (windows->target != NN_WINDOW_COLUMN)
        return true;
    return !isnan(cell(work->table, row, windows->column)) &&
           !(windows->direction &&
             isnan(cell(work->table, row - windows->horizon, windows->column)));
}

/* Finds the windows: no row may be left out between the first and the target. */
static enum nn_status place(struct windowing *work, struct nn_error *error)
{
    const struct nn_windows *windows = work->windows;
    const unsigned char *cut = work->table->cut;
    size_t most = (work->table->count - 1 - target_row(windows, 0)) / windows->step + 1;
    size_t seen = 0, last_cut = 0;
    work->start = nn_calloc(most, sizeof *work->start);
    if (!work->start)
        return nn_fail_memory(error, most * sizeof *work->start);
    for (size_t i = 0; i < most; i++) {
        size_t start = i * windows->step;
        for (; cut && seen <= target_row(windows, start); seen++)
            last_cut = cut[seen] ? seen : last_cut;
        if (last_cut <= start && has_target(work, start))
            work->start[work->count++] = start;
    }
    work->left_out = most - work->count;
    if (work->count == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "no window is left: each lacks its target or reaches across rows that were "
                       "left out");
    return NN_OK;
}

static enum nn_status check(const struct nn_samples *table, const struct nn_windows *windows,
                            struct nn_error *error)
{
    if (table->shape.rank != 1 || table->storage != NN_STORAGE_FLOAT)
        return nn_fail(error, NN_ARGUMENT, "windows are made of the rows of a table");
    if (windows->target == NN_WINDOW_COLUMN && windows->column >= nn_shape_size(&table->shape))
        return nn_fail(error, NN_ARGUMENT, "the table has %zu columns",
                       nn_shape_size(&table->shape));
    if (windows->target == NN_WINDOW_LABEL && table->task == NN_TASK_NONE) {
        nn_fail(error, NN_STATE, "the table has no labels");
        nn_fail_hint(error, "target=COLUMN makes one of its columns the target");
        return NN_STATE;
    }
    if (windows->length < 1 || windows->step < 1 || target_row(windows, 0) >= table->count) {
        return nn_fail(error, NN_ARGUMENT,
                       "a series of %zu rows has no window of %zu with a target %zu rows further",
                       table->count, windows->length, windows->horizon);
    }
    return NN_OK;
}

/* Several series stand one after the other in a sample: [columns, length], as conv1d takes them. */
static void fill(const struct windowing *work, struct nn_samples *made)
{
    const struct nn_samples *table = work->table;
    size_t columns = nn_shape_size(&table->shape), at = 0;
    float *out = made->values;
    for (size_t i = 0; i < made->count; i++) {
        for (size_t c = 0; c < columns; c++) {
            for (size_t t = 0; t < work->windows->length; t++)
                out[at++] = cell(table, work->start[i] + t, c);
        }
    }
}

/* close[t-2], close[t-1], close[t] */
static enum nn_status name_inputs(const struct nn_samples *table, size_t length,
                                  struct nn_samples *made, struct nn_error *error)
{
    size_t columns = nn_shape_size(&table->shape);
    made->features = nn_calloc(columns * length, sizeof *made->features);
    if (!made->features)
        return nn_fail_memory(error, columns * length * sizeof *made->features);
    made->feature_count = columns * length;
    for (size_t i = 0; i < columns * length; i++) {
        char name[400], column[32];
        size_t back = length - 1 - i % length;
        snprintf(column, sizeof column, "column %zu", i / length + 1);
        snprintf(name, sizeof name, back ? "%s[t-%zu]" : "%s[t]",
                 table->features ? table->features[i / length] : column, back);
        made->features[i] = nn_strdup(name);
        if (!made->features[i])
            return nn_fail_memory(error, sizeof name);
    }
    return NN_OK;
}

static enum nn_status name_classes(char *const *names, size_t count, struct nn_samples *made,
                                   struct nn_error *error)
{
    made->task = NN_TASK_CLASSIFICATION;
    made->labels = nn_calloc(made->count, sizeof *made->labels);
    made->classes = nn_calloc(count, sizeof *made->classes);
    if (!made->labels || !made->classes)
        return nn_fail_memory(error, made->count * sizeof *made->labels);
    made->class_count = count;
    for (size_t i = 0; i < count; i++) {
        made->classes[i] = nn_strdup(names[i]);
        if (!made->classes[i])
            return nn_fail_memory(error, strlen(names[i]) + 1);
    }
    return NN_OK;
}

static enum nn_status allocate_targets(struct nn_samples *made, size_t width, const char *name,
                                       struct nn_error *error)
{
    size_t count;
    made->task = NN_TASK_REGRESSION;
    made->target_width = width;
    if (!nn_size_mul(made->count, width, &count))
        return nn_fail(error, NN_LIMIT, "too many targets");
    made->targets = nn_calloc(count, sizeof *made->targets);
    made->target_name = nn_strdup(name);
    if (!made->targets || (name && !made->target_name))
        return nn_fail_memory(error, count * sizeof *made->targets);
    return NN_OK;
}

/* The label of the row that the horizon reaches. */
static enum nn_status take_labels(const struct windowing *work, struct nn_samples *made,
                                  struct nn_error *error)
{
    const struct nn_samples *table = work->table;
    size_t width = table->target_width;
    enum nn_status status = table->labels
                                ? name_classes(table->classes, table->class_count, made, error)
                                : allocate_targets(made, width, table->target_name, error);
    for (size_t i = 0; status == NN_OK && i < made->count; i++) {
        size_t row = target_row(work->windows, work->start[i]);
        if (table->labels)
            made->labels[i] = table->labels[row];
        else
            memcpy(made->targets + i * width, table->targets + row * width,
                   width * sizeof *made->targets);
    }
    return status;
}

/* The value of a column there, or whether it is above the last one of the window. */
static enum nn_status take_column(const struct windowing *work, struct nn_samples *made,
                                  struct nn_error *error)
{
    const struct nn_samples *table = work->table;
    const struct nn_windows *windows = work->windows;
    static char *const directions[] = {"down", "up"};
    size_t column = windows->column;
    enum nn_status status =
        windows->direction
            ? name_classes(directions, 2, made, error)
            : allocate_targets(made, 1, table->features ? table->features[column] : NULL, error);
    for (size_t i = 0; status == NN_OK && i < made->count; i++) {
        size_t row = target_row(windows, work->start[i]);
        float value = cell(table, row, column);
        if (windows->direction)
            made->labels[i] = value > cell(table, row - windows->horizon, column);
        else
            made->targets[i] = value;
    }
    return status;
}

/* What was missing in the table, column by column. */
static enum nn_status keep_gaps(const struct nn_samples *table, struct nn_samples *made,
                                struct nn_error *error)
{
    size_t columns = nn_shape_size(&table->shape), size = columns * sizeof *table->missing;
    made->missing_rule = table->missing_rule;
    made->dropped = table->dropped;
    made->gaps = table->gaps;
    if ((table->missing && !(made->missing = nn_calloc(columns, sizeof *made->missing))) ||
        (table->span && !(made->span = nn_calloc(columns, sizeof *made->span))))
        return nn_fail_memory(error, size);
    if (table->missing)
        memcpy(made->missing, table->missing, size);
    if (table->span)
        memcpy(made->span, table->span, size);
    return NN_OK;
}

static enum nn_status make(const struct windowing *work, struct nn_samples *made,
                           struct nn_error *error)
{
    const struct nn_samples *table = work->table;
    const struct nn_windows *windows = work->windows;
    size_t columns = nn_shape_size(&table->shape), cells;
    enum nn_status status = NN_OK;
    made->count = work->count;
    made->left_out = work->left_out;
    made->series = columns;
    made->step = windows->step;
    made->shape = columns == 1 ? nn_shape_make(1, (size_t[]){windows->length})
                               : nn_shape_make(2, (size_t[]){columns, windows->length});
    made->storage = NN_STORAGE_FLOAT;
    made->horizon = windows->horizon;
    made->name = nn_strdup(table->name);
    if (!nn_size_mul(columns, windows->length, &cells) || !nn_size_mul(made->count, cells, &cells))
        return nn_fail(error, NN_LIMIT, "too many values");
    made->values = nn_calloc_aligned(cells, sizeof(float));
    if (!made->values || (table->name && !made->name))
        return nn_fail_memory(error, cells * sizeof(float));
    fill(work, made);
    NN_TRY(keep_gaps(table, made, error));
    NN_TRY(name_inputs(table, windows->length, made, error));
    if (windows->target == NN_WINDOW_LABEL)
        status = take_labels(work, made, error);
    else if (windows->target == NN_WINDOW_COLUMN)
        status = take_column(work, made, error);
out:
    return status;
}

enum nn_status nn_dataset_window(const struct nn_dataset *dataset, const struct nn_windows *windows,
                                 struct nn_dataset **result, struct nn_error *error)
{
    struct windowing work = {.table = dataset->samples, .windows = windows};
    struct nn_samples *samples = NULL;
    struct nn_dataset *made = NULL;
    enum nn_status status;
    NN_TRY(check(dataset->samples, windows, error));
    NN_TRY(place(&work, error));
    NN_TRY(nn_samples_new(&samples, error));
    NN_TRY(make(&work, samples, error));
    status = nn_dataset_new(samples, &made, error);
    samples = NULL;
    if (status != NN_OK)
        goto out;
    NN_TRY(nn_dataset_fit(made, dataset->scaling, error));
    *result = made;
    made = NULL;
out:
    nn_free(work.start);
    nn_samples_free(samples);
    nn_dataset_free(made);
    return status;
}
