/* Output: where commands send what they have to say; batch mode and the screen implement it.
 * Commands never print.
 */
#ifndef NN_COMMAND_OUTPUT_H
#define NN_COMMAND_OUTPUT_H

#include "engine/result.h"
#include "engine/trainer.h"

struct nn_screen;

struct nn_output {
    void *context;
    /* One line of text for people (safe), part of the command's result: standard output in text
     * format; in json format an object {"message": ...}. */
    void (*message)(void *context, const char *text);
    /* A result; the callee only looks at it. */
    void (*result)(void *context, const struct nn_result *result);
    /* One finished epoch of a running training. */
    void (*epoch)(void *context, const struct nn_history *history,
                  const struct nn_train_progress *progress);
    /* Short-lived progress (0..1) of a long job; standard error if a terminal. */
    void (*progress)(void *context, const char *what, double fraction);
    /* A warning (status NN_OK), a failed background job, or an error that a script goes on after;
     * standard error. */
    void (*warning)(void *context, const struct nn_error *error);
    /* `show NAME`: standard output, or the screen that is shown from now on. */
    void (*show)(void *context, const struct nn_screen *screen);
    /* Plays a script line by line, so that one can follow it. NULL: it is run at once. */
    void (*play)(void *context, const char *name, const char *text, size_t length);
    /* While a job in the foreground runs: waits until fd is readable, at most so many milliseconds;
     * the screen handles keys and draws meanwhile. NULL: just waits. */
    void (*wait)(void *context, int fd, int milliseconds);
};

void nn_say(const struct nn_output *output, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
