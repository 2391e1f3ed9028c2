/* Training: the classic small net, and nets on Fashion-MNIST. */
#include "nets.h"

#include "base/mem.h"
#include "base/random.h"

#include <math.h>
#include <stdio.h>
#include <sys/resource.h>

enum { TINY_SAMPLES = 768, TINY_FEATURES = 8, TINY_BATCH = 32, TINY_EPOCHS = 150 };

static struct {
    float x[TINY_SAMPLES][TINY_FEATURES], y[TINY_SAMPLES];
} tiny;

/* A noisy plane with a wave along the first feature, as the peers' programs make it. */
static void make_tiny(void)
{
    struct nn_random random;
    float weight[TINY_FEATURES];
    nn_random_init(&random, 7, NN_STREAM_GENERATE, 0);
    for (size_t f = 0; f < TINY_FEATURES; f++)
        weight[f] = nn_random_normal(&random);
    for (size_t i = 0; i < TINY_SAMPLES; i++) {
        float sum = 0.3f * nn_random_normal(&random);
        for (size_t f = 0; f < TINY_FEATURES; f++) {
            tiny.x[i][f] = nn_random_normal(&random);
            sum += weight[f] * tiny.x[i][f];
        }
        tiny.y[i] = sum + 0.5f * sinf(3.0f * tiny.x[i][0]) > 0.0f;
    }
}

static void fetch_tiny(const struct nn_source *source, const size_t *index, size_t n, float *x,
                       int32_t *classes, float *values)
{
    (void)source;
    for (size_t i = 0; i < n; i++) {
        for (size_t f = 0; f < TINY_FEATURES; f++)
            x[i * TINY_FEATURES + f] = tiny.x[index[i]][f];
        if (classes)
            classes[i] = tiny.y[index[i]] > 0.5f;
        if (values)
            values[i] = tiny.y[index[i]];
    }
}

static enum nn_status run_tiny(const struct bench *bench, struct nn_error *error)
{
    double values[BENCH_MAX_RUNS], loss = 0.0;
    enum nn_status status = NN_OK;
    struct nn_source source = {.count = TINY_SAMPLES,
                               .shape = nn_shape_make(1, (size_t[]){TINY_FEATURES}),
                               .target_width = 1,
                               .labelled = true,
                               .fetch = fetch_tiny};
    struct bench_training training = {0};
    struct nn_train_progress progress;
    make_tiny();
    for (int run = 0; run < bench->runs; run++) {
        bool finished = false;
        NN_TRY(bench_training_init(&training, &bench_tiny, &source, "binary_crossentropy", "adam",
                                   NULL, 1e-3, TINY_BATCH, TINY_EPOCHS, error));
        double start = bench_clock(bench);
        while (!finished)
            NN_TRY(nn_trainer_step(training.trainer, &finished, error));
        values[run] = bench_clock(bench) - start;
        nn_trainer_progress(training.trainer, &progress);
        loss = progress.loss;
        bench_training_clear(&training);
    }
    struct figure f = figure_of(values, bench->runs);
    bench_print(bench, "train-tiny",
                "opt=adam wall_s=%.5f min=%.5f max=%.5f us_per_step=%.3f loss=%.4f", f.median,
                f.least, f.most, f.median * 1e6 * TINY_BATCH / (TINY_SAMPLES * TINY_EPOCHS), loss);
out:
    bench_training_clear(&training);
    return status;
}

/* Page faults of this process so far. */
static long faults(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_minflt;
}

/* Epochs of a net: `images` of each are trained on and the time of all 60000 is extrapolated. */
static enum nn_status train(const struct bench *bench, int which, const char *optimizer, double lr,
                            size_t images, struct nn_error *error)
{
    const struct bench_net *what = &bench_nets[which];
    double values[BENCH_MAX_RUNS], figures[1 + NN_MAX_METRICS] = {0};
    enum nn_status status;
    struct nn_dataset *dataset = NULL;
    struct nn_source source, test;
    struct bench_training training = {0};
    char task[32];
    long faulted = 0;
    NN_TRY(bench_fashion(bench, what, &dataset, error));
    nn_dataset_source(dataset, NN_SPLIT_TRAIN, &source);
    nn_dataset_source(dataset, NN_SPLIT_TEST, &test);
    double share = (double)images / (double)source.count;
    source.count = images;
    NN_TRY(bench_training_init(&training, what, &source, "categorical_crossentropy", optimizer,
                               NULL, lr, 64, (uint64_t)bench->runs, error));
    for (int run = 0; run < bench->runs; run++) {
        struct nn_train_progress progress = {0};
        double start = bench_clock(bench);
        long before = faults();
        for (bool finished = false; !progress.epoch_ended;) {
            NN_TRY(nn_trainer_step(training.trainer, &finished, error));
            nn_trainer_progress(training.trainer, &progress);
        }
        values[run] = (bench_clock(bench) - start) / share;
        faulted = faults() - before;
    }
    NN_TRY(nn_evaluate(training.net, &test, &training.recipe, figures, NULL, error));
    struct figure f = figure_of(values, bench->runs);
    snprintf(task, sizeof task, "train-%s", what->name);
    bench_print(bench, task,
                "opt=%s batch=64 epoch_s=%.4f min=%.4f max=%.4f epochs=%d images_timed=%zu "
                "test_acc=%.2f page_faults=%ld",
                optimizer, f.median, f.least, f.most, f.count, images, 100 * figures[1], faulted);
out:
    bench_training_clear(&training);
    nn_dataset_free(dataset);
    return status;
}

static enum nn_status run_mlp(const struct bench *bench, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(train(bench, NET_MLP, "sgd", 0.1, 60000, error));
    NN_TRY(train(bench, NET_MLP, "adam", 1e-3, 60000, error));
out:
    return status;
}

static enum nn_status run_cnn(const struct bench *bench, struct nn_error *error)
{
    return train(bench, NET_CNN, "adam", 1e-3, bench->images ? bench->images : 60000, error);
}

static enum nn_status run_lenet(const struct bench *bench, struct nn_error *error)
{
    return train(bench, NET_LENET, "adam", 1e-3, bench->images ? bench->images : 60000, error);
}

const struct bench_task bench_train_tiny = {"train-tiny", "8-16-1, 150 epochs of 24 steps",
                                            run_tiny};
const struct bench_task bench_train_mlp = {"train-mlp", "784-128-10, epochs with SGD and Adam",
                                           run_mlp};
const struct bench_task bench_train_cnn = {"train-cnn", "two convolutions, epochs with Adam",
                                           run_cnn};
const struct bench_task bench_train_lenet = {"train-lenet", "LeNet-5, epochs with Adam", run_lenet};
