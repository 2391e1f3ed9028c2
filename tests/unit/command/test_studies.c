/* The commands that study a net: what they give, and what they refuse. */
#include "session.h"

#include "base/file.h"
#include "base/mem.h"
#include "data/npy.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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

TestSuite(studies, .init = start, .fini = end);

static void load_flowers(void)
{
    nn_test_run(&test,
                "data demo iris; net new; add dense 8 relu; add dense 3 softmax; compile "
                "loss=categorical_crossentropy lr=0.02; train epochs=20",
                NN_OK);
}

static void load_digits(void)
{
    nn_test_run(&test,
                "data demo digits; net new; add conv2d 4 3 relu; add maxpool2d 2; add flatten; add "
                "dense 10 "
                "softmax; compile loss=categorical_crossentropy; train epochs=2",
                NN_OK);
}

static const struct nn_result *last(void)
{
    return nn_session_last_result(test.session);
}

static double cell(size_t row, size_t column)
{
    const struct nn_result *result = last();
    cr_assert(row < result->rows && column < result->column_count);
    return result->cells[row * result->column_count + column].number;
}

static double figure(const char *name)
{
    const struct nn_result *result = last();
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    cr_assert_fail("no figure %s", name);
    return NAN;
}

Test(studies, dependence_of_every_class_or_one)
{
    load_flowers();
    nn_test_run(&test, "pdp \"petal length\" points=8 output=probability out=a.csv", NN_OK);
    cr_assert(last()->kind == NN_RESULT_CURVES && last()->column_count == 4 && last()->rows == 8);
    for (size_t row = 0; row < 8; row++)
        cr_expect(fabs(cell(row, 1) + cell(row, 2) + cell(row, 3) - 1) < 1e-5,
                  "probabilities of the classes add up");
    cr_expect(cell(0, 0) > 1 && cell(7, 0) < 7, "in centimetres, not scaled");
    nn_test_run(&test, "ice 2 target=setosa points=5 samples=4", NN_OK);
    cr_assert(last()->column_count == 6 && last()->rows == 5);
    nn_test_run(&test, "ice 2 target=setosa points=5 samples=4 centred=yes", NN_OK);
    for (size_t column = 1; column < 6; column++)
        cr_expect(cell(0, column) == 0);
    nn_test_run(&test, "ale 2 target=virginica bins=4", NN_OK);
    cr_assert(last()->column_count == 2 && cell(last()->rows - 1, 1) > cell(0, 1));
}

Test(studies, waterfall_begins_at_the_baseline_and_ends_at_the_answer)
{
    load_flowers();
    nn_test_run(&test, "waterfall 0 features=2", NN_OK);
    size_t rows = last()->rows;
    cr_assert(last()->kind == NN_RESULT_WATERFALL && rows == 5, "%zu", rows);
    cr_expect(cell(0, 4) == figure("F(baseline)"));
    for (size_t row = 1; row + 1 < rows; row++) {
        cr_expect(fabs(cell(row, 3) - cell(row - 1, 4)) < 1e-9, "step %zu", row);
        cr_expect(fabs(cell(row, 4) - cell(row, 3) - cell(row, 2)) < 1e-9);
    }
    cr_expect(fabs(cell(rows - 2, 4) - figure("F(x)")) < 1e-4);
    cr_expect(fabs(cell(1, 2)) >= fabs(cell(2, 2)), "largest first");
    nn_test_run(&test, "waterfall 0 method=deeplift target=setosa baseline=0", NN_OK);
}

Test(studies, counterfactuals_reach_the_class)
{
    load_flowers();
    nn_test_run(&test, "counterfactual sample=0 target=virginica fixed=0,1 out=a.csv", NN_OK);
    cr_assert(last()->kind == NN_RESULT_TABLE && last()->rows >= 1 && last()->rows <= 2);
    cr_expect(strstr(last()->title, "virginica") && figure("distance") > 0);
    nn_test_run(&test, "counterfactual 0 changes=1 fixed=0,1,2,3", NN_REFUSED);
    nn_test_run(&test, "counterfactual 0 target=setosa", NN_ARGUMENT);
}

Test(studies, attacks_of_one_and_of_all)
{
    load_digits();
    nn_test_run(&test, "attack fgsm sample=3 epsilon=0.1 out=a.png", NN_OK);
    cr_assert(last()->kind == NN_RESULT_ATTRIBUTION && figure("p after") <= figure("p before"));
    cr_expect(figure("largest change") <= 0.1 + 1e-6);
    nn_test_run(&test, "attack pgd all epsilon=0,0.05,0.3 steps=4", NN_OK);
    cr_assert(last()->kind == NN_RESULT_TABLE && last()->rows == 3);
    cr_expect(cell(0, 2) == 0, "no change, no success");
    cr_expect(cell(0, 3) <= cell(1, 3) && cell(1, 3) <= cell(2, 3) && cell(2, 3) > 0.5);
    nn_test_run(&test, "attack pgd 3 target=8 norm=l2 epsilon=1 show=input out=a.npy", NN_OK);
    cr_expect(figure("length") <= 1 + 1e-4 && figure("p after") > figure("p before"));
    cr_expect_str_eq(last()->target, "loss for class 8");
    cr_expect_str_eq(last()->note, "It lowers the loss for class 8, which it aims at. That did not "
                                   "suffice: the net still answers 5.");
    nn_test_run(&test, "attack fgsm 3", NN_OK);
    cr_expect_str_eq(last()->note, "It raises the loss for class 5, the true one. That did not "
                                   "suffice: the net still answers 5.");
    cr_expect(last()->scale == NN_SCALE_CHANGE);
    nn_test_run(&test, "attack fgsm 3 epsilon=0.5", NN_OK);
    cr_expect_str_eq(last()->note, "It raises the loss for class 5, the true one.");
}

static void load_line(void)
{
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    nn_buffer_text(&text, "a,b,y\n");
    for (int i = 0; i < 40; i++)
        nn_buffer_printf(&text, "%d,%d,%d\n", i % 8, i * 3 % 5, 2 * (i % 8) - i * 3 % 5);
    nn_test_write("line.csv", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    nn_test_run(&test,
                "data load line.csv task=regression; data split test=0.2; data scale standard; net "
                "new; add dense 1; compile loss=mse lr=0.1; train epochs=12",
                NN_OK);
}

/* A net that answers values has a loss too: away from the true value, or towards another one. */
Test(studies, attacks_and_losses_of_a_net_that_answers_values)
{
    load_line();
    nn_test_run(&test, "attack fgsm 0 epsilon=0.2", NN_OK);
    cr_expect(figure("loss after") > figure("loss before"));
    cr_expect_str_eq(last()->note, "It raises the loss (mse), away from the true value.");
    nn_test_run(&test, "attack pgd 0 epsilon=0.2 target=-20", NN_OK);
    cr_expect(figure("loss after") < figure("loss before"));
    nn_test_run(&test, "attack pgd all epsilon=0,0.1,0.4", NN_OK);
    cr_assert(last()->rows == 3 && last()->column_count == 5);
    cr_expect(cell(0, 2) == cell(0, 3) && cell(1, 3) > cell(1, 2) && cell(2, 3) > cell(1, 3));
    nn_test_run(&test, "predict sample=0", NN_OK);
    nn_test_run(&test, "gradient 0 target=loss", NN_OK);
    cr_expect_str_eq(last()->target, "loss (mse)");
    double loss = figure("F(x)"), slope = (double)last()->values.data[0];
    /* the net is linear: the slope of (z - t)^2 is 2 (z - t) w, and that of z is w */
    nn_test_run(&test, "gradient 0", NN_OK);
    double weight = (double)last()->values.data[0];
    cr_expect(fabs(fabs(slope) - 2 * sqrt(loss) * fabs(weight)) < 1e-4 * fabs(slope), "%g %g",
              slope, weight);
    nn_test_run(&test, "saliency all target=loss", NN_OK);
    struct nn_error error = nn_test_run(&test, "attack fgsm 0 target=high", NN_ARGUMENT);
    cr_expect(strstr(error.message, "answers 1 value, not classes: target=NUMBER"), "%s",
              error.message);
    nn_test_run(&test, "attack fgsm 0 target=1,2", NN_ARGUMENT);
    nn_test_run(&test, "attack fgsm 0 target=nan", NN_ARGUMENT);
    error = nn_test_run(&test, "ig 0 target=1", NN_ARGUMENT);
    cr_expect(strstr(error.message, "one output, which is explained without target="), "%s",
              error.message);
    error = nn_test_run(&test, "timeline 0", NN_REFUSED);
    cr_expect(strstr(error.message, "columns of a table: `waterfall`"), "%s", error.message);
    error = nn_test_run(&test, "smoothgrad 0 method=vargrad", NN_REFUSED);
    cr_expect(strstr(error.message, "such as method=saliency"), "%s", error.message);
}

Test(studies, layers_by_points_probes_and_similarity)
{
    load_digits();
    nn_test_run(&test, "pca flatten1 samples=120 components=3 out=a.csv", NN_OK);
    cr_assert(last()->kind == NN_RESULT_POINTS && last()->rows == 120 && last()->column_count == 4);
    cr_expect(figure("explained 1") >= figure("explained 2") && figure("explained 1") < 1);
    nn_test_run(&test, "probe samples=300 rounds=60", NN_OK);
    cr_assert(last()->rows == (size_t)test.session->net->count);
    cr_expect(cell(0, 4) > 0.7 && cell(4, 4) > 0.7);
    nn_test_run(&test, "cka layers=input,conv1,5 samples=50 out=a.png", NN_OK);
    cr_assert(last()->kind == NN_RESULT_MATRIX && last()->values.shape.dim[0] == 3);
    cr_expect(fabsf(last()->values.data[4] - 1) < 1e-5f);
    struct nn_scene scene;
    nn_session_scene(test.session, &scene);
    cr_expect(!scene.confusion, "a matrix of layers is not one of classes");
    nn_test_run(&test, "tcav 9 target=3 layer=flatten1 draws=3 samples=10 out=a.json", NN_OK);
    cr_expect(cell(0, 1) >= 0 && cell(0, 1) <= 1 && figure("p") <= 1);
}

Test(studies, examples_as_pictures_and_tables)
{
    load_digits();
    nn_test_run(&test, "examples conv1 2 k=4 out=a.png", NN_OK);
    cr_assert(last()->kind == NN_RESULT_GALLERY && last()->values.shape.dim[0] == 4 &&
              last()->name_count == 4);
    nn_test_run(&test, "examples dense1 k=3 split=train", NN_OK);
    cr_assert(last()->kind == NN_RESULT_TABLE && last()->rows == 10 && last()->column_count == 5);
    nn_test_run(&test, "data demo wine; net new; add dense 3 softmax; examples dense1 1 k=2",
                NN_OK);
    cr_assert(last()->rows == 2 && cell(0, 3) >= cell(1, 3));
}

Test(studies, timelines_of_one_series_and_of_several)
{
    nn_test_run(&test,
                "data demo market samples=200; add dense 8 relu; add dense 2 softmax; timeline 3",
                NN_OK);
    cr_assert(last()->kind == NN_RESULT_TIMELINE && last()->rows == 20 &&
              last()->column_count == 3);
    double sum = 0;
    for (size_t row = 0; row < 20; row++)
        sum += cell(row, 2);
    cr_expect(fabs(sum - (figure("F(x)") - figure("F(baseline)"))) < fabs(figure("gap")) + 1e-4);
    nn_test_write("two.csv", "a,b,t\n1,2,0\n2,1,1\n3,5,0\n4,1,1\n5,7,0\n6,2,1\n7,1,0\n8,8,1\n");
    nn_test_run(
        &test,
        "data load two.csv label=t; data window length=3; net new; add flatten; add dense 2 "
        "softmax; timeline 1",
        NN_OK);
    cr_assert(last()->rows == 3 && last()->column_count == 5);
    cr_expect(last()->columns[3][0] == 'b', "%s", last()->columns[3]);
}

Test(studies, wrong_questions_are_refused)
{
    static const struct {
        const char *line, *message;
        enum nn_status status;
    } flowers[] =
        {
            {"pdp petals", "no column petals", NN_ARGUMENT},
            {"pdp 4", "no column 4", NN_ARGUMENT},
            {"pdp petal", "no column petal", NN_ARGUMENT},
            {"pdp", "feature", NN_SYNTAX},
            {"pdp 0 target=rose", "rose", NN_ARGUMENT},
            {"pdp 0 output=probability target=dense1:2", "softmax", NN_REFUSED},
            {"ice 0", "target=CLASS", NN_ARGUMENT},
            {"ale 0 bins=0", "bins", NN_SYNTAX},
            {"counterfactual 0 fixed=petals", "petals", NN_ARGUMENT},
            {"counterfactual 500", "500", NN_ARGUMENT},
            {"waterfall 0 method=saliency", "do not add up", NN_REFUSED},
            {"waterfall 0 method=slaiency", "slaiency", NN_SYNTAX},
            {"attack cw 0", "cw", NN_SYNTAX},
            {"attack fgsm 0 epsilon=0.1,0.2", "sample=all", NN_ARGUMENT},
            {"attack fgsm 0 epsilon=-1", "epsilon", NN_SYNTAX},
            {"examples dense1 9", "no unit 9", NN_ARGUMENT},
            {"examples dense7", "dense7", NN_ARGUMENT},
            {"pca dense7", "dense7", NN_ARGUMENT},
            {"probe dens1", "dens1", NN_ARGUMENT},
            {"cka layers=dense1,nothing", "nothing", NN_ARGUMENT},
            {"tcav rose target=setosa layer=dense1", "rose", NN_ARGUMENT},
            {"tcav virginica target=rose", "rose", NN_ARGUMENT},
            {"tcav virginica target=setosa layer=softmax1", "before the logits", NN_ARGUMENT},
            {"tcav no.npy target=setosa", "no such file", NN_DAMAGED},
        },
      digits[] = {
          {"pdp 0", "column of a table", NN_REFUSED},
          {"counterfactual 0", "column of a table", NN_REFUSED},
          {"waterfall 0", "row of a table", NN_REFUSED},
          {"timeline 0", "series", NN_REFUSED},
      };
    struct nn_error error;
    nn_test_run(&test, "pdp 0", NN_STATE);
    load_flowers();
    for (size_t i = 0; i < sizeof flowers / sizeof *flowers; i++) {
        error = (struct nn_error){0};
        enum nn_status status = nn_session_run_line(test.session, flowers[i].line, NULL, 1, &error);
        cr_expect(status == flowers[i].status && strstr(error.message, flowers[i].message),
                  "`%s`: %s: %s", flowers[i].line, nn_status_text(status), error.message);
    }
    error = nn_test_run(&test, "pdp \"petal lenght (cm)\"", NN_ARGUMENT);
    cr_expect(strstr(error.hint, "petal length"), "%s", error.hint);
    error = nn_test_run(&test, "tcav virginca target=setosa layer=dense1", NN_ARGUMENT);
    cr_expect(strstr(error.hint, "virginica"), "%s", error.hint);
    load_digits();
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        error = (struct nn_error){0};
        enum nn_status status = nn_session_run_line(test.session, digits[i].line, NULL, 1, &error);
        cr_expect(status == digits[i].status && strstr(error.message, digits[i].message),
                  "`%s`: %s: %s", digits[i].line, nn_status_text(status), error.message);
    }
}

/* What a data scientist reads: plain words, no rest of a rounded zero, no value unscaled unsaid. */
Test(studies, words_of_activation_maximization_and_counterfactuals)
{
    load_flowers();
    nn_test_run(&test, "actmax unit=all steps=4", NN_OK);
    cr_expect_str_eq(last()->note, "Values are as the net sees them, after data scale standard.");
    struct nn_error error = nn_test_run(&test, "actmax rose", NN_ARGUMENT);
    cr_expect_str_eq(error.message, "there is no class rose: the net has 3, from 0");
    error = nn_test_run(&test, "actmax setsa", NN_ARGUMENT);
    cr_expect_str_eq(error.hint, "did you mean `setosa`?");
    error = nn_test_run(&test, "actmax 9 layer=dense1", NN_ARGUMENT);
    cr_expect_str_eq(error.message, "dense1 has no unit 9: it has 8 units, from 0");
    for (size_t i = 0; i < 2; i++) {
        error =
            nn_test_run(&test, i ? "pdp 0 target=loss" : "attack fgsm 0 target=loss", NN_ARGUMENT);
        cr_expect_str_eq(error.message,
                         "target=loss is for one sample and its own class: name a class");
    }
    for (size_t sample = 0; sample < 6; sample++) {
        char line[48];
        snprintf(line, sizeof line, "counterfactual %zu", sample);
        nn_test_run(&test, line, NN_OK);
        for (size_t row = 0; row < last()->rows; row++)
            for (size_t column = 1; column < 3; column++)
                cr_expect(cell(row, column) == 0 ||
                              fabs(cell(row, column)) > 1e-6 * fabs(cell(row, 3)),
                          "%g", cell(row, column));
    }
}

/* An image of a class does not depend on which others are made beside it. */
Test(studies, images_of_several_classes_do_not_repel_one_another)
{
    load_digits();
    nn_test_run(&test, "actmax 3 steps=40", NN_OK);
    float alone[64];
    memcpy(alone, last()->values.data, sizeof alone);
    nn_test_run(&test, "actmax all steps=40", NN_OK);
    for (size_t i = 0; i < 64; i++)
        cr_expect(fabsf(last()->values.data[3 * 64 + i] - alone[i]) < 1e-5f, "%zu", i);
    nn_test_run(&test, "actmax all layer=flatten1 steps=1", NN_OK); /* more than are compared */
}

Test(studies, directions_and_units_that_are_none)
{
    load_digits();
    struct nn_shape shape = nn_shape_make(1, (size_t[]){10});
    float nothing[10] = {0};
    cr_assert(nn_npy_write("zero.npy", &shape, nothing, NULL) == NN_OK);
    struct nn_error error = nn_test_run(&test, "actmax direction=zero.npy", NN_ARGUMENT);
    cr_expect_str_eq(error.message, "zero.npy holds zeros alone: that is no direction");
    error = nn_test_run(&test, "actmax conv1:2", NN_ARGUMENT);
    cr_expect_str_eq(error.hint, "a unit of another layer is named by layer=NAME unit=NUMBER");
}

static const char *const studies_of_a_net[] = {
    "actmax 0",
    "dream 0",
    "examples dense1",
    "pdp 0",
    "ice 0",
    "ale 0",
    "waterfall 0",
    "attack fgsm 0",
    "probe",
    "pca dense1",
    "counterfactual 0",
    "cka",
    "tcav setosa target=1 layer=dense1",
};

Test(studies, nothing_is_studied_of_a_net_that_is_not_finite)
{
    nn_test_run(&test, "data demo iris; net new; add dense 8 relu; add dense 3 softmax", NN_OK);
    test.session->net->nodes[1]->params[0].value.data[3] = NAN;
    for (size_t i = 0; i < sizeof studies_of_a_net / sizeof *studies_of_a_net; i++) {
        struct nn_error error = nn_test_run(&test, studies_of_a_net[i], NN_REFUSED);
        cr_expect_str_eq(error.message, "dense1.weight holds values that are not finite: there is "
                                        "nothing to explain");
    }
}

/* A layer without weights has no figure of them. */
Test(studies, diagnose_has_no_update_of_a_layer_without_weights)
{
    nn_test_run(&test,
                "data demo iris; net new; add dense 4 relu; add dense 3 softmax; compile "
                "loss=categorical_crossentropy; train epochs=1; diagnose trials=no",
                NN_OK);
    const struct nn_result *layers = test.session->results[1];
    cr_assert_str_eq(layers->command, "diagnose layers");
    cr_expect_str_eq(layers->cells[8].text, "relu1");
    cr_expect(layers->cells[15].decimals == -3 && layers->cells[7].decimals == -1);
}

/* What a class of the digits looks like to a trained net: each image is taken for its class. */
Test(studies, every_digit_is_taken_for_its_class)
{
    nn_test_run(
        &test,
        "data demo digits; add conv2d 8 3 padding=same; add batchnorm relu; add conv2d 16 3 "
        "relu; add maxpool2d 2; add flatten; add dense 10 softmax; compile "
        "loss=categorical_crossentropy lr=0.004; train epochs=5 batch=32; actmax unit=all "
        "out=digits.npy",
        NN_OK);
    cr_assert(last()->kind == NN_RESULT_GALLERY && last()->name_count == 10);
    nn_test_run(&test, "data load digits.npy; predict sample=all out=p.csv", NN_OK);
    unsigned char *text;
    size_t length;
    cr_assert(nn_file_read("p.csv", 0, &text, &length, NULL) == NN_OK);
    nn_free(text);
    nn_test_run(&test, "predict sample=all", NN_OK);
    const struct nn_tensor *p = &last()->values;
    cr_assert(p->data && nn_shape_size(&p->shape) == 100);
    for (size_t class = 0; class < 10; class ++)
        cr_expect(p->data[class * 11] >= 0.99f, "digit %zu: p %g", class,
                  (double)p->data[class * 11]);
    /* several images of one class differ, and the net is sure of each, too */
    nn_test_run(&test, "actmax 3 count=4", NN_OK);
    const float *x = last()->values.data;
    double farthest = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *sure = strstr(last()->names[i], "p ");
        cr_expect(sure && strtod(sure + 2, NULL) >= 0.99, "%s", last()->names[i]);
        double square = 0;
        for (size_t j = 0; j < 64; j++)
            square += pow((double)x[i * 64 + j] - (double)x[j], 2);
        farthest = fmax(farthest, square);
    }
    cr_expect(farthest > 1, "%g", farthest);
}
