/* Columns of a table: their names, which of them the samples take, and what inputs they become.
 *
 * A column of numbers becomes one input. A column of texts, or of any values that are said to be
 * categories, becomes one input for each distinct value, NAME=VALUE, that is 1 where the cell has
 * the value and else 0, and a last one, NAME=?, for cells that are missing or whose value is not
 * known.
 *
 * Ownership: nn_columns_clear frees.
 * Errors:    NN_ARGUMENT for choices that do not fit; NN_DAMAGED and NN_LIMIT with row and column.
 */
#ifndef NN_DATA_COLUMNS_H
#define NN_DATA_COLUMNS_H

#include "data/labels.h"
#include "data/reader.h"
#include "data/records.h"
#include "data/sniff.h"

#define NN_NO_COLUMN SIZE_MAX

/* What a column holds, as far as is known: the first cell that is not missing decides, unless
 * categories= says ANY. */
enum nn_column_kind {
    NN_COLUMN_OPEN,
    NN_COLUMN_NUMBERS,
    NN_COLUMN_TEXTS,
    NN_COLUMN_ANY,
    NN_COLUMN_KNOWN /* a category whose values a model knows: others count as unknown */
};

struct nn_column {
    char *name;  /* visible */
    bool chosen; /* the samples take it */
    enum nn_column_kind kind;
    size_t missing;          /* cells */
    size_t first;            /* its first input */
    struct nn_labels values; /* of a category */
};

static inline bool nn_column_is_category(const struct nn_column *column)
{
    return column->kind >= NN_COLUMN_TEXTS;
}

struct nn_columns {
    struct nn_column *items;
    size_t count;
    size_t label; /* NN_NO_COLUMN = none */
    bool header;
    bool comma;     /* decimals have one in the file */
    bool open_tail; /* every line of the file ends with a delimiter */
    bool adopted;   /* laid out as a model knows them */
    size_t width;   /* inputs, once they are laid out */
};

void nn_columns_clear(struct nn_columns *columns);
/* Names from the first record, or "column 3". */
enum nn_status nn_columns_name(struct nn_columns *columns, const struct nn_csv_record *record,
                               bool header, struct nn_error *error);
/* Obeys label=, columns= and categories=. */
enum nn_status nn_columns_choose(struct nn_columns *columns, const struct nn_read_options *options,
                                 struct nn_error *error);

/* Takes the columns, and lays them out, as the model whose inputs are options->known knows them, if
 * all of them are there; else changes nothing. The label must be chosen. */
void nn_columns_adopt(struct nn_columns *columns, const struct nn_read_options *options);

/* Whether the samples can use a cell of a chosen column, in the first walk; what the column is
 * follows from its first cells. Missing cells are counted. */
enum nn_status nn_columns_survey(struct nn_columns *columns, const struct nn_csv_record *record,
                                 size_t i, enum nn_missing rule, struct nn_error *error);
/* Once all cells are known: the inputs of all columns. */
enum nn_status nn_columns_lay_out(struct nn_columns *columns, struct nn_error *error);
/* Writes the inputs of a row that has passed the survey, those of missing cells as NaN. */
enum nn_status nn_columns_fill(const struct nn_columns *columns, const struct nn_csv_record *record,
                               enum nn_missing rule, float *out, struct nn_error *error);
/* Names of all inputs, how many cells of each were missing, and which are one category, to the
 * samples. */
enum nn_status nn_columns_give(struct nn_columns *columns, struct nn_samples *samples,
                               struct nn_error *error);

/* True for a cell that counts as missing under the rule; nan does unless missing cells are refused.
 */
bool nn_columns_missing(enum nn_cell cell, double number, enum nn_missing rule);

#endif
