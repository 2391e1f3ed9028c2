/* CSV: a table of numbers with one column of labels.
 *
 * The text is walked twice: a survey that counts the rows, checks their lengths and looks at the
 * labels, then, with all arrays allocated once, the values. Only libcsv's buffer and one record
 * stand beside the matrix.
 */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data/labels.h"
#include "data/reader.h"
#include "data/records.h"
#include "data/sniff.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 200 };
#define NO_LABEL SIZE_MAX

struct table {
    const struct nn_read_options *options;
    struct nn_csv_text text;
    bool header;
    size_t columns, label; /* label: its column from 0, or NO_LABEL */
    char **names;          /* of all columns, visible */
    struct nn_labels labels;
    size_t rows, filled;
    struct nn_samples *samples;
};

static enum nn_status name_columns(struct table *table, const struct nn_csv_record *record,
                                   struct nn_error *error)
{
    table->names = nn_calloc(record->count, sizeof *table->names);
    if (!table->names)
        return nn_fail_memory(error, record->count * sizeof *table->names);
    table->columns = record->count;
    for (size_t i = 0; i < record->count; i++) {
        char name[NAME_SIZE];
        if (table->header && record->fields[i].length > 0) {
            nn_text_visible(name, sizeof name, nn_csv_text(record, i), record->fields[i].length, 0);
        } else {
            snprintf(name, sizeof name, "column %zu", i + 1);
        }
        table->names[i] = nn_strdup(name);
        if (!table->names[i])
            return nn_fail_memory(error, sizeof name);
    }
    return NN_OK;
}

/* The column that bears a name, first by its exact spelling. NO_LABEL if none does. */
static size_t find_column(const struct table *table, const char *name)
{
    struct nn_visible visible = nn_visible_of(name);
    for (size_t i = 0; i < table->columns; i++) {
        if (strcmp(table->names[i], visible.text) == 0)
            return i;
    }
    for (size_t i = 0; i < table->columns; i++) {
        if (nn_text_equal_nocase(table->names[i], visible.text))
            return i;
    }
    return NO_LABEL;
}

static size_t guess_label(const struct table *table)
{
    static const char *const usual[] = {"label", "class", "target", "species", "diagnosis"};
    for (size_t k = 0; table->header && k < sizeof usual / sizeof usual[0]; k++) {
        size_t at = find_column(table, usual[k]);
        if (at != NO_LABEL)
            return at;
    }
    return table->columns - 1;
}

static enum nn_status choose_label(struct table *table, struct nn_error *error)
{
    const char *label = table->options->label;
    int64_t number;
    if (table->options->labels && !label)
        label = "none";
    if (!label) {
        table->label = guess_label(table);
    } else if (strcmp(label, "none") == 0) {
        table->label = NO_LABEL;
    } else if (strcmp(label, "first") == 0) {
        table->label = 0;
    } else if (strcmp(label, "last") == 0) {
        table->label = table->columns - 1;
    } else if (table->header && find_column(table, label) != NO_LABEL) {
        table->label = find_column(table, label);
    } else if (nn_number_parse_int(label, strlen(label), &number)) {
        if (number < 1 || (uint64_t)number > table->columns)
            return nn_fail(error, NN_ARGUMENT, "label=%s: the columns are 1 to %zu",
                           NN_VISIBLE(label), table->columns);
        table->label = (size_t)number - 1;
    } else {
        nn_fail(error, NN_ARGUMENT,
                table->header ? "there is no column \"%s\""
                              : "there is no column \"%s\": the file has no header",
                NN_VISIBLE(label));
        const char *near =
            nn_text_nearest(label, (const char *const *)table->names, table->columns);
        if (near && table->header)
            nn_fail_hint(error, "did you mean \"%s\"?", near);
        return NN_ARGUMENT;
    }
    return NN_OK;
}

static enum nn_status take_first(void *context, const struct nn_csv_record *record,
                                 struct nn_error *error)
{
    struct table *table = context;
    enum nn_status status;
    NN_TRY(name_columns(table, record, error));
    NN_TRY(choose_label(table, error));
    if (table->label != NO_LABEL)
        table->labels.column = table->names[table->label];
    if (table->label != NO_LABEL && table->columns == 1) {
        status = nn_fail(error, NN_DAMAGED,
                         "the table has one column; a label and at least one feature are needed");
        nn_fail_hint(error, "label=none takes the column as a feature");
    }
out:
    return status;
}

static enum nn_status survey_row(void *context, const struct nn_csv_record *record,
                                 struct nn_error *error)
{
    struct table *table = context;
    size_t at = table->label;
    if (record->count != table->columns) {
        size_t odd = record->count < table->columns ? record->count : table->columns;
        return nn_csv_fail(error, NN_DAMAGED, record->line, odd + 1, NULL,
                           "the row has %zu fields where %zu are expected", record->count,
                           table->columns);
    }
    if (record->number == 0 && table->header)
        return NN_OK;
    table->rows++;
    if (at == NO_LABEL)
        return NN_OK;
    return nn_labels_add(&table->labels, nn_csv_text(record, at), record->fields[at].length,
                         nn_csv_line(record, at), at + 1, error);
}

/* Says what is wrong with a cell that should be a number. */
static enum nn_status refuse_cell(const struct table *table, const struct nn_csv_record *record,
                                  size_t i, enum nn_cell cell, struct nn_error *error)
{
    const char *text = nn_csv_text(record, i);
    size_t length = record->fields[i].length, line = nn_csv_line(record, i);
    char shown[64];
    nn_text_visible(shown, sizeof shown, text, length, 40);
    if (cell == NN_CELL_MISSING) {
        return nn_csv_fail(error, NN_DAMAGED, line, i + 1, table->names[i],
                           "the cell is %s%s; missing values cannot be used: fill the cell or "
                           "leave out the row",
                           length ? "missing: " : "empty", shown);
    }
    if (cell == NN_CELL_NUMBER) {
        return nn_csv_fail(error, NN_DAMAGED, line, i + 1, table->names[i],
                           "%s is not a finite 32-bit number", shown);
    }
    nn_csv_fail(error, NN_DAMAGED, line, i + 1, table->names[i], "\"%s\" is not a number", shown);
    if (strspn(text, "0123456789,+-") == length)
        nn_fail_hint(error, "decimals are written with a point: 1.5");
    return NN_DAMAGED;
}

static enum nn_status fill_row(void *context, const struct nn_csv_record *record,
                               struct nn_error *error)
{
    struct table *table = context;
    if (record->number == 0 && table->header)
        return NN_OK;
    size_t width = table->columns - (table->label != NO_LABEL);
    float *out = (float *)table->samples->values + table->filled * width;
    for (size_t i = 0; i < record->count; i++) {
        double number = 0;
        size_t length = record->fields[i].length;
        if (i == table->label)
            continue;
        enum nn_cell cell = nn_sniff_cell(nn_csv_text(record, i), length, &number);
        if (cell != NN_CELL_NUMBER || !isfinite((float)number))
            return refuse_cell(table, record, i, cell, error);
        *out++ = (float)number;
    }
    if (table->label != NO_LABEL)
        nn_labels_set(&table->labels, table->samples, table->filled,
                      nn_csv_text(record, table->label), record->fields[table->label].length);
    table->filled++;
    return NN_OK;
}

/* Hands the names of the columns to the samples. */
static enum nn_status give_names(struct table *table, struct nn_error *error)
{
    struct nn_samples *samples = table->samples;
    size_t width = table->columns - (table->label != NO_LABEL), to = 0;
    samples->features = nn_calloc(width, sizeof *samples->features);
    if (!samples->features)
        return nn_fail_memory(error, width * sizeof *samples->features);
    samples->feature_count = width;
    for (size_t i = 0; i < table->columns; i++) {
        if (i != table->label) {
            samples->features[to++] = table->names[i];
            table->names[i] = NULL;
        }
    }
    if (table->label != NO_LABEL && table->header) {
        samples->target_name = nn_strdup(table->names[table->label]);
        if (!samples->target_name)
            return nn_fail_memory(error, NAME_SIZE);
    }
    return NN_OK;
}

static enum nn_status allocate(struct table *table, struct nn_error *error)
{
    size_t width = table->columns - (table->label != NO_LABEL), cells;
    struct nn_samples *samples;
    enum nn_status status = nn_samples_new(&table->samples, error);
    if (status != NN_OK)
        return status;
    samples = table->samples;
    samples->count = table->rows;
    samples->shape = nn_shape_make(1, &width);
    samples->storage = NN_STORAGE_FLOAT;
    if (!nn_size_mul(table->rows, width, &cells))
        return nn_fail(error, NN_LIMIT, "too many cells");
    samples->values = nn_calloc_aligned(cells, sizeof(float));
    return samples->values ? NN_OK : nn_fail_memory(error, cells * sizeof(float));
}

/* Text, delimiter, header, names of columns, label column. */
static enum nn_status begin(struct table *table, const unsigned char *bytes, size_t length,
                            struct nn_error *error)
{
    const struct nn_read_options *options = table->options;
    enum nn_status status;
    if (options->label && options->labels && strcmp(options->label, "none") != 0) {
        status = nn_fail(error, NN_ARGUMENT, "label= and labels= exclude each other");
        goto out;
    }
    NN_TRY(nn_sniff_text(&bytes, &length, error));
    table->text = (struct nn_csv_text){
        .bytes = bytes,
        .length = length,
        .delimiter = options->delimiter ? options->delimiter : nn_sniff_delimiter(bytes, length),
        .limit = 1,
        .progress = options->progress,
    };
    table->header = options->header == 1;
    if (options->header < 0)
        NN_TRY(nn_sniff_header(&table->text, &table->header, error));
    NN_TRY(nn_csv_walk(&table->text, take_first, table, error));
    if (table->columns == 0)
        status = nn_fail(error, NN_DAMAGED, "the file has no rows, only blank lines");
out:
    return status;
}

static void end(struct table *table)
{
    for (size_t i = 0; table->names && i < table->columns; i++)
        nn_free(table->names[i]);
    nn_free(table->names);
    nn_labels_clear(&table->labels);
    nn_samples_free(table->samples);
}

static enum nn_status read_csv(const char *path, const unsigned char *bytes, size_t length,
                               const struct nn_read_options *options, struct nn_samples **samples,
                               struct nn_error *error)
{
    struct table table = {.options = options};
    enum nn_status status;
    nn_labels_init(&table.labels, NULL);
    NN_TRY(begin(&table, bytes, length, error));
    table.text.limit = 0;
    table.text.progress_to = 0.4;
    NN_TRY(nn_csv_walk(&table.text, survey_row, &table, error));
    if (table.rows == 0) {
        status = nn_fail(error, NN_DAMAGED, "the file has a header but no rows");
        goto out;
    }
    NN_TRY(allocate(&table, error));
    if (table.label != NO_LABEL)
        NN_TRY(nn_labels_decide(&table.labels, options->task, table.samples, error));
    table.text.progress_from = 0.4;
    table.text.progress_to = 1.0;
    NN_TRY(nn_csv_walk(&table.text, fill_row, &table, error));
    NN_TRY(give_names(&table, error));
    if (options->labels)
        NN_TRY(nn_labels_read(options->labels, options->task, table.samples, error));
    *samples = table.samples;
    table.samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    end(&table);
    return status;
}

const struct nn_reader nn_reader_csv = {
    .name = "csv",
    .summary = "table of numbers divided by commas, semicolons or tabs; one column is the label",
    .extensions = ".csv .tsv .txt .data",
    .probe = NULL,
    .read = read_csv,
};
