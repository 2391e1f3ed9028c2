/* Interrupted trainings: saved after any batch, opened and finished to the bit; damaged ones
 * refused. */
#include "base/mem.h"
#include "model/safetensors.h"
#include "unit/model/sample.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SAMPLES = 21, FEATURES = 4, EPOCHS = 4, BATCHES = 3 };
#define M "m.safetensors"

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    (void)values;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < FEATURES; k++)
            x[i * FEATURES + k] = sinf((float)(index[i] * FEATURES + k + source->count));
        if (classes)
            classes[i] = (int32_t)(index[i] * index[i] % 3);
    }
}

static struct nn_source data_of(size_t samples)
{
    return (struct nn_source){.count = samples,
                              .shape = {.rank = 1, .dim = {FEATURES}},
                              .classes = 3,
                              .labelled = true,
                              .fetch = fetch};
}

/* Dropout, running statistics, an optimizer with a product, a schedule with a state, a metric that
 * keeps all scores. */
static void begin(struct nn_model *model)
{
    sample_model(model);
    nn_net_free(model->net);
    nn_train_state_clear(model->state);
    nn_recipe_clear(model->recipe);
    model->net = sample_net(1, (size_t[]){FEATURES});
    sample_add(model->net, "dense 3 relu");
    sample_add(model->net, "batchnorm");
    sample_add(model->net, "dropout 0.25");
    sample_add(model->net, "dense 3 softmax");
    cr_assert(nn_recipe_default(model->recipe, nn_loss_find("categorical_crossentropy"),
                                nn_optimizer_find("nadam"), NULL) == NN_OK);
    nn_args_clear(&model->recipe->schedule_args);
    model->recipe->schedule = nn_schedule_find("plateau");
    cr_assert(nn_args_default(&model->recipe->schedule_args, model->recipe->schedule->args, NULL) ==
              NN_OK);
    cr_assert(nn_args_set(&model->recipe->schedule_args, "wait", "0", "test", NULL) == NN_OK);
    cr_assert(nn_recipe_add_metric(model->recipe, nn_metric_find("auc"), NULL) == NN_OK);
    cr_assert(nn_recipe_add_metric(model->recipe, nn_metric_find("top_k"), NULL) == NN_OK);
    model->recipe->lr = 0.3;
}

/* `steps` batches; with `fresh` a new run of EPOCHS. Returns whether it is finished. */
static bool train(struct nn_model *model, bool fresh, size_t steps, uint64_t epochs)
{
    struct nn_source source = data_of(SAMPLES), validation = data_of(9);
    struct nn_train_options options = {
        .epochs = epochs, .batch = 8, .seed = 4, .shuffle = true, .patience = 4};
    struct nn_trainer *trainer;
    struct nn_error error = {0};
    bool finished = false;
    cr_assert(nn_trainer_new(model->net, &source, &validation, model->recipe, model->state,
                             model->history, fresh ? &options : NULL, &trainer, &error) == NN_OK,
              "%s", error.message);
    for (size_t i = 0; i < steps && !finished; i++)
        cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK, "%s", error.message);
    nn_trainer_free(trainer);
    return finished;
}

static void save(const char *path, const struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(nn_model_save(path, model, &error) == NN_OK, "%s", error.message);
}

static void open_model(const char *path, struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(nn_model_open(path, model, &error) == NN_OK, "%s", error.message);
}

Test(training, finishes_to_the_bit_after_any_batch, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model;
    begin(&model);
    cr_assert(train(&model, true, SIZE_MAX, EPOCHS));
    cr_assert(model.state->watch.active && model.state->watch.at_best && !model.state->run.active);
    cr_assert(model.state->schedule[0] > 0.0, "the rate has fallen");
    save("m1.safetensors", &model);
    nn_model_clear(&model);
    for (size_t steps = 0; steps < EPOCHS * BATCHES; steps++) {
        begin(&model);
        cr_assert(!train(&model, true, steps, EPOCHS));
        cr_assert(model.state->run.active && model.state->run.epoch == steps / BATCHES &&
                  model.state->run.batch == steps % BATCHES);
        save(M, &model);
        nn_model_clear(&model);
        open_model(M, &model);
        save("m2.safetensors", &model);
        cr_assert(sample_same_files(M, "m2.safetensors"), "%zu: opening changes it", steps);
        cr_assert(train(&model, false, SIZE_MAX, 0));
        save("m2.safetensors", &model);
        cr_assert(sample_same_files("m1.safetensors", "m2.safetensors"), "after %zu batches",
                  steps);
        nn_model_clear(&model);
    }
}

/* A run that has ended, with the best net in place, goes on from the last one. */
Test(training, goes_on_with_patience, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model;
    begin(&model);
    cr_assert(train(&model, true, SIZE_MAX, EPOCHS));
    save("m1.safetensors", &model);
    nn_model_clear(&model);
    for (uint64_t first = 1; first < EPOCHS; first++) {
        begin(&model);
        cr_assert(train(&model, true, SIZE_MAX, first));
        save(M, &model);
        nn_model_clear(&model);
        open_model(M, &model);
        cr_assert(train(&model, true, SIZE_MAX, EPOCHS - first));
        save("m2.safetensors", &model);
        nn_model_clear(&model);
        cr_assert(sample_same_files("m1.safetensors", "m2.safetensors"), "%d + %d", (int)first,
                  (int)(EPOCHS - first));
    }
}

static void interrupted(struct nn_model *model)
{
    begin(model);
    train(model, true, BATCHES + 1, EPOCHS);
}

/* Whatever opens saves to the same bytes, and training it does no harm. */
Test(training, every_changed_byte_is_refused_or_harmless, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model;
    interrupted(&model);
    save(M, &model);
    nn_model_clear(&model);
    size_t length;
    unsigned char *bytes = sample_bytes(M, &length);
    for (size_t i = 0; i < length; i++)
        for (int change = 1; change < 256; change *= 4) {
            unsigned char *copy = nn_calloc(length + 1, 1);
            struct nn_error error = {0};
            memcpy(copy, bytes, length);
            copy[i] ^= (unsigned char)change;
            enum nn_status status = nn_model_parse(copy, length, M, &model, &error);
            cr_assert(status == NN_OK || status == NN_DAMAGED, "byte %zu: %s", i, error.message);
            if (status != NN_OK)
                continue;
            save("m2.safetensors", &model);
            cr_assert(sample_same_files(M, "m2.safetensors"), "byte %zu", i);
            nn_model_clear(&model);
        }
    nn_free(bytes);
}

static const struct {
    const char *from, *to;
    const char *message; /* NULL: opens */
} defects[] = {
    {"\"run\":{", "\"ran\":{", NULL},
    {"\"watch\":{", "\"watched\":{", NULL},
    {"\"run\":{", "\"run\":[],\"r\":{", "epochs is missing"},
    {"\"batch\":\"8\"", "\"batch\":\"0\"", "impossible"},
    {"\"batch\":\"8\"", "\"batch\":\"18446744073709551615\"", "impossible"},
    {"\"batch\":\"8\"", "\"batch\":8", "not a string"},
    {"\"shuffle\":true", "\"shuffle\":1", "neither true nor false"},
    {"\"clip\":\"0\"", "\"clip\":\"-1\"", "below 0"},
    {"\"clip\":\"0\"", "\"clip\":\"nan\"", "not a number"},
    {"\"held_out\":\"0\"", "\"held_out\":\"1\"", "impossible"},
    {"\"samples\":\"21\"", "\"samples\":\"x\"", "64 bits"},
    {"\"waited\":", "\"weighted\":", "waited"},
    {"\"at_best\":false", "\"at_best\":\"no\"", "neither true nor false"},
    {"\"schedule\":[", "\"schedule\":[\"0\",", "not an array of"},
    {"\"schedule\":[\"", "\"schedule\":[\"x", "no number"},
    {"\"schedule\":\"plateau\"", "\"schedule\":\"plato\"", "there is no schedule plato"},
    {"\"schedule\":\"plateau\"", "\"schedule\":[]", "there is no schedule without a name"},
    {"\"wait\":\"0\"", "\"wait\":\"-1\"", "wait"},
    {"\"metric_args\":[{}", "\"metric_args\":[{},{}", "metrics"},
    {"\"k\":\"5\"", "\"k\":\"0\"", "k=0"},
    {"\"auc\"", "\"auk\"", "there is no metric auk"},
    {"\"regularizer\":{", "\"regularizer\":[],\"r\":{", "the arguments of the regularizer"},
    {"\"l1\":\"0\"", "\"l1\":\"-0.5\"", "l1"},
    {"\"product\":\"", "\"product\":\"-", "below 0"},
    {"\"augment\":\"\"", "\"augment\":\"a\\u001b[31m\"", NULL},
};

Test(training, defects_are_named, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_model model;
    struct nn_safetensors file;
    interrupted(&model);
    save(M, &model);
    nn_model_clear(&model);
    cr_assert(nn_safetensors_read(&file, M, NULL) == NN_OK);
    const char *json = nn_safetensors_metadata(&file, "nnscope");
    for (size_t i = 0; i < sizeof defects / sizeof *defects; i++) {
        struct nn_error error = {0};
        char *changed = sample_replaced(json, defects[i].from, defects[i].to);
        sample_rewrite(M, "m2.safetensors", changed);
        nn_free(changed);
        enum nn_status status = nn_model_open("m2.safetensors", &model, &error);
        cr_assert((status == NN_OK) == (defects[i].message == NULL), "%s: %s", defects[i].to,
                  error.message);
        if (status == NN_OK)
            nn_model_clear(&model);
        else
            cr_assert(status == NN_DAMAGED && strstr(error.message, defects[i].message), "%s: %s",
                      defects[i].to, error.message);
    }
    nn_safetensors_clear(&file);
}

/* A file may say anything of the figures of the epoch: they are numbers like others. */
Test(training, wild_figures_do_no_harm, .init = sample_folder, .fini = sample_folder_remove)
{
    const double wild[] = {1e300, -1.0, (double)NAN, (double)INFINITY, 1e9};
    struct nn_model model;
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        interrupted(&model);
        for (size_t k = 0; k < model.state->run.sum_count; k++)
            model.state->run.sums[k] = wild[i];
        save(M, &model);
        nn_model_clear(&model);
        open_model(M, &model);
        train(&model, false, SIZE_MAX, 0);
        nn_model_clear(&model);
    }
}

/* Data or recipe that do not fit are refused, and the run stays. */
Test(training, other_data_are_refused)
{
    struct nn_model model;
    struct nn_trainer *trainer = NULL;
    struct nn_error error = {0};
    interrupted(&model);
    struct nn_source source = data_of(SAMPLES + 1), validation = data_of(9);
    cr_assert(nn_trainer_new(model.net, &source, &validation, model.recipe, model.state,
                             model.history, NULL, &trainer, &error) == NN_STATE);
    cr_assert(strstr(error.message, "had 21 training samples, now there are 22"), "%s",
              error.message);
    source = data_of(SAMPLES);
    nn_args_clear(&model.recipe->metric_args[--model.recipe->metric_count]);
    nn_args_clear(&model.recipe->metric_args[--model.recipe->metric_count]);
    cr_assert(nn_trainer_new(model.net, &source, &validation, model.recipe, model.state,
                             model.history, NULL, &trainer, &error) == NN_STATE);
    cr_assert(strstr(error.message, "does not fit"), "%s", error.message);
    cr_assert(model.state->run.active && model.state->run.batch == 1);
    nn_model_clear(&model);
}
