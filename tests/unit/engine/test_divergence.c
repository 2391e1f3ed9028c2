/* What happens when training leaves the finite numbers, memory or the data fail. */
#include "base/mem.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

/* A source whose inputs turn into NaN from the fetch number `good` on. */
struct spoiler {
    struct nn_source inner;
    size_t width, fetches, good;
    int32_t class; /* instead of NaN, this class, if not 0 */
};

static void fetch_spoiled(const struct nn_source *source, const size_t *index, size_t n, float *x,
                          int32_t *classes, float *values)
{
    struct spoiler *spoiler = (struct spoiler *)source->context;
    spoiler->inner.fetch(&spoiler->inner, index, n, x, classes, values);
    if (n == 1 || ++spoiler->fetches <= spoiler->good) /* single ones: the fingerprint's */
        return;
    if (spoiler->class)
        classes[n - 1] = spoiler->class;
    else
        x[(n - 1) * spoiler->width] = NAN;
}

static struct nn_source spoil(struct spoiler *spoiler, const struct fixture_data *data)
{
    spoiler->inner = fixture_source(data);
    spoiler->width = data->width;
    struct nn_source source = spoiler->inner;
    source.context = spoiler;
    source.fetch = fetch_spoiled;
    return source;
}

struct kept {
    float *weights, *slot;
    size_t count;
    uint64_t step;
};

static struct kept keep(const struct fixture_run *run)
{
    struct kept kept = {.step = run->state.step};
    kept.weights = fixture_weights(run->net, &kept.count);
    kept.slot = nn_calloc(run->state.sizes[0], sizeof *kept.slot);
    cr_assert(kept.slot);
    memcpy(kept.slot, run->state.slots[0], run->state.sizes[0] * sizeof *kept.slot);
    return kept;
}

static void check_kept(struct kept *kept, const struct fixture_run *run)
{
    size_t count;
    float *weights = fixture_weights(run->net, &count);
    cr_assert(memcmp(weights, kept->weights, count * sizeof *weights) == 0, "the weights");
    cr_assert(memcmp(run->state.slots[0], kept->slot, run->state.sizes[0] * sizeof *weights) == 0,
              "the state of the optimizer");
    cr_assert(run->state.step == kept->step);
    nn_free(weights);
    nn_free(kept->weights);
    nn_free(kept->slot);
}

static struct nn_trainer *start(struct fixture_run *run, const struct nn_source *source,
                                uint64_t epochs)
{
    struct nn_train_options options = {.epochs = epochs, .batch = 8, .seed = 1, .shuffle = true};
    struct nn_trainer *trainer;
    struct nn_error error = {0};
    cr_assert(nn_trainer_new(run->net, source, NULL, &run->recipe, &run->state, &run->history,
                             &options, &trainer, &error) == NN_OK,
              "%s", error.message);
    return trainer;
}

Test(divergence, nan_in_the_first_and_in_a_later_epoch)
{
    const char *const words = "loss=categorical_crossentropy lr=0.01 metrics=accuracy";
    struct fixture_data data = fixture_clouds("3", 20, 3, 4);
    for (size_t good = 0; good < 8; good++) {
        struct spoiler spoiler = {.good = good};
        struct nn_source source = spoil(&spoiler, &data);
        struct fixture_run run =
            fixture_run_start("3", "dense 8 tanh; batchnorm; dense 3 softmax", words);
        struct nn_trainer *trainer = start(&run, &source, 5);
        struct kept kept = keep(&run);
        struct nn_error error = {0};
        char wanted[64];
        bool finished = false;
        for (size_t i = 0; i < good; i++) {
            cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK, "%s", error.message);
            if (i % 3 == 2) {
                nn_free(kept.weights);
                nn_free(kept.slot);
                kept = keep(&run);
            }
        }
        cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_DIVERGED);
        snprintf(wanted, sizeof wanted, "in epoch %zu, batch %zu (learning rate 0.01), first in",
                 good / 3 + 1, good % 3 + 1);
        cr_assert(strstr(error.message, "loss is nan"), "%s", error.message);
        cr_assert(strstr(error.message, wanted), "%s", error.message);
        cr_assert(strstr(error.message, "input (the data)"), "%s", error.message);
        snprintf(wanted, sizeof wanted, "the end of epoch %zu are back", good / 3);
        cr_assert(strstr(error.message, good < 3 ? "from before this run are back" : wanted), "%s",
                  error.message);
        check_kept(&kept, &run);
        cr_assert(run.state.epoch == good / 3 && run.history.epochs == good / 3);
        cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK && finished,
                  "it goes on after it diverged");
        nn_trainer_free(trainer);

        spoiler.good = SIZE_MAX;
        trainer = start(&run, &source, 1);
        for (finished = false; !finished;)
            cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK, "%s", error.message);
        nn_trainer_free(trainer);
        fixture_run_clear(&run);
    }
    fixture_data_clear(&data);
}

Test(divergence, a_learning_rate_that_is_too_high)
{
    struct fixture_data data = fixture_curve("3", 24, 2, 4);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("3", "dense 8 relu; dense 2",
                                               "loss=mse optimizer=sgd lr=1000 momentum=0.9");
    struct nn_train_options options = {.epochs = 200, .batch = 8, .seed = 1, .shuffle = true};
    struct nn_error error = {0};
    double values[1 + NN_MAX_METRICS];
    cr_assert(fixture_train(&run, &source, NULL, &options, &error) == NN_DIVERGED);
    cr_assert(strstr(error.message, "(learning rate 1000)"), "%s", error.message);
    size_t count;
    float *weights = fixture_weights(run.net, &count);
    for (size_t i = 0; i < count; i++)
        cr_assert(isfinite(weights[i]));
    cr_assert(nn_evaluate(run.net, &source, &run.recipe, values, NULL, NULL) == NN_OK);
    nn_free(weights);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

/* The last batch of an epoch spoils the weights: noticed although its own loss was finite. */
Test(divergence, weights_that_overflow_in_the_last_batch)
{
    struct fixture_data data = fixture_curve("1", 8, 1, 4);
    for (size_t i = 0; i < 8; i++) {
        data.x[i] = 1e4f;
        data.values[i] = -1e4f;
    }
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("1", "dense 1", "loss=mse optimizer=sgd lr=1e38");
    struct nn_trainer *trainer = start(&run, &source, 3);
    struct kept kept = keep(&run);
    struct nn_error error = {0};
    bool finished = false;
    cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_DIVERGED);
    cr_assert(strstr(error.message, "weight of dense1 is not finite in epoch 1, batch 1 "), "%s",
              error.message);
    check_kept(&kept, &run);
    nn_trainer_free(trainer);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(divergence, a_class_out_of_range_is_refused)
{
    struct fixture_data data = fixture_clouds("3", 20, 3, 4);
    struct spoiler spoiler = {.good = 1, .class = 3};
    struct nn_source source = spoil(&spoiler, &data);
    struct fixture_run run =
        fixture_run_start("3", "dense 3 softmax", "loss=categorical_crossentropy");
    struct nn_trainer *trainer = start(&run, &source, 2);
    struct nn_error error = {0};
    bool finished = false;
    cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_OK);
    cr_assert(nn_trainer_step(trainer, &finished, &error) == NN_ARGUMENT);
    cr_assert(strstr(error.message, "has class 3, there are 3 classes"), "%s", error.message);
    nn_trainer_free(trainer);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(divergence, steps_allocate_nothing)
{
    if (!nn_fault_available())
        return;
    struct fixture_data data = fixture_clouds("1x6x6", 30, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run =
        fixture_run_start("1x6x6", "conv2d 4 3 relu; flatten; dropout 0.5; dense 3 softmax",
                          "loss=categorical_crossentropy metrics=accuracy,mse");
    struct nn_train_options options = {
        .epochs = 3, .batch = 8, .seed = 3, .shuffle = true, .patience = 2, .clip = 1.0};
    struct nn_trainer *trainer;
    bool finished = false;
    cr_assert(nn_trainer_new(run.net, &source, &source, &run.recipe, &run.state, &run.history,
                             &options, &trainer, NULL) == NN_OK);
    cr_assert(nn_trainer_step(trainer, &finished, NULL) == NN_OK); /* starts the pool */
    nn_fault_alloc(1, true);
    while (!finished)
        cr_assert(nn_trainer_step(trainer, &finished, NULL) == NN_OK, "a step allocated memory");
    nn_fault_alloc(0, false);
    nn_trainer_free(trainer);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

static long page_faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* All memory is touched when the trainer is made: a step never waits for the system to map it. */
Test(divergence, steps_fault_no_pages)
{
    struct fixture_data data = fixture_clouds("1x6x6", 512, 3, 6);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("1x6x6", "flatten; dense 8 relu; dense 3 softmax",
                                               "loss=categorical_crossentropy");
    struct nn_train_options options = {.epochs = 100, .batch = 8, .seed = 3, .shuffle = true};
    struct nn_trainer *trainer;
    struct nn_train_progress progress = {0};
    bool finished = false;
    cr_assert(nn_trainer_new(run.net, &source, NULL, &run.recipe, &run.state, &run.history,
                             &options, &trainer, NULL) == NN_OK);
    for (; !progress.epoch_ended; nn_trainer_progress(trainer, &progress))
        cr_assert(nn_trainer_step(trainer, &finished, NULL) == NN_OK);
    long before = page_faults();
    while (!finished)
        cr_assert(nn_trainer_step(trainer, &finished, NULL) == NN_OK);
    long faults = page_faults() - before; /* of 6336 steps; the system may have taken a few pages */
    cr_assert(faults <= 3, "%ld page faults", faults);
    nn_trainer_free(trainer);
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}

Test(divergence, every_failing_allocation_is_an_error)
{
    if (!nn_fault_available())
        return;
    struct fixture_data data = fixture_clouds("3", 20, 3, 4);
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("3", "dense 8 relu; dense 3 softmax",
                                               "loss=categorical_crossentropy metrics=accuracy");
    struct nn_train_options options = {.epochs = 2, .batch = 8, .patience = 1};
    enum nn_status status = NN_MEMORY;
    size_t n = 0;
    while (status == NN_MEMORY) {
        struct nn_trainer *trainer = NULL;
        struct nn_error error = {0};
        nn_fault_alloc(++n, false);
        status = nn_trainer_new(run.net, &source, &source, &run.recipe, &run.state, &run.history,
                                &options, &trainer, &error);
        nn_fault_alloc(0, false);
        cr_assert(n < 1000 && (status == NN_OK || status == NN_MEMORY), "%s", error.message);
        cr_assert((trainer != NULL) == (status == NN_OK));
        cr_assert(status == NN_OK || (run.state.params == 0 && run.history.epochs == 0));
        nn_trainer_free(trainer);
    }
    cr_assert(n > 10, "only %zu allocations", n);
    for (n = 1, status = NN_MEMORY; status == NN_MEMORY; n++) {
        double values[1 + NN_MAX_METRICS];
        nn_fault_alloc(n, false);
        status = nn_evaluate(run.net, &source, &run.recipe, values, NULL, NULL);
        nn_fault_alloc(0, false);
        cr_assert(n < 1000 && (status == NN_OK || status == NN_MEMORY));
    }
    fixture_run_clear(&run);
    fixture_data_clear(&data);
}
