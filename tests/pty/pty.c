#include "pty/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

double pty_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void pause_for(double seconds)
{
    struct timespec time = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    nanosleep(&time, NULL);
}

/* ---- starting ---- */

static bool open_pair(struct pty *pty)
{
    pty->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (pty->master < 0)
        return false;
    const char *name =
        grantpt(pty->master) == 0 && unlockpt(pty->master) == 0 ? ptsname(pty->master) : NULL;
    pty->slave = name ? open(name, O_RDWR | O_NOCTTY | O_CLOEXEC) : -1;
    return pty->slave >= 0 && tcgetattr(pty->slave, &pty->before) == 0;
}

/* Crashes are what some tests are about: no sanitizer takes them. */
static void leave_crashes(const char *name)
{
    const char *options = getenv(name);
    char all[4096];
    snprintf(all, sizeof all,
             "%s:handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0:handle_abort=0",
             options ? options : "");
    setenv(name, all, 1);
}

static void set_environment(const struct pty *pty, const char *const *set)
{
    static const char *const unset[] = {"LINES",          "COLUMNS", "NO_COLOR",  "TMUX",
                                        "SSH_CONNECTION", "INPUTRC", "COLORTERM", "TERMINFO"};
    for (size_t i = 0; i < sizeof unset / sizeof *unset; i++)
        unsetenv(unset[i]);
    setenv("TERM", "xterm-256color", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("HOME", pty->home, 1);
    setenv("XDG_STATE_HOME", pty->home, 1);
    setenv("XDG_CONFIG_HOME", pty->home, 1);
    leave_crashes("ASAN_OPTIONS");
    leave_crashes("TSAN_OPTIONS");
    leave_crashes("UBSAN_OPTIONS");
    for (size_t i = 0; set && set[i]; i++) {
        char name[64];
        const char *equals = strchr(set[i], '=');
        snprintf(name, sizeof name, "%.*s", equals ? (int)(equals - set[i]) : (int)strlen(set[i]),
                 set[i]);
        if (equals)
            setenv(name, equals + 1, 1);
        else
            unsetenv(name);
    }
}

/* Never returns. */
static void become_nnscope(const struct pty *pty, const struct pty_options *options)
{
    char path[4096];
    const char *args[32] = {"nnscope"};
    size_t count = 1;
    sigset_t none;
    setsid();
    if (!options->detached)
        ioctl(pty->slave, TIOCSCTTY, 0);
    for (int i = 0; i < 3; i++)
        dup2(pty->slave, i);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 1; i < 32; i++)
        if (i != SIGKILL && i != SIGSTOP)
            signal(i, SIG_DFL); /* the test's own handlers and ignored signals */
    set_environment(pty, options->set);
    for (size_t i = 0; options->args && options->args[i] && count < 31; i++)
        args[count++] = options->args[i];
    if (options->program) {
        args[0] = options->program;
        execvp(options->program, (char *const *)args);
        _exit(127);
    }
    snprintf(path, sizeof path, "%s/nnscope", getenv("NN_BUILD") ? getenv("NN_BUILD") : ".");
    execv(path, (char *const *)args);
    _exit(127);
}

bool pty_start(struct pty *pty, const struct pty_options *options)
{
    int columns = options->columns ? options->columns : 80;
    int rows = options->rows ? options->rows : 24;
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    *pty = (struct pty){.master = -1, .slave = -1};
    if (!setlocale(LC_CTYPE, "C.UTF-8") || !open_pair(pty))
        return false;
    ioctl(pty->master, TIOCSWINSZ, &size);
    vt_init(&pty->vt, columns, rows);
    snprintf(pty->home, sizeof pty->home, "%s", "/tmp/nnscope-pty-XXXXXX");
    if (!mkdtemp(pty->home))
        return false;
    pty->pid = fork();
    if (pty->pid == 0)
        become_nnscope(pty, options);
    return pty->pid > 0;
}

static void remove_home(const struct pty *pty)
{
    char path[128];
    snprintf(path, sizeof path, "%s/nnscope/history", pty->home);
    unlink(path);
    snprintf(path, sizeof path, "%s/nnscope", pty->home);
    rmdir(path);
    rmdir(pty->home);
}

void pty_clear(struct pty *pty)
{
    if (pty->pid > 0 && !pty->gone) {
        kill(pty->pid, SIGKILL);
        waitpid(pty->pid, NULL, 0);
    }
    if (pty->master >= 0)
        close(pty->master);
    if (pty->slave >= 0)
        close(pty->slave);
    if (*pty->home)
        remove_home(pty);
    vt_clear(&pty->vt);
    *pty = (struct pty){.master = -1, .slave = -1};
}

/* ---- talking ---- */

static void keep_tail(struct pty *pty, const char *bytes, size_t length)
{
    size_t most = sizeof pty->tail - 1;
    if (length > most) {
        bytes += length - most;
        length = most;
    }
    size_t kept = pty->tail_length + length > most ? most - length : pty->tail_length;
    memmove(pty->tail, pty->tail + pty->tail_length - kept, kept);
    memcpy(pty->tail + kept, bytes, length);
    pty->tail_length = kept + length;
}

/* One read of what is there within `seconds`. False when nothing came. */
static bool take(struct pty *pty, double seconds)
{
    char bytes[65536];
    struct pollfd wanted = {pty->master, POLLIN, 0};
    struct timespec time = {(time_t)seconds, (long)(1e9 * (seconds - (double)(time_t)seconds))};
    if (ppoll(&wanted, 1, &time, NULL) <= 0)
        return false;
    ssize_t length = read(pty->master, bytes, sizeof bytes);
    if (length <= 0)
        return false;
    pty->bytes += (size_t)length;
    keep_tail(pty, bytes, (size_t)length);
    vt_feed(&pty->vt, bytes, (size_t)length);
    return true;
}

size_t pty_pump(struct pty *pty, double seconds)
{
    size_t before = pty->bytes;
    for (double end = pty_now() + seconds, left = seconds; left > 0; left = end - pty_now())
        take(pty, left);
    return pty->bytes - before;
}

void pty_send_bytes(struct pty *pty, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(pty->master, bytes, length < 512 ? length : 512);
        if (written < 0 && errno != EAGAIN && errno != EINTR)
            return;
        if (written > 0) {
            bytes += written;
            length -= (size_t)written;
        }
        take(pty, 0);
    }
}

void pty_send(struct pty *pty, const char *text)
{
    pty_send_bytes(pty, text, strlen(text));
}

void pty_resize(struct pty *pty, int columns, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)columns, .ws_row = (unsigned short)rows};
    while (take(pty, 0))
        ;
    vt_resize(&pty->vt, columns, rows);
    ioctl(pty->master, TIOCSWINSZ, &size);
}

static bool wait_for(struct pty *pty, const char *text, bool there)
{
    double end = pty_now() + PTY_PATIENCE;
    for (;;) {
        if ((vt_find(&pty->vt, 0, text) >= 0) == there)
            return true;
        if (pty_now() > end)
            return false;
        take(pty, 0.1);
    }
}

bool pty_see(struct pty *pty, const char *text)
{
    return wait_for(pty, text, true);
}

bool pty_see_gone(struct pty *pty, const char *text)
{
    return wait_for(pty, text, false);
}

void pty_settle(struct pty *pty)
{
    double end = pty_now() + PTY_PATIENCE;
    while (take(pty, 0.15) && pty_now() < end)
        ;
}

int pty_end(struct pty *pty)
{
    int status = 0;
    for (double end = pty_now() + PTY_PATIENCE; pty_now() < end;) {
        if (waitpid(pty->pid, &status, WNOHANG) == pty->pid) {
            pty->gone = true;
            while (pty->master >= 0 && take(pty, 0))
                ;
            return status;
        }
        if (pty->master < 0 || !take(pty, 0.02))
            pause_for(0.002);
    }
    return -1;
}

/* ---- looking ---- */

bool pty_restored(const struct pty *pty)
{
    struct termios now;
    if (tcgetattr(pty->slave, &now) != 0)
        return false;
    return now.c_iflag == pty->before.c_iflag && now.c_oflag == pty->before.c_oflag &&
           now.c_cflag == pty->before.c_cflag && now.c_lflag == pty->before.c_lflag &&
           memcmp(now.c_cc, pty->before.c_cc, sizeof now.c_cc) == 0;
}

bool pty_received(const struct pty *pty, const char *bytes)
{
    return memmem(pty->tail, pty->tail_length, bytes, strlen(bytes)) != NULL;
}

const char *pty_screen(const struct pty *pty)
{
    static char text[64 * 1024];
    size_t length = 0;
    for (int row = 0; row < pty->vt.rows && length < sizeof text; row++)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, "\n# |%s", vt_row(&pty->vt, row));
    return text;
}

double pty_cpu(const struct pty *pty)
{
    clockid_t clock;
    struct timespec used;
    if (clock_getcpuclockid(pty->pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
        return -1;
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

double pty_cpu_main(const struct pty *pty)
{
    char path[64];
    double used = -1;
    snprintf(path, sizeof path, "/proc/%ld/task/%ld/schedstat", (long)pty->pid, (long)pty->pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    if (fscanf(file, "%lf", &used) != 1)
        used = -1e9;
    fclose(file);
    return 1e-9 * used;
}

const char *pty_prompt(const struct pty *pty)
{
    return vt_row(&pty->vt, pty->vt.rows - 2);
}

double pty_memory(const struct pty *pty, const char *name)
{
    char path[64], line[256];
    double found = -1;
    snprintf(path, sizeof path, "/proc/%ld/smaps_rollup", (long)pty->pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0)
            found = 1024 * strtod(line + strlen(name), NULL);
    fclose(file);
    return found;
}
