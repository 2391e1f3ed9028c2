#include "command/session.h"

#include "base/mem.h"
#include "command/evaluation.h"
#include "command/focus.h"
#include "command/job.h"
#include "command/keep.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static enum nn_status set_up(struct nn_session *session, struct nn_error *error)
{
    session->class_shown = -1;
    session->columns = 80;
    session->rows = 24;
    session->seed = 1;
    session->split = NN_SPLIT_TEST;
    nn_history_init(&session->history);
    nn_buffer_init(&session->recorded, 64u << 20);
    session->format = nn_strdup("text");
    session->color = nn_strdup("auto");
    if (!session->format || !session->color)
        return nn_fail_memory(error, sizeof "text");
    return nn_net_new(&session->net, error);
}

enum nn_status nn_session_new(const struct nn_output *output, struct nn_session **session,
                              struct nn_error *error)
{
    struct nn_session *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    made->output = *output;
    enum nn_status status = set_up(made, error);
    if (status == NN_OK)
        *session = made;
    else
        nn_session_free(made);
    return status;
}

void nn_session_free(struct nn_session *session)
{
    if (!session)
        return;
    nn_job_stop(session, NULL);
    nn_features_clear(&session->features);
    nn_focus_clear(&session->focus);
    nn_diagnosis_clear(&session->diagnosis);
    nn_evaluations_forget(session);
    for (size_t i = 0; i < session->result_count; i++)
        nn_result_free(session->results[i]);
    for (size_t i = 0; i < session->variable_count; i++) {
        nn_free(session->variables[i].name);
        nn_free(session->variables[i].value);
    }
    nn_free(session->variables);
    for (size_t i = 0; i < session->class_count; i++)
        nn_free(session->classes[i]);
    nn_free(session->classes);
    nn_model_clear(&session->opened);
    nn_runs_clear(&session->runs);
    nn_free(session->health);
    nn_history_clear(&session->history);
    nn_train_state_clear(&session->state);
    nn_recipe_clear(&session->recipe);
    nn_augment_clear(&session->augment);
    nn_dataset_free(session->dataset);
    nn_net_free(session->net);
    nn_net_free(session->frozen);
    nn_buffer_clear(&session->recorded);
    nn_free(session->record);
    nn_free(session->format);
    nn_free(session->color);
    nn_arena_clear(&session->explained_memory);
    nn_free(session);
}

void nn_session_set_net(struct nn_session *session, struct nn_net *net)
{
    char kept[NN_RESCUE_SIZE] = "";
    if (session->interactive) /* a script means what it says */
        nn_session_rescue(session, kept);
    if (*kept)
        nn_say(&session->output, "%s", kept);
    nn_net_free(session->net);
    session->net = net;
    nn_session_net_changed(session, true);
    nn_model_clear(&session->opened); /* another net: a file's knowledge of its data is void */
}

void nn_session_net_changed(struct nn_session *session, bool history)
{
    nn_train_state_clear(&session->state);
    if (history) {
        session->subjects++;
        nn_free(session->health);
        session->health = NULL;
        session->health_count = 0;
        nn_history_clear(&session->history);
        nn_history_init(&session->history);
    }
    nn_evaluations_forget(session);
    nn_focus_clear(&session->focus);
    nn_net_free(session->frozen); /* its layers may be others */
    session->frozen = NULL;
    if (session->layers != session->net->count) { /* other layers: back to one worth seeing */
        session->layer = nn_focus_layer(session->net);
        session->layers = session->net->count;
    }
    session->map = 0;
}

/* The samples as they were read, whatever shape they are seen in. */
static const struct nn_samples *root_of(const struct nn_dataset *dataset)
{
    const struct nn_samples *samples = dataset ? dataset->samples : NULL;
    return samples && samples->owner ? samples->owner : samples;
}

void nn_session_set_dataset(struct nn_session *session, struct nn_dataset *dataset)
{
    bool other = root_of(dataset) != root_of(session->dataset);
    if (other) {
        nn_augment_clear(&session->augment);
        session->class_shown = -1;
    }
    if (other || (dataset && dataset->scaling != session->dataset->scaling))
        session->subjects++;
    if (dataset != session->dataset)
        nn_dataset_free(session->dataset);
    session->dataset = dataset;
    nn_evaluations_forget(session);
    nn_focus_clear(&session->focus);
    nn_features_clear(&session->features);
    if (dataset)
        session->split = dataset->split_count[NN_SPLIT_TEST] ? NN_SPLIT_TEST : NN_SPLIT_TRAIN;
    if (!dataset || session->sample >= dataset->split_count[session->split])
        session->sample = 0;
}

const char *nn_session_get(const struct nn_session *session, const char *name)
{
    for (size_t i = 0; i < session->variable_count; i++)
        if (strcmp(session->variables[i].name, name) == 0)
            return session->variables[i].value;
    return NULL;
}

enum nn_status nn_session_let(struct nn_session *session, const char *name, const char *value,
                              struct nn_error *error)
{
    char *copy = nn_strdup(value);
    if (!copy)
        return nn_fail_memory(error, strlen(value));
    for (size_t i = 0; i < session->variable_count; i++)
        if (strcmp(session->variables[i].name, name) == 0) {
            nn_free(session->variables[i].value);
            session->variables[i].value = copy;
            return NN_OK;
        }
    size_t count = session->variable_count + 1;
    struct nn_variable *more = nn_realloc(session->variables, count, sizeof *more);
    if (more)
        session->variables = more;
    char *own = more ? nn_strdup(name) : NULL;
    if (!own) {
        nn_free(copy);
        return nn_fail_memory(error, count * sizeof *more);
    }
    session->variables[session->variable_count++] = (struct nn_variable){own, copy};
    return NN_OK;
}

struct nn_moment nn_session_moment(const struct nn_session *session)
{
    const struct nn_history *history = nn_job_history(session);
    if (!history)
        history = &session->history;
    return (struct nn_moment){session->subjects, nn_job_revision(session), history->batches,
                              history->epochs};
}

void nn_session_give(struct nn_session *session, struct nn_result *result)
{
    if (session->result_count == NN_KEPT_RESULTS)
        nn_result_free(session->results[--session->result_count]);
    memmove(session->results + 1, session->results,
            session->result_count * sizeof *session->results);
    memmove(session->result_moments + 1, session->result_moments,
            session->result_count * sizeof *session->result_moments);
    session->results[0] = result;
    session->result_moments[0] = nn_session_moment(session);
    session->result_count++;
    if (session->output.result)
        session->output.result(session->output.context, result);
}

const struct nn_result *nn_session_last_result(const struct nn_session *session)
{
    return session->result_count ? session->results[0] : NULL;
}

void nn_say(const struct nn_output *output, const char *format, ...)
{
    char line[1024];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length >= 0 && output->message)
        output->message(output->context, line);
}
