/* Batch mode: results on standard output, progress and errors on standard error, no screen.
 *
 * Threads: main thread. Signals: SIGINT, SIGTERM and SIGHUP stop the running job and end the
 * script.
 */
#ifndef NN_APP_BATCH_H
#define NN_APP_BATCH_H

#include "app/options.h"
#include "command/session.h"

/* The output of batch mode; `session` tells format, colours and size. */
struct nn_batch {
    struct nn_session *session;
    bool progress_shown; /* a progress line stands on standard error */
    bool lost;           /* something that was to be printed was not, and the exit status tells */
};
void nn_batch_output(struct nn_batch *batch, struct nn_output *output);

/* Runs the inputs in order, then prints the screen that was asked for. Returns the exit status. */
int nn_batch_run(struct nn_batch *batch, const struct nn_options *options);

/* Prints "nnscope: error: ..." with the hint to standard error; returns its exit status. */
int nn_complain(const struct nn_error *error);

#endif
