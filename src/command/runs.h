/* Runs of the session: every training is kept with its curves; curves also come from the logs that
 * `train log=FILE` wrote, here or elsewhere.
 *
 * Threads: main thread.
 */
#ifndef NN_COMMAND_RUNS_H
#define NN_COMMAND_RUNS_H

#include "command/session.h"

/* A training is about to start: its record. */
enum nn_status nn_run_begin(struct nn_session *session, const struct nn_train_options *options,
                            struct nn_error *error);
/* It has ended with a status: its curves are taken over. Without memory the record goes without. */
void nn_run_end(struct nn_session *session, enum nn_status status,
                const struct nn_train_progress *progress);

/* Reads a .csv log (a header with names, then numbers, empty where nothing is known) or a .jsonl
 * one (an object a line). NN_DAMAGED with line and column. */
enum nn_status nn_run_load(struct nn_session *session, const char *path, struct nn_error *error);

#endif
