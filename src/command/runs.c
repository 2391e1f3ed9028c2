#include "command/runs.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "model/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define LOG_LIMIT   ((size_t)64 << 20)
#define MAX_COLUMNS 64
#define NAME_SIZE   32 /* of a column of a history */

/* ---- of this session ---- */

enum nn_status nn_run_begin(struct nn_session *session, const struct nn_train_options *options,
                            struct nn_error *error)
{
    struct nn_run_record *record = NULL;
    enum nn_status status = nn_runs_add(&session->runs, &record, error);
    if (status != NN_OK)
        return status;
    snprintf(record->name, sizeof record->name, "r%zu", ++session->runs.numbered);
    snprintf(record->data, sizeof record->data, "%s",
             session->dataset->samples->name ? session->dataset->samples->name : "");
    snprintf(record->loss, sizeof record->loss, "%s", session->recipe.loss->name);
    snprintf(record->optimizer, sizeof record->optimizer, "%s", session->recipe.optimizer->name);
    record->lr = session->recipe.lr;
    record->batch = options->batch;
    record->parameters = nn_net_param_count(session->net);
    record->first_epoch = session->history.epochs;
    record->running = true;
    session->run_started = nn_clock();
    session->at[NN_AT_RUN] = session->runs.count - 1;
    return NN_OK;
}

void nn_run_end(struct nn_session *session, enum nn_status status,
                const struct nn_train_progress *progress)
{
    struct nn_runs *runs = &session->runs;
    struct nn_run_record *record = NULL;
    size_t at = 0;
    for (; at < runs->count && !record; at++)
        record = runs->items[at]->running ? runs->items[at] : NULL;
    if (!record)
        return;
    record->running = false;
    record->seconds = nn_clock() - session->run_started;
    snprintf(record->note, sizeof record->note, "%s",
             status == NN_CANCELLED    ? "stopped"
             : status == NN_DIVERGED   ? "diverged"
             : status != NN_OK         ? "failed"
             : progress->stopped_early ? "ended early"
                                       : "");
    nn_run_take(record, &session->history, record->first_epoch, NULL);
    if (record->history.epochs == 0 && status != NN_DIVERGED) { /* nothing to compare */
        nn_runs_remove(runs, at - 1);
        session->at[NN_AT_RUN] = runs->count ? runs->count - 1 : 0;
    }
}

/* ---- from a log ---- */

/* One row: names and values as they were met; nothing is allocated. */
struct row {
    char names[MAX_COLUMNS][NAME_SIZE];
    double values[MAX_COLUMNS];
    size_t count;
};

static enum nn_status fault(const char *path, size_t line, size_t column, const char *what,
                            struct nn_error *error)
{
    nn_fail(error, NN_DAMAGED, "%s", what);
    return nn_fail_at(error, NN_VISIBLE(path), line, column);
}

static enum nn_status name_column(struct row *row, const char *text, size_t length,
                                  const char *path, size_t line, struct nn_error *error)
{
    if (row->count == MAX_COLUMNS)
        return fault(path, line, row->count + 1, "a log has at most 64 columns", error);
    if (length == 0 || length >= NAME_SIZE)
        return fault(path, line, row->count + 1, "a column's name has 1 to 31 characters", error);
    char name[NAME_SIZE];
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    if (strcmp(NN_VISIBLE(name), name) != 0)
        return fault(path, line, row->count + 1, "a column's name cannot be shown", error);
    memcpy(row->names[row->count++], name, sizeof name);
    return NN_OK;
}

static size_t field_length(const char *text)
{
    return strcspn(text, ",\r\n");
}

static enum nn_status read_header(const char *text, const char *path, struct row *row,
                                  struct nn_error *error)
{
    enum nn_status status = NN_OK;
    for (;;) {
        size_t length = field_length(text);
        NN_TRY(name_column(row, text, length, path, 1, error));
        text += length;
        if (*text != ',')
            break;
        text++;
    }
    if (strcmp(row->names[0], "epoch") != 0)
        status = fault(path, 1, 1, "a log begins with a column `epoch`", error);
out:
    return status;
}

static enum nn_status read_fields(const char *text, const char *path, size_t line, struct row *row,
                                  struct nn_error *error)
{
    for (size_t c = 0; c < row->count; c++) {
        size_t length = field_length(text);
        row->values[c] = (double)NAN;
        if (length > 0 && !nn_number_parse(text, length, &row->values[c]))
            return fault(path, line, c + 1, "this is not a number", error);
        text += length;
        if ((*text == ',') != (c + 1 < row->count))
            return fault(path, line, c + 1, "the row has not as many fields as the header", error);
        text += *text == ',';
    }
    return NN_OK;
}

/* The column `epoch` counts; the others are the curves. */
static enum nn_status add_row(const struct row *row, struct nn_history *history,
                              struct nn_error *error)
{
    const char *names[MAX_COLUMNS];
    double values[MAX_COLUMNS];
    size_t count = 0;
    for (size_t c = 0; c < row->count; c++)
        if (strcmp(row->names[c], "epoch") != 0) {
            names[count] = row->names[c];
            values[count++] = row->values[c];
        }
    return nn_history_add_epoch(history, names, values, count, error);
}

static enum nn_status read_object(const char *text, size_t length, const char *path, size_t line,
                                  struct row *row, struct nn_error *error)
{
    json_t *root = NULL, *value;
    const char *key;
    enum nn_status status = nn_json_load(text, length, "the line", 0, &root, error);
    if (status != NN_OK)
        return nn_fail_at(error, NN_VISIBLE(path), line, 1);
    row->count = 0;
    json_object_foreach(root, key, value)
    {
        if (!json_is_number(value) && !json_is_null(value)) {
            status = fault(path, line, row->count + 1, "a value is no number", error);
            break;
        }
        status = name_column(row, key, strlen(key), path, line, error);
        if (status != NN_OK)
            break;
        row->values[row->count - 1] =
            json_is_number(value) ? json_number_value(value) : (double)NAN;
    }
    json_decref(root);
    return status;
}

static enum nn_status read_lines(char *text, const char *path, bool json,
                                 struct nn_history *history, struct nn_error *error)
{
    struct row row = {.count = 0};
    enum nn_status status = NN_OK;
    size_t line = 1;
    if (!json)
        NN_TRY(read_header(text, path, &row, error));
    for (; *text; line++) {
        size_t length = strcspn(text, "\n");
        bool empty = text[strspn(text, " \t\r")] == '\n' || text[strspn(text, " \t\r")] == '\0';
        if (!empty && (json || line > 1)) {
            NN_TRY(json ? read_object(text, length, path, line, &row, error)
                        : read_fields(text, path, line, &row, error));
            NN_TRY(add_row(&row, history, error));
        }
        text += length + (text[length] == '\n');
    }
    if (history->epochs == 0)
        status = fault(path, line, 1, "the log has no epochs", error);
out:
    return status;
}

/* "log.csv" of "runs/log.csv". */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

enum nn_status nn_run_load(struct nn_session *session, const char *path, struct nn_error *error)
{
    bool json = nn_text_equal_nocase(nn_path_extension(path), ".jsonl");
    struct nn_run_record *record = NULL;
    struct nn_history history;
    unsigned char *data = NULL;
    size_t length = 0;
    enum nn_status status;
    nn_history_init(&history);
    if (!json && !nn_text_equal_nocase(nn_path_extension(path), ".csv"))
        NN_TRY(nn_fail(error, NN_ARGUMENT, "%s: the name of a log ends in .csv or .jsonl",
                       NN_VISIBLE(path)));
    NN_TRY(nn_file_read(path, LOG_LIMIT, &data, &length, error));
    if (memchr(data, '\0', length))
        NN_TRY(fault(path, 0, 0, "the log holds a zero byte", error));
    NN_TRY(read_lines((char *)data, path, json, &history, error));
    NN_TRY(nn_runs_add(&session->runs, &record, error));
    snprintf(record->name, sizeof record->name, "%.60s", NN_VISIBLE(file_name(path)));
    snprintf(record->note, sizeof record->note, "from a file");
    record->lr = nn_run_last(&history, "lr");
    record->history = history;
    nn_history_init(&history);
    session->at[NN_AT_RUN] = session->runs.count - 1;
out:
    nn_free(data);
    nn_history_clear(&history);
    return status;
}
