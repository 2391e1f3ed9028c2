/* Prompt: GNU readline inside ncurses. The event loop owns the terminal's input and feeds whole
 * units (a character, a key, a paste); readline edits, and the prompt draws its line on a canvas.
 *
 * Why not readline's own input and output: inside searches, pastes and quoted inserts readline asks
 * for more bytes without returning, and its redisplay would fight with ncurses (measured for
 * several programs that do so). So bytes wait in a queue that is emptied before returning, pastes
 * never reach readline's own paste code, and the redisplay hook draws nothing.
 *
 * Threads: main thread; one prompt in a process (readline's state is global).
 */
#ifndef NN_TUI_PROMPT_H
#define NN_TUI_PROMPT_H

#include "command/complete.h"
#include "view/canvas.h"

/* Called for every entered line (not empty); `pasted`: one of several. */
typedef void nn_prompt_accept(void *context, const char *line, bool pasted);

enum nn_status nn_prompt_open(struct nn_session *session, nn_prompt_accept *accept, void *context,
                              struct nn_error *error);
void nn_prompt_close(void);

/* One whole unit of input, as its bytes came. */
void nn_prompt_feed(const char *bytes, size_t length);
/* Pasted text: lines are entered one after the other, the rest stays in the line. */
void nn_prompt_paste(const char *text, size_t length);
bool nn_prompt_empty(void);       /* nothing typed, no search going on */
bool nn_prompt_uses_escape(void); /* vi mode or a search: a lone ESC belongs to readline */
void nn_prompt_cancel(void);      /* Ctrl-C: forgets the line */
void nn_prompt_dismiss(void);     /* Esc: closes the choices */
bool nn_prompt_end_of_file(void); /* Ctrl-D on an empty line was typed (once) */

/* Draws the line into one row; sets the canvas' cursor if focused. */
void nn_prompt_draw(struct nn_canvas *canvas, int column, int row, int columns, bool focused);
/* The hint for what is typed (argument list), "" if none. */
const char *nn_prompt_hint(void);
/* What Tab would offer, while several choices are open; NULL otherwise. *page counts how often Tab
 * was pressed since. */
const struct nn_completions *nn_prompt_choices(size_t *page);

#endif
