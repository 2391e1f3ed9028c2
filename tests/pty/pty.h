/* nnscope on a pseudo-terminal: starts it, types, looks at its screen, and sees how it ends.
 *
 * Ownership: pty_start / pty_clear (which kills what still runs).
 */
#ifndef NN_TESTS_PTY_PTY_H
#define NN_TESTS_PTY_PTY_H

#include "pty/vt.h"

#include <signal.h>
#include <sys/types.h>
#include <termios.h>

/* Memory and time mean nothing then. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct pty_options {
    int columns, rows;       /* 0: 80x24 */
    const char *const *set;  /* "NAME=VALUE" or "NAME" (to unset), ends with NULL */
    const char *const *args; /* of the program, ends with NULL */
    const char *program;     /* found as the shell does; NULL: nnscope */
    bool detached;           /* the terminal does not control the process: no SIGHUP */
};

struct pty {
    pid_t pid;
    int master, slave; /* the slave stays open here, so that its settings can be compared */
    struct termios before;
    struct vt vt;
    size_t bytes;    /* received */
    char home[64];   /* of the history file */
    char tail[4096]; /* the last bytes received */
    size_t tail_length;
    bool gone; /* its end was seen by pty_end */
};

/* False when there is no pseudo-terminal or no UTF-8 locale here: the test is skipped. */
bool pty_start(struct pty *pty, const struct pty_options *options);
void pty_clear(struct pty *pty);

void pty_send(struct pty *pty, const char *text);
void pty_send_bytes(struct pty *pty, const char *bytes, size_t length);
void pty_resize(struct pty *pty, int columns, int rows);
/* Takes what comes for so many seconds. Returns the bytes. */
size_t pty_pump(struct pty *pty, double seconds);
/* Waits until the text stands on the screen (or no longer does); at most PTY_PATIENCE. */
#define PTY_PATIENCE 10.0
bool pty_see(struct pty *pty, const char *text);
bool pty_see_gone(struct pty *pty, const char *text);
/* Waits until the program has drawn all it wants to: nothing comes for 0.15 s. */
void pty_settle(struct pty *pty);
/* Waits for the end of the process. Its status as of waitpid, -1 if it goes on living. */
int pty_end(struct pty *pty);
/* Settings of the terminal are as before the start. */
bool pty_restored(const struct pty *pty);
/* The bytes occur among the last ones received. */
bool pty_received(const struct pty *pty, const char *bytes);
/* The whole screen, for messages of tests; valid until the next call. */
const char *pty_screen(const struct pty *pty);
/* Seconds of processor time that the process has used. */
double pty_cpu(const struct pty *pty);
/* The same of its first thread, which draws; -1 = not known here. */
double pty_cpu_main(const struct pty *pty);
/* Bytes of a line of the kernel's summary of its memory, "Rss:" or "Pss:"; -1 = not known here. */
double pty_memory(const struct pty *pty, const char *name);
double pty_now(void);

/* The row of the prompt, and what is typed there. */
const char *pty_prompt(const struct pty *pty);

#endif
