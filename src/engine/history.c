#include "base/mem.h"
#include "engine/trainer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void nn_history_init(struct nn_history *history)
{
    *history = (struct nn_history){0};
}

void nn_history_clear(struct nn_history *history)
{
    nn_free(history->names);
    nn_free(history->rows);
    nn_free(history->batch_loss);
    nn_history_init(history);
}

static int find(char (*names)[32], size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(names[i], name, sizeof *names - 1) == 0)
            return (int)i;
    return -1;
}

int nn_history_column(const struct nn_history *history, const char *name)
{
    return find(history->names, history->columns, name);
}

/* Moves to rows of `columns` columns, with room for `epochs` of them; new cells are NaN. */
static enum nn_status resize_rows(struct nn_history *history, size_t columns, size_t epochs,
                                  struct nn_error *error)
{
    size_t cells;
    if (!nn_size_mul(columns, epochs, &cells))
        return nn_fail(error, NN_LIMIT, "the history has too many epochs: %zu", epochs);
    double *rows = nn_calloc(cells, sizeof *rows);
    if (!rows)
        return nn_fail_memory(error, cells * sizeof *rows);
    for (size_t i = 0; i < cells; i++)
        rows[i] = (double)NAN;
    for (size_t i = 0; i < history->epochs; i++)
        for (size_t k = 0; k < history->columns; k++)
            rows[i * columns + k] = history->rows[i * history->columns + k];
    nn_free(history->rows);
    history->rows = rows;
    history->columns = columns;
    history->epoch_capacity = epochs;
    return NN_OK;
}

/* Adds the columns that are not there yet. */
static enum nn_status add_columns(struct nn_history *history, const char *const *names,
                                  size_t count, struct nn_error *error)
{
    size_t columns = history->columns, known = 0, most;
    while (known < count && nn_history_column(history, names[known]) >= 0)
        known++;
    if (known == count)
        return NN_OK;
    if (!nn_size_add(columns, count, &most))
        return nn_fail(error, NN_LIMIT, "the history has too many columns: %zu", count);
    char(*all)[32] = nn_realloc(history->names, most, sizeof *all);
    if (!all)
        return nn_fail_memory(error, most * sizeof *all);
    history->names = all;
    for (size_t i = 0; i < count; i++)
        if (find(all, columns, names[i]) < 0)
            snprintf(all[columns++], sizeof *all, "%s", names[i]);
    return resize_rows(history, columns, history->epoch_capacity, error);
}

static enum nn_status reserve_epochs(struct nn_history *history, size_t epochs,
                                     struct nn_error *error)
{
    if (epochs <= history->epoch_capacity)
        return NN_OK;
    return resize_rows(history, history->columns, epochs, error);
}

static enum nn_status reserve_batches(struct nn_history *history, size_t batches,
                                      struct nn_error *error)
{
    if (batches <= history->batch_capacity)
        return NN_OK;
    float *losses = nn_realloc(history->batch_loss, batches, sizeof *losses);
    if (!losses)
        return nn_fail_memory(error, batches * sizeof *losses);
    /* Touched here, so that no step of a training waits for its memory. */
    memset(losses + history->batch_capacity, 0,
           (batches - history->batch_capacity) * sizeof *losses);
    history->batch_loss = losses;
    history->batch_capacity = batches;
    return NN_OK;
}

enum nn_status nn_history_reserve(struct nn_history *history, const char *const *names,
                                  size_t count, size_t epochs, size_t batches,
                                  struct nn_error *error)
{
    size_t all_epochs, all_batches;
    if (!nn_size_add(history->epochs, epochs, &all_epochs) ||
        !nn_size_add(history->batches, batches, &all_batches))
        return nn_fail(error, NN_LIMIT, "the history has too many epochs: %zu", epochs);
    enum nn_status status;
    NN_TRY(reserve_epochs(history, all_epochs, error));
    NN_TRY(reserve_batches(history, all_batches, error));
    NN_TRY(add_columns(history, names, count, error));
out:
    return status;
}

enum nn_status nn_history_add_epoch(struct nn_history *history, const char *const *names,
                                    const double *values, size_t count, struct nn_error *error)
{
    enum nn_status status;
    if (history->epochs == history->epoch_capacity)
        NN_TRY(reserve_epochs(history, history->epochs * 2 + 16, error));
    NN_TRY(add_columns(history, names, count, error));
    double *row = history->rows + history->epochs * history->columns;
    for (size_t k = 0; k < history->columns; k++)
        row[k] = (double)NAN;
    for (size_t i = 0; i < count; i++)
        row[nn_history_column(history, names[i])] = values[i];
    history->epochs++;
out:
    return status;
}

enum nn_status nn_history_add_batch(struct nn_history *history, float loss, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (history->batches == history->batch_capacity)
        NN_TRY(reserve_batches(history, history->batches * 2 + 256, error));
    history->batch_loss[history->batches++] = loss;
out:
    return status;
}

enum nn_status nn_history_copy(struct nn_history *to, const struct nn_history *from,
                               struct nn_error *error)
{
    enum nn_status status;
    struct nn_history copy;
    nn_history_init(&copy);
    if (from->columns) {
        copy.names = nn_calloc(from->columns, sizeof *copy.names);
        if (!copy.names) {
            status = nn_fail_memory(error, from->columns * sizeof *copy.names);
            goto out;
        }
        memcpy(copy.names, from->names, from->columns * sizeof *copy.names);
    }
    NN_TRY(resize_rows(&copy, from->columns, from->epochs, error));
    NN_TRY(reserve_batches(&copy, from->batches, error));
    if (from->epochs)
        memcpy(copy.rows, from->rows, from->epochs * from->columns * sizeof *copy.rows);
    if (from->batches)
        memcpy(copy.batch_loss, from->batch_loss, from->batches * sizeof *copy.batch_loss);
    copy.epochs = from->epochs;
    copy.batches = from->batches;
    *to = copy;
    copy = (struct nn_history){0};
out:
    nn_history_clear(&copy);
    return status;
}
