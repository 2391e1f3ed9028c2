/* Signals: handlers only write a byte to a pipe, which the event loop reads; crashes restore the
 * terminal and go on to the handler that was there before (a debugger, a sanitizer, the kernel's
 * core).
 *
 * Threads: main thread; installed before ncurses, which keeps its hands off what is taken.
 */
#ifndef NN_TUI_SIGNALS_H
#define NN_TUI_SIGNALS_H

#include "base/status.h"

/* Installs the handlers. *fd becomes readable with one byte, the signal's number, for each of
 * SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT and SIGTSTP. SIGPIPE is ignored. */
enum nn_status nn_signals_open(int *fd, struct nn_error *error);
/* Puts the old handlers back. */
void nn_signals_close(void);
/* Stops the process as Ctrl-Z does; returns when it goes on. */
void nn_signals_stop(void);

#endif
