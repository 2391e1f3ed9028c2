#include "data/columns.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 200 };

void nn_columns_clear(struct nn_columns *columns)
{
    for (size_t i = 0; columns->items && i < columns->count; i++) {
        struct nn_column *column = &columns->items[i];
        nn_free(column->name);
        nn_labels_clear(&column->values);
    }
    nn_free(columns->items);
    *columns = (struct nn_columns){.label = NN_NO_COLUMN};
}

enum nn_status nn_columns_name(struct nn_columns *columns, const struct nn_csv_record *record,
                               bool header, struct nn_error *error)
{
    columns->items = nn_calloc(record->count, sizeof *columns->items);
    if (!columns->items)
        return nn_fail_memory(error, record->count * sizeof *columns->items);
    columns->count = record->count;
    columns->header = header;
    for (size_t i = 0; i < record->count; i++) {
        char name[NAME_SIZE];
        nn_labels_init(&columns->items[i].values, NULL);
        if (header && record->fields[i].length > 0)
            nn_text_visible(name, sizeof name, nn_csv_text(record, i), record->fields[i].length, 0);
        else
            snprintf(name, sizeof name, "column %zu", i + 1);
        columns->items[i].name = nn_strdup(name);
        if (!columns->items[i].name)
            return nn_fail_memory(error, sizeof name);
    }
    return NN_OK;
}

/* ---- what a cell is ---- */

bool nn_columns_missing(enum nn_cell cell, double number, enum nn_missing rule)
{
    return cell == NN_CELL_MISSING ||
           (cell == NN_CELL_NUMBER && isnan(number) && rule != NN_MISSING_REFUSE);
}

/* "-2,5": digits and one comma between them. */
static bool has_decimal_comma(const char *text)
{
    text += *text == '+' || *text == '-';
    size_t whole = strspn(text, "0123456789");
    size_t decimals = text[whole] == ',' ? strspn(text + whole + 1, "0123456789") : 0;
    return decimals > 0 && text[whole + 1 + decimals] == '\0';
}

/* "2024-01-31", "31.1.24", "12:30" */
static bool looks_like_date(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits > 0 && text[digits] && strchr("-/.:", text[digits]) &&
           strspn(text + digits + 1, "0123456789") > 0;
}

/* What may help with a text that should be a number, as it stands in the file. */
static void advise(const struct nn_columns *columns, const char *text, size_t i,
                   struct nn_error *error)
{
    if (!columns->comma && has_decimal_comma(text))
        nn_fail_hint(error, "decimal=comma reads 2,5 as two and a half");
    else if (looks_like_date(text))
        nn_fail_hint(error, "a date is no number: columns= names the columns to use, and so leaves "
                            "this one out");
    else if (strspn(text, "-.*_") == strlen(text))
        nn_fail_hint(error, "cells that count as missing are empty, ?, NA, N/A, null or none");
    else
        nn_fail_hint(error, "categories=%zu makes every distinct value an input of its own", i + 1);
}

/* Says what is wrong with a cell that should be a number. */
static enum nn_status refuse_cell(const struct nn_columns *columns,
                                  const struct nn_csv_record *record, size_t i, enum nn_cell cell,
                                  struct nn_error *error)
{
    const char *text = nn_csv_text(record, i), *name = columns->items[i].name;
    size_t length = record->fields[i].length, line = nn_csv_line(record, i);
    char shown[64], cell_text[64];
    snprintf(cell_text, sizeof cell_text, "%s", text);
    if (columns->comma)
        nn_csv_exchange(cell_text, strlen(cell_text)); /* back to what the file has */
    nn_text_visible(shown, sizeof shown, cell_text, strlen(cell_text), 40);
    if (cell == NN_CELL_MISSING) {
        nn_csv_fail(error, NN_DAMAGED, line, i + 1, name, "the cell is %s%s",
                    length ? "missing: " : "empty", shown);
        nn_fail_hint(error, "missing=drop leaves such rows out; missing=mean and "
                            "missing=mostfrequent fill the cells");
        return NN_DAMAGED;
    }
    if (cell == NN_CELL_NUMBER)
        return nn_csv_fail(error, NN_DAMAGED, line, i + 1, name, "%s is not a finite 32-bit number",
                           shown);
    nn_csv_fail(error, NN_DAMAGED, line, i + 1, name, "\"%s\" is not a number", shown);
    advise(columns, cell_text, i, error);
    return NN_DAMAGED;
}

/* Dates, percentages, numbers with units or decimal commas: what begins like a number is no
 * category unless somebody says so. */
static bool looks_like_number(const char *text)
{
    return strchr("0123456789+-.,", *text) && *text;
}

static enum nn_status add_value(struct nn_column *column, const struct nn_csv_record *record,
                                size_t i, struct nn_error *error)
{
    size_t line = nn_csv_line(record, i);
    column->values.column = column->name;
    enum nn_status status = nn_labels_add(&column->values, nn_csv_text(record, i),
                                          record->fields[i].length, line, i + 1, error);
    if (status == NN_OK && column->values.count > nn_limit(NN_LIMIT_CATEGORIES)) {
        status = nn_csv_fail(error, NN_LIMIT, line, i + 1, column->name,
                             "more than %zu different values, too many for categories",
                             nn_limit(NN_LIMIT_CATEGORIES));
        nn_fail_hint(error, "columns= names the columns to use, and so leaves this one out");
    }
    return status;
}

enum nn_status nn_columns_survey(struct nn_columns *columns, const struct nn_csv_record *record,
                                 size_t i, enum nn_missing rule, struct nn_error *error)
{
    struct nn_column *column = &columns->items[i];
    double number = 0;
    enum nn_cell cell = nn_sniff_cell(nn_csv_text(record, i), record->fields[i].length, &number);
    if (nn_columns_missing(cell, number, rule)) {
        column->missing++;
        return rule == NN_MISSING_REFUSE ? refuse_cell(columns, record, i, cell, error) : NN_OK;
    }
    if (cell == NN_CELL_NUMBER && !isfinite((float)number))
        return refuse_cell(columns, record, i, cell, error);
    if (column->kind == NN_COLUMN_KNOWN)
        return NN_OK;
    if (column->kind == NN_COLUMN_OPEN)
        column->kind = cell == NN_CELL_NUMBER ? NN_COLUMN_NUMBERS : NN_COLUMN_TEXTS;
    if (column->kind == NN_COLUMN_NUMBERS)
        return cell == NN_CELL_NUMBER ? NN_OK : refuse_cell(columns, record, i, cell, error);
    if (column->kind == NN_COLUMN_ANY)
        return add_value(column, record, i, error);
    if (cell == NN_CELL_TEXT)
        return looks_like_number(nn_csv_text(record, i))
                   ? refuse_cell(columns, record, i, cell, error)
                   : add_value(column, record, i, error);
    nn_csv_fail(error, NN_DAMAGED, nn_csv_line(record, i), i + 1, column->name,
                "the number %s in a column of texts", NN_VISIBLE(nn_csv_text(record, i)));
    nn_fail_hint(error, "categories=%zu makes every distinct value an input of its own", i + 1);
    return NN_DAMAGED;
}

/* ---- inputs ---- */

enum nn_status nn_columns_lay_out(struct nn_columns *columns, struct nn_error *error)
{
    if (columns->adopted)
        return NN_OK;
    columns->width = 0;
    for (size_t i = 0; i < columns->count; i++) {
        struct nn_column *column = &columns->items[i];
        if (!column->chosen)
            continue;
        column->first = columns->width;
        columns->width += 1 + column->values.count;
    }
    if (columns->width == 0)
        return nn_fail(error, NN_DAMAGED, "no column is left for the samples");
    return NN_OK;
}

static void fill_category(const struct nn_column *column, const char *text, bool missing,
                          float *out)
{
    size_t count = column->values.count;
    size_t at = missing ? SIZE_MAX : nn_labels_find(&column->values, text);
    for (size_t k = 0; k <= count; k++)
        out[k] = missing ? NAN : 0;
    if (!missing)
        out[at != SIZE_MAX ? at : count] = 1;
}

enum nn_status nn_columns_fill(const struct nn_columns *columns, const struct nn_csv_record *record,
                               enum nn_missing rule, float *out, struct nn_error *error)
{
    for (size_t i = 0; i < record->count; i++) {
        const struct nn_column *column = &columns->items[i];
        double number = 0;
        if (!column->chosen)
            continue;
        enum nn_cell cell =
            nn_sniff_cell(nn_csv_text(record, i), record->fields[i].length, &number);
        bool missing = nn_columns_missing(cell, number, rule);
        if (nn_column_is_category(column))
            fill_category(column, nn_csv_text(record, i), missing, out + column->first);
        else if (missing)
            out[column->first] = NAN;
        else if (cell != NN_CELL_NUMBER || !isfinite((float)number))
            return refuse_cell(columns, record, i, cell, error);
        else
            out[column->first] = (float)number;
    }
    return NN_OK;
}

/* NAME=VALUE for each value, NAME=? at the end. */
static enum nn_status name_category(const struct nn_column *column, char **names,
                                    struct nn_error *error)
{
    size_t count = column->values.count;
    for (size_t k = 0; k <= count; k++) {
        char name[2 * NAME_SIZE], value[NAME_SIZE] = "?";
        if (k < count)
            nn_text_visible(value, sizeof value, column->values.names[k],
                            strlen(column->values.names[k]), 0);
        snprintf(name, sizeof name, "%s=%s", column->name, value);
        names[k] = nn_strdup(name);
        if (!names[k])
            return nn_fail_memory(error, sizeof name);
    }
    return NN_OK;
}

enum nn_status nn_columns_give(struct nn_columns *columns, struct nn_samples *samples,
                               struct nn_error *error)
{
    samples->features = nn_calloc(columns->width, sizeof *samples->features);
    samples->missing = nn_calloc(columns->width, sizeof *samples->missing);
    samples->span = nn_calloc(columns->width, sizeof *samples->span);
    samples->feature_count = columns->width;
    if (!samples->features || !samples->missing || !samples->span)
        return nn_fail_memory(error, columns->width * sizeof *samples->features);
    for (size_t i = 0; i < columns->count; i++) {
        struct nn_column *column = &columns->items[i];
        if (!column->chosen)
            continue;
        bool fills = samples->missing_rule >= NN_MISSING_MEAN;
        samples->gaps = samples->gaps || (fills && column->missing > 0);
        samples->missing[column->first + column->values.count] = column->missing;
        samples->span[column->first] = 1 + column->values.count;
        if (nn_column_is_category(column)) {
            enum nn_status status = name_category(column, samples->features + column->first, error);
            if (status != NN_OK)
                return status;
        } else {
            samples->features[column->first] = column->name;
            column->name = NULL;
        }
    }
    if (columns->label != NN_NO_COLUMN && columns->header) {
        samples->target_name = nn_strdup(columns->items[columns->label].name);
        if (!samples->target_name)
            return nn_fail_memory(error, NAME_SIZE);
    }
    return NN_OK;
}
