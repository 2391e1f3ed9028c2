/* What all tests on a pseudo-terminal share: one program at a time, and assertions that show its
 * screen.
 */
#ifndef NN_TESTS_PTY_RUN_H
#define NN_TESTS_PTY_RUN_H

#include "pty/pty.h"

#include <criterion/criterion.h>

extern struct pty pty;

/* Starts nnscope and waits for its prompt; skips the test without a pseudo-terminal. */
void begin(const struct pty_options *options);
void begin_plain(void); /* 80x24, no arguments */
void finish(void);      /* fixture: ends what runs */

/* Runs a command and waits for its echo. */
void command(const char *line);
/* A digits net that can be trained, and its training, which would take minutes. */
void build_digits(void);
void train_long(void);

/* The text comes to stand on the screen, or goes away. */
#define see(text)                                                                                  \
    cr_assert(pty_see(&pty, text), "`%s` does not appear:%s", (text), pty_screen(&pty))
#define see_gone(text)                                                                             \
    cr_assert(pty_see_gone(&pty, text), "`%s` stays:%s", (text), pty_screen(&pty))
/* The prompt's row is this text, its cursor stands in that column. */
void see_prompt(const char *text);
void see_cursor(int column);
/* nnscope ends, with this exit status, or by that signal. */
void see_exit(int status);
void see_killed(int signal);
/* The terminal is as it was before. */
void see_restored(void);

#endif
