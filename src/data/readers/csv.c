/* CSV: a table with one column of labels.
 *
 * The text is walked twice: a survey that counts the rows, checks their lengths, looks at the
 * labels and finds out what the columns are, then, with all arrays allocated once, the values. Only
 * one piece of the file and one record stand beside the matrix.
 */
#include "base/mem.h"
#include "data/columns.h"
#include "data/sniff.h"

#include <string.h>

struct table {
    const struct nn_read_options *options;
    struct nn_csv_text text;
    struct nn_columns columns;
    struct nn_labels labels;
    size_t rows, dropped, filled;
    bool cut; /* the last row was left out */
    struct nn_samples *samples;
};

/* Whether the record holds the name of the first input that a model knows: then it is a header. */
static bool names_known(const struct nn_read_options *options, const struct nn_csv_record *record)
{
    for (size_t i = 0; options->known_count > 0 && i < record->count; i++) {
        const char *name = options->known[0], *cell = nn_csv_text(record, i);
        size_t length = record->fields[i].length;
        double number;
        if (length > 0 && strncmp(name, cell, length) == 0 && strchr("=", name[length]) &&
            nn_sniff_cell(cell, length, &number) == NN_CELL_TEXT)
            return true;
    }
    return false;
}

static enum nn_status take_first(void *context, const struct nn_csv_record *record,
                                 struct nn_error *error)
{
    struct table *table = context;
    struct nn_columns *columns = &table->columns;
    if (table->options->header < 0 && names_known(table->options, record))
        columns->header = true;
    enum nn_status status = nn_columns_name(columns, record, columns->header, error);
    if (status == NN_OK)
        status = nn_columns_choose(columns, table->options, error);
    if (status == NN_OK && columns->label != NN_NO_COLUMN)
        table->labels.column = columns->items[columns->label].name;
    return status;
}

static enum nn_status check_length(const struct table *table, const struct nn_csv_record *record,
                                   struct nn_error *error)
{
    size_t wanted = table->columns.count;
    if (record->count == wanted)
        return NN_OK;
    size_t odd = record->count < wanted ? record->count : wanted;
    bool tail = record->count == wanted + 1 && record->fields[wanted].length == 0;
    return nn_csv_fail(error, NN_DAMAGED, record->line, odd + 1, NULL,
                       "the row has %zu fields where %zu are expected%s", record->count, wanted,
                       tail ? ": it ends with a delimiter" : "");
}

static bool is_header(const struct table *table, const struct nn_csv_record *record)
{
    return record->number == 0 && table->columns.header;
}

/* Whether a row is left out because a cell that the samples need is missing: with missing=drop any,
 * else the label, which nothing can fill. Counts those cells when asked to. */
static bool drop_row(struct table *table, const struct nn_csv_record *record, bool count)
{
    struct nn_columns *columns = &table->columns;
    enum nn_missing rule = table->options->missing;
    bool drop = false;
    if (rule == NN_MISSING_REFUSE)
        return false;
    for (size_t i = 0; i < record->count; i++) {
        double number = 0;
        bool needed = rule == NN_MISSING_DROP && columns->items[i].chosen;
        if (!needed && i != columns->label)
            continue;
        const char *text = nn_csv_text(record, i);
        enum nn_cell cell = nn_sniff_cell(text, record->fields[i].length, &number);
        /* A class may be called "none". */
        if (i == columns->label && cell == NN_CELL_MISSING && *text && strcmp(text, "?") != 0)
            continue;
        if (!nn_columns_missing(cell, number, rule))
            continue;
        drop = true;
        columns->items[i].missing += count;
    }
    return drop;
}

static enum nn_status survey_row(void *context, const struct nn_csv_record *record,
                                 struct nn_error *error)
{
    struct table *table = context;
    struct nn_columns *columns = &table->columns;
    size_t label = columns->label;
    enum nn_status status = check_length(table, record, error);
    if (status != NN_OK || is_header(table, record))
        return status;
    if (drop_row(table, record, true)) {
        table->dropped++;
        return NN_OK;
    }
    table->rows++;
    for (size_t i = 0; i < record->count && status == NN_OK; i++) {
        if (columns->items[i].chosen)
            status = nn_columns_survey(columns, record, i, table->options->missing, error);
    }
    if (status == NN_OK && label != NN_NO_COLUMN)
        status =
            nn_labels_add(&table->labels, nn_csv_text(record, label), record->fields[label].length,
                          nn_csv_line(record, label), label + 1, error);
    return status;
}

static enum nn_status fill_row(void *context, const struct nn_csv_record *record,
                               struct nn_error *error)
{
    struct table *table = context;
    const struct nn_columns *columns = &table->columns;
    size_t label = columns->label;
    if (is_header(table, record))
        return NN_OK;
    if (record->count == columns->count && drop_row(table, record, false)) {
        table->cut = true;
        return NN_OK;
    }
    if (record->count != columns->count || table->filled == table->rows)
        return nn_fail(error, NN_DAMAGED, "the file changed while it was read");
    float *out = (float *)table->samples->values + table->filled * columns->width;
    enum nn_status status = nn_columns_fill(columns, record, table->options->missing, out, error);
    if (status == NN_OK && label != NN_NO_COLUMN)
        nn_labels_set(&table->labels, table->samples, table->filled, nn_csv_text(record, label),
                      record->fields[label].length);
    if (table->samples->cut)
        table->samples->cut[table->filled] = table->cut;
    table->cut = false;
    table->filled++;
    return status;
}

static enum nn_status allocate(struct table *table, struct nn_error *error)
{
    size_t width = table->columns.width, cells;
    struct nn_samples *samples;
    enum nn_status status = nn_samples_new(&table->samples, error);
    if (status != NN_OK)
        return status;
    samples = table->samples;
    samples->count = table->rows;
    samples->shape = nn_shape_make(1, &width);
    samples->storage = NN_STORAGE_FLOAT;
    samples->missing_rule = table->options->missing;
    samples->dropped = table->dropped;
    if (!nn_size_mul(table->rows, width, &cells))
        return nn_fail(error, NN_LIMIT, "too many cells");
    samples->values = nn_calloc_aligned(cells, sizeof(float));
    if (table->dropped > 0 && !(samples->cut = nn_calloc(table->rows, 1)))
        return nn_fail_memory(error, table->rows);
    return samples->values ? NN_OK : nn_fail_memory(error, cells * sizeof(float));
}

/* Lines above the table, delimiter, header. */
static enum nn_status sniff(struct table *table, struct nn_error *error)
{
    int wanted = table->options->header;
    struct nn_csv_text *text = &table->text;
    struct nn_sniffed sniffed = {.header = false};
    enum nn_status status;
    NN_TRY(nn_sniff_preamble(text, error));
    if (!text->delimiter)
        NN_TRY(nn_sniff_delimiter(text, error));
    NN_TRY(nn_sniff_records(text, &sniffed, error));
    if (!sniffed.header && wanted != 0) {
        NN_TRY(nn_sniff_comment(text, &sniffed.header, error));
        text->skip -= sniffed.header;
    }
    table->columns.header = wanted < 0 ? sniffed.header : wanted == 1;
    table->columns.open_tail = sniffed.open_tail;
out:
    return status;
}

/* A delimiter at the end of every line makes a column of nothing. */
static enum nn_status check_tail(const struct nn_columns *columns, struct nn_error *error)
{
    size_t last = columns->count - 1;
    if (!columns->open_tail || (!columns->items[last].chosen && columns->label != last))
        return NN_OK;
    nn_fail(error, NN_DAMAGED,
            "every line ends with a delimiter, so that the last column, %zu, has neither a name "
            "nor a value",
            last + 1);
    nn_fail_hint(error, "columns=1-%zu and label= leave it out", last);
    return NN_DAMAGED;
}

/* Text, delimiter, header, names of columns, label column. */
static enum nn_status begin(struct table *table, struct nn_bytes *input, struct nn_error *error)
{
    const struct nn_read_options *options = table->options;
    struct nn_csv_text *text = &table->text;
    enum nn_status status;
    if (options->label && options->labels && strcmp(options->label, "none") != 0) {
        status = nn_fail(error, NN_ARGUMENT, "label= and labels= exclude each other");
        goto out;
    }
    NN_TRY(nn_sniff_text(input, error));
    *text = (struct nn_csv_text){
        .input = input,
        .delimiter = options->delimiter,
        .comma = options->comma,
        .limit = 1,
        .progress = options->progress,
    };
    table->columns.comma = options->comma;
    NN_TRY(sniff(table, error));
    NN_TRY(nn_csv_walk(text, take_first, table, error));
    if (table->columns.count == 0)
        status = nn_fail(error, NN_DAMAGED, "the file has no rows, only blank lines");
    else
        status = check_tail(&table->columns, error);
out:
    return status;
}

static enum nn_status survey(struct table *table, struct nn_error *error)
{
    table->text.limit = 0;
    table->text.progress_to = 0.5;
    enum nn_status status = nn_csv_walk(&table->text, survey_row, table, error);
    if (status != NN_OK || table->rows > 0)
        return status;
    if (table->dropped > 0) {
        bool drop = table->options->missing == NN_MISSING_DROP;
        nn_fail(error, NN_DAMAGED,
                drop ? "missing=drop leaves no row: all %zu lack a cell"
                     : "no row is left: all %zu lack the label",
                table->dropped);
        if (!drop)
            nn_fail_hint(error, "label=none takes all columns as inputs; columns= names those to "
                                "use");
        return NN_DAMAGED;
    }
    return nn_fail(error, NN_DAMAGED, "the file has a header but no rows");
}

static enum nn_status fill(struct table *table, struct nn_error *error)
{
    const struct nn_read_options *options = table->options;
    enum nn_status status;
    NN_TRY(nn_columns_lay_out(&table->columns, error));
    NN_TRY(allocate(table, error));
    if (table->columns.label != NN_NO_COLUMN)
        NN_TRY(nn_labels_decide(&table->labels, options->task, table->samples, error));
    table->text.progress_from = 0.5;
    table->text.progress_to = 1.0;
    NN_TRY(nn_csv_walk(&table->text, fill_row, table, error));
    if (table->filled != table->rows) {
        status = nn_fail(error, NN_DAMAGED, "the file changed while it was read");
        goto out;
    }
    NN_TRY(nn_columns_give(&table->columns, table->samples, error));
    if (options->labels)
        NN_TRY(nn_labels_read(options->labels, options->task, table->samples, error));
out:
    return status;
}

static enum nn_status read_csv(const char *path, struct nn_bytes *input,
                               const struct nn_read_options *options, struct nn_samples **samples,
                               struct nn_error *error)
{
    struct table table = {.options = options};
    enum nn_status status;
    nn_labels_init(&table.labels, NULL);
    table.columns.label = NN_NO_COLUMN;
    NN_TRY(begin(&table, input, error));
    NN_TRY(survey(&table, error));
    NN_TRY(fill(&table, error));
    *samples = table.samples;
    table.samples = NULL;
out:
    if (status != NN_OK)
        nn_fail_at(error, path, 0, 0);
    nn_columns_clear(&table.columns);
    nn_labels_clear(&table.labels);
    nn_samples_free(table.samples);
    return status;
}

const struct nn_reader nn_reader_csv = {
    .name = "csv",
    .summary = "table divided by commas, semicolons, tabs, bars or blanks; one column is the label",
    .extensions = ".csv .tsv .txt .data",
    .keys = "label header delimiter decimal columns categories missing",
    .probe = NULL,
    .read = read_csv,
};
