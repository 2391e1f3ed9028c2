/* The event loop: waits for keys, signals, news of the job and the clock. */
#include "tui/tui.h"

#include "base/file.h"
#include "base/mem.h"
#include "command/job.h"
#include "tui/prompt.h"
#include "tui/signals.h"
#include "tui/state.h"
#include "tui/terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define MOST_BYTES 65536.0 /* a second, over a network */

static void accept_line(void *context, const char *line, bool pasted)
{
    nn_player_enter(context, line, pasted);
}

static bool has_input(const struct nn_tui *tui)
{
    return tui->input_at < tui->input_length;
}

/* Keys in the order in which they came, also when one of them waits for its job and this is called
 * again meanwhile. */
static void take_input(struct nn_tui *tui)
{
    struct nn_event event;
    while (has_input(tui) && !tui->session->quit) {
        tui->escape_since = nn_clock();
        if (nn_decoder_feed(&tui->decoder, tui->input[tui->input_at++], &event))
            nn_tui_event(tui, &event);
    }
}

static void read_keys(struct nn_tui *tui)
{
    ssize_t length = read(STDIN_FILENO, tui->input, sizeof tui->input);
    if (length < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (length <= 0) { /* the terminal is gone */
        tui->signal = SIGHUP;
        return;
    }
    tui->input_at = 0;
    tui->input_length = (size_t)length;
}

static void read_signals(struct nn_tui *tui)
{
    unsigned char number;
    while (read(tui->signals, &number, 1) == 1) {
        if (number == SIGWINCH)
            nn_tui_resize(tui, NULL);
        else if (number == SIGCONT)
            tui->full = tui->dirty = true;
        else if (number == SIGTSTP)
            nn_tui_suspend(tui);
        else if (number == SIGINT)
            nn_tui_interrupt(tui);
        else
            tui->signal = number;
    }
}

static void poll_job(struct nn_tui *tui)
{
    struct nn_error error = {0};
    bool ended = false;
    if (nn_job_poll(tui->session, &ended, &error) != NN_OK)
        tui->session->output.warning(tui, &error);
    tui->dirty = true;
}

static bool is_remote(void)
{
    return getenv("SSH_CONNECTION");
}

/* A lone ESC is one when nothing follows for so long; more over a network. */
static double escape_delay(void)
{
    return is_remote() ? 0.1 : 0.05;
}

/* Seconds between frames; keys are answered at once. */
static double frame_time(const struct nn_tui *tui)
{
    if (tui->session->fps > 0)
        return 1.0 / tui->session->fps;
    return !tui->session->job ? 0 : is_remote() ? 0.25 : 0.1;
}

/* Over a network no more than MOST_BYTES a second are sent: what one frame takes too much, those
 * after it wait for. Keys of a burst that fits are answered at once. */
static double credit_time(struct nn_tui *tui)
{
    double now = nn_clock();
    if (!is_remote())
        return 0;
    tui->credit += (now - tui->credited) * MOST_BYTES;
    tui->credit = tui->credit > MOST_BYTES / 2 ? MOST_BYTES / 2 : tui->credit;
    tui->credited = now;
    return tui->credit >= 0 ? 0 : -tui->credit / MOST_BYTES;
}

/* Seconds until a frame is due that is wanted now. */
static double until_frame(struct nn_tui *tui)
{
    double wait = tui->urgent ? 0 : tui->drawn + frame_time(tui) - nn_clock();
    double credit = credit_time(tui);
    return wait > credit ? wait : credit;
}

static double sooner(double a, double b)
{
    return a < 0 ? b : b < 0 ? a : a < b ? a : b;
}

static double at_least_zero(double value)
{
    return value > 0 ? value : 0;
}

/* Milliseconds until something is due; -1 = nothing. */
static int wait_time(struct nn_tui *tui)
{
    double now = nn_clock(), wait = nn_player_due(tui);
    if (tui->dirty)
        wait = sooner(wait, at_least_zero(until_frame(tui)));
    if (nn_decoder_waits(&tui->decoder))
        wait = sooner(wait, at_least_zero(tui->escape_since + escape_delay() - now));
    if (has_input(tui))
        wait = 0;
    return wait < 0 ? -1 : wait > 0 ? (int)(wait * 1000) + 1 : 0;
}

/* A training that has just begun is worth looking at. */
static void follow_training(struct nn_tui *tui)
{
    bool training = nn_job_training(tui->session);
    if (training && !tui->training) {
        tui->session->screen = nn_screen_find("train");
        if (!nn_player_name(tui))
            nn_log_block(&tui->log);
        tui->dirty = true;
    }
    tui->training = training;
}

/* One turn: waits for keys, signals, news on `fd` or the time, handles what came, draws. */
static void turn(struct nn_tui *tui, int fd, int timeout)
{
    follow_training(tui);
    int due = wait_time(tui);
    if (timeout < 0 || (due >= 0 && due < timeout))
        timeout = due;
    struct pollfd fds[] = {{STDIN_FILENO, POLLIN, 0}, {tui->signals, POLLIN, 0}, {fd, POLLIN, 0}};
    int ready = poll(fds, 3, timeout);
    if (ready > 0 && fds[1].revents)
        read_signals(tui);
    if (ready > 0 && (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) && !has_input(tui))
        read_keys(tui);
    take_input(tui);
    if (ready > 0 && fds[2].revents && !tui->waiting && tui->session->job)
        poll_job(tui);
    struct nn_event event;
    if (nn_decoder_waits(&tui->decoder) && nn_clock() - tui->escape_since >= escape_delay() &&
        nn_decoder_timeout(&tui->decoder, &event))
        nn_tui_event(tui, &event);
    if (tui->dirty && !tui->signal && until_frame(tui) <= 0)
        nn_tui_draw(tui);
    else if (tui->line && !tui->signal)
        nn_tui_draw_line(tui);
}

void nn_tui_wait(void *context, int fd, int milliseconds)
{
    struct nn_tui *tui = context;
    bool outer = tui->waiting;
    tui->waiting = true;
    turn(tui, fd, milliseconds);
    tui->waiting = outer;
    if (tui->signal || tui->session->quit) {
        nn_job_pause(tui->session, false); /* else it would not notice */
        nn_interrupt(tui->signal ? tui->signal : SIGTERM);
    }
}

static void loop(struct nn_tui *tui)
{
    while (!tui->session->quit && !tui->signal) {
        turn(tui, nn_job_fd(tui->session), -1);
        if (!tui->signal && nn_player_due(tui) == 0)
            nn_player_step(tui);
        if (!tui->signal && !tui->session->quit)
            nn_player_refresh(tui);
    }
}

/* What the user always wants. A mistake in it is told, the rest is done nevertheless. */
static void run_init(struct nn_tui *tui)
{
    const struct nn_tui_script *init = tui->options->init;
    struct nn_error error = {0};
    if (!init)
        return;
    tui->session->source_depth++; /* no job in the background, nothing recorded */
    nn_session_run_script(tui->session, init->text, init->length, init->name, true, &error);
    tui->session->source_depth--;
}

/* Takes the terminal and gives it back. */
static enum nn_status run(struct nn_tui *tui, struct nn_error *error)
{
    enum nn_status status;
    bool open = false, prompting = false;
    NN_TRY(nn_signals_open(&tui->signals, error));
    NN_TRY(nn_terminal_open(tui->options->color, tui->options->ascii, &tui->medium, error));
    open = true;
    NN_TRY(nn_prompt_open(tui->session, accept_line, tui, error));
    prompting = true;
    NN_TRY(nn_tui_resize(tui, error));
    run_init(tui);
    nn_tui_draw(tui);
    loop(tui);
out:
    if (prompting)
        nn_prompt_close();
    if (open)
        nn_terminal_close();
    if (tui->signals >= 0)
        nn_signals_close();
    return status;
}

enum nn_status nn_tui_run(struct nn_session *session, const struct nn_tui_options *options,
                          int *exit_status, struct nn_error *error)
{
    struct nn_output output = session->output;
    struct nn_tui *tui = nn_calloc(1, sizeof *tui);
    if (!tui)
        return nn_fail_memory(error, sizeof *tui);
    tui->session = session;
    tui->options = options;
    tui->signals = -1;
    nn_decoder_init(&tui->decoder);
    nn_player_init(&tui->player);
    session->output = nn_tui_output(tui);
    session->interactive = true;
    if (!session->screen)
        session->screen = nn_screens[0];
    enum nn_status status = run(tui, error);
    if (status == NN_OK)
        *exit_status = tui->signal ? 128 + tui->signal : 0;
    session->output = output;
    nn_canvas_clear(&tui->canvas);
    nn_decoder_clear(&tui->decoder);
    nn_player_clear(&tui->player);
    nn_log_clear(&tui->log);
    nn_free(tui);
    return status;
}
