/* train: compile, what training makes small and how. */
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/specs.h"
#include "engine/regularize.h"

#include <stdio.h>
#include <string.h>

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
    NN_REGULARIZER_ARGS,
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
    NN_TRY(
        nn_specs_extract(&recipe->regularizer_args, nn_regularizer_args, &args, "compile", error));
    NN_TRY(balance(invocation->session->dataset, recipe, error));
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
