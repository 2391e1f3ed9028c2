#include "diagnose/trial.h"

#include <math.h>

static enum nn_status measure(const struct nn_trial *trial, const struct nn_net *net,
                              const struct nn_recipe *recipe, double *loss, struct nn_error *error)
{
    double values[1 + NN_MAX_METRICS];
    enum nn_status status = nn_evaluate(net, trial->probe, recipe, values, NULL, error);
    if (status == NN_OK)
        *loss = isfinite(values[0]) ? values[0] : (double)INFINITY;
    return status;
}

/* NN_DIVERGED is an answer, not a failure. */
static enum nn_status train(const struct nn_trial *trial, struct nn_trainer *trainer,
                            struct nn_progress *progress, bool *diverged, struct nn_error *error)
{
    bool finished = false;
    for (size_t i = 0; i < trial->steps && !finished; i++) {
        if (nn_cancelled(progress))
            return nn_fail(error, NN_CANCELLED, "the diagnosis was stopped");
        enum nn_status status = nn_trainer_step(trainer, &finished, NULL);
        *diverged = status == NN_DIVERGED;
        if (*diverged)
            return NN_OK;
        if (status != NN_OK)
            return nn_fail(error, status, "a trial of the diagnosis failed");
    }
    return NN_OK;
}

enum nn_status nn_trial_run(const struct nn_trial *trial, struct nn_progress *progress,
                            double *before, double *after, struct nn_error *error)
{
    struct nn_net *net = NULL;
    struct nn_recipe recipe = {0};
    struct nn_train_state state = {0};
    struct nn_history history;
    struct nn_trainer *trainer = NULL;
    double first, last = (double)INFINITY;
    bool diverged = false;
    enum nn_status status;
    nn_history_init(&history);
    NN_TRY(nn_net_copy(trial->net, &net, error));
    if (trial->fresh)
        NN_TRY(nn_net_init(net, trial->seed, NN_INIT_DEFAULT, 0, error));
    NN_TRY(nn_recipe_copy(&recipe, trial->recipe, error));
    recipe.lr = trial->lr;
    recipe.schedule = NULL;
    NN_TRY(measure(trial, net, &recipe, &first, error));
    struct nn_train_options options = {.epochs = 1 + trial->steps * trial->batch /
                                                         (trial->source->count + 1),
                                       .batch = trial->batch,
                                       .seed = trial->seed,
                                       .shuffle = true};
    if (trial->source->count <= trial->batch) /* one batch, again and again */
        options.epochs = trial->steps;
    else
        options.epochs += 1;
    NN_TRY(nn_trainer_new(net, trial->source, NULL, &recipe, &state, &history, &options, &trainer,
                          error));
    NN_TRY(train(trial, trainer, progress, &diverged, error));
    if (!diverged)
        NN_TRY(measure(trial, net, &recipe, &last, error));
    *before = first;
    *after = last;
out:
    nn_trainer_free(trainer);
    nn_train_state_clear(&state);
    nn_history_clear(&history);
    nn_recipe_clear(&recipe);
    nn_net_free(net);
    return status;
}
