/* The trainer: determinism, continuing, stopping, early stopping, what it writes down. */
#include "base/mem.h"
#include "base/pool.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static const char *const classifier = "loss=categorical_crossentropy lr=0.01 metrics=accuracy";
static const char *const conv_layers =
    "conv2d 6 3 relu padding=1; batchnorm; maxpool2d 2; flatten; dropout 0.3; dense 100 tanh; "
    "dense 3 softmax";
static const char *const dense_layers = "dense 16 relu; dropout 0.2; dense 3 softmax";

static void check_equal(const struct fixture_run *a, const struct fixture_run *b, const char *what)
{
    size_t count, other;
    float *wa = fixture_weights(a->net, &count), *wb = fixture_weights(b->net, &other);
    cr_assert(count == other && memcmp(wa, wb, count * sizeof *wa) == 0, "%s: weights", what);
    cr_assert(a->state.step == b->state.step && a->state.epoch == b->state.epoch, "%s", what);
    for (size_t i = 0; i < a->state.params * NN_MAX_SLOTS; i++)
        if (a->state.slots[i])
            cr_assert(memcmp(a->state.slots[i], b->state.slots[i],
                             a->state.sizes[i / NN_MAX_SLOTS] * sizeof **a->state.slots) == 0,
                      "%s: slot %zu", what, i);
    cr_assert(a->history.epochs == b->history.epochs && a->history.batches == b->history.batches);
    cr_assert(memcmp(a->history.batch_loss, b->history.batch_loss,
                     a->history.batches * sizeof *a->history.batch_loss) == 0,
              "%s: losses", what);
    nn_free(wa);
    nn_free(wb);
}

static void train_ok(struct fixture_run *run, const struct nn_source *train,
                     const struct nn_source *validation, const struct nn_train_options *options)
{
    struct nn_error error = {0};
    cr_assert(fixture_train(run, train, validation, options, &error) == NN_OK, "%s", error.message);
}

Test(trainer, same_for_any_number_of_threads)
{
    const int threads[] = {1, 2, 7};
    struct fixture_data data = fixture_clouds("2x12x12", 50, 3, 5);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = 2, .batch = 16, .seed = 9, .shuffle = true};
    struct fixture_run runs[3];
    for (size_t i = 0; i < 3; i++) {
        cr_assert(nn_pool_set_threads(threads[i], NULL) == NN_OK);
        runs[i] = fixture_run_start("2x12x12", conv_layers, classifier);
        train_ok(&runs[i], &source, &source, &options);
        if (i > 0)
            check_equal(&runs[0], &runs[i], "threads");
    }
    options.seed = 10;
    struct fixture_run other = fixture_run_start("2x12x12", conv_layers, classifier);
    train_ok(&other, &source, NULL, &options);
    cr_assert(other.history.batch_loss[1] != runs[0].history.batch_loss[1],
              "the seed changes nothing");
    fixture_run_clear(&other);
    for (size_t i = 0; i < 3; i++)
        fixture_run_clear(&runs[i]);
    fixture_data_clear(&data);
    nn_pool_shutdown();
}

Test(trainer, continues_exactly)
{
    const char *const words[] = {
        "loss=categorical_crossentropy optimizer=adam lr=0.01",
        "loss=categorical_crossentropy optimizer=sgd lr=0.1 momentum=0.9 nesterov=yes"};
    struct fixture_data data = fixture_clouds("5", 31, 3, 6);
    struct nn_source source = fixture_source(&data);
    for (size_t i = 0; i < 2; i++) {
        struct nn_train_options options = {.epochs = 5, .batch = 8, .seed = 3, .shuffle = true};
        struct fixture_run whole = fixture_run_start("5", dense_layers, words[i]);
        struct fixture_run parts = fixture_run_start("5", dense_layers, words[i]);
        train_ok(&whole, &source, NULL, &options);
        options.epochs = 3;
        train_ok(&parts, &source, NULL, &options);
        options.epochs = 2;
        train_ok(&parts, &source, NULL, &options);
        check_equal(&whole, &parts, words[i]);
        fixture_run_clear(&whole);
        fixture_run_clear(&parts);
    }
    fixture_data_clear(&data);
}

/* With nothing learned, losses of the same batch differ by the dropout masks alone. */
Test(trainer, every_step_draws_its_own_masks)
{
    enum { STEPS = 6 };
    struct fixture_data data = fixture_clouds("5", 16, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = STEPS / 2, .batch = 8, .seed = 3};
    struct fixture_run run = fixture_run_start("5", "dense 16 relu; dropout 0.5; dense 3 softmax",
                                               "loss=categorical_crossentropy optimizer=sgd lr=0");
    train_ok(&run, &source, NULL, &options);
    for (size_t i = 0; i < STEPS; i++)
        for (size_t j = i + 2; j < STEPS; j += 2)
            cr_assert(run.history.batch_loss[i] != run.history.batch_loss[j], "%zu, %zu", i, j);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(trainer, learns)
{
    struct fixture_data data = fixture_clouds("2", 90, 3, 1), curve = fixture_curve("2", 64, 2, 2);
    struct nn_source source = fixture_source(&data), values = fixture_source(&curve);
    struct nn_train_options options = {.epochs = 60, .batch = 16, .seed = 1, .shuffle = true};
    struct fixture_run run = fixture_run_start("2", "dense 16 relu; dense 3 softmax", classifier);
    train_ok(&run, &source, NULL, &options);
    cr_assert(fixture_cell(&run.history, 59, "accuracy") > 0.97);
    fixture_run_clear(&run);
    run = fixture_run_start("2", "dense 24 tanh; dense 2", "loss=mse lr=0.02");
    train_ok(&run, &values, NULL, &options);
    cr_assert(fixture_cell(&run.history, 59, "loss") < 0.02);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
    fixture_data_clear(&curve);
}

/* A final softmax (sigmoid) and its loss train as the loss on logits does. */
Test(trainer, fused_activation_is_the_loss_on_logits)
{
    const char *const pairs[][3] = {
        {"dense 8 tanh; dense 3 softmax", "dense 8 tanh; dense 3", "categorical_crossentropy"},
        {"dense 8 tanh; dense 3 sigmoid", "dense 8 tanh; dense 3", "binary_crossentropy"}};
    struct fixture_data data = fixture_clouds("4", 20, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = 3, .batch = 8, .seed = 3, .shuffle = true};
    for (size_t i = 0; i < 2; i++) {
        char words[100] = "metrics=accuracy loss=";
        strcat(words, pairs[i][2]);
        struct fixture_run fused = fixture_run_start("4", pairs[i][0], words);
        struct fixture_run plain = fixture_run_start("4", pairs[i][1], words);
        train_ok(&fused, &source, &source, &options);
        train_ok(&plain, &source, &source, &options);
        check_equal(&fused, &plain, words);
        cr_assert(fixture_cell(&fused.history, 2, "val_accuracy") ==
                  fixture_cell(&plain.history, 2, "val_accuracy"));
        fixture_run_clear(&fused);
        fixture_run_clear(&plain);
    }
    fixture_data_clear(&data);
}

Test(trainer, stop_at_any_batch)
{
    enum { BATCHES = 4, EPOCHS = 2 };
    struct fixture_data data = fixture_clouds("5", 30, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = EPOCHS, .batch = 8, .seed = 3, .shuffle = true};
    for (size_t stop = 0; stop <= BATCHES * EPOCHS; stop++) {
        struct fixture_run run = fixture_run_start("5", dense_layers, classifier);
        struct nn_trainer *trainer;
        struct nn_train_progress progress;
        double values[1 + NN_MAX_METRICS];
        bool finished = false;
        cr_assert(nn_trainer_new(run.net, &source, NULL, &run.recipe, &run.state, &run.history,
                                 &options, &trainer, NULL) == NN_OK);
        for (size_t i = 0; i < stop; i++) {
            cr_assert(!finished);
            cr_assert(nn_trainer_step(trainer, &finished, NULL) == NN_OK);
        }
        nn_trainer_progress(trainer, &progress);
        nn_trainer_free(trainer);
        cr_assert(finished == (stop == BATCHES * EPOCHS));
        cr_assert(progress.batches == BATCHES && progress.epochs == EPOCHS);
        cr_assert(progress.epoch_ended == (stop > 0 && stop % BATCHES == 0));
        cr_assert(progress.epoch == (stop ? (stop - 1) / BATCHES + 1 : 1));
        cr_assert(progress.batch == (stop ? (stop - 1) % BATCHES + 1 : 0));
        cr_assert(run.state.step == stop && run.state.epoch == stop / BATCHES);
        cr_assert(run.history.batches == stop && run.history.epochs == stop / BATCHES);
        cr_assert(nn_evaluate(run.net, &source, &run.recipe, values, NULL, NULL) == NN_OK);
        cr_assert(isfinite(values[0]) && values[1] >= 0.0 && values[1] <= 1.0);
        train_ok(&run, &source, NULL, &options);
        cr_assert(run.state.epoch == stop / BATCHES + EPOCHS);
        fixture_run_clear(&run);
    }
    fixture_data_clear(&data);
}

Test(trainer, history_has_a_column_for_each_figure)
{
    struct fixture_data data = fixture_clouds("5", 30, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = 2, .batch = 7, .seed = 3, .shuffle = true};
    struct fixture_run run =
        fixture_run_start("5", dense_layers, "loss=categorical_crossentropy metrics=accuracy,mse");
    const char *const first[] = {"loss", "accuracy", "mse", "lr"};
    const char *const later[] = {"val_loss", "val_accuracy", "val_mse"};
    train_ok(&run, &source, NULL, &options);
    cr_assert(run.history.columns == 4);
    for (size_t i = 0; i < 4; i++)
        cr_assert(isfinite(fixture_cell(&run.history, 1, first[i])));
    train_ok(&run, &source, &source, &options);
    cr_assert(run.history.columns == 7 && run.history.epochs == 4);
    for (size_t i = 0; i < 3; i++) {
        cr_assert(isnan(fixture_cell(&run.history, 1, later[i])));
        cr_assert(isfinite(fixture_cell(&run.history, 2, later[i])));
    }
    cr_assert(fixture_cell(&run.history, 3, "lr") == 0.001);
    double values[1 + NN_MAX_METRICS];
    cr_assert(nn_evaluate(run.net, &source, &run.recipe, values, NULL, NULL) == NN_OK);
    cr_assert(values[0] == fixture_cell(&run.history, 3, "val_loss"));
    cr_assert(values[1] == fixture_cell(&run.history, 3, "val_accuracy"));
    /* The running loss is the mean over samples, also with a short last batch. */
    double sum = 0.0;
    for (size_t b = 0; b < 5; b++)
        sum += (double)run.history.batch_loss[15 + b] * (b < 4 ? 7.0 : 2.0);
    cr_assert(fabs(sum / 30.0 - fixture_cell(&run.history, 3, "loss")) < 1e-6);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

/* A source that writes down which samples were asked for. */
struct recorder {
    struct nn_source inner;
    size_t *seen, count;
};

static void fetch_recorded(const struct nn_source *source, const size_t *index, size_t n, float *x,
                           int32_t *classes, float *values)
{
    struct recorder *recorder = (struct recorder *)source->context;
    recorder->inner.fetch(&recorder->inner, index, n, x, classes, values);
    if (n == 1)
        return; /* the fingerprint's */
    memcpy(recorder->seen + recorder->count, index, n * sizeof *index);
    recorder->count += n;
}

Test(trainer, every_sample_once_an_epoch)
{
    enum { COUNT = 30, EPOCHS = 3 };
    struct fixture_data data = fixture_clouds("5", COUNT, 3, 6);
    for (int shuffle = 0; shuffle < 2; shuffle++) {
        size_t seen[EPOCHS * COUNT];
        struct recorder recorder = {.inner = fixture_source(&data), .seen = seen};
        struct nn_source source = recorder.inner;
        source.context = &recorder;
        source.fetch = fetch_recorded;
        struct fixture_run run = fixture_run_start("5", dense_layers, classifier);
        struct nn_train_options options = {
            .epochs = EPOCHS, .batch = 8, .seed = 3, .shuffle = shuffle};
        train_ok(&run, &source, NULL, &options);
        cr_assert(recorder.count == EPOCHS * COUNT);
        for (size_t e = 0; e < EPOCHS; e++) {
            size_t times[COUNT] = {0}, moved = 0;
            for (size_t i = 0; i < COUNT; i++) {
                times[seen[e * COUNT + i]]++;
                moved += seen[e * COUNT + i] != i;
            }
            for (size_t i = 0; i < COUNT; i++)
                cr_assert(times[i] == 1, "sample %zu came %zu times", i, times[i]);
            cr_assert(shuffle ? moved > COUNT / 2 : moved == 0);
        }
        if (shuffle)
            cr_assert(memcmp(seen, seen + COUNT, COUNT * sizeof *seen), "epochs in one order");
        fixture_run_clear(&run);
    }
    fixture_data_clear(&data);
}

Test(trainer, clip_bounds_the_step)
{
    struct fixture_data data = fixture_clouds("5", 8, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = 1, .batch = 8, .clip = 0.01};
    struct fixture_run run = fixture_run_start("5", "dense 8 relu; dense 3 softmax",
                                               "loss=categorical_crossentropy optimizer=sgd lr=1");
    size_t count;
    double sum = 0.0;
    float *before = fixture_weights(run.net, &count);
    train_ok(&run, &source, NULL, &options);
    float *after = fixture_weights(run.net, &count);
    for (size_t i = 0; i < count; i++)
        sum += pow((double)after[i] - (double)before[i], 2.0);
    cr_assert(fabs(sqrt(sum) - 0.01) < 1e-5, "the step has length %g", sqrt(sum));
    nn_free(before);
    nn_free(after);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(trainer, commits_running_statistics)
{
    struct fixture_data data = fixture_clouds("5", 30, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {.epochs = 20, .batch = 30};
    struct fixture_run run = fixture_run_start("5", "batchnorm; dense 3 softmax", classifier);
    train_ok(&run, &source, NULL, &options);
    const struct nn_node *norm = run.net->nodes[1];
    int found = 0;
    for (int p = 0; p < norm->param_count; p++) {
        if (strcmp(norm->params[p].spec.name, "running_mean") != 0)
            continue;
        for (size_t k = 0; k < 5; k++) {
            double mean = 0.0;
            for (size_t i = 0; i < 30; i++)
                mean += (double)data.x[i * 5 + k] / 30.0;
            double kept = mean * (1.0 - pow(0.9, 20));
            cr_assert(fabs((double)norm->params[p].value.data[k] - kept) < 1e-5);
            found++;
        }
    }
    cr_assert(found == 5);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

/* Validation labels that training makes worse from the first epoch on. */
static struct fixture_data contrary(const struct fixture_data *data)
{
    struct fixture_data other = fixture_clouds("2", data->count, data->class_count, 1);
    for (size_t i = 0; i < data->count; i++)
        other.classes[i] = (int32_t)(((size_t)data->classes[i] + 1) % data->class_count);
    return other;
}

Test(trainer, patience_brings_the_best_weights_back)
{
    struct fixture_data data = fixture_clouds("2", 60, 3, 1), wrong = contrary(&data);
    struct nn_source source = fixture_source(&data), validation = fixture_source(&wrong);
    struct nn_train_options options = {
        .epochs = 50, .batch = 16, .seed = 1, .shuffle = true, .patience = 3};
    struct fixture_run run = fixture_run_start("2", "dense 16 relu; dense 3 softmax", classifier);
    struct nn_trainer *trainer;
    struct nn_train_progress progress;
    struct nn_error error = {0};
    bool finished = false;
    cr_assert(nn_trainer_new(run.net, &source, &validation, &run.recipe, &run.state, &run.history,
                             &options, &trainer, &error) == NN_OK,
              "%s", error.message);
    while (!finished)
        cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK, "%s", error.message);
    nn_trainer_progress(trainer, &progress);
    cr_assert(progress.stopped_early && progress.epoch_ended);
    cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK && finished);
    nn_trainer_free(trainer);
    size_t best = 0, epochs = run.history.epochs;
    for (size_t e = 1; e < epochs; e++)
        if (fixture_cell(&run.history, e, "val_loss") <
            fixture_cell(&run.history, best, "val_loss"))
            best = e;
    cr_assert(epochs == best + 1 + 3 && epochs < 50, "%zu epochs, best %zu", epochs, best);
    double values[1 + NN_MAX_METRICS];
    cr_assert(nn_evaluate(run.net, &validation, &run.recipe, values, NULL, NULL) == NN_OK);
    cr_assert(values[0] == fixture_cell(&run.history, best, "val_loss"));
    cr_assert(values[0] < fixture_cell(&run.history, epochs - 1, "val_loss"));
    cr_assert(run.state.epoch == epochs && run.state.step == (best + 1) * 4);

    cr_assert(fixture_train(&run, &source, NULL, &options, &error) == NN_ARGUMENT);
    cr_assert(strstr(error.message, "patience needs validation data"), "%s", error.message);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
    fixture_data_clear(&wrong);
}

/* The best epoch may also be the last of all. */
Test(trainer, patience_without_an_early_end)
{
    struct fixture_data data = fixture_clouds("2", 60, 3, 1);
    struct nn_source source = fixture_source(&data);
    struct nn_train_options options = {
        .epochs = 4, .batch = 60, .seed = 1, .shuffle = true, .patience = 3};
    struct fixture_run run = fixture_run_start("2", "dense 16 tanh; dense 3 softmax", classifier);
    train_ok(&run, &source, &source, &options);
    double values[1 + NN_MAX_METRICS];
    cr_assert(run.history.epochs == 4);
    cr_assert(nn_evaluate(run.net, &source, &run.recipe, values, NULL, NULL) == NN_OK);
    cr_assert(values[0] == fixture_cell(&run.history, 3, "val_loss"));
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}
