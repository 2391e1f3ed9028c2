/* The mouse: off until asked for; then clicks choose and the wheel moves. */
#include "pty/run.h"

#include <stdio.h>

TestSuite(mouse, .init = begin_plain, .fini = finish, .timeout = 120);

/* Presses a button at a text on the screen. */
static void click(const char *text)
{
    char report[96];
    int row, column;
    see(text); /* a screen that is still being drawn may not have it yet */
    row = vt_find(&pty.vt, 0, text);
    const struct vt_cell *cell = vt_cell_of(&pty.vt, text);
    column = (int)((cell - pty.vt.cells) % pty.vt.columns);
    snprintf(report, sizeof report, "\033[<0;%d;%dM\033[<0;%d;%dm", column + 1, row + 1, column + 1,
             row + 1);
    pty_send(&pty, report);
}

Test(mouse, is_taken_only_when_asked_for)
{
    cr_assert_not(pty.vt.mouse);
    command("set mouse on");
    cr_assert(pty.vt.mouse);
    command("set mouse off");
    cr_assert_not(pty.vt.mouse);
    command("set mouse on");
    pty_send(&pty, "\004");
    see_exit(0);
    see_restored();
}

Test(mouse, clicks_choose)
{
    build_digits();
    command("set mouse on");
    click("5 Data");
    see("> show data");
    see("[5 Data]");
    click("browse"); /* a key of the footer */
    see("> set browse on");
    click("9 0");
    see("> select sample=9");
    see("test sample 9");
    pty_send(&pty, "\033[<65;20;10M"); /* the wheel */
    see_gone("test sample 9");
    click("1 Net");
    see("[1 Net]");
    click("flatten1");
    see("> select layer=4");
    pty_send(&pty, "\033[<64;20;10M");
    see("> select layer=-1");
}
