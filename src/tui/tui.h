/* The interactive program: screens, command pane and keys in one event loop.
 *
 * Threads: main thread. Training runs in a job; the loop never waits for it.
 */
#ifndef NN_TUI_TUI_H
#define NN_TUI_TUI_H

#include "command/session.h"
#include "tui/terminal.h"

/* A script that runs first, line after line, as if typed. */
struct nn_tui_script {
    const char *text;
    size_t length;
    const char *name; /* for messages */
};

struct nn_tui_options {
    enum nn_color_wish color;
    bool ascii;
    const struct nn_tui_script *scripts;
    size_t script_count;
    const struct nn_tui_script *init; /* runs before all others, unseen but for errors; NULL */
    bool keep_going;                  /* a failed command does not end a script */
};

/* Runs until quit, end of input or a signal; *exit_status is 0 or 128 + the signal. The session's
 * output is replaced while it runs. NN_STATE when the terminal cannot be used. */
enum nn_status nn_tui_run(struct nn_session *session, const struct nn_tui_options *options,
                          int *exit_status, struct nn_error *error);

#endif
