/* The event loop: waits for keys, signals, news of the job and the clock; everything else is a
 * command. */
#include "tui/tui.h"

#include "base/file.h"
#include "base/mem.h"
#include "command/job.h"
#include "tui/decoder.h"
#include "tui/keys.h"
#include "tui/log.h"
#include "tui/prompt.h"
#include "tui/signals.h"
#include "tui/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct tui {
    struct nn_session *session;
    const struct nn_tui_options *options;
    struct nn_medium medium;
    struct nn_canvas canvas;
    struct nn_decoder decoder;
    struct nn_log log;
    bool screen_focus; /* else the prompt has it */
    bool dirty, full;  /* draw; repaint everything */
    bool wide_log;     /* the pane shows the whole answer of the last command */
    double drawn, escape_since;
    bool training; /* at the last turn */
    bool waiting;  /* inside a command that waits for its job: keys may only act on the job */
    int signals;   /* file descriptor of signals.h */
    int signal;    /* that ends the program; 0 = none */
    size_t script, script_at; /* what of the start scripts has run */
};

/* ---- what commands say ---- */

static void take_message(void *context, const char *text)
{
    struct tui *tui = context;
    nn_log_add(&tui->log, NN_LOG_TEXT, text);
    tui->dirty = true;
}

/* Pictures go to their screen; tables and curves are text in the pane. */
static const char *screen_of(const struct nn_result *result)
{
    switch (result->kind) {
    case NN_RESULT_ATTRIBUTION:
    case NN_RESULT_IMAGE:
        return strcmp(result->command, "data show") == 0 ? NULL : "explain";
    case NN_RESULT_MAPS:
        return strcmp(result->command, "activations") == 0 ? "layers" : NULL;
    case NN_RESULT_MATRIX:
        return "data";
    case NN_RESULT_SERIES:
        return strcmp(result->command, "loss") == 0 ? "train" : NULL;
    default:
        return NULL;
    }
}

static void take_result(void *context, const struct nn_result *result)
{
    struct tui *tui = context;
    const char *name = screen_of(result);
    if (name) {
        tui->session->screen = nn_screen_find(name);
        nn_log_add(&tui->log, NN_LOG_TEXT, result->title);
    } else {
        struct nn_buffer text;
        nn_buffer_init(&text, 0);
        struct nn_medium plain = {NN_DEPTH_MONO, tui->medium.ascii};
        if (nn_result_text(result, tui->canvas.columns - 2, plain, false, &text, NULL) == NN_OK)
            nn_log_add(&tui->log, NN_LOG_TEXT, nn_buffer_string(&text));
        nn_buffer_clear(&text);
    }
    tui->dirty = true;
}

static void take_epoch(void *context, const struct nn_history *history,
                       const struct nn_train_progress *progress)
{
    (void)history;
    (void)progress;
    ((struct tui *)context)->dirty = true;
}

static void take_progress(void *context, const char *what, double fraction)
{
    (void)what;
    (void)fraction;
    ((struct tui *)context)->dirty = true;
}

static void take_warning(void *context, const struct nn_error *error)
{
    struct tui *tui = context;
    nn_log_add(&tui->log, NN_LOG_ERROR, error->message);
    if (*error->hint)
        nn_log_add(&tui->log, NN_LOG_ERROR, error->hint);
    tui->dirty = true;
}

static void take_show(void *context, const struct nn_screen *screen)
{
    struct tui *tui = context;
    tui->session->screen = screen;
    tui->dirty = true;
}

/* ---- running commands ---- */

/* A command is still waiting for its job: only what acts on the job may run. */
static bool is_control(const char *line)
{
    static const char *const controls[] = {"pause", "resume", "stop", "step"};
    for (size_t i = 0; i < sizeof controls / sizeof *controls; i++)
        if (strcmp(line, controls[i]) == 0)
            return true;
    return strncmp(line, "show ", 5) == 0;
}

static void run_command(struct tui *tui, const char *line, const char *file, size_t number)
{
    struct nn_error error = {0};
    struct nn_buffer echo;
    nn_buffer_init(&echo, 0);
    nn_buffer_printf(&echo, "> %s", line);
    nn_log_add(&tui->log, NN_LOG_COMMAND, nn_buffer_string(&echo));
    nn_buffer_clear(&echo);
    tui->wide_log = true;
    if (tui->waiting && !is_control(line))
        nn_fail(&error, NN_STATE, "a command still runs: Ctrl-C stops it");
    if (error.status != NN_OK ||
        nn_session_run_line(tui->session, line, file, number, &error) != NN_OK)
        take_warning(tui, &error);
    tui->dirty = true;
}

static void accept_line(void *context, const char *line)
{
    run_command(context, line, NULL, 1);
}

/* The next line of the start scripts (joined where it ends with a backslash), or NULL; takes turns
 * with jobs: while one runs the script waits. */
static bool run_script_line(struct tui *tui)
{
    while (tui->script < tui->options->script_count) {
        const struct nn_tui_script *script = &tui->options->scripts[tui->script];
        if (tui->script_at >= script->length) {
            tui->script++;
            tui->script_at = 0;
            continue;
        }
        size_t start = tui->script_at, end = start;
        while (end < script->length &&
               (script->text[end] != '\n' || (end > start && script->text[end - 1] == '\\')))
            end++;
        size_t number = 1;
        for (size_t i = 0; i < start; i++)
            number += script->text[i] == '\n';
        tui->script_at = end + 1;
        char *line = nn_strndup(script->text + start, end - start);
        size_t blank = line ? strspn(line, " \t\r\n") : 0;
        if (line && line[blank] && line[blank] != '#')
            run_command(tui, line, script->name, number);
        nn_free(line);
        return true;
    }
    return false;
}

/* ---- drawing ---- */

static void draw_footer(struct tui *tui, int row)
{
    struct nn_style style = nn_plain;
    style.attributes = NN_DIM;
    int column = 1, columns = tui->canvas.columns - 1;
    const char *hint = nn_prompt_hint();
    if (!tui->screen_focus && *hint) {
        nn_canvas_text(&tui->canvas, column, row, columns - column, style, hint);
        return;
    }
    unsigned context = tui->screen_focus ? NN_KEYS_SCREEN : NN_KEYS_EMPTY;
    for (size_t i = 0; i < nn_binding_count; i++) {
        const struct nn_binding *binding = &nn_bindings[i];
        if (!binding->shown || !(binding->contexts & context))
            continue;
        struct nn_style key = nn_plain;
        key.attributes = NN_BOLD;
        int needed = (int)(strlen(binding->shown) + strlen(binding->help)) + 3;
        if (column + needed > columns)
            continue;
        column +=
            nn_canvas_text(&tui->canvas, column, row, columns - column, key, binding->shown) + 1;
        column +=
            nn_canvas_text(&tui->canvas, column, row, columns - column, style, binding->help) + 2;
    }
}

/* The open completions, above the prompt. */
static void draw_choices(struct tui *tui, int bottom)
{
    const struct nn_completions *choices = nn_prompt_choices();
    if (!choices)
        return;
    int rows = choices->count < 8 ? (int)choices->count : 8;
    if (rows > bottom)
        rows = bottom;
    struct nn_style style = nn_plain;
    style.attributes = NN_REVERSE;
    struct nn_box box = {2, bottom - rows, tui->canvas.columns - 4, rows};
    nn_canvas_fill(&tui->canvas, box, ' ', style);
    for (int i = 0; i < rows; i++) {
        if (i == rows - 1 && choices->count > 8) {
            nn_canvas_printf(&tui->canvas, 3, box.row + i, box.columns - 2, style, "and %zu more",
                             choices->count - 7);
            break;
        }
        const struct nn_completion *item = &choices->items[i];
        nn_canvas_text(&tui->canvas, 3, box.row + i, 28, style, item->text);
        if (item->help)
            nn_canvas_text(&tui->canvas, 32, box.row + i, box.columns - 31, style, item->help);
    }
}

static int log_rows(const struct tui *tui)
{
    int most = tui->canvas.rows / 2 - 2;
    size_t wanted = tui->wide_log ? tui->log.since_command + 1 : 1;
    if (most < 1)
        most = 1;
    return wanted > (size_t)most ? most : (int)wanted;
}

static void draw(struct tui *tui)
{
    struct nn_canvas *canvas = &tui->canvas;
    nn_canvas_erase(canvas);
    canvas->cursor_column = canvas->cursor_row = -1;
    struct nn_scene scene;
    nn_session_scene(tui->session, &scene);
    int pane = log_rows(tui);
    int reserved = pane + 3; /* rule, log, prompt, footer */
    if (canvas->rows < 6)
        reserved = canvas->rows > 1 ? 1 : 0;
    nn_scene_draw(&scene, tui->session->screen, canvas, reserved);
    int rows = canvas->rows;
    if (canvas->rows >= 6) {
        struct nn_style rule = nn_plain;
        rule.attributes = NN_DIM;
        nn_canvas_fill(canvas, (struct nn_box){0, rows - reserved, canvas->columns, 1},
                       canvas->medium.ascii ? '-' : 0x2500, rule);
        nn_log_draw(&tui->log, canvas,
                    (struct nn_box){1, rows - 2 - pane, canvas->columns - 2, pane});
        nn_prompt_draw(canvas, 1, rows - 2, canvas->columns - 2, !tui->screen_focus);
        draw_choices(tui, rows - 2);
        draw_footer(tui, rows - 1);
    } else if (reserved == 1)
        nn_prompt_draw(canvas, 0, rows - 1, canvas->columns, !tui->screen_focus);
    nn_terminal_show(canvas, tui->full);
    tui->full = tui->dirty = false;
    tui->drawn = nn_clock();
}

static enum nn_status resize(struct tui *tui, struct nn_error *error)
{
    int columns, rows;
    nn_terminal_size(&columns, &rows);
    struct nn_canvas canvas;
    enum nn_status status = nn_canvas_init(&canvas, columns, rows, tui->medium, error);
    if (status != NN_OK)
        return status;
    nn_canvas_clear(&tui->canvas);
    tui->canvas = canvas;
    tui->session->columns = columns;
    tui->full = tui->dirty = true;
    return NN_OK;
}

/* ---- keys ---- */

static void suspend(struct tui *tui)
{
    nn_terminal_suspend();
    nn_signals_stop();
    nn_terminal_resume();
    resize(tui, NULL);
}

static void interrupt(struct tui *tui)
{
    if (tui->session->job)
        run_command(tui, "stop", NULL, 1);
    else if (!nn_prompt_empty())
        nn_prompt_cancel();
    else
        take_message(tui, "nothing runs; Ctrl-D or `quit` ends nnscope");
    tui->script = tui->options->script_count; /* also ends a start script */
    tui->dirty = true;
}

static void show_help(struct tui *tui)
{
    nn_log_add(&tui->log, NN_LOG_COMMAND, "keys");
    tui->wide_log = true;
    for (size_t i = 0; i < nn_binding_count; i++) {
        if (!nn_bindings[i].shown)
            continue;
        struct nn_buffer line;
        nn_buffer_init(&line, 0);
        nn_buffer_printf(
            &line, "  %-10s %s%s", nn_bindings[i].shown, nn_bindings[i].help,
            nn_bindings[i].contexts == NN_KEYS_SCREEN ? " (when the screen has the focus)" : "");
        nn_log_add(&tui->log, NN_LOG_TEXT, nn_buffer_string(&line));
        nn_buffer_clear(&line);
    }
    nn_log_add(&tui->log, NN_LOG_TEXT,
               "  `help` lists the commands, `help NAME` explains one; Tab completes");
}

static void act(struct tui *tui, const struct nn_binding *binding)
{
    size_t page = (size_t)log_rows(tui);
    switch (binding->action) {
    case NN_ACTION_COMMAND: {
        bool wide = tui->wide_log && tui->log.since_command > 1;
        const char *command = binding->command;
        if (strcmp(command, "pause") == 0 && nn_job_paused(tui->session))
            command = "resume";
        run_command(tui, command, NULL, 1);
        tui->wide_log = wide && tui->log.since_command > 0;
        break;
    }
    case NN_ACTION_FOCUS:
        tui->screen_focus = !tui->screen_focus;
        tui->wide_log = false;
        break;
    case NN_ACTION_HELP:
        show_help(tui);
        break;
    case NN_ACTION_LOG_UP:
        tui->wide_log = true;
        nn_log_scroll(&tui->log, -(long)page, page);
        break;
    case NN_ACTION_LOG_DOWN:
        nn_log_scroll(&tui->log, (long)page, page);
        break;
    case NN_ACTION_REDRAW:
        resize(tui, NULL);
        break;
    case NN_ACTION_SUSPEND:
        suspend(tui);
        break;
    case NN_ACTION_INTERRUPT:
        interrupt(tui);
        break;
    }
    tui->dirty = true;
}

static void take_event(struct tui *tui, const struct nn_event *event)
{
    unsigned context = tui->screen_focus   ? NN_KEYS_SCREEN
                       : nn_prompt_empty() ? NN_KEYS_EMPTY
                                           : NN_KEYS_TYPING;
    tui->dirty = true;
    bool vi_escape = event->key == NN_KEY_ESCAPE && !tui->screen_focus && nn_prompt_uses_escape();
    const struct nn_binding *binding = vi_escape ? NULL : nn_key_find(event, context);
    if (binding) {
        act(tui, binding);
        return;
    }
    if (event->key == NN_KEY_UNKNOWN)
        return;
    if (tui->screen_focus && event->key != NN_KEY_PASTE) {
        nn_terminal_bell();
        return;
    }
    tui->screen_focus = false;
    if (event->key == NN_KEY_PASTE) { /* its lines wait for one another */
        bool foreground = tui->session->foreground;
        tui->session->foreground = true;
        nn_prompt_paste(event->text, event->length);
        tui->session->foreground = foreground;
    } else
        nn_prompt_feed(event->raw, event->raw_length);
    if (nn_prompt_end_of_file())
        tui->session->quit = true;
}

/* ---- the loop ---- */

static void read_keys(struct tui *tui)
{
    unsigned char bytes[4096];
    ssize_t length = read(STDIN_FILENO, bytes, sizeof bytes);
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (length <= 0) { /* the terminal is gone */
        tui->signal = SIGHUP;
        return;
    }
    struct nn_event event;
    for (ssize_t i = 0; i < length && !tui->session->quit; i++)
        if (nn_decoder_feed(&tui->decoder, bytes[i], &event))
            take_event(tui, &event);
    tui->escape_since = nn_clock();
}

static void read_signals(struct tui *tui)
{
    unsigned char number;
    while (read(tui->signals, &number, 1) == 1) {
        if (number == SIGWINCH)
            resize(tui, NULL);
        else if (number == SIGCONT)
            tui->full = tui->dirty = true;
        else if (number == SIGTSTP)
            suspend(tui);
        else if (number == SIGINT)
            interrupt(tui);
        else
            tui->signal = number;
    }
}

static void poll_job(struct tui *tui)
{
    struct nn_error error = {0};
    bool ended = false;
    if (nn_job_poll(tui->session, &ended, &error) != NN_OK)
        take_warning(tui, &error);
    tui->dirty = true;
}

/* A lone ESC is one when nothing follows for so long; more over a network. */
static double escape_delay(void)
{
    return getenv("SSH_CONNECTION") ? 0.1 : 0.05;
}

/* Milliseconds until something is due; -1 = nothing. */
static int wait_time(const struct tui *tui, double frame)
{
    double wait = -1;
    if (tui->dirty) {
        wait = tui->drawn + frame - nn_clock();
        wait = wait < 0 ? 0 : wait;
    }
    if (nn_decoder_waits(&tui->decoder)) {
        double left = tui->escape_since + escape_delay() - nn_clock();
        left = left < 0 ? 0 : left;
        wait = wait < 0 || left < wait ? left : wait;
    }
    return wait < 0 ? -1 : (int)(wait * 1000) + 1;
}

/* A training that has just begun is worth looking at. */
static void follow_training(struct tui *tui)
{
    bool training = nn_job_training(tui->session);
    if (training && !tui->training) {
        tui->session->screen = nn_screen_find("train");
        tui->wide_log = false;
        tui->dirty = true;
    }
    tui->training = training;
}

/* One turn: waits for keys, signals, news on `fd` or the time, handles what came, draws. */
static void turn(struct tui *tui, int fd, int timeout)
{
    follow_training(tui);
    double frame = tui->session->job ? (getenv("SSH_CONNECTION") ? 0.25 : 0.1) : 0;
    int due = wait_time(tui, frame);
    if (timeout < 0 || (due >= 0 && due < timeout))
        timeout = due;
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {tui->signals, POLLIN, 0}, {fd, POLLIN, 0}};
    int ready = poll(fds, 3, timeout);
    bool typed = ready > 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR));
    if (ready > 0 && fds[1].revents)
        read_signals(tui);
    if (typed)
        read_keys(tui);
    if (ready > 0 && fds[2].revents && !tui->waiting && tui->session->job)
        poll_job(tui);
    struct nn_event event;
    if (nn_decoder_waits(&tui->decoder) && nn_clock() - tui->escape_since >= escape_delay() &&
        nn_decoder_timeout(&tui->decoder, &event))
        take_event(tui, &event);
    if (tui->dirty && !tui->signal && (typed || nn_clock() - tui->drawn >= frame))
        draw(tui);
}

/* While a command waits for its job: the screen goes on living. */
static void take_wait(void *context, int fd, int milliseconds)
{
    struct tui *tui = context;
    bool outer = tui->waiting;
    tui->waiting = true;
    turn(tui, fd, milliseconds);
    tui->waiting = outer;
    if (tui->signal)
        nn_interrupt(tui->signal);
}

static void loop(struct tui *tui)
{
    while (!tui->session->quit && !tui->signal) {
        bool scripted = !tui->session->job && tui->script < tui->options->script_count;
        turn(tui, nn_job_fd(tui->session), scripted ? 0 : -1);
        if (scripted && !tui->session->job && !tui->session->quit)
            run_script_line(tui);
    }
}

enum nn_status nn_tui_run(struct nn_session *session, const struct nn_tui_options *options,
                          int *exit_status, struct nn_error *error)
{
    enum nn_status status;
    bool open = false, prompting = false;
    struct nn_output output = session->output;
    struct tui *tui = nn_calloc(1, sizeof *tui);
    if (!tui)
        return nn_fail_memory(error, sizeof *tui);
    tui->session = session;
    tui->options = options;
    tui->signals = -1;
    nn_decoder_init(&tui->decoder);
    NN_TRY(nn_signals_open(&tui->signals, error));
    NN_TRY(nn_terminal_open(options->color, options->ascii, &tui->medium, error));
    open = true;
    NN_TRY(nn_prompt_open(session, accept_line, tui, error));
    prompting = true;
    NN_TRY(resize(tui, error));
    session->output = (struct nn_output){.context = tui,
                                         .message = take_message,
                                         .result = take_result,
                                         .epoch = take_epoch,
                                         .progress = take_progress,
                                         .warning = take_warning,
                                         .show = take_show,
                                         .wait = take_wait};
    session->interactive = true;
    if (!session->screen)
        session->screen = nn_screens[0];
    draw(tui);
    loop(tui);
    *exit_status = tui->signal ? 128 + tui->signal : 0;
out:
    if (prompting)
        nn_prompt_close();
    if (open)
        nn_terminal_close();
    if (tui->signals >= 0)
        nn_signals_close();
    session->output = output;
    nn_canvas_clear(&tui->canvas);
    nn_decoder_clear(&tui->decoder);
    nn_log_clear(&tui->log);
    nn_free(tui);
    return status;
}
