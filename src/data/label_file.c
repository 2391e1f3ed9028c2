/* labels=FILE: IDX, NPY or text, for samples that came without labels. */
#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/idx.h"
#include "data/labels.h"
#include "data/npy.h"
#include "data/sniff.h"

#include <math.h>

/* Classes "0" to the largest label; every label has passed check_class. */
static enum nn_status number_classes(struct nn_samples *samples, struct nn_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < samples->count; i++) {
        if ((size_t)samples->labels[i] >= count)
            count = (size_t)samples->labels[i] + 1;
    }
    samples->classes = nn_calloc(count, sizeof *samples->classes);
    if (!samples->classes)
        return nn_fail_memory(error, count * sizeof *samples->classes);
    samples->class_count = count;
    for (size_t i = 0; i < count; i++) {
        char text[NN_NUMBER_SIZE];
        samples->classes[i] = nn_strdup(nn_number_double(text, (double)i));
        if (!samples->classes[i])
            return nn_fail_memory(error, sizeof text);
    }
    return NN_OK;
}

static bool is_class(double value)
{
    return value >= 0 && value < (double)nn_limit(NN_LIMIT_CLASSES) && value == floor(value);
}

static enum nn_status array_classes(const struct nn_array *array, int32_t *labels,
                                    struct nn_error *error)
{
    for (size_t i = 0; i < array->count; i++) {
        double value = nn_array_value(array, i);
        char text[NN_NUMBER_SIZE];
        if (!is_class(value)) {
            return nn_fail(error, NN_DAMAGED,
                           "label %zu (byte offset %zu) is %s; classes are whole numbers from 0 to "
                           "%zu",
                           i, array->offset + i * array->size, nn_number_short(text, value, 9),
                           nn_limit(NN_LIMIT_CLASSES) - 1);
        }
        labels[i] = (int32_t)value;
    }
    return NN_OK;
}

static enum nn_status check_count(size_t labels, size_t samples, struct nn_error *error)
{
    if (labels == samples)
        return NN_OK;
    return nn_fail(error, NN_DAMAGED, "%zu labels for %zu samples", labels, samples);
}

/* One label, or `width` numbers, a sample. */
static enum nn_status check_parts(const struct nn_array *parts, size_t part_count, size_t samples,
                                  size_t *width, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    size_t rows = 0;
    *width = 0;
    for (size_t i = 0; i < part_count; i++) {
        const struct nn_shape *shape = &parts[i].shape;
        size_t wide = shape->rank > 0 ? parts[i].count / shape->dim[0] : 0;
        if (shape->rank < 1 || shape->rank > 2 || (i > 0 && wide != *width))
            return nn_fail(error, NN_DAMAGED, "labels of shape %s (one a sample is expected)",
                           nn_shape_text(text, shape));
        *width = wide;
        rows += shape->dim[0];
    }
    return check_count(rows, samples, error);
}

enum nn_status nn_labels_arrays(const struct nn_array *parts, size_t part_count, enum nn_task task,
                                struct nn_samples *samples, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    size_t width, cells;
    bool whole = true;
    enum nn_status status = check_parts(parts, part_count, samples->count, &width, error);
    if (status != NN_OK)
        return status;
    for (size_t i = 0; i < part_count; i++)
        whole = whole && parts[i].kind != 'f';
    if (task == NN_TASK_NONE)
        task = whole ? NN_TASK_CLASSIFICATION : NN_TASK_REGRESSION;
    if (task == NN_TASK_CLASSIFICATION && width != 1)
        return nn_fail(error, NN_DAMAGED, "labels of shape %s (one class a sample is expected)",
                       nn_shape_text(text, &parts->shape));
    if (!nn_size_mul(samples->count, width, &cells))
        return nn_fail(error, NN_DAMAGED, "too many labels");
    samples->task = task;
    if (task == NN_TASK_CLASSIFICATION) {
        samples->labels = nn_calloc(cells, sizeof *samples->labels);
    } else {
        samples->target_width = width;
        samples->targets = nn_calloc(cells, sizeof *samples->targets);
    }
    if (!samples->labels && !samples->targets)
        return nn_fail_memory(error, cells * sizeof *samples->targets);
    for (size_t i = 0, at = 0; i < part_count && status == NN_OK; at += parts[i++].count)
        status = samples->labels ? array_classes(&parts[i], samples->labels + at, error)
                                 : nn_array_floats(&parts[i], samples->targets + at, error);
    return status == NN_OK && samples->labels ? number_classes(samples, error) : status;
}

/* A text of labels, walked three times: header, survey, filling. */
struct label_text {
    struct nn_labels survey;
    struct nn_samples *samples;
    size_t skip; /* records before the first label */
    size_t next;
    bool by_number; /* classes are numbers from 0, also those that do not occur */
};

static enum nn_status survey_line(void *context, const struct nn_csv_record *record,
                                  struct nn_error *error)
{
    struct label_text *text = context;
    if (record->number < text->skip)
        return NN_OK;
    if (record->count > 1)
        return nn_csv_fail(error, NN_DAMAGED, record->line, 2, NULL,
                           "a labels file has one label a line");
    return nn_labels_add(&text->survey, nn_csv_text(record, 0), record->fields[0].length,
                         record->line, 1, error);
}

static enum nn_status fill_line(void *context, const struct nn_csv_record *record,
                                struct nn_error *error)
{
    struct label_text *text = context;
    const char *cell = nn_csv_text(record, 0);
    double value = 0;
    if (record->number < text->skip)
        return NN_OK;
    if (!text->by_number) {
        nn_labels_set(&text->survey, text->samples, text->next++, cell, record->fields[0].length);
        return NN_OK;
    }
    nn_number_parse(cell, record->fields[0].length, &value);
    if (!is_class(value))
        return nn_csv_fail(error, NN_DAMAGED, record->line, 1, NULL,
                           "label %s; classes are whole numbers from 0 to %zu", NN_VISIBLE(cell),
                           nn_limit(NN_LIMIT_CLASSES) - 1);
    text->samples->labels[text->next++] = (int32_t)value;
    return NN_OK;
}

static enum nn_status label_by_text(struct nn_bytes *input, enum nn_task task,
                                    struct nn_samples *samples, struct nn_error *error)
{
    struct label_text text = {.samples = samples};
    struct nn_csv_text csv = {.input = input, .delimiter = ','};
    struct nn_sniffed sniffed = {.header = false};
    enum nn_status status;
    nn_labels_init(&text.survey, NULL);
    NN_TRY(nn_sniff_text(input, error));
    NN_TRY(nn_sniff_records(&csv, &sniffed, error));
    text.skip = sniffed.header;
    NN_TRY(nn_csv_walk(&csv, survey_line, &text, error));
    NN_TRY(check_count(text.survey.rows, samples->count, error));
    text.by_number =
        task != NN_TASK_REGRESSION && text.survey.whole && text.survey.numbers == text.survey.rows;
    if (text.by_number) {
        samples->task = NN_TASK_CLASSIFICATION;
        samples->labels = nn_calloc(samples->count, sizeof *samples->labels);
        if (!samples->labels) {
            status = nn_fail_memory(error, samples->count * sizeof *samples->labels);
            goto out;
        }
    } else {
        NN_TRY(nn_labels_decide(&text.survey, task, samples, error));
    }
    NN_TRY(nn_csv_walk(&csv, fill_line, &text, error));
    if (text.by_number)
        NN_TRY(number_classes(samples, error));
out:
    nn_labels_clear(&text.survey);
    return status;
}

enum nn_status nn_labels_parse(struct nn_bytes *input, enum nn_task task,
                               struct nn_samples *samples, struct nn_error *error)
{
    struct nn_array array;
    const unsigned char *first;
    unsigned char *bytes = NULL;
    size_t length;
    enum nn_status status;
    NN_TRY(nn_bytes_peek(input, &first, &length, error));
    bool npy = nn_npy_probe(first, length);
    if (!npy && !nn_idx_probe(first, length)) {
        status = label_by_text(input, task, samples, error);
        goto out;
    }
    NN_TRY(nn_bytes_all(input, 0, &bytes, &length, error));
    NN_TRY(npy ? nn_npy_parse(&array, bytes, length, error)
               : nn_idx_parse(&array, bytes, length, error));
    NN_TRY(nn_labels_arrays(&array, 1, task, samples, error));
out:
    nn_free(bytes);
    return status;
}

enum nn_status nn_labels_read(const char *path, enum nn_task task, struct nn_samples *samples,
                              struct nn_error *error)
{
    struct nn_bytes *input = NULL;
    enum nn_status status;
    NN_TRY(nn_bytes_open(path, &input, error));
    NN_TRY(nn_labels_parse(input, task, samples, error));
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_bytes_close(input);
    return status;
}
