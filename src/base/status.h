/* Status and error: how every fallible function of nnscope reports.
 *
 * A fallible function returns `enum nn_status`, gives its results through out-pointers that stay
 * untouched on failure, and takes a `struct nn_error *` (may be NULL) as its last parameter.
 * Whoever finds the fault fills the error once; callers pass it on and only add a place.
 *
 * Ownership: a `struct nn_error` is a plain value, owned by whoever declared it; it holds no
 * pointers. Threads:   reentrant.
 */
#ifndef NN_BASE_STATUS_H
#define NN_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

enum nn_status {
#define NN_STATUS(name, exit_status, text) NN_##name,
#include "base/status.def"
#undef NN_STATUS
    NN_STATUS_COUNT
};

/* What went wrong and where. The message is one line, safe to print (nn_text_visible has been
 * applied to every outside string in it); the place is empty where there is none. */
struct nn_error {
    enum nn_status status;
    char message[480];
    char file[160]; /* file name as the user gave it, made visible; "" if no file is concerned */
    size_t line;    /* from 1; 0 = none */
    size_t column;  /* from 1; 0 = none (bytes for scripts, fields for tables) */
    char hint[160]; /* a suggestion ("did you mean ..."), or "" */
};

/* Fills *error (if not NULL) and returns `status`, so that `return nn_fail(...)` reads well.
 * String arguments must come from the program itself or have passed nn_text_visible: nn_fail
 * also escapes whatever control bytes remain, as the last line of defence. */
enum nn_status nn_fail(struct nn_error *error, enum nn_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds a place to an error that has none yet; returns error's status (NN_FAILED if error is NULL).
 */
enum nn_status nn_fail_at(struct nn_error *error, const char *file, size_t line, size_t column);

/* Adds "did you mean ..." text; no effect on NULL. */
void nn_fail_hint(struct nn_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* "out of memory (N bytes needed)": the one message for a failed allocation. Returns NN_MEMORY. */
enum nn_status nn_fail_memory(struct nn_error *error, size_t bytes);

/* The text and the exit status of status.def. */
const char *nn_status_text(enum nn_status status);
int nn_status_exit(enum nn_status status);

/* Leaves through `out:` when an expression fails; needs a local `enum nn_status status`. */
#define NN_TRY(expression)                                                                         \
    do {                                                                                           \
        status = (expression);                                                                     \
        if (status != NN_OK)                                                                       \
            goto out;                                                                              \
    } while (0)

#endif
