/* Ten steps of a small CNN, as PyTorch takes them with the same start and batches. */
#include "base/mem.h"
#include "reference.h"
#include "unit/engine/fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const layers = "conv2d 4 3 relu padding=1; maxpool2d 2; flatten; "
                                  "dense 12 tanh; dense 5";

struct torch_layer {
    const char *torch, *node; /* "4" in PyTorch's numbering, and our name */
};
static const struct torch_layer trained[] = {{"0", "conv1"}, {"4", "dense1"}, {"6", "dense2"}};

static struct nn_param *param_of(const struct nn_net *net, const char *node, int param)
{
    int index;
    struct nn_error error = {0};
    cr_assert(nn_net_find(net, node, &index, &error) == NN_OK, "%s", error.message);
    cr_assert(param < net->nodes[index]->param_count);
    return &net->nodes[index]->params[param];
}

/* For the six parameters under `from`: loads them into the net, or compares. */
static void each_param(const struct reference *ref, const struct nn_net *net, const char *from,
                       bool compare)
{
    for (size_t i = 0; i < 3; i++)
        for (int p = 0; p < 2; p++) {
            char key[100];
            struct nn_shape shape;
            struct nn_param *param = param_of(net, trained[i].node, p);
            size_t count = nn_shape_size(&param->spec.shape);
            snprintf(key, sizeof key, "%s/%s.%s", from, trained[i].torch, p ? "bias" : "weight");
            if (compare) {
                reference_check(ref, param->value.data, count, 1e-4, "%s", key);
                continue;
            }
            float *values = reference_floats(ref, key, &shape);
            cr_assert(nn_shape_equal(&shape, &param->spec.shape), "%s", key);
            memcpy(param->value.data, values, count * sizeof *values);
            nn_free(values);
        }
}

static void check_trajectory(const struct reference *ref, const char *name, const char *words)
{
    enum { STEPS = 10, BATCH = 6, SAMPLES = STEPS * BATCH };
    char key[64];
    struct nn_shape shape;
    snprintf(key, sizeof key, "%s/losses", name);
    float *x = reference_floats(ref, "x", NULL), *t = reference_floats(ref, "t", &shape);
    float *losses = reference_floats(ref, key, NULL);
    cr_assert(nn_shape_size(&shape) == SAMPLES);
    int32_t *classes = nn_calloc(SAMPLES, sizeof *classes);
    cr_assert(classes);
    for (size_t i = 0; i < SAMPLES; i++)
        classes[i] = (int32_t)t[i];
    struct fixture_data data = {.count = SAMPLES,
                                .width = 64,
                                .shape = nn_shape_make(3, (size_t[]){1, 8, 8}),
                                .x = x,
                                .classes = classes,
                                .class_count = 5};
    struct nn_source source = fixture_source(&data);
    struct fixture_run run = fixture_run_start("1x8x8", layers, words);
    struct nn_train_options options = {.epochs = 1, .batch = BATCH};
    struct nn_error error = {0};
    if (strstr(words, "clip="))
        options.clip = 0.5;
    each_param(ref, run.net, "start", false);
    cr_assert(fixture_train(&run, &source, NULL, &options, &error) == NN_OK, "%s", error.message);
    cr_assert(run.history.batches == STEPS);
    for (size_t i = 0; i < STEPS; i++) {
        double off = fabs((double)run.history.batch_loss[i] - (double)losses[i]);
        cr_assert(off <= 1e-4 * fabs((double)losses[i]), "%s: the loss of step %zu is %g off", name,
                  i, off);
    }
    snprintf(key, sizeof key, "%s/after", name);
    each_param(ref, run.net, key, true);
    fixture_run_clear(&run);
    nn_free(losses);
    nn_free(t);
    fixture_data_clear(&data);
}

Test(training_reference, trajectories)
{
    const char *const cases[][2] = {
        {"sgd", "optimizer=sgd lr=0.05"},
        {"momentum", "optimizer=sgd lr=0.05 momentum=0.9"},
        {"nesterov", "optimizer=sgd lr=0.05 momentum=0.9 nesterov=yes"},
        {"sgd-l2", "optimizer=sgd lr=0.05 weight_decay=0.01"},
        {"adam", "optimizer=adam lr=0.005"},
        {"rmsprop", "optimizer=rmsprop lr=0.003"},
        {"adagrad", "optimizer=adagrad lr=0.02"},
        {"adamw", "optimizer=adamw lr=0.005 weight_decay=0.05"},
        {"nadam", "optimizer=nadam lr=0.005"},
        {"adam-cosine", "optimizer=adam lr=0.01 schedule=cosine"},
        {"adam-clip", "optimizer=adam lr=0.005 clip=0.5"},
    };
    struct reference ref;
    reference_open(&ref, "training");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[200];
        snprintf(words, sizeof words, "loss=categorical_crossentropy %s", cases[i][1]);
        check_trajectory(&ref, cases[i][0], words);
    }
    reference_close(&ref);
}
