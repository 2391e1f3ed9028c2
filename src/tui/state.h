/* State: the interactive program's own, shared by the files that show it (frame), fill it
 * (output), run commands in it (player) and turn keys into actions (actions).
 *
 * Threads: main thread.
 */
#ifndef NN_TUI_STATE_H
#define NN_TUI_STATE_H

#include "tui/decoder.h"
#include "tui/keys.h"
#include "tui/log.h"
#include "tui/overlay.h"
#include "tui/player.h"
#include "tui/tui.h"

struct nn_tui {
    struct nn_session *session;
    const struct nn_tui_options *options;
    struct nn_medium medium;
    struct nn_canvas canvas;
    struct nn_decoder decoder;
    struct nn_log log;
    struct nn_player player;
    bool screen_focus; /* else the prompt has it */
    int pane;    /* of the Explain screen that has the focus: 0 = the input, 1 = the newest ... */
    bool dirty;  /* what is seen has changed: a frame when its time has come */
    bool urgent; /* a key has changed it: at once */
    bool line;   /* only the line that is typed has changed */
    bool full;   /* repaint everything */
    struct nn_help_panel help;
    bool quiet;       /* what commands say is not shown: nobody typed them */
    bool start_over;  /* something was done at the start: no choices any more */
    int start_choice; /* the chosen one of them */
    bool quit_asked;  /* `q` was pressed although what was trained is not saved */
    double drawn, escape_since;
    double credit, credited;   /* bytes that may be sent now, and when that was counted */
    unsigned char input[4096]; /* keys that have arrived */
    size_t input_length, input_at;
    bool training; /* at the last turn */
    bool waiting;  /* inside a command that waits for its job: keys may only act on the job */
    int signals;   /* file descriptor of signals.h */
    int signal;    /* that ends the program; 0 = none */
};

/* output.c: what commands say goes to the pane and the screens. */
struct nn_output nn_tui_output(struct nn_tui *tui);
void nn_tui_say(struct nn_tui *tui, const char *text);

/* frame.c: what is seen. */
void nn_tui_draw(struct nn_tui *tui);
void nn_tui_draw_line(struct nn_tui *tui); /* the line that is typed and the keys below it */
enum nn_status nn_tui_resize(struct nn_tui *tui, struct nn_error *error);
int nn_tui_pane_rows(const struct nn_tui *tui);

/* actions.c: keys. */
void nn_tui_event(struct nn_tui *tui, const struct nn_event *event);
void nn_tui_act(struct nn_tui *tui, const struct nn_binding *binding);
/* The place of the screen's keys: its number or NN_PLACE_MAP. */
int nn_tui_place(const struct nn_tui *tui);
void nn_tui_interrupt(struct nn_tui *tui); /* Ctrl-C */
void nn_tui_suspend(struct nn_tui *tui);

/* mouse.c: clicks and the wheel. */
void nn_tui_mouse(struct nn_tui *tui, const struct nn_event *event);

/* loop.c: one turn while a command waits for its job. */
void nn_tui_wait(void *context, int fd, int milliseconds);

#endif
