/* Job: long work (train, explain, actmax) on a worker thread. In batch mode the same job runs to
 * its end before the next command.
 *
 * A training job owns the session's net, state and history while it runs; readers get a snapshot of
 * the parameters that the job copies at the next batch boundary when asked. Threads: start, poll,
 * stop from the main thread.
 */
#ifndef NN_COMMAND_JOB_H
#define NN_COMMAND_JOB_H

#include "command/session.h"

struct nn_job;

struct nn_job_class {
    const char *name; /* "train" */
    bool owns_net;
    /* Worker thread: does the work until finished or progress->cancel. */
    enum nn_status (*work)(struct nn_job *job, void *data, struct nn_progress *progress,
                           struct nn_error *error);
    /* Main thread, after the worker has ended: gives results, says what happened. */
    enum nn_status (*finish)(struct nn_session *session, void *data, enum nn_status status,
                             struct nn_error *error);
    void (*free)(void *data);
};

/* Starts `work` (takes data). In batch mode, or with background=false, waits for its end and
 * returns its status; else returns at once. While a training runs, a job that does not own the net
 * is done at once (`work` gets no job then); otherwise NN_STATE when a job runs already. */
enum nn_status nn_job_run(struct nn_session *session, const struct nn_job_class *job_class,
                          void *data, bool background, struct nn_error *error);
/* Called by the event loop when nn_job_fd is readable and regularly in batch mode: passes on epochs
 * and progress, ends the job when its work is done. *ended tells. */
enum nn_status nn_job_poll(struct nn_session *session, bool *ended, struct nn_error *error);
int nn_job_fd(const struct nn_session *session); /* readable when there is news; -1 = no job */
void nn_job_pause(struct nn_session *session, bool pause);
/* Asks it to stop and waits for the end (within one batch). */
enum nn_status nn_job_stop(struct nn_session *session, struct nn_error *error);
/* Runs `steps` more batches, then pauses (command `step`). */
void nn_job_step(struct nn_session *session, size_t steps);
bool nn_job_paused(const struct nn_session *session);
bool nn_job_training(const struct nn_session *session);
const char *nn_job_name(const struct nn_session *session); /* NULL = no job */
double nn_job_fraction(const struct nn_session *session);

/* The net to read now: the session's own, or while a job trains it the newest snapshot of it.
 * `wait` asks for a fresh one and waits for it (within one batch); without it a fresh one is only
 * asked for, and *net is NULL until the first is there. Borrowed until the next call of these
 * functions. */
enum nn_status nn_job_net(struct nn_session *session, bool wait, const struct nn_net **net,
                          struct nn_error *error);
/* What stands for the net's revision in the results that are computed now: all of one training
 * share one, and no other net has it. */
uint64_t nn_job_revision(const struct nn_session *session);
/* What its layers look like [net->count], as of the last nn_job_poll; NULL when not known. */
const struct nn_layer_health *nn_job_layers(const struct nn_session *session);
/* While a job trains: history and progress as of the last nn_job_poll; NULL when none does. */
const struct nn_history *nn_job_history(const struct nn_session *session);
const struct nn_train_progress *nn_job_progress(const struct nn_session *session);
/* Makes a training job wait at a batch boundary, so that the main thread may read everything it
 * owns (save); and lets it go on. No effect without one. */
void nn_job_hold(struct nn_session *session);
void nn_job_release(struct nn_session *session);

/* Worker thread: reports the batch just trained, serves snapshots, waits while paused or held. */
void nn_job_batch(struct nn_job *job, const struct nn_net *net, const struct nn_history *history,
                  const struct nn_train_progress *progress);

/* Worker thread, before nn_job_batch: what the layers look like in that batch. */
void nn_job_measured(struct nn_job *job, const struct nn_layer_health *layers, size_t count);

/* Interrupts of a script by a signal. nn_interrupt is async-signal-safe: the running job stops at
 * its next check, the script ends with NN_CANCELLED; nn_interrupted is the signal's number, 0 =
 * none (also to clear). */
void nn_interrupt(int signal_number);
int nn_interrupted(void);

#endif
