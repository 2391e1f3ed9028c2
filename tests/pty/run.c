#include "pty/run.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct pty pty;

void begin(const struct pty_options *options)
{
    if (!pty_start(&pty, options))
        cr_skip_test("no pseudo-terminal, or no locale C.UTF-8");
    see(" >");
    pty_settle(&pty);
}

void begin_plain(void)
{
    begin(&(struct pty_options){0});
}

void finish(void)
{
    pty_clear(&pty);
}

void command(const char *line)
{
    char echo[256];
    snprintf(echo, sizeof echo, "> %s", line);
    pty_send(&pty, line);
    pty_send(&pty, "\r");
    see(echo);
    pty_settle(&pty);
}

void build_digits(void)
{
    command("data demo digits");
    command("net new; add conv2d 8 3 relu padding=same; add maxpool2d 2; add flatten");
    command("add dense 10 softmax");
    command("compile loss=categorical_crossentropy optimizer=adam metrics=accuracy");
}

void train_long(void)
{
    build_digits();
    pty_send(&pty, "train epochs=100000\r");
    see("training");
    see("/s, ");
}

void see_prompt(const char *text)
{
    double end = pty_now() + PTY_PATIENCE;
    while (strcmp(pty_prompt(&pty), text) != 0 && pty_now() < end)
        pty_pump(&pty, 0.02);
    cr_assert_str_eq(pty_prompt(&pty), text, "the prompt is `%s`, not `%s`:%s", pty_prompt(&pty),
                     text, pty_screen(&pty));
}

void see_cursor(int column)
{
    double end = pty_now() + PTY_PATIENCE;
    while ((pty.vt.column != column || pty.vt.row != pty.vt.rows - 2) && pty_now() < end)
        pty_pump(&pty, 0.02);
    cr_assert(pty.vt.cursor_visible, "the cursor is hidden");
    cr_assert_eq(pty.vt.row, pty.vt.rows - 2, "the cursor is in row %d", pty.vt.row);
    cr_assert_eq(pty.vt.column, column, "the cursor is in column %d, not %d:%s", pty.vt.column,
                 column, pty_screen(&pty));
}

void see_exit(int status)
{
    int ended = pty_end(&pty);
    cr_assert_neq(ended, -1, "nnscope does not end:%s", pty_screen(&pty));
    cr_assert(WIFEXITED(ended), "nnscope was ended by signal %d", WTERMSIG(ended));
    cr_assert_eq(WEXITSTATUS(ended), status, "exit status %d, not %d", WEXITSTATUS(ended), status);
}

void see_killed(int signal)
{
    int ended = pty_end(&pty);
    cr_assert_neq(ended, -1, "nnscope does not end:%s", pty_screen(&pty));
    cr_assert(WIFSIGNALED(ended), "nnscope exited with status %d", WEXITSTATUS(ended));
    cr_assert_eq(WTERMSIG(ended), signal, "ended by signal %d, not %d", WTERMSIG(ended), signal);
}

void see_restored(void)
{
    cr_assert(pty_restored(&pty), "the settings of the terminal are not as before");
    cr_assert_not(pty.vt.alternate, "the alternate screen was not left");
    cr_assert(pty.vt.cursor_visible, "the cursor stays hidden");
    cr_assert_not(pty.vt.paste, "bracketed paste stays on");
    cr_assert_not(pty.vt.mouse, "the mouse was taken");
}
