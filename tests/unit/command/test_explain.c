/* Commands that explain: what they refuse, with its reason and what would help, and what they
 * count.
 */
#include "session.h"

#include "base/file.h"
#include "base/mem.h"
#include "data/npy.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(explain, .init = start, .fini = end);

/* Fails unless the line has that status, a message with `says` in it and a hint with `hint`. */
static void refused(const char *line, enum nn_status wanted, const char *says, const char *hint)
{
    struct nn_error error = nn_test_run(&test, line, wanted);
    cr_expect(strstr(error.message, says) != NULL, "%s: '%s' does not say '%s'", line,
              error.message, says);
    cr_expect(!hint || strstr(error.hint, hint) || strstr(error.message, hint),
              "%s: '%s' (%s) does not suggest '%s'", line, error.message, error.hint, hint);
}

static void write_array(const char *name, const struct nn_shape *shape, float value)
{
    float values[64];
    for (size_t i = 0; i < 64; i++)
        values[i] = value;
    cr_assert(nn_shape_size(shape) <= 64);
    cr_assert(nn_npy_write(name, shape, values, NULL) == NN_OK);
}

Test(explain, bad_input_of_an_image_net)
{
    struct nn_shape small = nn_shape_make(2, (size_t[]){3, 3});
    nn_test_run(&test,
                "data demo digits; add conv2d 4 3 relu; add flatten; add dense 10 softmax name=out",
                NN_OK);
    write_array("small.npy", &small, 0);
    refused("explain gradcm sample=0", NN_SYNTAX, "unknown method", "gradcam");
    refused("gradcam sample=0 layer=conv2", NN_ARGUMENT, "conv2", "conv1");
    refused("saliency sample=0 target=conv2:1", NN_ARGUMENT, "conv2", "conv1");
    refused("saliency sample=0 target=conv1:4", NN_ARGUMENT, "maps 0 to 3", NULL);
    refused("saliency sample=0 target=10", NN_ARGUMENT, "no such class", "from 0 to 9");
    refused("saliency sample=0 target=1-10", NN_ARGUMENT, "no such class", "from 0 to 9");
    refused("saliency sample=9999", NN_ARGUMENT, "no sample", "359");
    refused("ig sample=0 baseline=small.npy", NN_SHAPE, "3x3", "64");
    refused("ig sample=0 baseline=nothing.npy", NN_DAMAGED, "no such file", NULL);
    refused("ig sample=0 baseline=men", NN_ARGUMENT, "no such file", "mean");
    refused("ig sample=0 baseline=sample:400", NN_ARGUMENT, "0 to 358", NULL);
    refused("ig sample=0 baseline=blur:x", NN_ARGUMENT, "width", NULL);
    refused("saliency sample=0 target=conv1:1,0", NN_ARGUMENT, "places", NULL);
    refused("saliency sample=0 target=conv1:1,0,6", NN_ARGUMENT, "places", NULL);
    refused("saliency sample=0 target=conv1:1,0,5,", NN_ARGUMENT, "places", NULL);
    refused("shapley sample=0 kind=exact", NN_LIMIT, "2^64", "kernel_shap");
    refused("gradcam sample=0 layer=out", NN_REFUSED, "feature maps", NULL);
    refused("pointing gradcam", NN_REFUSED, "masks", "lesions");
}

Test(explain, bad_input_of_a_table_net)
{
    nn_test_run(&test, "data demo iris; add dense 8 relu; add dense 3 softmax", NN_OK);
    refused("gradcam sample=0", NN_REFUSED, "needs a convolution", "integrated_gradients");
    refused("saliency sample=0 target=setosaa", NN_ARGUMENT, "no such class", "setosa");
    nn_test_run(&test, "saliency sample=0 target=setosa", NN_OK);
    refused("ig sample=0 baseline=blur", NN_REFUSED, "images", NULL);
}

Test(explain, data_of_as_many_values_in_another_shape)
{
    struct nn_shape shape = nn_shape_make(3, (size_t[]){4, 2, 8});
    write_array("series.npy", &shape, 1);
    nn_test_run(&test,
                "data load series.npy; net new input=2x8; add conv1d 2 3; add flatten; add dense 2",
                NN_OK);
    struct nn_error error = nn_test_run(&test, "saliency 0 target=0", NN_SHAPE);
    cr_expect_str_eq(error.message, "the net takes inputs of 2x8, the data are of 1x2x8");
    cr_expect_str_eq(error.hint, "`data load FILE shape=2x8` reads them so");
    nn_test_run(&test, "data load series.npy shape=2x8; saliency 0 target=0", NN_OK);
    nn_test_run(&test, "net new input=2x7; add flatten; add dense 2", NN_OK);
    error = nn_test_run(&test, "saliency 0 target=0", NN_SHAPE);
    cr_expect_str_eq(error.hint, "");
}

/* The messages of bad input, word by word. */
Test(explain, bad_input_in_exact_words)
{
    static const struct {
        const char *line, *message, *hint;
    } images[] =
        {
            {"gradcam 0 layer=conv2", "there is no layer 'conv2' in the net",
             "did you mean conv1?"},
            {"saliency 0 target=10",
             "target=10: there is no such class; the net has 10, from 0 to 9", ""},
            {"shapley 0 kind=exact",
             "exact Shapley values need 2^64 evaluations; the most is 2^20: use kind=permutation, "
             "kernel_shap or integrated_gradients",
             ""},
            {"ig 0 baseline=small.npy", "small.npy holds 3x3, an input has 64 values", ""},
        },
      tables[] = {
          {"gradcam 0",
           "gradcam needs a convolution, and the net has none: use saliency, integrated_gradients "
           "or occlusion",
           ""},
          {"saliency 0 target=setosaa",
           "target=setosaa: there is no such class; the net has 3, from 0 to 2",
           "did you mean setosa?"},
          {"saliency 0 target=foo",
           "target=foo: there is no such class; the net has 3, from 0 to 2",
           "its classes are setosa, versicolor, virginica"},
      };
    struct nn_shape small = nn_shape_make(2, (size_t[]){3, 3});
    nn_test_run(&test, "data demo digits; add conv2d 4 3 relu; add flatten; add dense 10 softmax",
                NN_OK);
    write_array("small.npy", &small, 0);
    for (size_t i = 0; i < sizeof images / sizeof *images; i++) {
        struct nn_error error = {0};
        nn_session_run_line(test.session, images[i].line, NULL, 1, &error);
        cr_expect_str_eq(error.message, images[i].message);
        cr_expect_str_eq(error.hint, images[i].hint);
    }
    nn_test_run(&test, "data demo iris; net new; add dense 8 relu; add dense 3 softmax", NN_OK);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct nn_error error = {0};
        nn_session_run_line(test.session, tables[i].line, NULL, 1, &error);
        cr_expect_str_eq(error.message, tables[i].message);
        cr_expect_str_eq(error.hint, tables[i].hint);
    }
}

Test(explain, a_model_that_is_not_finite)
{
    nn_test_run(&test, "data demo iris; add dense 8 relu; add dense 3 softmax", NN_OK);
    test.session->net->nodes[1]->params[0].value.data[3] = INFINITY;
    refused("saliency sample=0", NN_REFUSED, "not finite", "dense1.weight");
    refused("compare saliency,ig sample=0", NN_REFUSED, "not finite", NULL);
    refused("trust saliency sample=0", NN_REFUSED, "not finite", NULL);
}

/* A convolution that finds the bright blob: the maps point there; the table has a row a method. */
Test(explain, pointing_counts)
{
    nn_test_run(&test,
                "data demo lesions; add conv2d 2 3; add globalavgpool2d; add flatten; add "
                "dense 2 softmax",
                NN_OK);
    refused("pointing gradcam window=3", NN_SYNTAX, "window", NULL);
    refused("pointing gradcam,nothing", NN_SYNTAX, "unknown method", NULL);
    refused("pointing gradcam out=a.png", NN_ARGUMENT, "no picture", NULL);
    nn_test_run(&test, "pointing saliency,occlusion window=8 stride=8 samples=20 split=test",
                NN_OK);
    const struct nn_result *result = nn_session_last_result(test.session);
    cr_assert(result->kind == NN_RESULT_TABLE && result->rows == 2 && result->figure_count == 2);
    cr_expect(strcmp(result->cells[0].text, "saliency") == 0);
    for (size_t row = 0; row < 2; row++) {
        const struct nn_cell *cells = result->cells + row * result->column_count;
        cr_expect(cells[1].number >= 0 && cells[1].number <= 1 &&
                  cells[1].number == result->figures[row].value);
        cr_expect(cells[2].number >= 0 && cells[2].number <= 1);
        cr_expect(cells[3].number > 0.05 && cells[3].number < 0.4, "area %g", cells[3].number);
    }
    nn_test_run(&test, "saliency sample=0; trust", NN_OK);
    result = nn_session_last_result(test.session);
    cr_expect(result->rows == 13 && strcmp(result->cells[10 * 3].text, "pointing") == 0);
}

/* Each kind of baseline, by what F says of it. */
Test(explain, baselines)
{
    static const char *const kinds[] = {"0", "0.5", "mean", "blur", "blur:2", "sample:7"};
    char line[160];
    double values[6];
    nn_test_run(&test, "data demo digits; add conv2d 4 3 tanh; add flatten; add dense 10 softmax",
                NN_OK);
    for (size_t i = 0; i < 6; i++) {
        snprintf(line, sizeof line, "deeplift sample=3 target=1 baseline=%s", kinds[i]);
        nn_test_run(&test, line, NN_OK);
        const struct nn_result *result = nn_session_last_result(test.session);
        values[i] = NAN;
        for (size_t f = 0; f < result->figure_count; f++) {
            if (strcmp(result->figures[f].name, "F(baseline)") == 0)
                values[i] = result->figures[f].value;
            if (strcmp(result->figures[f].name, "gap") == 0)
                cr_expect(fabs(result->figures[f].value) < 1e-5, "%s", kinds[i]);
        }
        for (size_t j = 0; j < i; j++)
            cr_expect(fabs(values[i] - values[j]) > 1e-6, "%s and %s", kinds[i], kinds[j]);
    }
    nn_test_run(&test, "deeplift sample=7 target=1", NN_OK);
    cr_expect(fabs(nn_session_last_result(test.session)->figures[0].value - values[5]) < 1e-9);
    /* a blurred baseline is each sample's own: alone or among all */
    nn_test_run(&test, "ig sample=5 target=1 steps=5 baseline=blur out=one.npy", NN_OK);
    nn_test_run(&test, "ig sample=all target=1 steps=5 baseline=blur out=all.npy", NN_OK);
    struct nn_tensor one = {0}, all = {0};
    cr_assert(nn_npy_read("one.npy", &one, NULL) == NN_OK &&
              nn_npy_read("all.npy", &all, NULL) == NN_OK);
    for (size_t i = 0; i < 64; i++)
        cr_expect(fabsf(one.data[i] - all.data[5 * 64 + i]) < 1e-6f);
    nn_tensor_clear(&one);
    nn_tensor_clear(&all);
}

/* A place in a feature map is one unit; the mean of the map is the mean of its places. */
Test(explain, places_of_feature_maps)
{
    double sum = 0;
    char line[120];
    nn_test_run(&test, "data demo digits; add conv2d 2 5 relu; add flatten; add dense 10", NN_OK);
    for (int place = 0; place < 16; place++) {
        snprintf(line, sizeof line, "saliency sample=3 target=conv1:1,%d,%d", place / 4, place % 4);
        nn_test_run(&test, line, NN_OK);
        sum += nn_session_last_result(test.session)->figures[0].value;
    }
    cr_expect(strcmp(nn_session_last_result(test.session)->target, "unit 1,3,3 of conv1") == 0,
              "%s", nn_session_last_result(test.session)->target);
    nn_test_run(&test, "saliency sample=3 target=conv1:1", NN_OK);
    cr_expect(fabs(nn_session_last_result(test.session)->figures[0].value - sum / 16) < 1e-6);
}

/* The petals tell the irises apart; wrong words are refused. */
Test(explain, importance)
{
    nn_test_run(&test, "data demo iris; add dense 16 relu; add dense 3 softmax", NN_OK);
    refused("importance", NN_STATE, "not compiled", "compile");
    nn_test_run(&test,
                "compile loss=categorical_crossentropy lr=0.02 metrics=accuracy; train epochs=30",
                NN_OK);
    refused("importance metric=auc", NN_ARGUMENT, "auc", "compile");
    refused("importance groups=nothing.npy", NN_DAMAGED, "no such file", NULL);
    refused("importance nowhere", NN_ARGUMENT, "nowhere", NULL);
    nn_test_run(&test, "importance train repeats=5 out=importance.csv", NN_OK);
    const struct nn_result *result = nn_session_last_result(test.session);
    cr_assert(result->rows == 4 && nn_file_exists("importance.csv"));
    cr_expect(strstr(result->cells[0].text, "petal") != NULL, "%s", result->cells[0].text);
    cr_expect(result->cells[1].number > 0.1, "%g", result->cells[1].number);
    for (size_t row = 1; row < 4; row++)
        cr_expect(result->cells[3 * row + 1].number <= result->cells[3 * row - 2].number);
    nn_test_run(&test, "deep_shap sample=3 background=10; gradient_shap sample=3 background=10",
                NN_OK);
}

static const struct nn_trust_figure *trust_figure(const struct nn_result *result, const char *name)
{
    for (size_t i = 0; i < result->trust_count; i++)
        if (strcmp(result->trust[i].name, name) == 0)
            return &result->trust[i];
    return NULL;
}

/* Beside every map stand the figures that `trust` gives for it, unless they take long. */
Test(explain, trust_stands_beside_the_map)
{
    nn_test_run(&test, "data demo iris; add dense 8 relu; add dense 3 softmax", NN_OK);
    nn_test_run(&test, "ig sample=2", NN_OK);
    struct nn_result map = *nn_session_last_result(test.session);
    cr_assert(map.trust_count == 7);
    double randomization = trust_figure(&map, "random net")->value;
    double spread = trust_figure(&map, "insertion")->spread;
    cr_expect(spread > 0 && *map.trust_note);
    nn_test_run(&test, "trust", NN_OK);
    const struct nn_result *table = nn_session_last_result(test.session);
    cr_assert(table->rows == 10 && strcmp(table->cells[8 * 3].text, "random net") == 0);
    cr_expect(table->cells[8 * 3 + 1].number == randomization);
    cr_expect(strcmp(table->note, map.trust_note) == 0);
    nn_test_run(&test, "ig sample=2; assert gap < 0.1 && sparseness > 0", NN_OK);
    nn_test_run(&test, "ig sample=2 trust=no", NN_OK);
    cr_expect(nn_session_last_result(test.session)->trust_count == 2);
    nn_test_run(&test, "conductance sample=2 layer=dense1", NN_OK);
    cr_expect(strstr(trust_figure(nn_session_last_result(test.session), "deletion")->why, "units"));
}

/* The file of an explanation is not written over by what `trust` says of it. */
Test(explain, trust_leaves_the_file_of_the_map)
{
    nn_test_run(&test, "data demo iris; add dense 3 softmax", NN_OK);
    const char *const files[] = {"map.json", "map.npy"};
    for (int k = 0; k < 2; k++) {
        char line[80];
        unsigned char *before, *after;
        size_t length, now;
        snprintf(line, sizeof line, "ig sample=2 steps=7 out=%s", files[k]);
        nn_test_run(&test, line, NN_OK);
        cr_assert(nn_file_read(files[k], 1 << 20, &before, &length, NULL) == NN_OK);
        nn_test_run(&test, "trust; trust", NN_OK);
        cr_expect(strstr(nn_session_last_result(test.session)->title, "trust in integrated"));
        cr_assert(nn_file_read(files[k], 1 << 20, &after, &now, NULL) == NN_OK);
        cr_expect(length == now && memcmp(before, after, now) == 0, "%s", files[k]);
        nn_free(before);
        nn_free(after);
    }
    nn_test_run(&test, "trust ig sample=2 out=trust.csv; trust", NN_OK);
    cr_expect(nn_file_exists("trust.csv"));
}

Test(explain, trust_that_takes_long_is_left_to_who_asks)
{
    nn_test_run(&test,
                "data demo digits; add conv2d 32 3 relu; add conv2d 32 3 relu; add flatten; add "
                "dense 10 softmax",
                NN_OK);
    nn_test_run(&test, "ig sample=2 steps=400", NN_OK);
    const struct nn_result *result = nn_session_last_result(test.session);
    cr_expect(result->trust_count == 2 && !trust_figure(result, "insertion"));
    cr_expect(strstr(result->trust_note, "billion operations") &&
              strstr(result->trust_note, "trust=yes"));
    nn_test_run(&test, "saliency sample=2 trust=yes", NN_OK);
    cr_expect(trust_figure(nn_session_last_result(test.session), "insertion") != NULL);
}

/* A series is blurred along time, each column by itself. */
Test(explain, a_blurred_series_is_a_baseline)
{
    struct nn_shape shape = nn_shape_make(3, (size_t[]){3, 2, 10});
    write_array("series.npy", &shape, 0.5f);
    nn_test_run(
        &test,
        "data load series.npy shape=2x10; add conv1d 4 3 tanh; add flatten; add dense 2 softmax; "
        "ig sample=2 baseline=blur; rise sample=2 samples=50; fullgrad sample=2; "
        "occlusion sample=2",
        NN_OK);
    refused("ig sample=2 baseline=blur:0", NN_ARGUMENT, "width", NULL);
}

/* Maps of one value cannot be ranked: nothing is printed for a number. */
Test(explain, comparison_with_a_flat_map)
{
    nn_test_run(&test, "data demo iris; add dense 3 softmax", NN_OK);
    float *weight = test.session->net->nodes[1]->params[0].value.data;
    for (size_t i = 0; i < 12; i++)
        weight[i] = 0;
    nn_test_run(&test, "compare saliency,gradient sample=0", NN_OK);
    const struct nn_result *table = nn_session_last_result(test.session);
    cr_expect(strcmp(table->cells[1].text, "-") == 0 && strstr(table->note, "no ranks"));
    weight[2] = 1;
    nn_test_run(&test, "compare saliency,gradient sample=0 target=0", NN_OK);
    table = nn_session_last_result(test.session);
    cr_expect(!table->cells[1].text && table->cells[1].number == 1 && !*table->note);
}
