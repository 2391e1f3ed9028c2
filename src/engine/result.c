#include "engine/result.h"

#include "base/mem.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

enum nn_status nn_result_new(enum nn_result_kind kind, const char *command,
                             struct nn_result **result, struct nn_error *error)
{
    struct nn_result *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->kind = kind;
    made->sample = made->unit = made->class_shown = -1;
    snprintf(made->command, sizeof made->command, "%s", command);
    *result = made;
    return NN_OK;
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++)
        nn_free(texts[i]);
    nn_free(texts);
}

/* Copies of outside strings that are safe to show. Gives them. */
static enum nn_status copy_texts(const char *const *texts, size_t count, char ***copies,
                                 struct nn_error *error)
{
    char **made = nn_calloc(count, sizeof *made);
    if (!made)
        return nn_fail_memory(error, count * sizeof *made);
    for (size_t i = 0; i < count; i++) {
        made[i] = nn_strdup(NN_VISIBLE(texts[i]));
        if (!made[i]) {
            free_texts(made, i);
            return nn_fail_memory(error, sizeof(struct nn_visible));
        }
    }
    *copies = made;
    return NN_OK;
}

static void clear_table(struct nn_result *result)
{
    for (size_t i = 0; result->cells && i < result->rows * result->column_count; i++)
        nn_free(result->cells[i].text);
    nn_free(result->cells);
    free_texts(result->columns, result->column_count);
    result->cells = NULL;
    result->columns = NULL;
    result->rows = result->column_count = 0;
}

void nn_result_free(struct nn_result *result)
{
    if (!result)
        return;
    nn_tensor_clear(&result->values);
    nn_tensor_clear(&result->input);
    free_texts(result->names, result->name_count);
    clear_table(result);
    nn_free(result);
}

void nn_result_figure(struct nn_result *result, const char *name, double value)
{
    if (result->figure_count == sizeof result->figures / sizeof *result->figures)
        return;
    struct nn_figure *figure = &result->figures[result->figure_count++];
    snprintf(figure->name, sizeof figure->name, "%s", name);
    figure->value = value;
}

enum nn_status nn_result_names(struct nn_result *result, const char *const *names, size_t count,
                               struct nn_error *error)
{
    char **copies;
    enum nn_status status = copy_texts(names, count, &copies, error);
    if (status != NN_OK)
        return status;
    free_texts(result->names, result->name_count);
    result->names = copies;
    result->name_count = count;
    return NN_OK;
}

enum nn_status nn_result_table(struct nn_result *result, const char *const *columns,
                               size_t column_count, size_t rows, struct nn_error *error)
{
    size_t count;
    if (!nn_size_mul(rows, column_count, &count))
        return nn_fail(error, NN_LIMIT, "the table has too many rows: %zu", rows);
    struct nn_cell *cells = nn_calloc(count, sizeof *cells);
    if (!cells)
        return nn_fail_memory(error, count * sizeof *cells);
    char **names;
    enum nn_status status = copy_texts(columns, column_count, &names, error);
    if (status != NN_OK) {
        nn_free(cells);
        return status;
    }
    clear_table(result);
    result->columns = names;
    result->column_count = column_count;
    result->cells = cells;
    result->rows = rows;
    return NN_OK;
}

enum nn_status nn_result_set_text(struct nn_result *result, size_t row, size_t column,
                                  const char *text, struct nn_error *error)
{
    char *copy = nn_strdup(NN_VISIBLE(text));
    if (!copy)
        return nn_fail_memory(error, sizeof(struct nn_visible));
    struct nn_cell *cell = &result->cells[row * result->column_count + column];
    nn_free(cell->text);
    cell->text = copy;
    return NN_OK;
}

void nn_result_set_number(struct nn_result *result, size_t row, size_t column, double value,
                          int decimals)
{
    struct nn_cell *cell = &result->cells[row * result->column_count + column];
    nn_free(cell->text);
    *cell = (struct nn_cell){.number = value, .decimals = decimals};
}

void nn_result_set_nothing(struct nn_result *result, size_t row, size_t column)
{
    nn_result_set_number(result, row, column, NAN, -3);
}
