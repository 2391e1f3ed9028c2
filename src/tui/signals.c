#include "tui/signals.h"

#include "tui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static const int told[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGCONT, SIGTSTP};
static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS};
#define COUNT(array) (sizeof(array) / sizeof *(array))

static int pipe_fd[2] = {-1, -1};
static struct sigaction told_before[COUNT(told)], crashes_before[COUNT(crashes)], pipe_before;
static char alternate_stack[16384];
static volatile sig_atomic_t crashing;

static void tell(int number)
{
    int kept = errno;
    unsigned char byte = (unsigned char)number;
    if (write(pipe_fd[1], &byte, 1) < 0) {
        /* full: the loop will wake up anyway */
    }
    errno = kept;
}

/* Only async-signal-safe calls: the terminal's bytes were prepared when it was opened. */
static void crash(int number)
{
    size_t length;
    const char *text = nn_terminal_restore_text(&length);
    if (!crashing) {
        crashing = 1;
        static const char message[] = "nnscope crashed; the terminal is restored.\r\n";
        if (length > 0 && write(STDOUT_FILENO, text, length) < 0) {
            /* nothing more can be done */
        }
        const struct termios *saved = nn_terminal_saved();
        if (saved)
            tcsetattr(STDIN_FILENO, TCSANOW, saved);
        if (write(STDERR_FILENO, message, sizeof message - 1) < 0) {
            /* nothing more can be done */
        }
    }
    for (size_t i = 0; i < COUNT(crashes); i++)
        if (crashes[i] == number)
            sigaction(number, &crashes_before[i], NULL);
    raise(
        number); /* pending until this handler returns, then the previous handler or the default */
}

enum nn_status nn_signals_open(int *fd, struct nn_error *error)
{
    if (pipe(pipe_fd) != 0)
        return nn_fail(error, NN_IO, "cannot make a pipe: %s", strerror(errno));
    for (int i = 0; i < 2; i++) {
        fcntl(pipe_fd[i], F_SETFL, O_NONBLOCK);
        fcntl(pipe_fd[i], F_SETFD, FD_CLOEXEC);
    }
    struct sigaction action = {.sa_handler = tell, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(told); i++)
        sigaction(told[i], &action, &told_before[i]);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &pipe_before);
    stack_t stack = {.ss_sp = alternate_stack, .ss_size = sizeof alternate_stack};
    sigaltstack(&stack, NULL);
    action.sa_handler = crash;
    action.sa_flags = SA_ONSTACK;
    for (size_t i = 0; i < COUNT(crashes); i++)
        sigaction(crashes[i], &action, &crashes_before[i]);
    *fd = pipe_fd[0];
    return NN_OK;
}

void nn_signals_close(void)
{
    for (size_t i = 0; i < COUNT(told); i++)
        sigaction(told[i], &told_before[i], NULL);
    for (size_t i = 0; i < COUNT(crashes); i++)
        sigaction(crashes[i], &crashes_before[i], NULL);
    sigaction(SIGPIPE, &pipe_before, NULL);
    close(pipe_fd[0]);
    close(pipe_fd[1]);
    pipe_fd[0] = pipe_fd[1] = -1;
}

void nn_signals_stop(void)
{
    raise(SIGSTOP);
}
