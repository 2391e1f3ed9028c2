#include "engine/runs.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

#define MAX_COLUMNS 64

static void record_free(struct nn_run_record *record)
{
    if (record)
        nn_history_clear(&record->history);
    nn_free(record);
}

void nn_runs_clear(struct nn_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        record_free(runs->items[i]);
    *runs = (struct nn_runs){.numbered = runs->numbered};
}

void nn_runs_remove(struct nn_runs *runs, size_t index)
{
    record_free(runs->items[index]);
    runs->count--;
    memmove(runs->items + index, runs->items + index + 1,
            (runs->count - index) * sizeof *runs->items);
}

enum nn_status nn_runs_add(struct nn_runs *runs, struct nn_run_record **record,
                           struct nn_error *error)
{
    struct nn_run_record *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->lr = made->seconds = (double)NAN;
    nn_history_init(&made->history);
    if (runs->count == NN_MAX_RUNS)
        nn_runs_remove(runs, 0);
    runs->items[runs->count++] = *record = made;
    return NN_OK;
}

long nn_runs_find(const struct nn_runs *runs, const char *name)
{
    for (size_t i = 0; i < runs->count; i++)
        if (strcmp(runs->items[i]->name, name) == 0)
            return (long)i;
    return -1;
}

enum nn_status nn_run_take(struct nn_run_record *record, const struct nn_history *history,
                           size_t from, struct nn_error *error)
{
    const char *names[MAX_COLUMNS];
    size_t columns = history->columns < MAX_COLUMNS ? history->columns : MAX_COLUMNS;
    struct nn_history taken;
    enum nn_status status = NN_OK;
    nn_history_init(&taken);
    for (size_t c = 0; c < columns; c++)
        names[c] = history->names[c];
    for (size_t i = from; i < history->epochs; i++)
        NN_TRY(nn_history_add_epoch(&taken, names, history->rows + i * history->columns, columns,
                                    error));
    nn_history_clear(&record->history);
    record->history = taken;
    nn_history_init(&taken);
out:
    nn_history_clear(&taken);
    return status;
}

double nn_run_last(const struct nn_history *history, const char *column)
{
    int at = nn_history_column(history, column);
    if (at < 0 || history->epochs == 0)
        return (double)NAN;
    return history->rows[(history->epochs - 1) * history->columns + (size_t)at];
}

double nn_run_lowest(const struct nn_history *history, const char *column)
{
    int at = nn_history_column(history, column);
    double lowest = (double)NAN;
    for (size_t i = 0; at >= 0 && i < history->epochs; i++) {
        double value = history->rows[i * history->columns + (size_t)at];
        lowest = !(value >= lowest) ? value : lowest;
    }
    return lowest;
}

const char *nn_run_metric(const struct nn_history *history)
{
    for (size_t c = 0; c < history->columns; c++) {
        const char *name = history->names[c];
        if (strcmp(name, "loss") != 0 && strcmp(name, "lr") != 0 && strncmp(name, "val_", 4) != 0)
            return name;
    }
    return NULL;
}
