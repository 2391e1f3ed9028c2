/* train: compile, what training makes small and how. */
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/specs.h"
#include "engine/regularize.h"

#include <stdio.h>
#include <string.h>

enum { COMPILE_LOSS, COMPILE_OPTIMIZER, COMPILE_LR, COMPILE_SCHEDULE, COMPILE_METRICS };

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
    {.name = "schedule",
     .type = NN_ARG_TEXT,
     .fallback = "constant",
     .choices = "@schedules",
     .help = "how the learning rate changes"},
    {.name = "metrics",
     .type = NN_ARG_NAMES,
     .choices = "@metrics",
     .help = "figures beside the loss; else accuracy for classes, mse for values"},
    NN_REGULARIZER_ARGS,
    {0},
};

/* "unknown loss `mes`" with the nearest name, at its word. */
static enum nn_status unknown_near(const struct nn_invocation *invocation, const char *key,
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

/* A table of names: losses, optimizers, schedules, metrics. */
typedef const char *name_at(size_t index);

static const char *loss_at(size_t i)
{
    return i < nn_loss_count ? nn_losses[i]->name : NULL;
}

static const char *optimizer_at(size_t i)
{
    return i < nn_optimizer_count ? nn_optimizers[i]->name : NULL;
}

static const char *schedule_at(size_t i)
{
    return i < nn_schedule_count ? nn_schedules[i]->name : NULL;
}

static const char *metric_at(size_t i)
{
    return i < nn_metric_count ? nn_metrics[i]->name : NULL;
}

static enum nn_status unknown(const struct nn_invocation *invocation, const char *key,
                              const char *name, name_at *names, struct nn_error *error)
{
    const char *candidates[64];
    size_t count = 0;
    while (count < sizeof candidates / sizeof *candidates && (candidates[count] = names(count)))
        count++;
    return unknown_near(invocation, key, name, nn_text_nearest(name, candidates, count), error);
}

/* The classes that the words choose; what is not said is the default, a missing loss the parser's
 * to report. */
struct choice {
    const struct nn_loss_class *loss;
    const struct nn_optimizer_class *optimizer;
    const struct nn_schedule_class *schedule;
};

static const char *value_or(const struct nn_word *words, size_t count, const char *key,
                            const char *fallback)
{
    const char *value = nn_words_key(words, count, key);
    return value ? value : fallback;
}

static struct choice choose(const struct nn_word *words, size_t count)
{
    const char *loss = nn_words_key(words, count, "loss");
    return (struct choice){
        .loss = loss ? nn_loss_find(loss) : NULL,
        .optimizer = nn_optimizer_find(value_or(words, count, "optimizer", "adam")),
        .schedule = nn_schedule_find(value_or(words, count, "schedule", "constant")),
    };
}

static enum nn_status check_choice(const struct nn_invocation *invocation,
                                   const struct choice *choice, struct nn_error *error)
{
    const struct nn_word *words = invocation->words;
    size_t count = invocation->word_count;
    const char *loss = nn_words_key(words, count, "loss");
    if (loss && !choice->loss)
        return unknown(invocation, "loss", loss, loss_at, error);
    if (!choice->optimizer)
        return unknown(invocation, "optimizer", nn_words_key(words, count, "optimizer"),
                       optimizer_at, error);
    if (!choice->schedule)
        return unknown(invocation, "schedule", nn_words_key(words, count, "schedule"), schedule_at,
                       error);
    return NN_OK;
}

static enum nn_status add_metric(const struct nn_invocation *invocation, struct nn_recipe *recipe,
                                 const char *name, struct nn_error *error)
{
    const struct nn_metric_class *metric = nn_metric_find(name);
    if (!metric)
        return unknown(invocation, "metrics", name, metric_at, error);
    return nn_recipe_add_metric(recipe, metric, error);
}

/* The next name of a list with commas; false at its end. */
static bool next_name(const char **list, char name[64])
{
    if (!*list || !**list)
        return false;
    size_t length = strcspn(*list, ",");
    snprintf(name, 64, "%.*s", (int)(length < 63 ? length : 63), *list);
    *list += length + ((*list)[length] == ',');
    return true;
}

/* Metrics as listed; without a list accuracy for a loss of classes (or data with classes), else
 * mse. */
static enum nn_status choose_metrics(const struct nn_invocation *invocation, const char *list,
                                     struct nn_recipe *recipe, struct nn_error *error)
{
    const struct nn_dataset *data = invocation->session->dataset;
    enum nn_status status = NN_OK;
    char name[64];
    if (!list) {
        bool classes = recipe->loss->fuses || recipe->loss->target != NN_TARGET_VALUES;
        if (data && data->samples->task != NN_TASK_NONE)
            classes = data->samples->task == NN_TASK_CLASSIFICATION;
        return add_metric(invocation, recipe, classes ? "accuracy" : "mse", error);
    }
    while (status == NN_OK && next_name(&list, name))
        status = add_metric(invocation, recipe, name, error);
    return status;
}

/* What compile takes together with the loss, the optimizer, the schedule and the metrics that the
 * words name. */
static const struct nn_arg_spec *compile_specs(const struct nn_word *words, size_t count,
                                               struct nn_arena *arena)
{
    struct choice choice = choose(words, count);
    const struct nn_arg_spec *parts[4 + NN_MAX_METRICS] = {
        compile_args, choice.loss ? choice.loss->args : NULL,
        choice.optimizer ? choice.optimizer->args : NULL,
        choice.schedule ? choice.schedule->args : NULL};
    const char *list = nn_words_key(words, count, "metrics");
    char name[64];
    for (size_t used = 4; used < 4 + NN_MAX_METRICS && next_name(&list, name); used++) {
        const struct nn_metric_class *metric = nn_metric_find(name);
        parts[used] = metric ? metric->args : NULL;
    }
    return nn_specs_join(arena, parts, sizeof parts / sizeof *parts);
}

/* class_weights=balanced counts the training data as they are now. */
static enum nn_status balance(const struct nn_dataset *data, struct nn_recipe *recipe,
                              struct nn_error *error)
{
    struct nn_source source;
    if (!data)
        return NN_OK; /* training refuses what is not counted */
    nn_dataset_source(data, NN_SPLIT_TRAIN, &source);
    return nn_recipe_balance(recipe, &source, error);
}

static enum nn_status take_args(struct nn_recipe *recipe, const struct nn_args *args,
                                struct nn_error *error)
{
    static const char what[] = "compile";
    enum nn_status status;
    NN_TRY(nn_specs_extract(&recipe->loss_args, recipe->loss->args, args, what, error));
    NN_TRY(nn_specs_extract(&recipe->optimizer_args, recipe->optimizer->args, args, what, error));
    NN_TRY(nn_specs_extract(&recipe->schedule_args, recipe->schedule->args, args, what, error));
    NN_TRY(nn_specs_extract(&recipe->regularizer_args, nn_regularizer_args, args, what, error));
    for (int i = 0; i < recipe->metric_count; i++) {
        const struct nn_arg_spec *specs = recipe->metric_args[i].specs;
        nn_args_clear(&recipe->metric_args[i]);
        NN_TRY(nn_specs_extract(&recipe->metric_args[i], specs, args, what, error));
    }
    recipe->lr = nn_args_is_set(args, COMPILE_LR) ? nn_args_real(args, COMPILE_LR)
                                                  : recipe->optimizer->default_lr;
out:
    return status;
}

static enum nn_status make_recipe(const struct nn_invocation *invocation, struct nn_recipe *recipe,
                                  struct nn_error *error)
{
    const struct nn_word *words = invocation->words;
    size_t count = invocation->word_count;
    struct choice choice = choose(words, count);
    struct nn_arena arena;
    struct nn_args args = {0};
    enum nn_status status = NN_OK;
    nn_arena_init(&arena);
    NN_TRY(check_choice(invocation, &choice, error));
    const struct nn_arg_spec *specs = compile_specs(words, count, &arena);
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof compile_args));
    NN_TRY(nn_command_parse(&args, specs, words, count, "compile", error));
    recipe->loss = choice.loss;
    recipe->optimizer = choice.optimizer;
    recipe->schedule = choice.schedule;
    NN_TRY(choose_metrics(invocation, nn_args_text(&args, COMPILE_METRICS), recipe, error));
    NN_TRY(take_args(recipe, &args, error));
    NN_TRY(balance(invocation->session->dataset, recipe, error));
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
    bool constant = strcmp(recipe.schedule->name, "constant") == 0;
    nn_say(&session->output, "loss %s, optimizer %s, lr %s%s%s, %zu parameters", recipe.loss->name,
           recipe.optimizer->name, nn_number_double(lr, recipe.lr), constant ? "" : ", schedule ",
           constant ? "" : recipe.schedule->name, nn_net_param_count(session->net));
    return NN_OK;
}

const struct nn_command nn_command_compile = {
    .name = "compile",
    .group = "train",
    .summary = "Chooses loss, optimizer, schedule and metrics",
    .details =
        "The own settings of the loss, the optimizer, the schedule and the metrics go here as "
        "well: `momentum=0.9` with sgd, `schedule=cosine warmup=5`, `metrics=top_k k=3`. l1, l2 "
        "and max_norm concern "
        "weights, not biases; the penalties enter the gradient, not the loss that is shown. "
        "A new compile forgets the optimizer's state and begins the schedule, and keeps the "
        "parameters.",
    .args = compile_args,
    .examples =
        (const struct nn_example[]){
            {"compile loss=binary_crossentropy optimizer=adam metrics=accuracy",
             "net new input=8; add dense 16 relu; add dense 1 sigmoid",
             "For two classes and one output"},
            {"compile loss=categorical_crossentropy optimizer=sgd lr=0.05 momentum=0.9",
             "net new input=4; add dense 3 softmax", "Gradient descent with momentum"},
            {"compile loss=categorical_crossentropy optimizer=adamw schedule=cosine warmup=2 "
             "label_smoothing=0.1",
             "net new input=4; add dense 3 softmax",
             "A rate that rises for two epochs and then falls to the end of the run"},
            {"compile loss=categorical_crossentropy class_weights=balanced",
             "data demo iris; add dense 3 softmax", "Rare classes count as much as frequent ones"},
            {0}},
    .flags = NN_COMMAND_NET | NN_COMMAND_RAW,
    .run = run_compile,
    .specs = compile_specs,
};
