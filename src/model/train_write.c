#include "model/train.h"

#include <math.h>

static json_t *metrics_json(const struct nn_recipe *recipe)
{
    json_t *names = json_array();
    for (int i = 0; i < recipe->metric_count; i++)
        names = nn_json_append(names, json_string(recipe->metrics[i]->name));
    return names;
}

static json_t *metric_args_json(const struct nn_recipe *recipe)
{
    json_t *args = json_array();
    for (int i = 0; i < recipe->metric_count; i++)
        args = nn_json_append(args, nn_json_args_new(&recipe->metric_args[i]));
    return args;
}

json_t *nn_recipe_json(const struct nn_recipe *recipe)
{
    json_t *object = json_object();
    object = nn_json_set(object, "loss", json_string(recipe->loss->name));
    object = nn_json_set(object, "loss_args", nn_json_args_new(&recipe->loss_args));
    object = nn_json_set(object, "optimizer", json_string(recipe->optimizer->name));
    object = nn_json_set(object, "optimizer_args", nn_json_args_new(&recipe->optimizer_args));
    object = nn_json_set(object, "lr", nn_json_number_new(recipe->lr));
    if (recipe->schedule) {
        object = nn_json_set(object, "schedule", json_string(recipe->schedule->name));
        object = nn_json_set(object, "schedule_args", nn_json_args_new(&recipe->schedule_args));
    }
    if (recipe->regularizer_args.specs)
        object = nn_json_set(object, "regularizer", nn_json_args_new(&recipe->regularizer_args));
    object = nn_json_set(object, "metrics", metrics_json(recipe));
    return nn_json_set(object, "metric_args", metric_args_json(recipe));
}

static json_t *options_json(const struct nn_train_options *options)
{
    json_t *object = nn_json_set(json_object(), "epochs", nn_json_u64_new(options->epochs));
    object = nn_json_set(object, "batch", nn_json_u64_new(options->batch));
    object = nn_json_set(object, "seed", nn_json_u64_new(options->seed));
    object = nn_json_set(object, "shuffle", json_boolean(options->shuffle));
    object = nn_json_set(object, "patience", nn_json_u64_new(options->patience));
    object = nn_json_set(object, "clip", nn_json_number_new(options->clip));
    object = nn_json_set(object, "clip_value", nn_json_number_new(options->clip_value));
    object = nn_json_set(object, "augment", nn_json_text_new(options->augment));
    return nn_json_set(object, "held_out", nn_json_number_new(options->held_out));
}

/* A number that is not known yet is left out. */
static json_t *set_known(json_t *object, const char *key, double value)
{
    return isnan(value) ? object : nn_json_set(object, key, nn_json_number_new(value));
}

/* The norm, then the sums. */
static json_t *fingerprint_json(const struct nn_fingerprint *data)
{
    json_t *array = nn_json_append(json_array(), nn_json_number_new(data->norm));
    for (int k = 0; k < NN_FINGERPRINT_SUMS; k++)
        array = nn_json_append(array, nn_json_number_new(data->sums[k]));
    return array;
}

static json_t *run_json(const struct nn_run *run)
{
    json_t *object = nn_json_set(json_object(), "options", options_json(&run->options));
    object = nn_json_set(object, "samples", nn_json_u64_new(run->samples));
    object = nn_json_set(object, "data", fingerprint_json(&run->data));
    object = nn_json_set(object, "epoch", nn_json_u64_new(run->epoch));
    object = nn_json_set(object, "batch", nn_json_u64_new(run->batch));
    return set_known(object, "lowest", run->lowest);
}

static json_t *watch_json(const struct nn_watch *watch)
{
    json_t *object = nn_json_set(json_object(), "samples", nn_json_u64_new(watch->samples));
    object = nn_json_set(object, "waited", nn_json_u64_new(watch->waited));
    object = nn_json_set(object, "at_best", json_boolean(watch->at_best));
    object = nn_json_set(object, "step", nn_json_u64_new(watch->kept.step));
    object = nn_json_set(object, "product", nn_json_number_new(watch->kept.product));
    return set_known(object, "best_loss", watch->best_loss);
}

json_t *nn_state_json(const struct nn_train_state *state)
{
    json_t *schedule = json_array();
    for (int i = 0; i < NN_SCHEDULE_STATE; i++)
        schedule = nn_json_append(schedule, nn_json_number_new(state->schedule[i]));

    json_t *object = nn_json_set(json_object(), "step", nn_json_u64_new(state->step));
    object = nn_json_set(object, "product", nn_json_number_new(state->product));
    object = nn_json_set(object, "schedule", schedule);
    object = nn_json_set(object, "epoch", nn_json_u64_new(state->epoch));
    if (state->run.active)
        object = nn_json_set(object, "run", run_json(&state->run));
    if (state->watch.active)
        object = nn_json_set(object, "watch", watch_json(&state->watch));
    return object;
}
