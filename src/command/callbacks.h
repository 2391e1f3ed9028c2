/* Callbacks: what a training writes to disk while it runs: checkpoints, the best model, a log.
 *
 * A checkpoint is a model file with the position in the run, so that `open` and `train` finish it.
 * The log has a row for each epoch of the history, from its beginning: CSV, or with the name
 * *.jsonl one JSON object a line. For TensorBoard it is a folder (events.h).
 *
 * Ownership: borrows the session, which must not change its data, names or recipe meanwhile.
 * Threads:   made by the main thread, then used by the worker.
 * Errors:    NN_IO and what nn_model_save says; NN_ARGUMENT for a log of another kind.
 */
#ifndef NN_COMMAND_CALLBACKS_H
#define NN_COMMAND_CALLBACKS_H

#include "command/session.h"

struct nn_callback_options {
    const char *checkpoint; /* NULL: none; also for the others */
    uint64_t every;         /* epochs between two checkpoints */
    const char *best;
    const char *log;
    bool tensorboard; /* the log is a folder of event files */
};

struct nn_callbacks;
/* Opens the log; what stands in files stays until the first step. */
enum nn_status nn_callbacks_new(struct nn_session *session,
                                const struct nn_callback_options *options,
                                struct nn_callbacks **callbacks, struct nn_error *error);
void nn_callbacks_free(struct nn_callbacks *callbacks);
/* Before the first step: writes the epochs so far to the log. */
enum nn_status nn_callbacks_begin(struct nn_callbacks *callbacks, struct nn_error *error);
/* After an epoch; `last` when the run is over. */
enum nn_status nn_callbacks_epoch(struct nn_callbacks *callbacks,
                                  const struct nn_train_progress *progress, bool last,
                                  struct nn_error *error);
/* The run is interrupted. */
enum nn_status nn_callbacks_interrupt(struct nn_callbacks *callbacks, struct nn_error *error);
/* The checkpoint that holds the session as it is now, NULL if none does. */
const char *nn_callbacks_saved(const struct nn_callbacks *callbacks);

#endif
