/* Each check finds what it is for in a session that is broken in that way on purpose, names the
 * command that mends it, and no longer finds it after that command. */
#include "unit/command/session.h"

#include "base/number.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct nn_finding *finding(const struct nn_test_session *test, const char *name)
{
    const struct nn_diagnosis *diagnosis = &test->session->diagnosis;
    for (size_t i = 0; i < diagnosis->count; i++)
        if (strcmp(diagnosis->findings[i].check->name, name) == 0)
            return &diagnosis->findings[i];
    cr_assert_fail("there is no check %s", name);
    return NULL;
}

static void expect(const struct nn_test_session *test, const char *name, enum nn_verdict verdict)
{
    const struct nn_finding *found = finding(test, name);
    cr_assert(found->verdict == verdict, "%s is %s, not %s: %s", name,
              nn_verdict_names[found->verdict], nn_verdict_names[verdict], found->text);
}

/* Runs the setup and the diagnosis; the check must say `broken`, and ok after its own command. */
static void breaks(const char *setup, const char *check, enum nn_verdict broken, const char *after)
{
    struct nn_test_session test;
    char mend[160];
    nn_test_start(&test);
    nn_test_run(&test, setup, NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, check, broken);
    snprintf(mend, sizeof mend, "%s", finding(&test, check)->mend);
    if (after) {
        cr_assert(*mend, "%s knows no command", check);
        nn_test_run(&test, mend, NN_OK);
        nn_test_run(&test, after, NN_OK);
        nn_test_run(&test, "diagnose", NN_OK);
        expect(&test, check, NN_VERDICT_OK);
    }
    nn_test_end(&test);
}

#define IRIS_NET                                                                                   \
    "net new; add dense 16 relu; add dense 3 softmax; compile loss=categorical_crossentropy "      \
    "lr=0.02; "
#define IRIS "data demo iris; " IRIS_NET

/* A table of two noisy features; the label is whether their sum is positive. `how` changes a row.
 */
static void write_table(const char *name, size_t rows, void (*how)(size_t row, double cell[3]))
{
    struct nn_buffer text;
    unsigned state = 12345;
    nn_buffer_init(&text, 0);
    nn_buffer_text(&text, "a,b,y\n");
    for (size_t i = 0; i < rows; i++) {
        double cell[3];
        for (int k = 0; k < 2; k++) {
            state = state * 1103515245u + 12345u;
            cell[k] = (double)(state >> 16 & 0x3fff) / 8192.0 - 1;
        }
        cell[2] = cell[0] + cell[1] > 0;
        how(i, cell);
        char number[3][NN_NUMBER_SIZE];
        for (int k = 0; k < 3; k++)
            nn_number_double(number[k], cell[k]);
        nn_buffer_printf(&text, "%s,%s,%s\n", number[0], number[1], number[2]);
    }
    nn_test_write(name, nn_buffer_string(&text));
    nn_buffer_clear(&text);
}

#define BINARY_NET                                                                                 \
    "net new; add dense 8 relu; add dense 1 sigmoid; compile loss=binary_crossentropy lr=0.05; "

static void diagnose_table(size_t rows, void (*how)(size_t row, double cell[3]), const char *load,
                           struct nn_test_session *test)
{
    nn_test_start(test);
    write_table("t.csv", rows, how);
    nn_test_run(test, load, NN_OK);
    nn_test_run(test, "diagnose", NN_OK);
}

Test(checks, a_sound_net_has_no_failures)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, IRIS "train 20 batch=16", NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    const struct nn_diagnosis *diagnosis = &test.session->diagnosis;
    cr_assert_eq(diagnosis->count, nn_check_count);
    for (size_t i = 0; i < diagnosis->count; i++)
        cr_assert(diagnosis->findings[i].verdict != NN_VERDICT_FAIL, "%s: %s",
                  diagnosis->findings[i].check->name, diagnosis->findings[i].text);
    cr_assert_eq(diagnosis->failures, 0u);
    nn_test_end(&test);
}

Test(checks, learning_rate_too_high)
{
    breaks("data demo iris; net new; add dense 16 relu; add dense 3 softmax; compile "
           "loss=categorical_crossentropy lr=10",
           "learning_rate", NN_VERDICT_FAIL, "data info");
}

Test(checks, learning_rate_too_low)
{
    breaks("data demo iris; net new; add dense 16 relu; add dense 3 softmax; compile "
           "loss=categorical_crossentropy lr=0.00000001",
           "update_ratio", NN_VERDICT_WARN, "data info");
    breaks("data demo iris; net new; add dense 16 relu; add dense 3 softmax; compile "
           "loss=categorical_crossentropy lr=0.0001",
           "learning_rate", NN_VERDICT_WARN, "data info");
}

Test(checks, steps_too_long)
{
    breaks("data demo iris; net new; add dense 16 relu; add dense 3 softmax; compile "
           "loss=categorical_crossentropy optimizer=sgd lr=1000",
           "update_ratio", NN_VERDICT_FAIL, NULL);
}

/* A net without a way through: negative weights, and inputs that are never negative. */
Test(checks, dead_units)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test,
                "data demo iris; data scale minmax; " IRIS_NET
                "net init method=constant value=-1; diagnose",
                NN_OK);
    expect(&test, "dead_units", NN_VERDICT_FAIL);
    cr_assert_eq(finding(&test, "dead_units")->figure, 1);
    nn_test_run(&test, finding(&test, "dead_units")->mend, NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    cr_assert(finding(&test, "dead_units")->figure < 0.5);
    nn_test_end(&test);
}

Test(checks, saturated_units)
{
    breaks("data demo iris; net new; add dense 16 tanh; add dense 3 softmax; compile "
           "loss=categorical_crossentropy; net init method=normal value=300",
           "saturated_units", NN_VERDICT_FAIL, "data info");
}

Test(checks, identical_units)
{
    breaks(IRIS "net init method=zeros", "identical_units", NN_VERDICT_FAIL, "data info");
    breaks(IRIS "net init method=constant value=0.1", "identical_units", NN_VERDICT_FAIL,
           "data info");
}

Test(checks, vanishing_gradients)
{
    const char *deep =
        "data demo iris; net new; add dense 16 sigmoid; add dense 16 sigmoid; add dense 16 "
        "sigmoid; add dense 16 sigmoid; add dense 16 sigmoid; add dense 16 sigmoid; add dense 3 "
        "softmax; compile loss=categorical_crossentropy";
    breaks(deep, "gradients", NN_VERDICT_FAIL, NULL);
}

Test(checks, exploding_gradients)
{
    breaks("data demo iris; net new; add dense 32 relu; add dense 32 relu; add dense 32 relu; add "
           "dense 3 softmax; compile loss=categorical_crossentropy; net init method=normal value=9",
           "gradients", NN_VERDICT_FAIL, NULL);
}

Test(checks, no_gradient_at_all)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, IRIS "net init method=zeros", NN_OK);
    for (int p = 0; p < 2; p++) { /* dead from the first layer on: bias far below zero */
        struct nn_param *param = &test.session->net->nodes[1]->params[p];
        for (size_t i = 0; i < nn_shape_size(&param->spec.shape); i++)
            param->value.data[i] = p ? -5 : 0;
    }
    nn_net_touch(test.session->net);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "dead_units", NN_VERDICT_FAIL);
    expect(&test, "gradients", NN_VERDICT_FAIL);
    nn_test_end(&test);
}

Test(checks, weights_that_are_not_finite)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, IRIS, NN_OK);
    test.session->net->nodes[1]->params[0].value.data[3] = (float)NAN;
    nn_net_touch(test.session->net);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "finite_weights", NN_VERDICT_FAIL);
    cr_assert_eq(finding(&test, "finite_weights")->figure, 1);
    nn_test_run(&test, finding(&test, "finite_weights")->mend, NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "finite_weights", NN_VERDICT_OK);
    nn_test_end(&test);
}

/* ---- data ---- */

static void large_inputs(size_t row, double cell[3])
{
    (void)row;
    cell[0] = 5000 + 1000 * cell[0];
    cell[1] *= 0.01;
}

Test(checks, unscaled_inputs)
{
    struct nn_test_session test;
    diagnose_table(300, large_inputs, "data load t.csv label=y; data scale none; " BINARY_NET,
                   &test);
    expect(&test, "input_scale", NN_VERDICT_FAIL);
    cr_assert(strstr(finding(&test, "input_scale")->proof, "40 steps") != NULL, "%s",
              finding(&test, "input_scale")->proof);
    nn_test_run(&test, finding(&test, "input_scale")->mend, NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "input_scale", NN_VERDICT_OK);
    nn_test_end(&test);
}

static void rare_class(size_t row, double cell[3])
{
    cell[2] = row % 40 == 0;
}

Test(checks, unbalanced_classes)
{
    struct nn_test_session test;
    diagnose_table(400, rare_class, "data load t.csv label=y; " BINARY_NET, &test);
    expect(&test, "class_balance", NN_VERDICT_FAIL);
    cr_assert(finding(&test, "class_balance")->figure > 30);
    nn_test_run(&test, finding(&test, "class_balance")->mend, NN_OK);
    cr_assert(strstr(nn_buffer_string(&test.out), "binary_crossentropy") != NULL);
    nn_test_end(&test);
}

/* Every second sample repeats the one before, with the other label. */
static double last[3];
static void contradiction(size_t row, double cell[3])
{
    if (row % 2) {
        memcpy(cell, last, sizeof last);
        cell[2] = 1 - cell[2];
    }
    memcpy(last, cell, sizeof last);
}

Test(checks, labels_that_contradict)
{
    struct nn_test_session test;
    diagnose_table(200, contradiction, "data load t.csv label=y; " BINARY_NET "train 40", &test);
    expect(&test, "labels", NN_VERDICT_FAIL);
    cr_assert_eq(finding(&test, "labels")->figure, 100);
    expect(&test, "memorise", NN_VERDICT_FAIL); /* its first samples are pairs */
    nn_test_end(&test);
}

static void one_class(size_t row, double cell[3])
{
    cell[2] = row == 0;
}

Test(checks, one_class_only)
{
    struct nn_test_session test;
    nn_test_start(&test);
    write_table("t.csv", 50, one_class);
    nn_test_run(&test, "data load t.csv label=y; data split test=0.1 order=last", NN_OK);
    struct nn_samples *samples = test.session->dataset->samples;
    for (size_t i = 0; i < samples->count; i++)
        samples->labels[i] = 0;
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "labels", NN_VERDICT_FAIL);
    expect(&test, "class_balance", NN_VERDICT_FAIL);
    nn_test_end(&test);
}

static void twice(size_t row, double cell[3])
{
    if (row % 2)
        memcpy(cell, last, sizeof last);
    memcpy(last, cell, sizeof last);
}

Test(checks, leaked_samples)
{
    struct nn_test_session test;
    diagnose_table(200, twice, "data load t.csv label=y; data split test=0.3", &test);
    expect(&test, "leak", NN_VERDICT_FAIL);
    expect(&test, "labels", NN_VERDICT_OK);
    expect(&test, "learning_rate", NN_VERDICT_SKIPPED); /* there is no net */
    nn_test_end(&test);
}

static void prices(size_t row, double cell[3])
{
    (void)row;
    cell[2] = 250000 + 60000 * cell[0];
}

Test(checks, targets_out_of_reach)
{
    struct nn_test_session test;
    diagnose_table(200, prices,
                   "data load t.csv label=y task=regression; net new; add dense 8 relu; add dense "
                   "1 sigmoid; compile loss=mse; train 3",
                   &test);
    expect(&test, "target_scale", NN_VERDICT_FAIL);
    expect(&test, "output_layer", NN_VERDICT_FAIL);
    expect(&test, "better_than_constant", NN_VERDICT_FAIL);
    nn_test_run(&test, finding(&test, "output_layer")->mend, NN_OK);
    nn_test_run(&test, "diagnose", NN_OK);
    expect(&test, "output_layer", NN_VERDICT_OK);
    nn_test_end(&test);
}

Test(checks, scores_that_are_cut)
{
    breaks("data demo iris; net new; add dense 16 relu; add dense 3 relu; compile "
           "loss=categorical_crossentropy",
           "output_layer", NN_VERDICT_FAIL, "data info");
}

/* ---- training ---- */

Test(checks, loss_that_does_not_fall)
{
    breaks(IRIS "net init method=zeros; set lr 0.0000001; train 8", "loss_falls", NN_VERDICT_FAIL,
           NULL);
    breaks("data demo iris; net new; add dense 3 softmax; compile loss=categorical_crossentropy "
           "optimizer=sgd lr=0.0000001; net init method=zeros; train 4",
           "better_than_constant", NN_VERDICT_FAIL, NULL);
}

static void noise_labels(size_t row, double cell[3])
{
    cell[2] = (double)(row * 7919 % 13 % 2);
}

Test(checks, overfitting)
{
    struct nn_test_session test;
    diagnose_table(120, noise_labels,
                   "data load t.csv label=y; data split test=0.4; net new; add dense 128 relu; add "
                   "dense 64 relu; add dense 1 sigmoid; compile loss=binary_crossentropy lr=0.01; "
                   "train 150 batch=16",
                   &test);
    expect(&test, "overfit", NN_VERDICT_FAIL);
    cr_assert(finding(&test, "overfit")->figure > 0.15);
    cr_assert(*finding(&test, "overfit")->mend);
    nn_test_end(&test);
}

/* ---- the command ---- */

Test(diagnose, changes_nothing)
{
    struct nn_test_session one, other;
    nn_test_start(&one);
    nn_test_run(&one, IRIS "train 3; diagnose; train 3", NN_OK);
    nn_test_start(&other);
    nn_test_run(&other, IRIS "train 3; train 3", NN_OK);
    struct nn_param *a, *b;
    for (size_t i = 0; (a = nn_net_param(one.session->net, i, NULL, NULL)); i++) {
        b = nn_net_param(other.session->net, i, NULL, NULL);
        cr_assert(memcmp(a->value.data, b->value.data,
                         nn_shape_size(&a->spec.shape) * sizeof(float)) == 0);
    }
    cr_assert_eq(one.session->history.epochs, other.session->history.epochs);
    nn_test_end(&other);
    nn_session_free(one.session);
    nn_buffer_clear(&one.out);
    nn_buffer_clear(&one.warnings);
}

Test(diagnose, is_the_same_twice)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, IRIS "train 3; diagnose", NN_OK);
    struct nn_finding first[NN_MAX_FINDINGS];
    memcpy(first, test.session->diagnosis.findings, sizeof first);
    nn_test_run(&test, "diagnose", NN_OK);
    for (size_t i = 0; i < nn_check_count; i++)
        cr_assert_str_eq(first[i].text, test.session->diagnosis.findings[i].text);
    nn_test_end(&test);
}

Test(diagnose, needs_data)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "diagnose", NN_STATE);
    nn_test_run(&test, "data demo iris; net new input=7; add dense 3", NN_OK);
    nn_test_run(&test, "diagnose", NN_SHAPE);
    nn_test_run(&test, "diagnose steps=0", NN_SYNTAX);
    nn_test_run(&test, "diagnose out=x.txt", NN_ARGUMENT);
    cr_assert_eq(test.session->diagnosis.count, 0u);
    nn_test_end(&test);
}

Test(diagnose, of_data_alone_and_without_trials)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "data demo iris; diagnose", NN_OK);
    expect(&test, "class_balance", NN_VERDICT_OK);
    expect(&test, "dead_units", NN_VERDICT_SKIPPED);
    cr_assert_eq(test.session->diagnosis.layer_count, 0u);
    nn_test_run(&test, IRIS_NET "diagnose trials=no out=d.json", NN_OK);
    expect(&test, "update_ratio", NN_VERDICT_OK);
    expect(&test, "learning_rate", NN_VERDICT_SKIPPED);
    expect(&test, "memorise", NN_VERDICT_SKIPPED);
    cr_assert(isnan(test.session->diagnosis.rate_losses[0]));
    nn_test_end(&test);
}

Test(diagnose, every_check_says_what_it_is)
{
    for (size_t i = 0; i < nn_check_count; i++) {
        const struct nn_check *check = nn_checks[i];
        cr_assert(check->name && check->summary && check->why && check->source && check->run);
        cr_assert(strlen(check->name) <= 20 && strlen(check->why) < 300, "%s", check->name);
    }
}
