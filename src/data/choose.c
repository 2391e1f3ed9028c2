/* Which columns of a table are label, inputs and categories. */
#include "base/number.h"
#include "base/text.h"
#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

/* The first column from `from` on that bears a name. NN_NO_COLUMN if none does. */
static size_t next_column(const struct nn_columns *columns, const char *name, bool exact,
                          size_t from)
{
    struct nn_visible visible = nn_visible_of(name);
    for (size_t i = from; columns->header && i < columns->count; i++) {
        const char *own = columns->items[i].name;
        if (exact ? strcmp(own, visible.text) == 0 : nn_text_equal_nocase(own, visible.text))
            return i;
    }
    return NN_NO_COLUMN;
}

/* The column that bears a name, first by its exact spelling; another that does too to *twin. */
static size_t find_twin(const struct nn_columns *columns, const char *name, size_t *twin)
{
    size_t at = NN_NO_COLUMN;
    *twin = NN_NO_COLUMN;
    for (int exact = 1; exact >= 0 && at == NN_NO_COLUMN; exact--) {
        at = next_column(columns, name, exact, 0);
        if (at != NN_NO_COLUMN)
            *twin = next_column(columns, name, exact, at + 1);
    }
    return at;
}

static size_t find_column(const struct nn_columns *columns, const char *name)
{
    size_t twin;
    return find_twin(columns, name, &twin);
}

/* The name nearest to a word. */
static const char *nearest_column(const struct nn_columns *columns, const char *word)
{
    const char *best = NULL;
    for (size_t i = 0; columns->header && i < columns->count; i++) {
        const char *pair[2] = {best ? best : columns->items[i].name, columns->items[i].name};
        const char *near = nn_text_nearest(word, pair, 2);
        best = near ? near : best;
    }
    return best;
}

static enum nn_status no_column(const struct nn_columns *columns, const char *key, const char *name,
                                struct nn_error *error)
{
    int64_t number;
    if (nn_number_parse_int(name, strlen(name), &number))
        return nn_fail(error, NN_ARGUMENT, "%s=%s: the columns are 1 to %zu", key, NN_VISIBLE(name),
                       columns->count);
    nn_fail(error, NN_ARGUMENT,
            columns->header ? "there is no column \"%s\""
                            : "there is no column \"%s\": the file has no header",
            NN_VISIBLE(name));
    const char *near = nearest_column(columns, name);
    if (near)
        nn_fail_hint(error, "did you mean \"%s\"?", near);
    return NN_ARGUMENT;
}

/* A name, else a number from 1. */
static enum nn_status column_of(const struct nn_columns *columns, const char *key, const char *text,
                                size_t *column, struct nn_error *error)
{
    int64_t number;
    size_t twin, at = find_twin(columns, text, &twin);
    if (twin != NN_NO_COLUMN)
        return nn_fail(error, NN_ARGUMENT,
                       "%s=%s: the columns %zu and %zu bear that name; say the number of one", key,
                       NN_VISIBLE(text), at + 1, twin + 1);
    if (at == NN_NO_COLUMN && nn_number_parse_int(text, strlen(text), &number) && number >= 1 &&
        (uint64_t)number <= columns->count)
        at = (size_t)number - 1;
    if (at == NN_NO_COLUMN)
        return no_column(columns, key, text, error);
    *column = at;
    return NN_OK;
}

static size_t guess_label(const struct nn_columns *columns)
{
    static const char *const usual[] = {"label", "class", "target", "species", "diagnosis"};
    for (size_t k = 0; k < sizeof usual / sizeof usual[0]; k++) {
        size_t at = find_column(columns, usual[k]);
        if (at != NN_NO_COLUMN)
            return at;
    }
    return columns->count - 1;
}

enum { ITEM_SIZE = 200 };
#define LABEL_ITEM "label="

/* columns=1-8,label=12: the label may stand in the list. NULL if it does not. */
static const char *label_in_list(const char *list, char item[ITEM_SIZE])
{
    for (const char *at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
        size_t length = strcspn(at, ","), prefix = strlen(LABEL_ITEM);
        if (strncmp(at, LABEL_ITEM, prefix) != 0 || length >= ITEM_SIZE)
            continue;
        memcpy(item, at + prefix, length - prefix);
        item[length - prefix] = '\0';
        return item;
    }
    return NULL;
}

static enum nn_status choose_label(struct nn_columns *columns,
                                   const struct nn_read_options *options, struct nn_error *error)
{
    char item[ITEM_SIZE];
    const char *listed = label_in_list(options->columns, item);
    const char *label = listed ? listed : options->label;
    if (listed && (options->label || options->labels))
        return nn_fail(error, NN_ARGUMENT,
                       "columns=%s names a label, and so does %s=", NN_VISIBLE(options->columns),
                       options->label ? "label" : "labels");
    if (!label)
        columns->label = options->labels ? NN_NO_COLUMN : guess_label(columns);
    else if (strcmp(label, "none") == 0)
        columns->label = NN_NO_COLUMN;
    else if (strcmp(label, "first") == 0)
        columns->label = 0;
    else if (strcmp(label, "last") == 0)
        columns->label = columns->count - 1;
    else
        return column_of(columns, "label", label, &columns->label, error);
    return NN_OK;
}

/* ---- lists: 1-8,12,age ---- */

typedef void mark(struct nn_column *column);

static void mark_chosen(struct nn_column *column)
{
    column->chosen = true;
}

static void mark_category(struct nn_column *column)
{
    if (column->chosen)
        column->kind = NN_COLUMN_ANY;
}

/* "3-8"; false when it is none. */
static bool parse_range(const char *item, int64_t *first, int64_t *last)
{
    const char *dash = strchr(item, '-');
    return dash && dash > item && nn_number_parse_int(item, (size_t)(dash - item), first) &&
           nn_number_parse_int(dash + 1, strlen(dash + 1), last);
}

static enum nn_status mark_item(struct nn_columns *columns, const char *key, const char *item,
                                mark *set, struct nn_error *error)
{
    size_t at = 0;
    int64_t first, last;
    if (strncmp(item, LABEL_ITEM, strlen(LABEL_ITEM)) == 0)
        return NN_OK;
    if (find_column(columns, item) != NN_NO_COLUMN || !parse_range(item, &first, &last)) {
        enum nn_status status = column_of(columns, key, item, &at, error);
        if (status == NN_OK)
            set(&columns->items[at]);
        return status;
    }
    if (first < 1 || last < first || (uint64_t)last > columns->count)
        return nn_fail(error, NN_ARGUMENT, "%s=%s: the columns are 1 to %zu", key, NN_VISIBLE(item),
                       columns->count);
    for (int64_t i = first; i <= last; i++)
        set(&columns->items[i - 1]);
    return NN_OK;
}

static enum nn_status mark_list(struct nn_columns *columns, const char *key, const char *list,
                                mark *set, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (const char *at = list; status == NN_OK; at++) {
        char item[ITEM_SIZE];
        size_t length = strcspn(at, ",");
        if (length == 0 || length >= sizeof item)
            return nn_fail(error, NN_ARGUMENT,
                           "%s=%s: numbers, ranges and names of columns joined by commas are "
                           "wanted, such as 1-8,12,age",
                           key, NN_VISIBLE(list));
        memcpy(item, at, length);
        item[length] = '\0';
        status = mark_item(columns, key, item, set, error);
        at += length;
        if (*at == '\0')
            break;
    }
    return status;
}

enum nn_status nn_columns_choose(struct nn_columns *columns, const struct nn_read_options *options,
                                 struct nn_error *error)
{
    enum nn_status status;
    size_t chosen = 0;
    NN_TRY(choose_label(columns, options, error));
    if (!options->columns && !options->categories)
        nn_columns_adopt(columns, options);
    if (columns->adopted)
        return NN_OK;
    if (options->columns)
        NN_TRY(mark_list(columns, "columns", options->columns, mark_chosen, error));
    for (size_t i = 0; i < columns->count; i++) {
        struct nn_column *column = &columns->items[i];
        column->chosen = (column->chosen || !options->columns) && i != columns->label;
        chosen += column->chosen;
    }
    if (options->categories)
        NN_TRY(mark_list(columns, "categories", options->categories, mark_category, error));
    if (chosen == 0 && columns->count == 1) {
        status = nn_fail(error, NN_DAMAGED,
                         "the table has one column; a label and at least one feature are needed");
        nn_fail_hint(error, "label=none takes the column as a feature");
    } else if (chosen == 0) {
        status = nn_fail(error, NN_ARGUMENT, "columns=%s holds nothing but the label",
                         NN_VISIBLE(options->columns));
    }
out:
    return status;
}
