/* train: compile, train and the control of a running training. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/specs.h"
#include "command/subject.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- compile ---- */

enum { COMPILE_LOSS, COMPILE_OPTIMIZER, COMPILE_LR, COMPILE_METRICS };

static const struct nn_arg_spec compile_args[] = {
    {.name = "loss",
     .type = NN_ARG_TEXT,
     .choices = "@losses",
     .help = "what training makes small",
     .flags = NN_ARG_REQUIRED},
    {.name = "optimizer",
     .type = NN_ARG_TEXT,
     .fallback = "adam",
     .choices = "@optimizers",
     .help = "how it makes it small"},
    {.name = "lr",
     .type = NN_ARG_REAL,
     .min = 1e-12,
     .max = 1e6,
     .help = "learning rate; else the optimizer's own default"},
    {.name = "metrics",
     .type = NN_ARG_NAMES,
     .choices = "@metrics",
     .help = "figures beside the loss; else accuracy for classes, mse for values"},
    {0},
};

/* "unknown loss `mes`" with the nearest name, at its word. */
static enum nn_status unknown(const struct nn_invocation *invocation, const char *key,
                              const char *name, const char *nearest, struct nn_error *error)
{
    enum nn_status status = nn_fail(error, NN_SYNTAX, "unknown %s `%s`", key, NN_VISIBLE(name));
    for (size_t i = 0; i < invocation->word_count && error; i++)
        if (invocation->words[i].key && strcmp(invocation->words[i].key, key) == 0)
            error->column = invocation->words[i].column;
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    else
        nn_fail_hint(error, "`help compile` lists them");
    return status;
}

static enum nn_status find_loss(const struct nn_invocation *invocation,
                                const struct nn_loss_class **loss, struct nn_error *error)
{
    const char *name = nn_words_key(invocation->words, invocation->word_count, "loss");
    *loss = name ? nn_loss_find(name) : NULL;
    if (*loss || !name)
        return NN_OK; /* a missing one is the parser's to report */
    const char *nearest = NULL;
    for (size_t i = 0; i < nn_loss_count && !nearest; i++)
        nearest = nn_text_nearest(name, &nn_losses[i]->name, 1);
    return unknown(invocation, "loss", name, nearest, error);
}

static enum nn_status find_optimizer(const struct nn_invocation *invocation,
                                     const struct nn_optimizer_class **optimizer,
                                     struct nn_error *error)
{
    const char *name = nn_words_key(invocation->words, invocation->word_count, "optimizer");
    if (!name)
        name = "adam";
    *optimizer = nn_optimizer_find(name);
    if (*optimizer)
        return NN_OK;
    const char *nearest = NULL;
    for (size_t i = 0; i < nn_optimizer_count && !nearest; i++)
        nearest = nn_text_nearest(name, &nn_optimizers[i]->name, 1);
    return unknown(invocation, "optimizer", name, nearest, error);
}

static enum nn_status add_metric(const struct nn_invocation *invocation, struct nn_recipe *recipe,
                                 const char *name, struct nn_error *error)
{
    const struct nn_metric_class *metric = nn_metric_find(name);
    if (!metric) {
        const char *nearest = NULL;
        for (size_t i = 0; i < nn_metric_count && !nearest; i++)
            nearest = nn_text_nearest(name, &nn_metrics[i]->name, 1);
        enum nn_status status = unknown(invocation, "metrics", name, nearest, error);
        return status;
    }
    if (recipe->metric_count == NN_MAX_METRICS)
        return nn_fail(error, NN_LIMIT, "at most %d metrics", NN_MAX_METRICS);
    recipe->metrics[recipe->metric_count++] = metric;
    return NN_OK;
}

/* Metrics as listed; without a list accuracy for a loss of classes (or data with classes), else
 * mse. */
static enum nn_status choose_metrics(const struct nn_invocation *invocation, const char *list,
                                     struct nn_recipe *recipe, struct nn_error *error)
{
    const struct nn_dataset *data = invocation->session->dataset;
    if (!list) {
        bool classes = recipe->loss->fuses != NULL;
        if (data && data->samples->task != NN_TASK_NONE)
            classes = data->samples->task == NN_TASK_CLASSIFICATION;
        return add_metric(invocation, recipe, classes ? "accuracy" : "mse", error);
    }
    while (*list) {
        char name[64];
        size_t length = strcspn(list, ",");
        snprintf(name, sizeof name, "%.*s", (int)(length < 63 ? length : 63), list);
        enum nn_status status = add_metric(invocation, recipe, name, error);
        if (status != NN_OK)
            return status;
        list += length + (list[length] == ',');
    }
    return NN_OK;
}

/* What compile takes together with the loss and the optimizer that the words name. */
static const struct nn_arg_spec *compile_specs(const struct nn_word *words, size_t count,
                                               struct nn_arena *arena)
{
    const char *loss_name = nn_words_key(words, count, "loss");
    const char *optimizer_name = nn_words_key(words, count, "optimizer");
    const struct nn_loss_class *loss = loss_name ? nn_loss_find(loss_name) : NULL;
    const struct nn_optimizer_class *optimizer =
        nn_optimizer_find(optimizer_name ? optimizer_name : "adam");
    const struct nn_arg_spec *parts[] = {compile_args, loss ? loss->args : NULL,
                                         optimizer ? optimizer->args : NULL};
    return nn_specs_join(arena, parts, 3);
}

static enum nn_status make_recipe(const struct nn_invocation *invocation, struct nn_recipe *recipe,
                                  struct nn_error *error)
{
    const struct nn_word *words = invocation->words;
    size_t count = invocation->word_count;
    struct nn_arena arena;
    struct nn_args args = {0};
    enum nn_status status = NN_OK;
    nn_arena_init(&arena);
    NN_TRY(find_loss(invocation, &recipe->loss, error));
    NN_TRY(find_optimizer(invocation, &recipe->optimizer, error));
    const struct nn_arg_spec *specs = compile_specs(words, count, &arena);
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof compile_args));
    NN_TRY(nn_command_parse(&args, specs, words, count, "compile", error));
    NN_TRY(nn_specs_extract(&recipe->loss_args, recipe->loss->args, &args, "compile", error));
    NN_TRY(nn_specs_extract(&recipe->optimizer_args, recipe->optimizer->args, &args, "compile",
                            error));
    recipe->lr = nn_args_is_set(&args, COMPILE_LR) ? nn_args_real(&args, COMPILE_LR)
                                                   : recipe->optimizer->default_lr;
    NN_TRY(choose_metrics(invocation, nn_args_text(&args, COMPILE_METRICS), recipe, error));
out:
    nn_args_clear(&args);
    nn_arena_clear(&arena);
    return status;
}

static enum nn_status run_compile(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_recipe recipe = {0};
    char lr[NN_NUMBER_SIZE];
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE,
                       "there is no net to compile: `net new` and `add LAYER` build one");
    enum nn_status status = make_recipe(invocation, &recipe, error);
    if (status != NN_OK) {
        nn_recipe_clear(&recipe);
        return status;
    }
    nn_recipe_clear(&session->recipe);
    session->recipe = recipe;
    nn_session_net_changed(session, false);
    nn_say(&session->output, "loss %s, optimizer %s, lr %s, %zu parameters", recipe.loss->name,
           recipe.optimizer->name, nn_number_double(lr, recipe.lr),
           nn_net_param_count(session->net));
    return NN_OK;
}

const struct nn_command nn_command_compile = {
    .name = "compile",
    .group = "train",
    .summary = "Chooses loss, optimizer and metrics",
    .details = "The loss's and the optimizer's own settings go here as well: `momentum=0.9` with "
               "sgd. A new "
               "compile forgets the optimizer's state, not the parameters.",
    .args = compile_args,
    .examples =
        (const struct nn_example[]){
            {"compile loss=binary_crossentropy optimizer=adam metrics=accuracy",
             "net new input=8; add dense 16 relu; add dense 1 sigmoid",
             "For two classes and one output"},
            {"compile loss=categorical_crossentropy optimizer=sgd lr=0.05 momentum=0.9",
             "net new input=4; add dense 3 softmax", "Gradient descent with momentum"},
            {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_RAW,
    .run = run_compile,
    .specs = compile_specs,
};

/* ---- train ---- */

enum {
    TRAIN_EPOCHS,
    TRAIN_BATCH,
    TRAIN_SEED,
    TRAIN_SHUFFLE,
    TRAIN_VALIDATION,
    TRAIN_PATIENCE,
    TRAIN_CLIP,
    TRAIN_BACKGROUND
};

static const struct nn_arg_spec train_args[] = {
    {.name = "epochs",
     .type = NN_ARG_INT,
     .min = 1,
     .max = 1e9,
     .help = "how often all samples are seen",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
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
    uint64_t epochs_before;
};

static enum nn_status train_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                 struct nn_error *error)
{
    struct training *training = data;
    bool finished = false;
    while (!finished) {
        if (nn_cancelled(progress))
            return nn_fail(error, NN_CANCELLED, "training was stopped");
        enum nn_status status = nn_trainer_step(training->trainer, &finished, error);
        if (status != NN_OK)
            return status;
        struct nn_train_progress *now = &training->progress;
        nn_trainer_progress(training->trainer, now);
        double done = (double)(now->epoch - 1) + (double)now->batch / (double)now->batches;
        nn_progress_set(progress, done / (double)now->epochs);
        nn_job_batch(job, training->session->net, &training->session->history, now);
    }
    return NN_OK;
}

static enum nn_status train_finish(struct nn_session *session, void *data, enum nn_status status,
                                   struct nn_error *error)
{
    const struct training *training = data;
    const struct nn_train_progress *progress = &training->progress;
    nn_trainer_free(training->trainer);
    ((struct training *)data)->trainer = NULL;
    session->unsaved = true;
    if (status == NN_CANCELLED) {
        nn_say(&session->output,
               "stopped in epoch %" PRIu64 " of %" PRIu64
               " after batch %zu of %zu; the weights are kept",
               progress->epoch, progress->epochs, progress->batch, progress->batches);
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

static enum nn_status start_training(struct nn_session *session, const struct nn_args *args,
                                     struct training *training, struct nn_error *error)
{
    struct nn_train_options options = {
        .epochs = (uint64_t)nn_args_int(args, TRAIN_EPOCHS),
        .batch = (size_t)nn_args_int(args, TRAIN_BATCH),
        .seed = nn_args_is_set(args, TRAIN_SEED) ? (uint64_t)nn_args_int(args, TRAIN_SEED)
                                                 : session->seed,
        .shuffle = nn_args_bool(args, TRAIN_SHUFFLE),
        .patience = (uint64_t)nn_args_int(args, TRAIN_PATIENCE),
        .clip = nn_args_real(args, TRAIN_CLIP),
    };
    enum nn_status status = NN_OK;
    nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &training->train);
    NN_TRY(nn_recipe_check(&session->recipe, session->net, &training->train, error));
    NN_TRY(hold_out(session, nn_args_real(args, TRAIN_VALIDATION), options.seed, error));
    bool validates = session->dataset->split_count[NN_SPLIT_VALIDATION] > 0;
    nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &training->train);
    nn_dataset_source(session->dataset, NN_SPLIT_VALIDATION, &training->validation);
    NN_TRY(nn_trainer_new(session->net, &training->train, validates ? &training->validation : NULL,
                          &session->recipe, &session->state, &session->history, &options,
                          &training->trainer, error));
out:
    return status;
}

static enum nn_status run_train(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    enum nn_status status = check_trainable(session, error);
    if (status != NN_OK)
        return status;
    struct training *training = nn_calloc(1, sizeof *training);
    if (!training)
        return nn_fail_memory(error, sizeof *training);
    training->session = session;
    training->progress =
        (struct nn_train_progress){.epoch = 1, .epochs = (uint64_t)nn_args_int(args, TRAIN_EPOCHS)};
    status = start_training(session, args, training, error);
    if (status != NN_OK) {
        train_free(training);
        return status;
    }
    return nn_job_run(session, &train_job, training, nn_args_bool(args, TRAIN_BACKGROUND), error);
}

const struct nn_command nn_command_train = {
    .name = "train",
    .group = "train",
    .summary = "Trains the net on the training data",
    .details = "Prints loss and metrics of each epoch; those of the training data are means over "
               "the epoch as "
               "it ran. A later `train` goes on where this one ended. A loss that is no longer "
               "finite ends it: "
               "the weights of the last good epoch are back, and the exit status is 6.",
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
