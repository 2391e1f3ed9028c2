#include "command/callbacks.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/events.h"
#include "command/keep.h"
#include "command/replace.h"
#include "model/model.h"

#include <math.h>
#include <string.h>

struct nn_callbacks {
    struct nn_model model;
    char *checkpoint, *best;
    uint64_t every;
    struct nn_log *log;
    struct nn_events *events;
    bool json, headed;
    size_t logged; /* epochs of the history */
    bool saved;    /* the checkpoint is up to date */
};

/* ---- the log ---- */

static void put_head(const struct nn_history *history, struct nn_buffer *out)
{
    nn_buffer_text(out, "epoch");
    for (size_t k = 0; k < history->columns; k++)
        nn_buffer_printf(out, ",%s", history->names[k]);
    nn_buffer_char(out, '\n');
}

/* What is not finite stays empty, or null. */
static void put_epoch(const struct nn_history *history, size_t epoch, bool json,
                      struct nn_buffer *out)
{
    const double *row = history->rows + epoch * history->columns;
    char number[NN_NUMBER_SIZE];
    nn_buffer_printf(out, json ? "{\"epoch\": %zu" : "%zu", epoch + 1);
    for (size_t k = 0; k < history->columns; k++) {
        const char *value = isfinite(row[k]) ? nn_number_double(number, row[k])
                            : json           ? "null"
                                             : "";
        if (json)
            nn_buffer_printf(out, ", \"%s\": %s", history->names[k], value);
        else
            nn_buffer_printf(out, ",%s", value);
    }
    nn_buffer_text(out, json ? "}\n" : "\n");
}

/* The epochs that are not in the log yet. */
static enum nn_status write_log(struct nn_callbacks *callbacks, struct nn_error *error)
{
    const struct nn_history *history = callbacks->model.history;
    struct nn_buffer out;
    if (callbacks->events)
        return nn_events_write(callbacks->events, history, error);
    if (!callbacks->log)
        return NN_OK;
    nn_buffer_init(&out, 0);
    if (!callbacks->headed && !callbacks->json)
        put_head(history, &out);
    for (size_t i = callbacks->logged; i < history->epochs; i++)
        put_epoch(history, i, callbacks->json, &out);
    enum nn_status status = nn_buffer_check(&out, error);
    if (status == NN_OK)
        status = nn_log_write(callbacks->log, nn_buffer_string(&out), out.length, error);
    nn_buffer_clear(&out);
    callbacks->logged = history->epochs;
    callbacks->headed = true;
    return status;
}

static enum nn_status open_log(struct nn_callbacks *callbacks, const char *path,
                               struct nn_error *error)
{
    const char *extension = nn_path_extension(path);
    callbacks->json = nn_text_equal_nocase(extension, ".jsonl");
    if (!callbacks->json && !nn_text_equal_nocase(extension, ".csv"))
        return nn_fail(error, NN_ARGUMENT, "log=%s: the name must end in .csv or .jsonl",
                       NN_VISIBLE(path));
    enum nn_status status = nn_may_write_log(path, callbacks->json, error);
    if (status != NN_OK)
        return status;
    return nn_log_open(path, &callbacks->log, error);
}

/* ---- all together ---- */

static enum nn_status check_names(const struct nn_callback_options *options, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (options->best && options->checkpoint && strcmp(options->best, options->checkpoint) == 0)
        return nn_fail(error, NN_ARGUMENT, "best= and checkpoint= name the same file, %s",
                       NN_VISIBLE(options->best));
    if (options->best)
        status = nn_may_write_model(options->best, error);
    if (options->checkpoint && status == NN_OK)
        status = nn_may_write_model(options->checkpoint, error);
    return status;
}

enum nn_status nn_callbacks_new(struct nn_session *session,
                                const struct nn_callback_options *options,
                                struct nn_callbacks **result, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_callbacks *callbacks = nn_calloc(1, sizeof *callbacks);
    if (!callbacks)
        return nn_fail_memory(error, sizeof *callbacks);
    callbacks->model = nn_session_model(session);
    callbacks->every = options->every;
    callbacks->checkpoint = nn_strdup(options->checkpoint);
    callbacks->best = nn_strdup(options->best);
    if ((options->checkpoint && !callbacks->checkpoint) || (options->best && !callbacks->best))
        NN_TRY(nn_fail_memory(error, sizeof *callbacks));
    NN_TRY(check_names(options, error));
    if (options->tensorboard && !options->log)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "tensorboard=yes: log=DIR says in which folder"));
    if (options->tensorboard)
        NN_TRY(nn_events_open(options->log, callbacks->model.history, &callbacks->events, error));
    else if (options->log)
        NN_TRY(open_log(callbacks, options->log, error));
    *result = callbacks;
    callbacks = NULL;
out:
    nn_callbacks_free(callbacks);
    return status;
}

void nn_callbacks_free(struct nn_callbacks *callbacks)
{
    if (!callbacks)
        return;
    nn_log_close(callbacks->log);
    nn_events_close(callbacks->events);
    nn_free(callbacks->checkpoint);
    nn_free(callbacks->best);
    nn_free(callbacks);
}

enum nn_status nn_callbacks_begin(struct nn_callbacks *callbacks, struct nn_error *error)
{
    return write_log(callbacks, error);
}

static enum nn_status save_checkpoint(struct nn_callbacks *callbacks, struct nn_error *error)
{
    enum nn_status status = nn_model_save(callbacks->checkpoint, &callbacks->model, error);
    callbacks->saved = status == NN_OK;
    return status;
}

enum nn_status nn_callbacks_epoch(struct nn_callbacks *callbacks,
                                  const struct nn_train_progress *progress, bool last,
                                  struct nn_error *error)
{
    enum nn_status status;
    callbacks->saved = false;
    NN_TRY(write_log(callbacks, error));
    if (callbacks->best && progress->improved)
        NN_TRY(nn_model_save(callbacks->best, &callbacks->model, error));
    if (callbacks->checkpoint && (last || progress->epoch % callbacks->every == 0))
        NN_TRY(save_checkpoint(callbacks, error));
out:
    return status;
}

enum nn_status nn_callbacks_interrupt(struct nn_callbacks *callbacks, struct nn_error *error)
{
    return callbacks->checkpoint ? save_checkpoint(callbacks, error) : NN_OK;
}

const char *nn_callbacks_saved(const struct nn_callbacks *callbacks)
{
    return callbacks->saved ? callbacks->checkpoint : NULL;
}
