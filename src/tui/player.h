/* Player: runs commands in the interactive program: typed ones at once, those of scripts one after
 * the other. Each waits for the job before it, and after a picture for a moment, so that one can
 * see it.
 *
 * Threads: main thread.
 */
#ifndef NN_TUI_PLAYER_H
#define NN_TUI_PLAYER_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_tui;

struct nn_player {
    size_t script, at; /* what of the start scripts has run */
    char *told;        /* a script that a command plays (tour); NULL: none */
    size_t told_length, told_at;
    const char *told_name;
    struct nn_buffer queue;   /* commands that follow, one a line */
    size_t queue_at;          /* what of them has run */
    bool queue_quiet;         /* nobody typed them: their echo is as small as can be */
    bool unfinished;          /* explanations for a sample were asked for and are not all there */
    struct nn_buffer methods; /* that explained the last sample, as commands */
    bool showed;              /* the last command brought something onto the screen */
    double refresh;           /* explanations follow a training not before then */
    double hold;              /* the next command of a script waits until then */
};

enum nn_player_kind {
    NN_PLAYER_TYPED, /* its echo and what it prints are what the pane shows from now on */
    NN_PLAYER_KEY,   /* the same, as small as can be */
    NN_PLAYER_SCRIPT /* `echo` begins what the pane shows, as the heading of the commands below */
};

void nn_player_init(struct nn_player *player);
void nn_player_clear(struct nn_player *player);
/* Runs one command with its echo in the pane, and shows its error. `file` and `number`: its place
 * in a script, NULL at the prompt. */
enum nn_status nn_player_run(struct nn_tui *tui, enum nn_player_kind kind, const char *line,
                             const char *file, size_t number);

/* Plays a script, before those that wait. `name` must stay. Without memory it is not played. */
void nn_player_play(struct nn_tui *tui, const char *name, const char *text, size_t length);

/* Runs a typed line: at once, or when those before it have run and no job runs if it is one of
 * several pasted ones or a command still waits for its job. */
void nn_player_enter(struct nn_tui *tui, const char *line, bool pasted);
/* Runs the command of a key. What explains the sample that is left behind is no longer wanted. */
void nn_player_press(struct nn_tui *tui, const char *command);
/* Seconds until nn_player_step has something to do; -1: nothing waits, or a job has to end first.
 */
double nn_player_due(const struct nn_tui *tui);
/* Runs the next command that waits. */
void nn_player_step(struct nn_tui *tui);
/* While a training runs, explanations on the screen follow it: drawn anew about twice a second, or
 * more seldom if that takes its time. */
void nn_player_refresh(struct nn_tui *tui);
/* What waits is forgotten; or need not wait any longer. */
void nn_player_stop(struct nn_tui *tui);
void nn_player_hurry(struct nn_tui *tui);
/* The name of the script that plays, NULL = none. */
const char *nn_player_name(const struct nn_tui *tui);

#endif
