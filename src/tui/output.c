/* What commands say: pictures go to their screens, text into the pane. */
#include "tui/state.h"

#include <string.h>

void nn_tui_say(struct nn_tui *tui, const char *text)
{
    if (tui->quiet)
        return;
    nn_log_add(&tui->log, NN_LOG_TEXT, text);
    tui->dirty = true;
}

static void take_message(void *context, const char *text)
{
    nn_tui_say(context, text);
}

/* Shown beside a map or unit of the cursor's layer, which it is about. */
static bool is_of_layer(const struct nn_session *session, const struct nn_result *result)
{
    const struct nn_net *net = session->net;
    return result->unit >= 0 && session->layer < net->count &&
           strcmp(result->layer, net->nodes[session->layer]->name) == 0;
}

/* The screen on which a result is seen; NULL: it is text in the pane. */
static const char *screen_of(const struct nn_tui *tui, const struct nn_result *result)
{
    static const struct {
        const char *command, *screen;
    } places[] = {{"activations", "layers"}, {"confusion", "data"}, {"data show", "data"},
                  {"filters", "net"},        {"loss", "train"},     {"net show", "net"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(result->command, places[i].command) == 0)
            return places[i].screen;
    if (tui->session->screen->number == 3 && is_of_layer(tui->session, result))
        return "layers";
    return result->kind == NN_RESULT_ATTRIBUTION || result->kind == NN_RESULT_IMAGE ||
                   result->kind == NN_RESULT_GALLERY
               ? "explain"
               : NULL;
}

/* What the screens cannot show: several samples at once, or nothing but numbers. */
static bool is_text(const struct nn_result *result)
{
    return result->kind == NN_RESULT_MAPS && result->sample < 0 &&
           strcmp(result->command, "activations") == 0;
}

static void take_result(void *context, const struct nn_result *result)
{
    struct nn_tui *tui = context;
    const char *name = is_text(result) ? NULL : screen_of(tui, result);
    if (name) {
        tui->session->screen = nn_screen_find(name);
        tui->pane = 0; /* the newest */
        nn_tui_say(tui, result->title);
    } else {
        struct nn_buffer text;
        struct nn_medium plain = {.depth = NN_DEPTH_MONO, .ascii = tui->medium.ascii};
        nn_buffer_init(&text, 0);
        if (nn_result_text(result, tui->canvas.columns - 2, plain, false, &text, NULL) == NN_OK)
            nn_tui_say(tui, nn_buffer_string(&text));
        nn_buffer_clear(&text);
    }
    tui->player.showed = true;
    tui->dirty = true;
}

static void take_epoch(void *context, const struct nn_history *history,
                       const struct nn_train_progress *progress)
{
    (void)history;
    (void)progress;
    ((struct nn_tui *)context)->dirty = true;
}

static void take_progress(void *context, const char *what, double fraction)
{
    (void)what;
    (void)fraction;
    ((struct nn_tui *)context)->dirty = true;
}

static void take_warning(void *context, const struct nn_error *error)
{
    struct nn_tui *tui = context;
    nn_log_add(&tui->log, NN_LOG_ERROR, error->message);
    if (*error->hint)
        nn_log_add(&tui->log, NN_LOG_HINT, error->hint);
    tui->dirty = true;
}

static void take_show(void *context, const struct nn_screen *screen)
{
    struct nn_tui *tui = context;
    tui->session->screen = screen;
    tui->player.showed = true;
    tui->dirty = true;
}

static void take_script(void *context, const char *name, const char *text, size_t length)
{
    nn_player_play(context, name, text, length);
}

struct nn_output nn_tui_output(struct nn_tui *tui)
{
    return (struct nn_output){.context = tui,
                              .message = take_message,
                              .result = take_result,
                              .epoch = take_epoch,
                              .progress = take_progress,
                              .warning = take_warning,
                              .show = take_show,
                              .play = take_script,
                              .wait = nn_tui_wait};
}
