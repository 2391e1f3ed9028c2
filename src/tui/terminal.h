/* Terminal: the one place that talks to ncurses. Output only; input is read by the event loop.
 *
 * The terminal is left as it was found: nn_terminal_close, the crash handler of signals.c (which
 * writes nn_terminal_restore_text), and suspension all restore it.
 *
 * Threads: main thread.
 */
#ifndef NN_TUI_TERMINAL_H
#define NN_TUI_TERMINAL_H

#include "view/canvas.h"

/* Colour depth asked for: auto looks at terminfo, NO_COLOR and TERM. */
enum nn_color_wish { NN_WISH_AUTO, NN_WISH_NEVER, NN_WISH_16, NN_WISH_256, NN_WISH_RGB };

/* Whether terminfo knows a type of terminal, and whether that can be drawn on: NN_STATE with a
 * plain message when not. Nothing is sent to the terminal. */
bool nn_terminal_type_known(const char *name);
enum nn_status nn_terminal_type_check(const char *name, struct nn_error *error);

/* Takes the terminal: alternate screen, raw input, bracketed paste. NN_STATE with a plain message
 * when the terminal type is unknown or cannot move the cursor. */
enum nn_status nn_terminal_open(enum nn_color_wish wish, bool ascii, struct nn_medium *medium,
                                struct nn_error *error);
void nn_terminal_close(void);
/* Leaves and takes the screen again, around a stop by Ctrl-Z. */
void nn_terminal_suspend(void);
void nn_terminal_resume(void);

void nn_terminal_size(int *columns, int *rows); /* asks the kernel, tells ncurses */
/* Shows a canvas; only the differences to the one before are sent. `full` repaints everything.
 * Returns about how many bytes that took. */
size_t nn_terminal_show(const struct nn_canvas *canvas, bool full);
void nn_terminal_bell(void);
/* Buttons and wheel are told, as SGR reports (NN_KEY_MOUSE). Off at the start. */
void nn_terminal_mouse(bool on);

/* Bytes that put the terminal right again, for a signal handler, and the settings to restore with
 * them. */
const char *nn_terminal_restore_text(size_t *length);
const struct termios *nn_terminal_saved(void);

#endif
