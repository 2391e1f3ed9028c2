#include "command/settings_screen.h"

#include "base/number.h"
#include "base/text.h"
#include "command/job.h"
#include "command/subject.h"

#include <string.h>

/* A choice of two words, the second of which stands for true in a field of the session. */
#define NN_SWITCH(name, field, no, yes)                                                            \
    enum nn_status nn_set_##name(struct nn_session *session, const struct nn_arg *value,           \
                                 struct nn_error *error)                                           \
    {                                                                                              \
        (void)error;                                                                               \
        session->field = value->integer == 1;                                                      \
        return NN_OK;                                                                              \
    }                                                                                              \
    void nn_get_##name(const struct nn_session *session, struct nn_buffer *out)                    \
    {                                                                                              \
        nn_buffer_text(out, session->field ? yes : no);                                            \
    }

NN_SWITCH(axis, log_axis, "linear", "log")
NN_SWITCH(browse, browse, "off", "on")
NN_SWITCH(mouse, mouse, "off", "on")
NN_SWITCH(overlay, overlay, "off", "on")
NN_SWITCH(scale, own_scale, "shared", "own")
NN_SWITCH(zoom, zoom, "off", "on")

enum nn_status nn_set_fps(struct nn_session *session, const struct nn_arg *value,
                          struct nn_error *error)
{
    (void)error;
    session->fps = (int)value->integer;
    return NN_OK;
}

void nn_get_fps(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_printf(out, "%d", session->fps);
}

enum nn_status nn_set_smoothing(struct nn_session *session, const struct nn_arg *value,
                                struct nn_error *error)
{
    (void)error;
    session->smoothing = value->real;
    return NN_OK;
}

void nn_get_smoothing(const struct nn_session *session, struct nn_buffer *out)
{
    char number[NN_NUMBER_SIZE];
    nn_buffer_text(out, nn_number_double(number, session->smoothing));
}

enum nn_status nn_set_target(struct nn_session *session, const struct nn_arg *value,
                             struct nn_error *error)
{
    int32_t class = -1;
    if (strcmp(value->text, "predicted") != 0 &&
        !nn_subject_find_class(session, value->text, strlen(value->text), &class))
        return nn_fail(error, NN_ARGUMENT, "there is no class %s: a class or `predicted` is needed",
                       NN_VISIBLE(value->text));
    session->class_shown = class;
    return NN_OK;
}

void nn_get_target(const struct nn_session *session, struct nn_buffer *out)
{
    char name[32];
    nn_buffer_text(out, session->class_shown < 0
                            ? "predicted"
                            : nn_subject_class(session, (int32_t)session->class_shown, name));
}

enum nn_status nn_set_freeze(struct nn_session *session, const struct nn_arg *value,
                             struct nn_error *error)
{
    const struct nn_net *net = NULL;
    struct nn_net *frozen = NULL;
    enum nn_status status = NN_OK;
    if (value->integer == 1) {
        NN_TRY(nn_job_net(session, true, &net, error));
        if (net->count == 0)
            NN_TRY(nn_fail(error, NN_STATE, "there is no net to freeze"));
        NN_TRY(nn_net_copy(net, &frozen, error));
    }
    nn_net_free(session->frozen);
    session->frozen = frozen;
    session->frozen_epoch = nn_session_moment(session).epochs + 1;
out:
    return status;
}

void nn_get_freeze(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_text(out, session->frozen ? "on" : "off");
}
