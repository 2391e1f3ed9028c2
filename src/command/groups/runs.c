/* train: the runs of the session and of logs, side by side. */
#include "command/runs.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NN_TWO_RUNS                                                                                \
    "data demo iris; add dense 16 relu; add dense 3 softmax; compile "                             \
    "loss=categorical_crossentropy lr=0.02; train 5; net init; set lr 0.002; train 5"

static enum nn_status check_any(const struct nn_session *session, struct nn_error *error)
{
    if (session->runs.count > 0)
        return NN_OK;
    return nn_fail(error, NN_STATE,
                   "there are no runs yet: `train` makes one, `runs load FILE` reads one");
}

/* Its curves: those of the training while it runs. *from is its first epoch among them. */
static const struct nn_history *curves_of(const struct nn_session *session,
                                          const struct nn_run_record *record, size_t *from)
{
    const struct nn_history *live = record->running ? nn_job_history(session) : NULL;
    *from = live ? record->first_epoch : 0;
    return live ? live : &record->history;
}

/* ---- runs ---- */

static const struct nn_arg_spec runs_args[] = {
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"},
    {0},
};

enum { COLUMNS = 13 };
static const char *const columns[COLUMNS] = {
    "run",    "optimizer", "lr",        "batch",   "epochs",     "loss", "val_loss",
    "metric", "value",     "val_value", "seconds", "parameters", "note"};

static void set_count(struct nn_result *table, size_t row, size_t column, size_t value)
{
    nn_result_set_number(table, row, column, value ? (double)value : (double)NAN, -2);
}

static enum nn_status fill_row(const struct nn_session *session, size_t row,
                               struct nn_result *table, struct nn_error *error)
{
    const struct nn_run_record *record = session->runs.items[row];
    size_t from;
    const struct nn_history *history = curves_of(session, record, &from);
    const char *metric = nn_run_metric(history);
    char twin[40];
    enum nn_status status;
    snprintf(twin, sizeof twin, "val_%s", metric ? metric : "");
    NN_TRY(nn_result_set_text(table, row, 0, record->name, error));
    NN_TRY(nn_result_set_text(table, row, 1, record->optimizer, error));
    nn_result_set_number(table, row, 2, record->lr, -1);
    set_count(table, row, 3, record->batch);
    nn_result_set_number(table, row, 4, (double)(history->epochs - from), -2);
    nn_result_set_number(table, row, 5, nn_run_last(history, "loss"), 4);
    nn_result_set_number(table, row, 6, nn_run_last(history, "val_loss"), 4);
    NN_TRY(nn_result_set_text(table, row, 7, metric ? metric : "", error));
    nn_result_set_number(table, row, 8, nn_run_last(history, metric ? metric : ""), 4);
    nn_result_set_number(table, row, 9, nn_run_last(history, twin), 4);
    nn_result_set_number(table, row, 10, record->seconds, 2);
    set_count(table, row, 11, record->parameters);
    status = nn_result_set_text(table, row, 12, record->running ? "running" : record->note, error);
out:
    return status;
}

static enum nn_status run_runs(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *out = nn_args_text(invocation->args, 0);
    struct nn_result *table = NULL;
    enum nn_status status;
    NN_TRY(check_any(session, error));
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "runs", &table, error));
    NN_TRY(nn_result_table(table, columns, COLUMNS, session->runs.count, error));
    for (size_t i = 0; i < session->runs.count; i++)
        NN_TRY(fill_row(session, i, table, error));
    snprintf(table->title, sizeof table->title, "%zu run%s, the figures of their last epoch",
             session->runs.count, session->runs.count == 1 ? "" : "s");
    table->sample = -1;
    status = nn_deliver(session, table, out, error);
    table = NULL;
out:
    nn_result_free(table);
    return status;
}

const struct nn_command nn_command_runs = {
    .name = "runs",
    .group = "train",
    .summary = "The trainings of this session and of logs that were read, in a table",
    .details = "Every `train` is kept with its curves and what it was made with, the last 64 of "
               "them; the screen Runs shows the curves one over the other.",
    .args = runs_args,
    .examples = (const struct nn_example[]){{"runs", NN_TWO_RUNS, "Two learning rates"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_runs,
};

/* ---- runs curves ---- */

static const struct nn_arg_spec curves_args[] = {
    {.name = "of",
     .type = NN_ARG_TEXT,
     .fallback = "loss",
     .help = "a column of the history: loss, val_loss, accuracy ...",
     .flags = NN_ARG_POSITIONAL},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"},
    {0},
};

/* The longest run that has the column; *having counts them. */
static size_t longest(const struct nn_session *session, const char *of, size_t *having)
{
    size_t most = 0;
    *having = 0;
    for (size_t i = 0; i < session->runs.count; i++) {
        size_t from;
        const struct nn_history *history = curves_of(session, session->runs.items[i], &from);
        if (nn_history_column(history, of) < 0)
            continue;
        ++*having;
        most = history->epochs - from > most ? history->epochs - from : most;
    }
    return most;
}

static void fill_curve(const struct nn_session *session, const struct nn_run_record *record,
                       const char *of, struct nn_result *series, size_t column)
{
    size_t from;
    const struct nn_history *history = curves_of(session, record, &from);
    size_t at = (size_t)nn_history_column(history, of);
    for (size_t row = 0; row < series->rows; row++) {
        bool there = from + row < history->epochs;
        nn_result_set_number(
            series, row, column,
            there ? history->rows[(from + row) * history->columns + at] : (double)NAN, -1);
    }
}

static enum nn_status make_series(const struct nn_session *session, const char *of, size_t rows,
                                  size_t having, struct nn_result *series, struct nn_error *error)
{
    const char *names[NN_MAX_RUNS + 1] = {"epoch"};
    const struct nn_run_record *chosen[NN_MAX_RUNS];
    size_t count = 0, from;
    for (size_t i = 0; i < session->runs.count; i++)
        if (nn_history_column(curves_of(session, session->runs.items[i], &from), of) >= 0)
            chosen[count++] = session->runs.items[i];
    for (size_t i = 0; i < count; i++)
        names[i + 1] = chosen[i]->name;
    enum nn_status status = nn_result_table(series, names, having + 1, rows, error);
    for (size_t row = 0; row < rows && status == NN_OK; row++)
        nn_result_set_number(series, row, 0, (double)(row + 1), -2);
    for (size_t i = 0; i < count && status == NN_OK; i++)
        fill_curve(session, chosen[i], of, series, i + 1);
    return status;
}

static enum nn_status run_curves(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *of = nn_args_text(invocation->args, 0), *out = nn_args_text(invocation->args, 1);
    struct nn_result *series = NULL;
    size_t having, rows;
    enum nn_status status;
    NN_TRY(check_any(session, error));
    NN_TRY(nn_result_path_check(out, error));
    rows = longest(session, of, &having);
    if (having == 0)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "no run has a curve `%s`", NN_VISIBLE(of)));
    NN_TRY(nn_result_new(NN_RESULT_SERIES, "runs curves", &series, error));
    NN_TRY(make_series(session, of, rows, having, series, error));
    snprintf(series->title, sizeof series->title, "%.60s of %zu run%s", NN_VISIBLE(of), having,
             having == 1 ? "" : "s");
    series->together = true;
    series->sample = -1;
    status = nn_deliver(session, series, out, error);
    series = NULL;
out:
    nn_result_free(series);
    return status;
}

const struct nn_command nn_command_runs_curves = {
    .name = "runs curves",
    .group = "train",
    .summary = "One curve of every run, in one plot",
    .args = curves_args,
    .examples = (const struct nn_example[]){{"runs curves", NN_TWO_RUNS, "Which loss falls faster"},
                                            {"runs curves accuracy out=a.csv", NN_TWO_RUNS,
                                             "The accuracies, for other programs"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_curves,
};

/* ---- runs load ---- */

static const struct nn_arg_spec load_args[] = {
    {.name = "file",
     .type = NN_ARG_FILE,
     .help = "a log that `train log=FILE` wrote: .csv or .jsonl",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_load(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    enum nn_status status = nn_run_load(session, nn_args_text(invocation->args, 0), error);
    if (status != NN_OK)
        return status;
    const struct nn_run_record *record = session->runs.items[session->runs.count - 1];
    nn_say(&session->output, "run %s: %zu epochs, %zu curves", record->name, record->history.epochs,
           record->history.columns);
    return NN_OK;
}

const struct nn_command nn_command_runs_load = {
    .name = "runs load",
    .group = "train",
    .summary = "Reads the curves of a training from its log, to compare with",
    .args = load_args,
    .examples = (const struct nn_example[]){{"runs load run.csv",
                                             "data demo iris; add dense 3 softmax; compile "
                                             "loss=categorical_crossentropy; train 6 log=run.csv",
                                             "A run of yesterday beside those of today"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_load,
};

/* ---- runs forget ---- */

static const struct nn_arg_spec forget_args[] = {
    {.name = "run",
     .type = NN_ARG_TEXT,
     .help = "its name; without it all",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status run_forget(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_runs *runs = &session->runs;
    const char *name = nn_args_text(invocation->args, 0);
    long at = name ? nn_runs_find(runs, name) : -1;
    if (name && at < 0)
        return nn_fail(error, NN_ARGUMENT, "there is no run `%s`: `runs` lists them",
                       NN_VISIBLE(name));
    if (at >= 0 && runs->items[at]->running)
        return nn_fail(error, NN_STATE, "%s still runs: `stop` ends it", runs->items[at]->name);
    for (size_t i = runs->count; i-- > 0;)
        if (!runs->items[i]->running && (at < 0 || i == (size_t)at))
            nn_runs_remove(runs, i);
    session->at[NN_AT_RUN] = runs->count ? runs->count - 1 : 0;
    return NN_OK;
}

const struct nn_command nn_command_runs_forget = {
    .name = "runs forget",
    .group = "train",
    .summary = "Forgets a run, or all of them",
    .args = forget_args,
    .examples =
        (const struct nn_example[]){{"runs forget r1", NN_TWO_RUNS, "Only the second stays"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_forget,
};
