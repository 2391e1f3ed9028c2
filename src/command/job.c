#include "command/job.h"

#include "base/mem.h"
#include "engine/health.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define NN_POLL_MS 100

static volatile sig_atomic_t interrupt_signal;

void nn_interrupt(int signal_number)
{
    interrupt_signal = signal_number;
}

int nn_interrupted(void)
{
    return interrupt_signal;
}

/* Snapshots have revisions of their own, which the trained net never has. */
#define NN_SNAPSHOT_REVISION ((uint64_t)1 << 63)

enum snapshot_state { SNAPSHOT_NONE, SNAPSHOT_WANTED, SNAPSHOT_READY };

/* One epoch's row of the history, on its way from the worker to the main thread. */
struct epoch_news {
    struct nn_train_progress progress;
    double *values;
};

struct nn_job {
    const struct nn_job_class *job_class;
    void *data;
    struct nn_progress progress;
    pthread_t thread;
    int pipe[2]; /* a byte for each piece of news; read end for the event loop */

    pthread_mutex_t mutex;
    pthread_cond_t changed;
    /* under the mutex */
    bool ended, paused, held, waiting; /* waiting: the worker stands at a batch boundary */
    size_t steps;                      /* batches to train although paused */
    enum nn_status status;
    struct nn_error error;
    struct nn_train_progress train;
    enum snapshot_state snapshot;
    struct nn_net *back; /* the worker writes this one while a snapshot is wanted */
    uint64_t snapshots;  /* so far */
    struct epoch_news *epochs;
    size_t epoch_count;
    float *losses; /* of batches */
    size_t loss_count, loss_capacity;
    char (*columns)[32]; /* names of the history's columns */
    size_t column_count;
    struct nn_layer_health *layers; /* [layer_count], the newest; NULL: none */
    size_t layer_count;
    bool epoch_missing; /* there was no memory to pass on an epoch */

    /* worker only: rows of the history that have been passed on */
    size_t epochs_seen, batches_seen;

    /* main thread only */
    struct nn_net *front;
    struct nn_history history;
    struct nn_train_progress shown;
    struct nn_layer_health *shown_layers;
    size_t shown_count;
    bool epoch_hidden; /* there was no memory to show an epoch */
};

static void notify(struct nn_job *job)
{
    char byte = 1;
    ssize_t written = write(job->pipe[1], &byte, 1); /* a full pipe has news enough */
    (void)written;
}

/* ---- worker ---- */

static void *work(void *context)
{
    struct nn_job *job = context;
    struct nn_error error = {0};
    enum nn_status status = job->job_class->work(job, job->data, &job->progress, &error);
    pthread_mutex_lock(&job->mutex);
    job->ended = true;
    job->status = status;
    job->error = error;
    pthread_cond_broadcast(&job->changed);
    pthread_mutex_unlock(&job->mutex);
    notify(job);
    return NULL;
}

/* Copies parameter values between nets of the same graph. */
static void copy_parameters(struct nn_net *to, const struct nn_net *from)
{
    char name[NN_NAME_SIZE * 2];
    struct nn_param *source;
    for (size_t i = 0; (source = nn_net_param(from, i, NULL, name)); i++) {
        struct nn_param *target = nn_net_param(to, i, NULL, name);
        memcpy(target->value.data, source->value.data,
               nn_shape_size(&source->value.shape) * sizeof(float));
    }
}

static void serve_snapshot(struct nn_job *job, const struct nn_net *net)
{
    if (job->snapshot != SNAPSHOT_WANTED)
        return;
    if (!job->back && nn_net_copy(net, &job->back, NULL) != NN_OK)
        return; /* no memory: the asker waits for a later batch */
    copy_parameters(job->back, net);
    job->back->revision = ++job->snapshots | NN_SNAPSHOT_REVISION;
    job->snapshot = SNAPSHOT_READY;
    pthread_cond_broadcast(&job->changed);
    notify(job);
}

static void pass_on_losses(struct nn_job *job, const struct nn_history *history)
{
    for (size_t i = job->batches_seen; i < history->batches; i++) {
        if (job->loss_count == job->loss_capacity) {
            size_t capacity = job->loss_capacity ? job->loss_capacity * 2 : 256;
            float *more = nn_realloc(job->losses, capacity, sizeof *more);
            if (!more)
                break; /* the live curve lacks a batch; the trainer's history has it */
            job->losses = more;
            job->loss_capacity = capacity;
        }
        job->losses[job->loss_count++] = history->batch_loss[i];
    }
    job->batches_seen = history->batches;
}

static bool learn_columns(struct nn_job *job, const struct nn_history *history)
{
    if (job->column_count == history->columns)
        return true;
    char(*names)[32] = nn_calloc(history->columns, sizeof *names);
    if (!names)
        return false;
    memcpy(names, history->names, history->columns * sizeof *names);
    nn_free(job->columns);
    job->columns = names;
    job->column_count = history->columns;
    return true;
}

static void pass_on_epochs(struct nn_job *job, const struct nn_history *history,
                           const struct nn_train_progress *progress)
{
    for (; job->epochs_seen < history->epochs; job->epochs_seen++) {
        job->epoch_missing = true;
        struct epoch_news *more = nn_realloc(job->epochs, job->epoch_count + 1, sizeof *more);
        if (!more)
            return; /* the next batch tries again */
        job->epochs = more;
        double *values = nn_calloc(history->columns, sizeof *values);
        if (!values || !learn_columns(job, history)) {
            nn_free(values);
            return;
        }
        memcpy(values, history->rows + job->epochs_seen * history->columns,
               history->columns * sizeof *values);
        more[job->epoch_count++] = (struct epoch_news){*progress, values};
        job->epoch_missing = false;
        notify(job);
    }
}

void nn_job_measured(struct nn_job *job, const struct nn_layer_health *layers, size_t count)
{
    pthread_mutex_lock(&job->mutex);
    if (!job->layers)
        job->layers = nn_calloc(count, sizeof *job->layers);
    if (job->layers) { /* else these are not shown */
        memcpy(job->layers, layers, count * sizeof *layers);
        job->layer_count = count;
    }
    pthread_mutex_unlock(&job->mutex);
}

static bool may_go_on(const struct nn_job *job)
{
    if (nn_cancelled(&job->progress))
        return true;
    return !job->held && (!job->paused || job->steps > 0);
}

void nn_job_batch(struct nn_job *job, const struct nn_net *net, const struct nn_history *history,
                  const struct nn_train_progress *progress)
{
    pthread_mutex_lock(&job->mutex);
    job->train = *progress;
    pass_on_losses(job, history);
    pass_on_epochs(job, history, progress);
    if (job->steps > 0)
        job->steps--;
    serve_snapshot(job, net);
    while (!may_go_on(job)) {
        job->waiting = true;
        pthread_cond_broadcast(&job->changed);
        pthread_cond_wait(&job->changed, &job->mutex);
        serve_snapshot(job, net);
    }
    job->waiting = false;
    pthread_mutex_unlock(&job->mutex);
}

/* ---- main thread: start and end ---- */

static void job_free(struct nn_job *job)
{
    if (!job)
        return;
    for (int i = 0; i < 2; i++)
        if (job->pipe[i] >= 0)
            close(job->pipe[i]);
    pthread_mutex_destroy(&job->mutex);
    pthread_cond_destroy(&job->changed);
    for (size_t i = 0; i < job->epoch_count; i++)
        nn_free(job->epochs[i].values);
    nn_free(job->epochs);
    nn_free(job->losses);
    nn_free(job->columns);
    nn_free(job->layers);
    nn_free(job->shown_layers);
    nn_net_free(job->back);
    nn_net_free(job->front);
    nn_history_clear(&job->history);
    if (job->job_class->free)
        job->job_class->free(job->data);
    nn_free(job);
}

static enum nn_status open_pipe(struct nn_job *job, struct nn_error *error)
{
    if (pipe(job->pipe) != 0) {
        job->pipe[0] = job->pipe[1] = -1;
        return nn_fail(error, NN_FAILED, "no pipe for the job: %s", strerror(errno));
    }
    for (int i = 0; i < 2; i++) {
        fcntl(job->pipe[i], F_SETFL, O_NONBLOCK);
        fcntl(job->pipe[i], F_SETFD, FD_CLOEXEC);
    }
    return NN_OK;
}

/* Starts the worker with all signals blocked, so that they reach the main thread. */
static enum nn_status start_thread(struct nn_job *job, struct nn_error *error)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &old);
    int failure = pthread_create(&job->thread, NULL, work, job);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failure)
        return nn_fail(error, NN_FAILED, "no thread for the job: %s", strerror(failure));
    return NN_OK;
}

static struct nn_job *job_new(const struct nn_job_class *job_class, void *data,
                              struct nn_error *error)
{
    struct nn_job *job = nn_calloc(1, sizeof *job);
    if (!job) {
        nn_fail_memory(error, sizeof *job);
        if (job_class->free)
            job_class->free(data);
        return NULL;
    }
    job->job_class = job_class;
    job->data = data;
    job->pipe[0] = job->pipe[1] = -1;
    pthread_mutex_init(&job->mutex, NULL);
    pthread_cond_init(&job->changed, NULL);
    nn_history_init(&job->history);
    return job;
}

static void wait_for_news(struct nn_session *session)
{
    int fd = nn_job_fd(session);
    if (session->output.wait) {
        session->output.wait(session->output.context, fd, NN_POLL_MS);
    } else {
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        poll(&wanted, 1, NN_POLL_MS); /* a signal ends it early, which is welcome */
    }
    if (nn_interrupted() && session->job)
        atomic_store(&session->job->progress.cancel, true);
}

/* Beside a training there is no second thread of work: what only reads a snapshot is done at once.
 */
static enum nn_status run_at_once(struct nn_session *session, const struct nn_job_class *job_class,
                                  void *data, struct nn_error *error)
{
    struct nn_progress progress = {0};
    enum nn_status status = job_class->work(NULL, data, &progress, error);
    if (job_class->finish)
        status = job_class->finish(session, data, status, error);
    if (job_class->free)
        job_class->free(data);
    return status;
}

enum nn_status nn_job_run(struct nn_session *session, const struct nn_job_class *job_class,
                          void *data, bool background, struct nn_error *error)
{
    if (nn_job_training(session) && !job_class->owns_net)
        return run_at_once(session, job_class, data, error);
    if (session->job) {
        if (job_class->free)
            job_class->free(data);
        return nn_fail(error, NN_STATE, "%s runs already (`stop` ends it)", nn_job_name(session));
    }
    struct nn_job *job = job_new(job_class, data, error);
    if (!job)
        return NN_MEMORY;
    enum nn_status status = open_pipe(job, error);
    if (status == NN_OK && job_class->owns_net)
        status = nn_history_copy(&job->history, &session->history, error);
    job->epochs_seen = session->history.epochs;
    job->batches_seen = session->history.batches;
    if (status == NN_OK)
        status = start_thread(job, error);
    if (status != NN_OK) {
        job_free(job);
        return status;
    }
    session->job = job;
    session->jobs++;
    if (background && session->interactive && !session->foreground && session->source_depth == 0)
        return NN_OK;
    for (bool ended = false; !ended;) {
        wait_for_news(session);
        status = nn_job_poll(session, &ended, error);
    }
    return status;
}

/* ---- main thread: news ---- */

/* Under the mutex: a snapshot that is ready becomes the main thread's. */
static void take_snapshot(struct nn_job *job)
{
    if (job->snapshot != SNAPSHOT_READY)
        return;
    struct nn_net *front = job->front;
    job->front = job->back;
    job->back = front;
    job->snapshot = SNAPSHOT_NONE;
}

/* Under the mutex: the newest figures of the layers become the main thread's. */
static void show_layers(struct nn_job *job)
{
    if (job->layer_count == 0)
        return;
    if (!job->shown_layers)
        job->shown_layers = nn_calloc(job->layer_count, sizeof *job->shown_layers);
    if (!job->shown_layers)
        return;
    memcpy(job->shown_layers, job->layers, job->layer_count * sizeof *job->layers);
    job->shown_count = job->layer_count;
}

/* Takes what the worker has left; the epochs are the caller's. */
static bool take_news(struct nn_job *job, struct epoch_news **epochs, size_t *count)
{
    char bytes[256];
    while (read(job->pipe[0], bytes, sizeof bytes) > 0)
        ;
    pthread_mutex_lock(&job->mutex);
    for (size_t i = 0; i < job->loss_count; i++)
        if (nn_history_add_batch(&job->history, job->losses[i], NULL) != NN_OK)
            break; /* the live curve ends early; the trainer's own history is whole */
    job->loss_count = 0;
    *epochs = job->epochs;
    *count = job->epoch_count;
    job->epochs = NULL;
    job->epoch_count = 0;
    job->shown = job->train;
    show_layers(job);
    take_snapshot(job);
    bool ended = job->ended;
    pthread_mutex_unlock(&job->mutex);
    return ended;
}

static void show_epochs(struct nn_session *session, struct epoch_news *epochs, size_t count)
{
    struct nn_job *job = session->job;
    for (size_t i = 0; i < count; i++) {
        const char *names[64];
        size_t columns = job->column_count < 64 ? job->column_count : 64;
        for (size_t c = 0; c < columns; c++)
            names[c] = job->columns[c];
        if (nn_history_add_epoch(&job->history, names, epochs[i].values, columns, NULL) != NN_OK)
            job->epoch_hidden = true;
        else if (session->output.epoch)
            session->output.epoch(session->output.context, &job->history, &epochs[i].progress);
        nn_free(epochs[i].values);
    }
    nn_free(epochs);
}

static void warn_of_missing_epochs(struct nn_session *session)
{
    struct nn_error warning = {.message =
                                   "out of memory: not every epoch was shown; `loss` has all"};
    if ((session->job->epoch_missing || session->job->epoch_hidden) && session->output.warning)
        session->output.warning(session->output.context, &warning);
}

static enum nn_status end_job(struct nn_session *session, struct nn_error *error)
{
    struct nn_job *job = session->job;
    pthread_join(job->thread, NULL);
    warn_of_missing_epochs(session);
    session->job = NULL;
    if (job->shown_layers) { /* how they were in the end is still of interest */
        nn_free(session->health);
        session->health = job->shown_layers;
        session->health_count = job->shown_count;
        job->shown_layers = NULL;
    }
    if (error)
        *error = job->error;
    enum nn_status status = job->status;
    if (job->job_class->finish)
        status = job->job_class->finish(session, job->data, status, error);
    job_free(job);
    return status;
}

enum nn_status nn_job_poll(struct nn_session *session, bool *ended, struct nn_error *error)
{
    *ended = true;
    if (!session->job)
        return NN_OK;
    struct epoch_news *epochs;
    size_t count;
    *ended = take_news(session->job, &epochs, &count);
    show_epochs(session, epochs, count);
    if (*ended)
        return end_job(session, error);
    if (session->output.progress)
        session->output.progress(session->output.context, nn_job_name(session),
                                 nn_job_fraction(session));
    return NN_OK;
}

/* ---- main thread: control ---- */

static void wake(struct nn_job *job)
{
    pthread_cond_broadcast(&job->changed);
}

void nn_job_pause(struct nn_session *session, bool pause)
{
    struct nn_job *job = session->job;
    if (!job)
        return;
    pthread_mutex_lock(&job->mutex);
    job->paused = pause;
    job->steps = 0;
    wake(job);
    pthread_mutex_unlock(&job->mutex);
}

void nn_job_step(struct nn_session *session, size_t steps)
{
    struct nn_job *job = session->job;
    if (!job)
        return;
    pthread_mutex_lock(&job->mutex);
    job->paused = true;
    job->steps = steps;
    wake(job);
    pthread_mutex_unlock(&job->mutex);
}

enum nn_status nn_job_stop(struct nn_session *session, struct nn_error *error)
{
    struct nn_job *job = session->job;
    if (!job)
        return NN_OK;
    atomic_store(&job->progress.cancel, true);
    pthread_mutex_lock(&job->mutex);
    wake(job);
    while (!job->ended)
        pthread_cond_wait(&job->changed, &job->mutex);
    pthread_mutex_unlock(&job->mutex);
    bool ended;
    return nn_job_poll(session, &ended, error);
}

void nn_job_hold(struct nn_session *session)
{
    struct nn_job *job = session->job;
    if (!job || !job->job_class->owns_net)
        return;
    pthread_mutex_lock(&job->mutex);
    job->held = true;
    while (!job->waiting && !job->ended)
        pthread_cond_wait(&job->changed, &job->mutex);
    pthread_mutex_unlock(&job->mutex);
}

void nn_job_release(struct nn_session *session)
{
    struct nn_job *job = session->job;
    if (!job)
        return;
    pthread_mutex_lock(&job->mutex);
    job->held = false;
    wake(job);
    pthread_mutex_unlock(&job->mutex);
}

enum nn_status nn_job_net(struct nn_session *session, bool wait, const struct nn_net **net,
                          struct nn_error *error)
{
    struct nn_job *job = session->job;
    if (!job || !job->job_class->owns_net) {
        *net = session->net;
        return NN_OK;
    }
    pthread_mutex_lock(&job->mutex);
    if (job->snapshot == SNAPSHOT_NONE)
        job->snapshot = SNAPSHOT_WANTED;
    wake(job);
    while (wait && job->snapshot == SNAPSHOT_WANTED && !job->ended)
        pthread_cond_wait(&job->changed, &job->mutex);
    take_snapshot(job);
    bool ended = job->ended;
    pthread_mutex_unlock(&job->mutex);
    /* Once the work is done nobody writes the net any more. */
    *net = ended ? session->net : job->front;
    if (wait && !*net)
        return nn_fail(error, NN_MEMORY, "no memory for a snapshot of the net that is trained");
    return NN_OK;
}

/* ---- main thread: looking ---- */

int nn_job_fd(const struct nn_session *session)
{
    return session->job ? session->job->pipe[0] : -1;
}

const char *nn_job_name(const struct nn_session *session)
{
    return session->job ? session->job->job_class->name : NULL;
}

double nn_job_fraction(const struct nn_session *session)
{
    return session->job
               ? atomic_load_explicit(&session->job->progress.fraction, memory_order_relaxed)
               : 0;
}

bool nn_job_paused(const struct nn_session *session)
{
    struct nn_job *job = session->job;
    if (!job)
        return false;
    pthread_mutex_lock(&job->mutex);
    bool paused = job->paused && job->steps == 0;
    pthread_mutex_unlock(&job->mutex);
    return paused;
}

bool nn_job_training(const struct nn_session *session)
{
    return session->job && session->job->job_class->owns_net;
}

uint64_t nn_job_revision(const struct nn_session *session)
{
    return nn_job_training(session) ? session->jobs | NN_SNAPSHOT_REVISION : session->net->revision;
}

const struct nn_layer_health *nn_job_layers(const struct nn_session *session)
{
    if (nn_job_training(session) && session->job->shown_layers)
        return session->job->shown_layers;
    return session->health_count == (size_t)session->net->count ? session->health : NULL;
}

const struct nn_history *nn_job_history(const struct nn_session *session)
{
    return nn_job_training(session) ? &session->job->history : NULL;
}

const struct nn_train_progress *nn_job_progress(const struct nn_session *session)
{
    return nn_job_training(session) ? &session->job->shown : NULL;
}
