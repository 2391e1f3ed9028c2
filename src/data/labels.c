#include "data/labels.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/records.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FEW_CLASSES = 20, NAME_SIZE = 200 };

void nn_labels_init(struct nn_labels *labels, const char *column)
{
    *labels = (struct nn_labels){.column = column, .whole = true};
}

void nn_labels_clear(struct nn_labels *labels)
{
    for (size_t i = 0; i < labels->count; i++)
        nn_free(labels->names[i]);
    nn_free(labels->names);
    nn_free(labels->values);
    nn_labels_init(labels, NULL);
}

/* Where a text stands among the names, or would stand. */
static size_t find_name(const struct nn_labels *labels, const char *text, bool *found)
{
    size_t low = 0, high = labels->count;
    *found = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(text, labels->names[middle]);
        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

size_t nn_labels_find(const struct nn_labels *labels, const char *text)
{
    bool found;
    size_t at = find_name(labels, text, &found);
    return found ? at : SIZE_MAX;
}

/* A sorted array, not a hash table: no input can make it slow, and its order is the result. */
static enum nn_status add_name(struct nn_labels *labels, const char *text, struct nn_error *error)
{
    bool found;
    if (labels->many)
        return NN_OK;
    size_t at = find_name(labels, text, &found);
    if (found)
        return NN_OK;
    if (labels->count >= nn_limit(NN_LIMIT_CLASSES)) {
        labels->many = true;
        return NN_OK;
    }
    if (labels->count == labels->capacity) {
        size_t wanted = labels->capacity ? 2 * labels->capacity : 16;
        char **names = nn_realloc(labels->names, wanted, sizeof *names);
        if (!names)
            return nn_fail_memory(error, wanted * sizeof *names);
        labels->names = names;
        labels->capacity = wanted;
    }
    char *copy = nn_strdup(text);
    if (!copy)
        return nn_fail_memory(error, strlen(text) + 1);
    memmove(labels->names + at + 1, labels->names + at,
            (labels->count - at) * sizeof *labels->names);
    labels->names[at] = copy;
    labels->count++;
    return NN_OK;
}

static void note_number(struct nn_labels *labels, double number)
{
    labels->numbers++;
    labels->whole = labels->whole && number == floor(number);
}

static void note_text(struct nn_labels *labels, const char *text, size_t length, size_t line,
                      size_t column)
{
    if (labels->first_text.line > 0)
        return;
    labels->first_text.line = line;
    labels->first_text.column = column;
    nn_text_visible(labels->first_text.text, sizeof labels->first_text.text, text, length, 40);
}

enum nn_status nn_labels_add(struct nn_labels *labels, const char *text, size_t length, size_t line,
                             size_t column, struct nn_error *error)
{
    double number = 0;
    if (length == 0 || strcmp(text, "?") == 0) {
        nn_csv_fail(error, NN_DAMAGED, line, column, labels->column, "the label is missing");
        nn_fail_hint(
            error,
            "missing=drop leaves such rows out; missing=mean and missing=mostfrequent do, and "
            "fill other cells");
        return NN_DAMAGED;
    }
    if (!nn_number_parse(text, length, &number)) {
        note_text(labels, text, length, line, column);
    } else if (!isfinite((float)number)) {
        return nn_csv_fail(error, NN_DAMAGED, line, column, labels->column,
                           "the label %s is not a finite 32-bit number", NN_VISIBLE(text));
    } else {
        note_number(labels, number);
    }
    labels->rows++;
    return add_name(labels, text, error);
}

static enum nn_status allocate(struct nn_samples *samples, struct nn_error *error)
{
    bool classes = samples->task == NN_TASK_CLASSIFICATION;
    if (classes)
        samples->labels = nn_calloc(samples->count, sizeof *samples->labels);
    else
        samples->targets = nn_calloc(samples->count, sizeof *samples->targets);
    samples->target_width = classes ? 0 : 1;
    return samples->labels || samples->targets
               ? NN_OK
               : nn_fail_memory(error, samples->count * sizeof *samples->labels);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The distinct numbers among the names ("1" and "1.0" are one), sorted. */
static enum nn_status sort_values(struct nn_labels *labels, size_t *count, struct nn_error *error)
{
    double *values = nn_calloc(labels->count, sizeof *values);
    if (!values)
        return nn_fail_memory(error, labels->count * sizeof *values);
    for (size_t i = 0; i < labels->count; i++)
        nn_number_parse(labels->names[i], strlen(labels->names[i]), &values[i]);
    qsort(values, labels->count, sizeof *values, by_value);
    size_t distinct = 0;
    for (size_t i = 0; i < labels->count; i++) {
        if (distinct == 0 || values[i] != values[distinct - 1])
            values[distinct++] = values[i];
    }
    labels->values = values;
    *count = distinct;
    return NN_OK;
}

/* Names of the classes, visible, from the texts or the numbers. */
static enum nn_status name_classes(const struct nn_labels *labels, struct nn_samples *samples,
                                   size_t count, struct nn_error *error)
{
    samples->classes = nn_calloc(count, sizeof *samples->classes);
    if (!samples->classes)
        return nn_fail_memory(error, count * sizeof *samples->classes);
    samples->class_count = count;
    for (size_t i = 0; i < count; i++) {
        char text[NAME_SIZE];
        if (labels->values)
            nn_number_double(text, labels->values[i]);
        else
            nn_text_visible(text, sizeof text, labels->names[i], strlen(labels->names[i]), 0);
        samples->classes[i] = nn_strdup(text);
        if (!samples->classes[i])
            return nn_fail_memory(error, sizeof text);
    }
    return NN_OK;
}

/* What the column is, when the user did not say. A few texts among many different numbers are
 * mistakes, not classes. */
static enum nn_task guess_task(const struct nn_labels *labels, bool *odd_text)
{
    bool few = !labels->many && labels->count <= FEW_CLASSES && 2 * labels->count <= labels->rows;
    *odd_text = false;
    if (labels->numbers == 0)
        return NN_TASK_CLASSIFICATION;
    if (labels->numbers == labels->rows)
        return labels->whole && few ? NN_TASK_CLASSIFICATION : NN_TASK_REGRESSION;
    *odd_text = 2 * labels->numbers > labels->rows && !(labels->whole && few);
    return *odd_text ? NN_TASK_REGRESSION : NN_TASK_CLASSIFICATION;
}

enum nn_status nn_labels_decide(struct nn_labels *labels, enum nn_task task,
                                struct nn_samples *samples, struct nn_error *error)
{
    bool odd_text = false, numeric = labels->numbers == labels->rows;
    size_t count = labels->count;
    enum nn_status status;
    if (task == NN_TASK_NONE)
        task = guess_task(labels, &odd_text);
    if (task == NN_TASK_REGRESSION && !numeric) {
        status = nn_csv_fail(error, NN_DAMAGED, labels->first_text.line, labels->first_text.column,
                             labels->column, "\"%s\" is not a number", labels->first_text.text);
        if (odd_text)
            nn_fail_hint(error, "the other labels are numbers; task=classification makes every "
                                "distinct one a class");
        goto out;
    }
    if (task == NN_TASK_CLASSIFICATION && labels->many) {
        status = nn_fail(error, NN_LIMIT, "more than %zu classes in the label column",
                         nn_limit(NN_LIMIT_CLASSES));
        nn_fail_hint(error, "is this the right column? label=NAME chooses another");
        goto out;
    }
    samples->task = task;
    if (task == NN_TASK_CLASSIFICATION) {
        if (numeric)
            NN_TRY(sort_values(labels, &count, error));
        NN_TRY(name_classes(labels, samples, count, error));
    }
    NN_TRY(allocate(samples, error));
out:
    return status;
}

void nn_labels_set(const struct nn_labels *labels, struct nn_samples *samples, size_t i,
                   const char *text, size_t length)
{
    double number = 0;
    bool found;
    if (!labels->values && samples->labels) {
        samples->labels[i] = (int32_t)find_name(labels, text, &found);
        return;
    }
    nn_number_parse(text, length, &number);
    if (samples->targets) {
        samples->targets[i] = (float)number;
        return;
    }
    const double *at =
        bsearch(&number, labels->values, samples->class_count, sizeof *labels->values, by_value);
    samples->labels[i] = at ? (int32_t)(at - labels->values) : 0;
}
