/* From keys to actions and commands. */
#include "tui/state.h"

#include "base/mem.h"
#include "base/number.h"
#include "command/job.h"
#include "tui/prompt.h"
#include "tui/signals.h"
#include "tui/terminal.h"
#include "view/links.h"
#include "view/screens/panes.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

void nn_tui_suspend(struct nn_tui *tui)
{
    nn_terminal_suspend();
    nn_signals_stop();
    nn_terminal_resume();
    nn_tui_resize(tui, NULL);
}

void nn_tui_interrupt(struct nn_tui *tui)
{
    bool played = nn_player_due(tui) >= 0 || nn_player_name(tui);
    nn_player_stop(tui);
    if (tui->waiting) { /* also what follows in its line is forgotten */
        nn_job_pause(tui->session, false);
        nn_interrupt(SIGINT);
    } else if (tui->session->job)
        nn_player_run(tui, NN_PLAYER_TYPED, "stop", NULL, 1);
    else if (!nn_prompt_empty())
        nn_prompt_cancel();
    else if (!played)
        nn_tui_say(tui, "nothing runs; Ctrl-D or `quit` ends nnscope");
    tui->dirty = true;
}

static void run_key_command(struct nn_tui *tui, const char *command)
{
    if (strcmp(command, "pause") == 0 && nn_job_paused(tui->session))
        command = "resume";
    nn_player_press(tui, command);
}

static void next_split(struct nn_tui *tui)
{
    const struct nn_dataset *data = tui->session->dataset;
    enum nn_split split = tui->session->split;
    for (int i = 1; data && i < NN_SPLIT_COUNT; i++) {
        enum nn_split next = (enum nn_split)(((int)split + i) % NN_SPLIT_COUNT);
        if (data->split_count[next] == 0)
            continue;
        char command[64];
        snprintf(command, sizeof command, "select split=%s", nn_split_names[next]);
        run_key_command(tui, command);
        return;
    }
    nn_terminal_bell();
}

/* Which explanation is looked at is no matter of the session. */
static void next_map(struct nn_tui *tui, const char *command)
{
    struct nn_scene scene;
    if (strcmp(tui->session->screen->name, "explain") != 0) {
        run_key_command(tui, command);
        return;
    }
    nn_session_scene(tui->session, &scene);
    int count = (int)scene.explanation_count;
    int pane = tui->pane + (strchr(command, '+') ? 1 : -1);
    tui->pane = pane < 0 ? 0 : pane > count ? count : pane;
}

/* "set KEY WORD" */
static void set(struct nn_tui *tui, const char *key, const char *word)
{
    char command[128];
    snprintf(command, sizeof command, "set %s %s", key, word);
    run_key_command(tui, command);
}

/* The cursor's unit in a command: "examples conv1 3", "actmax layer=conv1 unit=3". */
static void ask_about_unit(struct nn_tui *tui, const char *format)
{
    const struct nn_session *session = tui->session;
    char command[64 + NN_NAME_SIZE];
    if (session->layer >= session->net->count) {
        nn_terminal_bell();
        return;
    }
    snprintf(command, sizeof command, format, session->net->nodes[session->layer]->name,
             session->map);
    run_key_command(tui, command);
}

/* Samples on the page of the screen Data, and those in one row of it. */
static void count_samples(const struct nn_tui *tui, int *page, int *across)
{
    const struct nn_canvas *canvas = &tui->canvas;
    const struct nn_link *first = NULL;
    *page = *across = 0;
    for (size_t i = 0; i < canvas->link_count; i++) {
        const struct nn_link *link = &canvas->links[i];
        if (strncmp(link->command, "select sample=", 14) != 0)
            continue;
        first = first ? first : link;
        ++*page;
        *across += link->box.row == first->box.row;
    }
}

static void move_samples(struct nn_tui *tui, enum nn_action action)
{
    bool back = action == NN_ACTION_ABOVE || action == NN_ACTION_PAGE_UP;
    bool row = action == NN_ACTION_ABOVE || action == NN_ACTION_BELOW;
    char command[48];
    int page, across, step;
    count_samples(tui, &page, &across);
    step = row ? across : page;
    if (step == 0)
        return;
    snprintf(command, sizeof command, "select sample=%c%d", back ? '-' : '+', step);
    run_key_command(tui, command);
}

static void next_smoothing(struct nn_tui *tui)
{
    static const double values[] = {0, 0.6, 0.9, 0.97};
    char command[32 + NN_NUMBER_SIZE], number[NN_NUMBER_SIZE];
    size_t count = sizeof values / sizeof *values, next = 0;
    while (next < count && values[next] <= tui->session->smoothing)
        next++;
    snprintf(command, sizeof command, "set smoothing %s",
             nn_number_double(number, values[next % count]));
    run_key_command(tui, command);
}

/* The command stands at the prompt, where one can look at it, change it and run it. */
static void type_mend(struct nn_tui *tui)
{
    const struct nn_diagnosis *diagnosis = &tui->session->diagnosis;
    const char *mend = tui->session->at[NN_AT_FINDING] < diagnosis->count
                           ? diagnosis->findings[tui->session->at[NN_AT_FINDING]].mend
                           : "";
    if (!*mend) {
        nn_terminal_bell();
        return;
    }
    nn_prompt_cancel();
    nn_prompt_paste(mend, strlen(mend));
    tui->screen_focus = false;
}

/* A class as a word of the command language: its name, or its number where that cannot be quoted.
 */
static void put_class(const struct nn_samples *samples, size_t index, char out[80])
{
    const char *name = index < samples->class_count ? samples->classes[index] : "";
    if (*name && !strchr(name, '\'') && strlen(name) < 70)
        snprintf(out, 80, strcspn(name, " \t\"\\;#$") < strlen(name) ? "'%s'" : "%s", name);
    else
        snprintf(out, 80, "%zu", index);
}

/* From the class that the explanations are about, or the predicted one, on to the next. */
static void step_class(struct nn_tui *tui, bool up)
{
    struct nn_session *session = tui->session;
    const struct nn_samples *samples = session->dataset ? session->dataset->samples : NULL;
    struct nn_scene scene;
    char class[80];
    if (!samples || samples->class_count < 2) {
        nn_terminal_bell();
        return;
    }
    nn_session_scene(session, &scene);
    long count = (long)samples->class_count, at = session->class_shown;
    if (at < 0 && scene.explanation_count > 0)
        at = scene.explanations[0]->class_shown;
    if (at < 0)
        at = nn_predicted(&scene);
    at = at < 0 ? 0 : (at + (up ? 1 : count - 1)) % count;
    put_class(samples, (size_t)at, class);
    set(tui, "target", class);
}

static void find_in_cell(struct nn_tui *tui)
{
    const struct nn_dataset *data = tui->session->dataset;
    char command[200], actual[80], predicted[80];
    if (!data || !data->samples->classes) {
        nn_terminal_bell();
        return;
    }
    put_class(data->samples, tui->session->at[NN_AT_TRUTH], actual);
    put_class(data->samples, tui->session->at[NN_AT_PREDICTED], predicted);
    snprintf(command, sizeof command, "data find actual=%s predicted=%s", actual, predicted);
    run_key_command(tui, command);
}

static void quit(struct nn_tui *tui)
{
    bool training = nn_job_training(tui->session);
    if ((training || tui->session->unsaved) && !tui->quit_asked) {
        nn_log_block(&tui->log);
        nn_tui_say(tui, training ? "a training runs: q once more quits, x stops it"
                                 : "the trained net is not saved: q once more quits, `save FILE` "
                                   "keeps it");
        tui->quit_asked = true;
        return;
    }
    run_key_command(tui, "quit");
}

int nn_tui_place(const struct nn_tui *tui)
{
    int number = tui->session->screen->number;
    return number == 3 && tui->session->zoom     ? NN_PLACE_MAP
           : number == 5 && tui->session->browse ? NN_PLACE_SAMPLES
                                                 : number;
}

void nn_tui_act(struct nn_tui *tui, const struct nn_binding *binding)
{
    size_t page = (size_t)nn_tui_pane_rows(tui);
    switch (binding->action) {
    case NN_ACTION_COMMAND:
        run_key_command(tui, binding->command);
        break;
    case NN_ACTION_MAP:
        next_map(tui, binding->command);
        break;
    case NN_ACTION_FIND:
        find_in_cell(tui);
        break;
    case NN_ACTION_MEND:
        type_mend(tui);
        break;
    case NN_ACTION_AXIS:
        set(tui, "axis", tui->session->log_axis ? "linear" : "log");
        break;
    case NN_ACTION_ZOOM:
        set(tui, "zoom", tui->session->zoom ? "off" : "on");
        break;
    case NN_ACTION_OVERLAY:
        set(tui, "overlay", tui->session->overlay ? "off" : "on");
        break;
    case NN_ACTION_CLASS_UP:
    case NN_ACTION_CLASS_DOWN:
        step_class(tui, binding->action == NN_ACTION_CLASS_UP);
        break;
    case NN_ACTION_BROWSE:
        set(tui, "browse", tui->session->browse ? "off" : "on");
        break;
    case NN_ACTION_ABOVE:
    case NN_ACTION_BELOW:
    case NN_ACTION_PAGE_UP:
    case NN_ACTION_PAGE_DOWN:
        move_samples(tui, binding->action);
        break;
    case NN_ACTION_SCALE:
        set(tui, "scale", tui->session->own_scale ? "shared" : "own");
        break;
    case NN_ACTION_FREEZE:
        set(tui, "freeze", tui->session->frozen ? "off" : "on");
        break;
    case NN_ACTION_DRIVERS:
        ask_about_unit(tui, "examples %s %zu");
        break;
    case NN_ACTION_IDEAL:
        ask_about_unit(tui, "actmax layer=%s unit=%zu");
        break;
    case NN_ACTION_SMOOTH:
        next_smoothing(tui);
        break;
    case NN_ACTION_SPLIT:
        next_split(tui);
        break;
    case NN_ACTION_FOCUS:
        tui->screen_focus = !tui->screen_focus;
        nn_log_block(&tui->log);
        break;
    case NN_ACTION_HELP:
        nn_help_open(tui);
        break;
    case NN_ACTION_LOG_UP:
        nn_log_scroll(&tui->log, -(long)page, page);
        break;
    case NN_ACTION_LOG_DOWN:
        nn_log_scroll(&tui->log, (long)page, page);
        break;
    case NN_ACTION_REDRAW:
        nn_tui_resize(tui, NULL);
        break;
    case NN_ACTION_SUSPEND:
        nn_tui_suspend(tui);
        break;
    case NN_ACTION_INTERRUPT:
        nn_tui_interrupt(tui);
        break;
    case NN_ACTION_QUIT:
        quit(tui);
        return;
    case NN_ACTION_END:
        tui->session->quit = true;
        break;
    }
}

/* The event's bytes are the decoder's, which goes on decoding while a command waits for its job. */
static void type(struct nn_tui *tui, const struct nn_event *event)
{
    bool paste = event->key == NN_KEY_PASTE;
    size_t length = paste ? event->length : event->raw_length;
    char *bytes = nn_strndup(paste ? event->text : event->raw, length);
    if (!bytes)
        return;
    tui->screen_focus = false;
    if (paste)
        nn_prompt_paste(bytes, length);
    else
        nn_prompt_feed(bytes, length);
    nn_free(bytes);
    if (nn_prompt_end_of_file())
        tui->session->quit = true;
}

/* What lies above the screen takes the key. */
static bool overlaid(struct nn_tui *tui, const struct nn_event *event)
{
    if (tui->help.open) {
        nn_help_event(tui, event);
        return true;
    }
    return nn_start_event(tui, event);
}

/* What the screen shows besides the line that is typed, as far as typing changes it. */
struct around {
    bool choices, start, focus;
    size_t page;
};

static struct around around_of(const struct nn_tui *tui)
{
    struct around around = {.start = nn_start_shown(tui), .focus = tui->screen_focus};
    around.choices = nn_prompt_choices(&around.page) != NULL;
    return around;
}

/* A key for the line that is typed: only that is drawn anew, unless more has changed. */
static void type_key(struct nn_tui *tui, const struct nn_event *event)
{
    bool dirty = tui->dirty, urgent = tui->urgent;
    struct around before = around_of(tui);
    tui->dirty = tui->urgent = false;
    type(tui, event);
    struct around after = around_of(tui);
    bool more = tui->dirty || before.choices || after.choices || before.start != after.start ||
                before.focus;
    tui->line = true;
    tui->dirty = dirty || more;
    tui->urgent = urgent || more;
}

void nn_tui_event(struct nn_tui *tui, const struct nn_event *event)
{
    bool dirty = tui->dirty, urgent = tui->urgent;
    tui->dirty = tui->urgent = true;
    if (event->key == NN_KEY_MOUSE) {
        nn_tui_mouse(tui, event);
        return;
    }
    if (overlaid(tui, event))
        return;
    unsigned context = tui->screen_focus   ? NN_KEYS_SCREEN
                       : nn_prompt_empty() ? NN_KEYS_EMPTY
                                           : NN_KEYS_TYPING;
    bool vi_escape = event->key == NN_KEY_ESCAPE && !tui->screen_focus && nn_prompt_uses_escape();
    const struct nn_binding *binding =
        vi_escape ? NULL : nn_key_find(event, context, nn_tui_place(tui));
    bool asked = tui->quit_asked;
    tui->quit_asked = false;
    nn_player_hurry(tui);
    if (binding) {
        tui->quit_asked = asked && binding->action == NN_ACTION_QUIT;
        nn_tui_act(tui, binding);
        return;
    }
    if (event->key == NN_KEY_UNKNOWN)
        return;
    if (event->key == NN_KEY_ESCAPE && !vi_escape) { /* readline would wait for a second key */
        nn_prompt_dismiss();
        return;
    }
    if (tui->screen_focus && event->key != NN_KEY_PASTE)
        nn_terminal_bell();
    else {
        tui->dirty = dirty;
        tui->urgent = urgent;
        type_key(tui, event);
    }
}
