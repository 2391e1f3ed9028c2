#include "unit/engine/fixture.h"

#include "engine/regularize.h"
#include "unit/engine/build.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct fixture_data make_data(const char *input, size_t count)
{
    struct fixture_data data = {.count = count};
    struct nn_error error = {0};
    cr_assert(nn_shape_parse(input, &data.shape, &error) == NN_OK, "%s", error.message);
    data.width = nn_shape_size(&data.shape);
    data.x = nn_calloc_aligned(count * data.width, sizeof *data.x);
    cr_assert(data.x);
    return data;
}

struct fixture_data fixture_clouds(const char *input, size_t count, size_t classes, uint64_t seed)
{
    struct fixture_data data = make_data(input, count);
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_GENERATE, 0);
    data.class_count = classes;
    data.classes = nn_calloc(count, sizeof *data.classes);
    cr_assert(data.classes);
    for (size_t i = 0; i < count; i++) {
        data.classes[i] = (int32_t)(i % classes);
        for (size_t k = 0; k < data.width; k++) {
            float centre = sinf(1.0f + 2.3f * (float)k + 1.7f * (float)(i % classes));
            data.x[i * data.width + k] = centre + 0.15f * nn_random_normal(&random);
        }
    }
    return data;
}

struct fixture_data fixture_curve(const char *input, size_t count, size_t targets, uint64_t seed)
{
    struct fixture_data data = make_data(input, count);
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_GENERATE, 0);
    data.target_width = targets;
    data.values = nn_calloc_aligned(count * targets, sizeof *data.values);
    cr_assert(data.values);
    for (size_t i = 0; i < count * data.width; i++)
        data.x[i] = nn_random_normal(&random);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < targets; k++)
            data.values[i * targets + k] = sinf(data.x[i * data.width] + (float)k);
    return data;
}

void fixture_data_clear(struct fixture_data *data)
{
    nn_free(data->x);
    nn_free(data->classes);
    nn_free(data->values);
}

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    const struct fixture_data *data = source->context;
    for (size_t i = 0; i < n; i++) {
        memcpy(x + i * data->width, data->x + index[i] * data->width, data->width * sizeof *x);
        if (classes)
            classes[i] = data->classes[index[i]];
        if (values)
            memcpy(values + i * data->target_width, data->values + index[i] * data->target_width,
                   data->target_width * sizeof *values);
    }
}

struct nn_source fixture_source(const struct fixture_data *data)
{
    return (struct nn_source){
        .count = data->count,
        .shape = data->shape,
        .classes = data->class_count,
        .target_width = data->target_width,
        .labelled = true,
        .context = data,
        .fetch = fetch,
    };
}

/* Splits "loss=mse lr=0.1" in place. */
static size_t split_words(char *text, struct nn_word *words, size_t most)
{
    size_t count = 0;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(word, '=');
        cr_assert(value && count < most, "%s", word);
        *value++ = '\0';
        words[count++] = (struct nn_word){.key = word, .value = value};
    }
    return count;
}

static void add_metrics(struct nn_recipe *recipe, char *names)
{
    char *rest = NULL;
    for (char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest)) {
        cr_assert(nn_metric_find(name), "no metric %s", name);
        cr_assert(nn_recipe_add_metric(recipe, nn_metric_find(name), NULL) == NN_OK);
    }
}

static const char *word_value(const struct nn_word *words, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(words[i].key, key))
            return words[i].value;
    return NULL;
}

struct nn_recipe fixture_recipe(const char *text)
{
    struct nn_recipe recipe = {0};
    struct nn_word words[16];
    struct nn_error error = {0};
    char copy[400], metrics[100] = "";
    snprintf(copy, sizeof copy, "%s", text);
    size_t count = split_words(copy, words, 16);
    const char *optimizer = word_value(words, count, "optimizer");
    const char *schedule = word_value(words, count, "schedule");
    const char *lr = word_value(words, count, "lr"), *list = word_value(words, count, "metrics");
    cr_assert(nn_recipe_default(&recipe, nn_loss_find(word_value(words, count, "loss")),
                                nn_optimizer_find(optimizer ? optimizer : "adam"),
                                &error) == NN_OK);
    if (schedule) {
        nn_args_clear(&recipe.schedule_args);
        recipe.schedule = nn_schedule_find(schedule);
        cr_assert(recipe.schedule, "no schedule %s", schedule);
        cr_assert(nn_args_default(&recipe.schedule_args, recipe.schedule->args, &error) == NN_OK);
    }
    if (lr)
        recipe.lr = strtod(lr, NULL);
    for (size_t i = 0; i < count; i++) {
        if (nn_args_find(recipe.loss->args, words[i].key) >= 0)
            cr_assert(nn_args_set(&recipe.loss_args, words[i].key, words[i].value, "loss",
                                  &error) == NN_OK);
        if (nn_args_find(recipe.optimizer->args, words[i].key) >= 0)
            cr_assert(nn_args_set(&recipe.optimizer_args, words[i].key, words[i].value, "optimizer",
                                  &error) == NN_OK);
        if (nn_args_find(recipe.schedule->args, words[i].key) >= 0)
            cr_assert(nn_args_set(&recipe.schedule_args, words[i].key, words[i].value, "schedule",
                                  &error) == NN_OK);
        if (nn_args_find(nn_regularizer_args, words[i].key) >= 0)
            cr_assert(nn_args_set(&recipe.regularizer_args, words[i].key, words[i].value,
                                  "regularizer", &error) == NN_OK);
    }
    snprintf(metrics, sizeof metrics, "%s", list ? list : "");
    add_metrics(&recipe, metrics);
    return recipe;
}

float *fixture_weights(const struct nn_net *net, size_t *count)
{
    size_t total = 0, at = 0;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++)
            total += nn_shape_size(&net->nodes[i]->params[p].spec.shape);
    float *weights = nn_calloc(total, sizeof *weights);
    cr_assert(weights);
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            size_t size = nn_shape_size(&param->spec.shape);
            memcpy(weights + at, param->value.data, size * sizeof *weights);
            at += size;
        }
    *count = total;
    return weights;
}

struct fixture_run fixture_run_start(const char *input, const char *layers, const char *words)
{
    struct fixture_run run = {.net = build_net(input, layers), .recipe = fixture_recipe(words)};
    nn_history_init(&run.history);
    return run;
}

void fixture_run_clear(struct fixture_run *run)
{
    nn_net_free(run->net);
    nn_recipe_clear(&run->recipe);
    nn_train_state_clear(&run->state);
    nn_history_clear(&run->history);
}

enum nn_status fixture_train(struct fixture_run *run, const struct nn_source *train,
                             const struct nn_source *validation,
                             const struct nn_train_options *options, struct nn_error *error)
{
    struct nn_trainer *trainer;
    bool finished = false;
    enum nn_status status = nn_trainer_new(run->net, train, validation, &run->recipe, &run->state,
                                           &run->history, options, &trainer, error);
    if (status != NN_OK)
        return status;
    while (status == NN_OK && !finished)
        status = nn_trainer_step(trainer, &finished, error);
    nn_trainer_free(trainer);
    return status;
}

double fixture_cell(const struct nn_history *history, size_t epoch, const char *name)
{
    int column = nn_history_column(history, name);
    cr_assert(column >= 0, "no column %s", name);
    cr_assert(epoch < history->epochs, "no epoch %zu", epoch);
    return history->rows[epoch * history->columns + (size_t)column];
}
