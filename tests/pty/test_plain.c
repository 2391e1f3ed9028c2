/* --plain: line by line, without frames; also where the cursor cannot be moved. */
#include "pty/run.h"

TestSuite(plain, .fini = finish, .timeout = 120);

static void begin_lines(const char *term)
{
    const char *const set[] = {term, NULL}, *const args[] = {"--plain", NULL};
    if (!pty_start(&pty, &(struct pty_options){.args = args, .set = set}))
        cr_skip_test("no pseudo-terminal, or no locale C.UTF-8");
    see("nnscope>");
}

Test(plain, speaks_in_lines)
{
    begin_lines("TERM=dumb");
    pty_send(&pty, "data demo iris\r");
    see("iris: 150 samples");
    pty_send(&pty, "nonsense\r");
    see("nonsense");
    pty_send(&pty, "show data\r");
    see("test sample 0 of 30:");
    see("sepal length (cm) 4.6");
    cr_assert(vt_find(&pty.vt, 0, "\u2502") < 0 && vt_find(&pty.vt, 0, "\u2588") < 0, "%s",
              pty_screen(&pty));
    pty_send(&pty, "data dem\t");
    pty_send(&pty, "wine\r");
    see("wine: 178 samples");
    pty_settle(&pty);
    pty_send(&pty, "\004");
    see_exit(0);
    see_restored();
}

Test(plain, an_interrupt_stops_what_runs)
{
    begin_lines("TERM=xterm");
    pty_send(&pty, "data demo iris; net new; add dense 3 softmax; "
                   "compile loss=categorical_crossentropy\r");
    see("parameters");
    pty_send(&pty, "train 1000000\r");
    see("/1000000");
    pty_send(&pty, "\003");
    pty_send(&pty, "echo still there\r");
    see("still there");
    pty_send(&pty, "quit\r");
    see_exit(0);
}
