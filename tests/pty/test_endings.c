/* Every way to end, and what is left behind: nothing. */
#include "pty/run.h"

#include <unistd.h>

TestSuite(endings, .fini = finish, .timeout = 120);

static void begin_busy(void)
{
    begin_plain();
    train_long();
}

Test(endings, quit)
{
    begin_plain();
    cr_assert_not(pty_restored(&pty), "raw mode was not entered");
    pty_send(&pty, "quit\r");
    see_exit(0);
    see_restored();
    cr_assert(pty_received(&pty, "\033[?1049l"), "rmcup was not sent");
}

Test(endings, end_of_file)
{
    begin_plain();
    pty_send(&pty, "\004");
    see_exit(0);
    see_restored();
}

Test(endings, key)
{
    begin_plain();
    pty_send(&pty, "\033");
    see(": prompt");
    pty_send(&pty, "q");
    see_exit(0);
    see_restored();
}

/* Asked to end from outside: a clean end with 128 + n, idle and busy. */
static void signaled(int number, bool busy)
{
    if (busy)
        begin_busy();
    else
        begin_plain();
    kill(pty.pid, number);
    see_exit(128 + number);
    see_restored();
}

Test(endings, terminate)
{
    signaled(SIGTERM, false);
}

Test(endings, terminate_busy)
{
    signaled(SIGTERM, true);
}

Test(endings, hang_up)
{
    signaled(SIGHUP, false);
}

Test(endings, hang_up_busy)
{
    signaled(SIGHUP, true);
}

Test(endings, terminate_in_a_command)
{
    begin_plain();
    build_digits();
    pty_send(&pty, "train epochs=100000; echo x\r"); /* in the foreground */
    see("/s, ");
    kill(pty.pid, SIGTERM);
    see_exit(128 + SIGTERM);
    see_restored();
}

Test(endings, terminate_while_paused)
{
    begin_busy();
    command("pause");
    see("paused");
    kill(pty.pid, SIGTERM);
    see_exit(128 + SIGTERM);
    see_restored();
}

/* A crash: the terminal is restored first, then the signal does what it always does. */
static void crashed(int number, bool busy)
{
    if (busy)
        begin_busy();
    else
        begin_plain();
    kill(pty.pid, number);
    see_killed(number);
    see_restored();
    cr_assert(pty_received(&pty, "\033[?1049l"), "rmcup was not sent");
    cr_assert(pty_received(&pty, "\033[?25h"), "cnorm was not sent");
    see("crashed");
}

Test(endings, segmentation_fault)
{
    crashed(SIGSEGV, false);
}

Test(endings, segmentation_fault_busy)
{
    crashed(SIGSEGV, true);
}

Test(endings, abort)
{
    crashed(SIGABRT, false);
}

Test(endings, bus_error)
{
    crashed(SIGBUS, true);
}

Test(endings, floating_point)
{
    crashed(SIGFPE, false);
}

/* The connection is lost. With a controlling terminal the kernel sends SIGHUP, else reading fails.
 */
static void closed(bool detached, bool busy)
{
    if (!pty_start(&pty, &(struct pty_options){.detached = detached}))
        cr_skip_test("no pseudo-terminal");
    see("[1 Net]");
    pty_settle(&pty);
    if (busy)
        train_long();
    close(pty.slave);
    close(pty.master);
    pty.slave = pty.master = -1;
    see_exit(128 + SIGHUP);
}

Test(endings, connection_lost)
{
    closed(false, false);
}

Test(endings, connection_lost_busy)
{
    closed(false, true);
}

Test(endings, terminal_gone)
{
    closed(true, false);
}

Test(endings, terminal_gone_busy)
{
    closed(true, true);
}

/* Ctrl-Z gives the terminal back for the while; SIGCONT takes and draws it again. */
Test(endings, suspended_and_continued)
{
    begin_plain();
    command("echo before the pause");
    pty_send(&pty, "\032");
    for (int i = 0; i < 200 && pty.vt.alternate; i++)
        pty_pump(&pty, 0.02);
    see_restored();
    vt_resize(&pty.vt, 100, 30); /* another size meanwhile, and a screen full of other things */
    pty_resize(&pty, 100, 30);
    kill(pty.pid, SIGCONT);
    see("before the pause");
    see("[1 Net]");
    pty_settle(&pty);
    cr_assert(pty.vt.alternate, "the alternate screen was not taken again");
    cr_assert(pty.vt.paste, "bracketed paste is off");
    cr_assert_not(pty_restored(&pty), "raw mode was not entered again");
    command("echo and after");
    pty_send(&pty, "quit\r");
    see_exit(0);
    see_restored();
}

Test(endings, suspended_by_a_signal)
{
    begin_busy();
    kill(pty.pid, SIGTSTP);
    for (int i = 0; i < 200 && pty.vt.alternate; i++)
        pty_pump(&pty, 0.02);
    see_restored();
    kill(pty.pid, SIGCONT);
    see("training");
    pty_send(&pty, "\003");
    see("idle");
}
