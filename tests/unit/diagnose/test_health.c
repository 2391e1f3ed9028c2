/* Figures of layers against values worked out by hand. */
#include "unit/command/session.h"

#include "base/mem.h"
#include "command/job.h"
#include "diagnose/probe.h"
#include "engine/health.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void set_values(struct nn_net *net, int node, int param, const float *values)
{
    struct nn_param *to = &net->nodes[node]->params[param];
    memcpy(to->value.data, values, nn_shape_size(&to->spec.shape) * sizeof(float));
    nn_net_touch(net);
}

/* Two inputs, three units: the first is their sum, the second is dead, the third is the first. */
Test(health, dead_and_twin_units_and_an_sgd_step)
{
    struct nn_test_session test;
    struct nn_layer_health layers[4] = {0};
    struct nn_source source;
    nn_test_start(&test);
    nn_test_write("t.csv", "a,b,y\n1,2,4\n2,1,2\n3,0,3\n");
    nn_test_run(&test,
                "data load t.csv label=y task=regression; data scale none; net new; add dense 3 "
                "relu; add dense 1; compile loss=mse optimizer=sgd lr=0.01",
                NN_OK);
    struct nn_net *net = test.session->net;
    set_values(net, 1, 0, (float[]){1, 1, -1, -1, 1, 1});
    set_values(net, 1, 1, (float[]){0, 0, 0});
    set_values(net, 3, 0, (float[]){1, 5, 0});
    set_values(net, 3, 1, (float[]){0});
    nn_dataset_source(test.session->dataset, NN_SPLIT_TRAIN, &source);
    cr_assert_eq(source.count, 3u);
    cr_assert(nn_health_outputs(net, &source, layers, NULL, NULL) == NN_OK);
    cr_assert_eq(layers[2].units, 3u);
    cr_assert_eq(layers[2].dead, 3u, "the sums are all 3, so every unit gives the same");
    cr_assert_eq(layers[1].twins, 1u);
    cr_assert_float_eq(layers[2].mean, 2, 1e-12); /* 3, 0, 3 */
    cr_assert_float_eq(layers[2].deviation, sqrt(2), 1e-6);
    cr_assert_float_eq(layers[3].norm, sqrt(26), 1e-12);
    /* Answers are 3, errors -1, 1, 0: the mean squared error has no gradient in the bias, and in
     * the weights 2/3 (-1 + 1 + 0) 3 = 0. */
    cr_assert(nn_health_steps(net, &source, &test.session->recipe, NULL, 1e-12, 3, 1, layers,
                              NULL) == NN_OK);
    cr_assert(layers[3].gradient < 1e-6, "%g", layers[3].gradient);
    cr_assert_float_eq(layers[3].update, 0, 1e-9);
    /* One sample whose error is -1: gradient -2 (3, 0, 3) and -2, root mean square over 4. */
    struct nn_probe probe;
    cr_assert(nn_probe_init(&probe, &source, 1, NULL) == NN_OK);
    cr_assert(nn_health_steps(net, &probe.source, &test.session->recipe, NULL, 1e-9, 1, 1, layers,
                              NULL) == NN_OK);
    double squares = 36 + 36 + 4;
    cr_assert_float_eq(layers[3].gradient, sqrt(squares / 4), 1e-5);
    cr_assert_float_eq(layers[3].update, 1e-9 * sqrt(squares) / sqrt(26), 1e-8);
    nn_probe_clear(&probe);
    nn_test_end(&test);
}

Test(health, probes_are_evenly_spaced)
{
    struct nn_test_session test;
    struct nn_source whole;
    struct nn_probe probe;
    nn_test_start(&test);
    nn_test_run(&test, "data demo digits", NN_OK);
    nn_dataset_source(test.session->dataset, NN_SPLIT_TRAIN, &whole);
    cr_assert(nn_probe_init(&probe, &whole, 100, NULL) == NN_OK);
    cr_assert_eq(probe.source.count, 100u);
    size_t pick[3] = {0, 50, 99};
    float x[3 * 64], y[64];
    int32_t classes[3];
    probe.source.fetch(&probe.source, pick, 3, x, classes, NULL);
    for (int i = 0; i < 3; i++) {
        size_t number = pick[i] * whole.count / 100;
        nn_dataset_sample(test.session->dataset, NN_SPLIT_TRAIN, number, y);
        cr_assert(memcmp(y, x + i * 64, sizeof y) == 0, "sample %zu", number);
        cr_assert_eq(classes[i], nn_dataset_label(test.session->dataset, NN_SPLIT_TRAIN, number));
    }
    nn_probe_clear(&probe);
    cr_assert(nn_probe_init(&probe, &whole, 1u << 20, NULL) == NN_OK);
    cr_assert_eq(probe.source.count, whole.count);
    nn_probe_clear(&probe);
    nn_test_end(&test);
}

/* Looking at the layers of a training changes nothing of it, and the figures are those of the net.
 */
Test(health, a_measured_training_is_the_same)
{
    static const char train[] = "data demo iris; add dense 8 relu; add dropout 0.2; add dense 3 "
                                "softmax; compile loss=categorical_crossentropy lr=0.02; train 4 "
                                "background=no";
    struct nn_test_session test;
    float *values[2] = {NULL, NULL};
    size_t count = 0;
    for (int watched = 0; watched < 2; watched++) {
        nn_test_start(&test);
        test.session->interactive = watched == 1;
        nn_test_run(&test, train, NN_OK);
        const struct nn_param *weight = &test.session->net->nodes[1]->params[0];
        count = nn_shape_size(&weight->spec.shape);
        values[watched] = nn_calloc(count, sizeof(float));
        cr_assert(values[watched] != NULL);
        memcpy(values[watched], weight->value.data, count * sizeof(float));
        cr_assert_eq(nn_job_layers(test.session) != NULL, watched == 1);
        if (watched) {
            const struct nn_layer_health *layers = nn_job_layers(test.session);
            cr_assert(layers[1].gradient > 0 && layers[1].update > 0 && layers[1].norm > 0);
            cr_assert(isnan(layers[2].gradient) && layers[2].activation);
            cr_assert_eq(layers[2].units, 8u);
            nn_test_run(&test, "net init", NN_OK);
            cr_assert_null(nn_job_layers(test.session));
        }
        nn_test_end(&test);
    }
    cr_assert(memcmp(values[0], values[1], count * sizeof(float)) == 0);
    nn_free(values[0]);
    nn_free(values[1]);
}
