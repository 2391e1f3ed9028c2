/* Plain: the prompt line by line, for screen readers and terminals that cannot move the cursor: GNU
 * readline as it is, with history and completion, and nothing drawn.
 *
 * Threads: main thread.
 */
#ifndef NN_TUI_PLAIN_H
#define NN_TUI_PLAIN_H

#include "command/session.h"

void nn_plain_open(struct nn_session *session);
/* The next line that is typed, for nn_free; NULL at the end (Ctrl-D). */
char *nn_plain_read(const char *prompt);
void nn_plain_close(void);

#endif
