/* train: train and the control of a running training. */
#include "base/mem.h"
#include "base/text.h"
#include "command/callbacks.h"
#include "command/command.h"
#include "command/job.h"
#include "command/runs.h"
#include "command/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- train ---- */

enum {
    TRAIN_EPOCHS,
    TRAIN_BATCH,
    TRAIN_SEED,
    TRAIN_SHUFFLE,
    TRAIN_VALIDATION,
    TRAIN_PATIENCE,
    TRAIN_CLIP,
    TRAIN_CLIP_VALUE,
    TRAIN_CHECKPOINT,
    TRAIN_EVERY,
    TRAIN_BEST,
    TRAIN_LOG,
    TRAIN_TENSORBOARD,
    TRAIN_BACKGROUND
};

static const struct nn_arg_spec train_args[] = {
    {.name = "epochs",
     .type = NN_ARG_INT,
     .min = 1,
     .max = 1e9,
     .help = "how often all samples are seen; without it an interrupted training is finished",
     .flags = NN_ARG_POSITIONAL},
    {.name = "batch",
     .type = NN_ARG_INT,
     .fallback = "32",
     .min = 1,
     .max = 1e9,
     .unit = "samples",
     .help = "samples for one step"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "seed of order and dropout; else the session's"},
    {.name = "shuffle",
     .type = NN_ARG_BOOL,
     .fallback = "yes",
     .help = "another order in each epoch"},
    {.name = "validation",
     .type = NN_ARG_REAL,
     .fallback = "0",
     .min = 0,
     .max = 0.99,
     .help = "share of the training data held out to watch, if there is no validation split yet"},
    {.name = "patience",
     .type = NN_ARG_INT,
     .fallback = "0",
     .min = 0,
     .max = 1e9,
     .unit = "epochs",
     .help = "stop after so many epochs without a better validation loss, and keep the best "
             "weights; 0: never"},
    {.name = "clip",
     .type = NN_ARG_REAL,
     .fallback = "0",
     .min = 0,
     .max = 1e30,
     .help = "largest norm of the gradient; 0: no limit"},
    {.name = "clip_value",
     .type = NN_ARG_REAL,
     .fallback = "0",
     .min = 0,
     .max = 1e30,
     .help = "largest entry of the gradient; 0: no limit"},
    {.name = "checkpoint",
     .type = NN_ARG_FILE,
     .help = "model file that is saved as the training goes on, and when it is interrupted"},
    {.name = "every",
     .type = NN_ARG_INT,
     .fallback = "1",
     .min = 1,
     .max = 1e9,
     .unit = "epochs",
     .help = "between two checkpoints"},
    {.name = "best",
     .type = NN_ARG_FILE,
     .help =
         "model file of the epoch with the lowest validation loss (training loss, where nothing "
         "is validated)"},
    {.name = "log",
     .type = NN_ARG_FILE,
     .help = "file with a row for each epoch: .csv, or .jsonl with one JSON object a line; with "
             "tensorboard=yes a folder"},
    {.name = "tensorboard",
     .type = NN_ARG_BOOL,
     .fallback = "no",
     .help = "the log becomes event files of TensorBoard, in DIR/train and DIR/validation"},
    {.name = "background",
     .type = NN_ARG_BOOL,
     .fallback = "yes",
     .help = "at the prompt, go on while it trains; scripts always wait"},
    {0},
};

struct training {
    struct nn_session *session; /* the worker touches only net, state and history of it */
    struct nn_source train, validation;
    struct nn_trainer *trainer;
    struct nn_train_progress progress;
    struct nn_callbacks *callbacks;
};

static enum nn_status train_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                 struct nn_error *error)
{
    struct training *training = data;
    bool finished = false;
    enum nn_status begun = nn_callbacks_begin(training->callbacks, error);
    if (begun != NN_OK)
        return begun;
    while (!finished) {
        if (nn_cancelled(progress)) {
            enum nn_status status = nn_callbacks_interrupt(training->callbacks, error);
            return status != NN_OK ? status : nn_fail(error, NN_CANCELLED, "training was stopped");
        }
        enum nn_status status = nn_trainer_step(training->trainer, &finished, error);
        if (status != NN_OK)
            return status;
        struct nn_train_progress *now = &training->progress;
        nn_trainer_progress(training->trainer, now);
        if (now->epoch_ended)
            status = nn_callbacks_epoch(training->callbacks, now, finished, error);
        if (status != NN_OK)
            return status;
        double done = (double)(now->epoch - 1) + (double)now->batch / (double)now->batches;
        nn_progress_set(progress, done / (double)now->epochs);
        const struct nn_layer_health *layers = nn_trainer_layers(training->trainer);
        if (layers)
            nn_job_measured(job, layers, (size_t)training->session->net->count);
        nn_job_batch(job, training->session->net, &training->session->history, now);
    }
    return NN_OK;
}

static enum nn_status train_finish(struct nn_session *session, void *data, enum nn_status status,
                                   struct nn_error *error)
{
    struct training *training = data;
    const struct nn_train_progress *progress = &training->progress;
    const char *saved = nn_callbacks_saved(training->callbacks);
    nn_trainer_free(training->trainer);
    training->trainer = NULL;
    session->unsaved = !saved;
    nn_run_end(session, status, progress);
    if (status == NN_CANCELLED) {
        nn_say(&session->output,
               "stopped in epoch %" PRIu64 " of %" PRIu64
               " after batch %zu of %zu; the weights are kept%s%s, `train` finishes it",
               progress->epoch, progress->epochs, progress->batch, progress->batches,
               saved ? " in " : "", saved ? NN_VISIBLE(saved) : "");
        return NN_OK;
    }
    if (status == NN_OK && progress->stopped_early)
        nn_say(&session->output,
               "ended early: the validation loss did not improve; the best weights are back");
    (void)error;
    return status;
}

static void train_free(void *data)
{
    struct training *training = data;
    nn_trainer_free(training->trainer);
    nn_callbacks_free(training->callbacks);
    nn_free(training);
}

static const struct nn_job_class train_job = {.name = "train",
                                              .owns_net = true,
                                              .work = train_work,
                                              .finish = train_finish,
                                              .free = train_free};

static enum nn_status check_trainable(const struct nn_session *session, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(session, &data, error);
    if (status != NN_OK)
        return status;
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE,
                       "there is no net to train: `net new` and `add LAYER` build one");
    if (!session->recipe.loss)
        return nn_fail(error, NN_STATE,
                       "the net is not compiled: `compile loss=...` says what to make small");
    return NN_OK;
}

/* validation=0.1 holds samples out once; later runs watch the same ones. */
static enum nn_status hold_out(struct nn_session *session, double share, uint64_t seed,
                               struct nn_error *error)
{
    struct nn_dataset *result = NULL;
    if (share <= 0 || session->dataset->split_count[NN_SPLIT_VALIDATION] > 0)
        return NN_OK;
    enum nn_status status = nn_dataset_hold_out(session->dataset, share, seed, &result, error);
    if (status == NN_OK)
        nn_session_set_dataset(session, result);
    return status;
}

/* A run that is finished keeps its own options: they must not be given again. */
static enum nn_status check_finishing(const struct nn_session *session, const struct nn_args *args,
                                      struct nn_error *error)
{
    const char *was = session->state.run.options.augment;
    char is[NN_AUGMENT_TEXT];
    static const int of_a_run[] = {TRAIN_BATCH,    TRAIN_SEED, TRAIN_SHUFFLE,   TRAIN_VALIDATION,
                                   TRAIN_PATIENCE, TRAIN_CLIP, TRAIN_CLIP_VALUE};
    for (size_t i = 0; i < sizeof of_a_run / sizeof *of_a_run; i++)
        if (nn_args_given(args, of_a_run[i]))
            return nn_fail(error, NN_ARGUMENT,
                           "%s= goes with epochs=: without it the interrupted training is finished "
                           "as it was begun",
                           train_args[of_a_run[i]].name);
    if (strcmp(was, nn_augment_text(&session->augment, is)) != 0)
        return nn_fail(error, NN_STATE,
                       "the interrupted training had other samples: `data augment %s`",
                       *was ? NN_VISIBLE(was) : "none");
    return NN_OK;
}

static struct nn_train_options new_options(const struct nn_session *session,
                                           const struct nn_args *args)
{
    struct nn_train_options options = {
        .epochs = (uint64_t)nn_args_int(args, TRAIN_EPOCHS),
        .batch = (size_t)nn_args_int(args, TRAIN_BATCH),
        .seed = nn_args_is_set(args, TRAIN_SEED) ? (uint64_t)nn_args_int(args, TRAIN_SEED)
                                                 : session->seed,
        .shuffle = nn_args_bool(args, TRAIN_SHUFFLE),
        .patience = (uint64_t)nn_args_int(args, TRAIN_PATIENCE),
        .clip = nn_args_real(args, TRAIN_CLIP),
        .clip_value = nn_args_real(args, TRAIN_CLIP_VALUE),
        .held_out = nn_args_real(args, TRAIN_VALIDATION),
    };
    nn_augment_text(&session->augment, options.augment);
    return options;
}

static enum nn_status start_training(struct nn_session *session, const struct nn_args *args,
                                     struct training *training, struct nn_error *error)
{
    bool finishes = !nn_args_is_set(args, TRAIN_EPOCHS);
    struct nn_train_options options;
    struct nn_callback_options files = {.checkpoint = nn_args_text(args, TRAIN_CHECKPOINT),
                                        .every = (uint64_t)nn_args_int(args, TRAIN_EVERY),
                                        .best = nn_args_text(args, TRAIN_BEST),
                                        .log = nn_args_text(args, TRAIN_LOG),
                                        .tensorboard = nn_args_bool(args, TRAIN_TENSORBOARD)};
    enum nn_status status = NN_OK;
    if (finishes)
        NN_TRY(check_finishing(session, args, error));
    options = finishes ? session->state.run.options : new_options(session, args);
    training->progress = (struct nn_train_progress){.epoch = 1, .epochs = options.epochs};
    nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &training->train);
    NN_TRY(nn_recipe_check(&session->recipe, session->net, &training->train, error));
    NN_TRY(hold_out(session, options.held_out, options.seed, error));
    bool validates = session->dataset->split_count[NN_SPLIT_VALIDATION] > 0;
    nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &training->train);
    nn_dataset_source(session->dataset, NN_SPLIT_VALIDATION, &training->validation);
    if (nn_augment_any(&session->augment))
        training->train.augment = &session->augment;
    NN_TRY(nn_callbacks_new(session, &files, &training->callbacks, error));
    NN_TRY(nn_trainer_new(session->net, &training->train, validates ? &training->validation : NULL,
                          &session->recipe, &session->state, &session->history,
                          finishes ? NULL : &options, &training->trainer, error));
    nn_trainer_progress(training->trainer, &training->progress);
    if (session->interactive) /* somebody looks */
        NN_TRY(nn_trainer_measure(training->trainer, error));
    status = nn_run_begin(session, &session->state.run.options, error);
out:
    return status;
}

static enum nn_status run_train(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    if (!nn_args_is_set(args, TRAIN_EPOCHS) && !session->state.run.active)
        return nn_fail(error, NN_SYNTAX,
                       "train: epochs is missing, and no training was interrupted that could be "
                       "finished: `train epochs=10`");
    enum nn_status status = check_trainable(session, error);
    if (status != NN_OK)
        return status;
    struct training *training = nn_calloc(1, sizeof *training);
    if (!training)
        return nn_fail_memory(error, sizeof *training);
    training->session = session;
    status = start_training(session, args, training, error);
    if (status != NN_OK) {
        train_free(training);
        return status;
    }
    status = nn_job_run(session, &train_job, training, nn_args_bool(args, TRAIN_BACKGROUND), error);
    if (!session->job) /* it could not start: nothing was trained */
        nn_run_end(session, status, &(struct nn_train_progress){0});
    return status;
}

const struct nn_command nn_command_train = {
    .name = "train",
    .group = "train",
    .summary = "Trains the net on the training data",
    .details =
        "Prints loss and metrics of each epoch; those of the training data are means over "
        "the epoch as it ran. A later `train` goes on where this one ended, to the bit: five "
        "epochs are the same as three, `save`, and in another process `open`, the same "
        "commands for the data, and two more (with a schedule to the end of the run only if "
        "period= says where that is). With patience the best weights are in the net "
        "when it ends; the next `train` with patience goes on from the last ones.\n"
        "A training that is stopped, or ended by a signal, keeps its place in the epoch: "
        "`train` alone finishes it, also after `open` of its checkpoint and the same commands "
        "for the data.\n"
        "A loss that is no longer finite ends it: the weights of the last good epoch are "
        "back, and the exit status is 6.",
    .args = train_args,
    .examples =
        (const struct nn_example[]){{"train epochs=10 batch=32",
                                     "data demo breast-cancer; add dense 16 relu; add dense 1 "
                                     "sigmoid; compile loss=binary_crossentropy",
                                     "Ten times through the data"},
                                    {"train 50 validation=0.2 patience=5",
                                     "data demo iris; add dense 16 relu; add dense 3 softmax; "
                                     "compile loss=categorical_crossentropy lr=0.02",
                                     "Until the validation loss has not improved for five epochs"},
                                    {"train 6 checkpoint=run.safetensors every=2 log=run.csv",
                                     "data demo iris; add dense 3 softmax; compile "
                                     "loss=categorical_crossentropy",
                                     "A file to go on from, and the curves for other programs"},
                                    {"train 3 validation=0.2 log=runs tensorboard=yes",
                                     "data demo iris; add dense 3 softmax; compile "
                                     "loss=categorical_crossentropy",
                                     "Curves that `tensorboard --logdir runs` shows"},
                                    {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_DATA,
    .run = run_train,
};

/* ---- pause, resume, stop, step ---- */

static const struct nn_arg_spec no_args[] = {{0}};

static enum nn_status run_pause(const struct nn_invocation *invocation, struct nn_error *error)
{
    (void)error;
    nn_job_pause(invocation->session, true);
    nn_say(&invocation->session->output,
           "paused: `resume` goes on, `step` trains one batch, `stop` ends it");
    return NN_OK;
}

static enum nn_status run_resume(const struct nn_invocation *invocation, struct nn_error *error)
{
    (void)error;
    nn_job_pause(invocation->session, false);
    return NN_OK;
}

static enum nn_status run_stop(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_job_stop(invocation->session, error);
}

static const struct nn_arg_spec step_args[] = {
    {.name = "batches",
     .type = NN_ARG_INT,
     .fallback = "1",
     .min = 1,
     .max = 1e9,
     .unit = "batches",
     .help = "how many to train",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status run_step(const struct nn_invocation *invocation, struct nn_error *error)
{
    (void)error;
    nn_job_step(invocation->session, (size_t)nn_args_int(invocation->args, 0));
    return NN_OK;
}

/* Control needs a job in the background, which only the prompt has: the examples of these four run
 * at a session that is interactive. */
#define NN_BACKGROUND                                                                              \
    "data demo iris; add dense 8 relu; add dense 3 softmax; compile "                              \
    "loss=categorical_crossentropy\n"                                                              \
    "train epochs=1000000"

const struct nn_command nn_command_pause = {
    .name = "pause",
    .group = "train",
    .summary = "Holds the running training at the end of its batch",
    .args = no_args,
    .examples =
        (const struct nn_example[]){
            {"pause", NN_BACKGROUND, "The weights can be looked at while it stands still"}, {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_CONTROL,
    .run = run_pause,
};

const struct nn_command nn_command_resume = {
    .name = "resume",
    .group = "train",
    .summary = "Lets a paused training go on",
    .args = no_args,
    .examples =
        (const struct nn_example[]){
            {"resume", NN_BACKGROUND "\npause", "Goes on with the next batch"}, {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_CONTROL,
    .run = run_resume,
};

const struct nn_command nn_command_stop = {
    .name = "stop",
    .group = "train",
    .summary = "Ends the running job; a training keeps its weights",
    .args = no_args,
    .examples =
        (const struct nn_example[]){
            {"stop", NN_BACKGROUND, "Ends the training after the batch that it is in"}, {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_CONTROL,
    .run = run_stop,
};

const struct nn_command nn_command_step = {
    .name = "step",
    .group = "train",
    .summary = "Trains a few batches, then pauses",
    .args = step_args,
    .examples =
        (const struct nn_example[]){{"step 3", NN_BACKGROUND "\npause", "Three more batches"}, {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_CONTROL,
    .run = run_step,
};
