/* The commands of data, from a file to samples. */
#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct nn_result *last(struct nn_test_session *test)
{
    const struct nn_result *result = nn_session_last_result(test->session);
    cr_assert(result);
    return result;
}

static double figure(const struct nn_result *result, const char *name)
{
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    cr_assert(false, "no figure %s", name);
    return -1;
}

static const char gaps[] = "age;weight;colour;y\n"
                           "10;2,5;red;p\n"
                           ";3,5;blue;q\n"
                           "30;;red;p\n"
                           "40;4,5;red;q\n"
                           "40;4,5;red;p\n";

Test(data, gaps_are_refused_or_told)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("gaps.csv", gaps);
    struct nn_error error = nn_test_run(&test, "data load gaps.csv decimal=comma", NN_DAMAGED);
    cr_assert(strstr(error.hint, "missing=drop"), "%s", error.hint);
    nn_test_run(&test, "data load gaps.csv decimal=comma missing=drop; data info", NN_OK);
    cr_assert(strstr(last(&test)->note, "2 rows were left out"), "%s", last(&test)->note);
    cr_assert(figure(last(&test), "dropped") == 2 && figure(last(&test), "missing") == 2);
    cr_assert(figure(last(&test), "duplicates") == 1 && figure(last(&test), "conflicts") == 1);
    nn_test_run(&test, "data load gaps.csv decimal=comma missing=mean; data info", NN_OK);
    cr_assert(strstr(last(&test)->note, "2 missing cells in 2 columns, filled with the mean"), "%s",
              last(&test)->note);
    cr_assert(strstr(last(&test)->note, "1 column of categories became 3 inputs"), "%s",
              last(&test)->note);
    nn_test_run(&test, "data columns", NN_OK);
    cr_assert(last(&test)->rows == 5 && last(&test)->cells[0 * 7 + 5].number == 1);
    cr_assert(last(&test)->cells[0 * 7 + 2].number == 30, "the mean of age");
    nn_test_run(&test, "data load gaps.csv decimal=comma missing=mostfrequent", NN_OK);
    nn_test_run(&test, "data show 1", NN_OK);
    cr_assert(last(&test)->cells[0 * 3 + 1].number == 40, "the most frequent age");
    nn_test_write("gap.csv", "a,y\n1,p\n2,\n,q\n");
    nn_test_run(&test, "data load gap.csv missing=mean; data info", NN_OK);
    cr_assert(strstr(nn_buffer_string(&test.out), "1 row was left out for missing labels"));
    cr_assert(strstr(last(&test)->note, "1 row was left out for missing labels. 1 missing cell"),
              "%s", last(&test)->note);
    nn_test_end(&test);
}

Test(data, columns_by_number_range_and_name)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("t.csv", "a,b,c,d,y\n1,2,x,4,0\n5,6,y,8,1\n");
    nn_test_run(&test, "data load t.csv columns=1-2,d label=5 task=classification", NN_OK);
    const struct nn_samples *samples = test.session->dataset->samples;
    cr_assert(samples->feature_count == 3 && strcmp(samples->features[2], "d") == 0);
    nn_test_run(&test, "data load t.csv columns=1-7 label=5", NN_ARGUMENT);
    cr_assert(test.session->dataset->samples == samples, "the old data stay");
    nn_test_run(&test, "data load t.csv columns=1-2,4,label=5 task=classification; data info",
                NN_OK);
    cr_assert(!strstr(last(&test)->note, "bears the name"), "%s", last(&test)->note);
    cr_assert(test.session->dataset->samples->feature_count == 3);
    nn_test_write("twins.csv", "a,b,a,y\n1,2,3,p\n5,6,7,q\n");
    nn_test_run(&test, "data load twins.csv; data info", NN_OK);
    cr_assert(strstr(last(&test)->note, "1 column bears the name of an earlier one, such as \"a\""),
              "%s", last(&test)->note);
    nn_test_run(&test, "data load t.csv categories=d label=5", NN_OK);
    cr_assert(test.session->dataset->samples->feature_count == 2 + 3 + 3);
    nn_test_end(&test);
}

Test(data, a_table_for_an_opened_model)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("train.csv", "age,colour,y\n1,red,p\n2,blue,q\n3,red,p\n4,blue,q\n");
    nn_test_write("new.csv", "id,colour,age\n7,green,3\n8,blue,4\n");
    nn_test_write("other.csv", "age,height\n7,3\n8,4\n");
    nn_test_run(&test, "data load train.csv; data scale standard; add dense 2 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy; train epochs=1; save m.safetensors",
                NN_OK);
    nn_test_run(&test, "open m.safetensors; data load new.csv", NN_OK);
    const struct nn_dataset *data = test.session->dataset;
    cr_assert(data->samples->feature_count == 4 && data->samples->task == NN_TASK_NONE);
    cr_assert(strcmp(data->samples->features[3], "colour=?") == 0);
    cr_assert(((float *)data->samples->values)[3] == 1, "green is unknown");
    cr_assert(data->scaling == NN_SCALING_STANDARD && data->offset[0] == 2.5F);
    nn_test_run(&test, "data load other.csv label=none", NN_OK);
    cr_assert(test.session->dataset->samples->feature_count == 2, "it is for something else");
    nn_test_end(&test);
}

/* What fills missing cells is the training split's and goes into the model's file: what is said of
 * one row does not depend on the rows beside it. */
Test(data, gaps_for_an_opened_model)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("train.csv", "age,size,y\n1,5,p\n,6,q\n3,7,p\n4,8,q\n70,9,q\n");
    nn_test_write("one.csv", "age,size\n?,3\n");
    nn_test_write("none.csv", "age,size,y\n,1,p\n,2,q\n9,3,q\n");
    nn_test_run(&test, "data load train.csv missing=mean; data split order=last test=0.4", NN_OK);
    cr_assert(test.session->dataset->fill[0] == 2);
    nn_test_run(&test, "data scale standard; add dense 2 softmax", NN_OK);
    nn_test_run(&test, "compile loss=categorical_crossentropy; train epochs=1; save m.safetensors",
                NN_OK);
    nn_test_run(&test, "open m.safetensors; data load one.csv missing=mostfrequent", NN_OK);
    const struct nn_dataset *data = test.session->dataset;
    float x[2];
    nn_dataset_raw(data, 0, x);
    cr_assert(x[0] == 2 && data->fill_given && data->fill_rule == NN_MISSING_MEAN);
    nn_test_run(&test, "predict 0; data info", NN_OK);
    cr_assert(strstr(last(&test)->note, "the mean of the column (texts count as unknown) as the "
                                        "model knows it"),
              "%s", last(&test)->note);
    nn_test_run(&test, "save m2.safetensors; open m2.safetensors; data load train.csv missing=mean",
                NN_OK);
    nn_dataset_raw(test.session->dataset, 1, x);
    cr_assert(x[0] == 2, "all rows would say 19.5: %g", (double)x[0]);
    nn_test_run(&test, "data split order=last test=0.2", NN_OK);
    nn_dataset_raw(test.session->dataset, 1, x);
    cr_assert(x[0] == 2, "the model's stays: %g", (double)x[0]);
    nn_test_run(&test, "net new; data load none.csv missing=mean", NN_OK);
    struct nn_error error = nn_test_run(&test, "data split order=last test=0.3", NN_DAMAGED);
    cr_assert(strstr(error.message, "no values at all in the training split"), "%s", error.message);
    nn_test_end(&test);
}

Test(data, windows_that_overlap)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("s.csv", "a\n0\n1\n2\n?\n4\n5\n6\n7\n8\n9\n10\n11\n12\n");
    nn_test_run(&test, "data load s.csv label=none missing=mean; data window 3", NN_OK);
    cr_assert(strstr(nn_buffer_string(&test.out), "1 window was left out"), "%s",
              nn_buffer_string(&test.out));
    nn_test_run(&test, "data info", NN_OK);
    cr_assert(strstr(last(&test)->note, "1 missing cell in 1 column") &&
                  strstr(last(&test)->note, "1 window was left out"),
              "%s", last(&test)->note);
    nn_test_run(&test, "data columns", NN_OK);
    cr_assert(last(&test)->rows == 1 && strcmp(last(&test)->cells[0].text, "a") == 0);
    cr_assert(last(&test)->cells[5].number == 1);
    nn_test_run(&test, "data split order=time test=0.2", NN_OK);
    cr_assert(test.warnings.length == 0);
    nn_test_run(&test, "add dense 1; compile loss=mse; train epochs=1 validation=0.25", NN_OK);
    const struct nn_dataset *data = test.session->dataset;
    size_t n = data->split_count[NN_SPLIT_TRAIN];
    cr_assert(data->split_count[NN_SPLIT_VALIDATION] > 0 &&
              data->index[NN_SPLIT_VALIDATION][0] == n);
    nn_test_run(&test, "data split test=0.2", NN_OK);
    cr_assert(strstr(nn_buffer_string(&test.warnings), "order=time keeps them apart"));
    size_t length = test.warnings.length;
    nn_test_run(&test, "data split folds=3 fold=1; data split folds=3 fold=2", NN_OK);
    cr_assert(test.warnings.length == length, "once");
    nn_test_run(&test, "data load s.csv label=none missing=mean; data window 3 step=4", NN_OK);
    nn_test_run(&test, "data split test=0.4", NN_OK);
    cr_assert(test.warnings.length == length, "these do not overlap");
    nn_test_end(&test);
}

Test(data, keys_of_split_that_exclude_each_other)
{
    static const struct {
        const char *line, *part;
    } cases[] = {
        {"data split folds=5", "go together"},
        {"data split fold=2", "go together"},
        {"data split folds=5 fold=1 test=0.2", "exclude each other"},
        {"data split folds=5 fold=6", "1 to 5"},
        {"data split folds=2000 fold=1", "from 2 to 150"},
        {"data split order=last seed=3", "nothing is drawn"},
        {"data split order=time stratify=yes", "nothing is drawn"},
        {"data split order=time folds=3 fold=1", "order= has none"},
        {"data split test=0.6 validation=0.5", "none to train"},
        {"data window 5 target=label as=direction", "as=direction wants a column"},
        {"data window 5 target=1 as=direction horizon=0", "as=direction wants a column"},
        {"data window 151", "150 rows"},
        {"data window 5 target=hight", "no column"},
        {"data export x.csv what=masks", "not known"},
        {"data export x.txt", ".csv or .npy"},
        {"data export x.csv split=validation", "is empty"},
    };
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "data demo iris", NN_OK);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_error error = {0};
        enum nn_status status = nn_session_run_line(test.session, cases[k].line, NULL, 1, &error);
        cr_expect(status == NN_ARGUMENT || status == NN_STATE, "%s: %d", cases[k].line,
                  (int)status);
        cr_expect(strstr(error.message, cases[k].part), "%s: %s", cases[k].line, error.message);
    }
    nn_test_run(&test, "data split order=last test=0 validation=0.2; data split folds=3 fold=3",
                NN_OK);
    nn_test_end(&test);
}

Test(data, keys_that_mean_nothing_for_the_format)
{
    static const char *const keys[] = {"label=1",       "header=yes", "delimiter=tab",
                                       "decimal=comma", "columns=1",  "missing=mean",
                                       "categories=1"};
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "data demo lesions samples=50; data export l.npy", NN_OK);
    for (size_t k = 0; k < sizeof keys / sizeof keys[0]; k++) {
        char line[80];
        snprintf(line, sizeof line, "data load l.npy %s", keys[k]);
        struct nn_error error = nn_test_run(&test, line, NN_ARGUMENT);
        cr_expect(strstr(error.message, "means nothing for a file of the format npy"), "%s",
                  error.message);
    }
    nn_test_write("t.csv", "a,y\n1,p\n2,q\n");
    struct nn_error error = nn_test_run(&test, "data load t.csv layout=hwc", NN_ARGUMENT);
    cr_assert(strstr(error.message, "layout= means nothing"), "%s", error.message);
    nn_test_run(&test, "data load l.npy layout=chw", NN_OK);
    nn_test_end(&test);
}

Test(data, values_and_their_targets)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("t.csv", "a,y\n1,2.5\n2,3.5\n3,4.5\n");
    nn_test_run(&test, "data load t.csv; data show 1", NN_OK);
    cr_assert(strcmp(last(&test)->title, "sample 1 (train), target 3.5") == 0, "%s",
              last(&test)->title);
    nn_test_run(&test, "add dense 1; compile loss=mse; predict 2 split=train", NN_OK);
    const struct nn_result *result = last(&test);
    cr_assert(result->column_count == 5 && result->rows == 1);
    cr_assert(result->cells[3].number == 4.5 &&
              result->cells[4].number == result->cells[2].number - 4.5);
    nn_test_run(&test, "predict all split=train", NN_OK);
    cr_assert(last(&test)->rows == 3 && last(&test)->cells[5 + 3].number == 3.5);
    nn_test_run(&test, "predict all split=train out=p.csv; data load p.csv label=target", NN_OK);
    cr_assert(test.session->dataset->samples->targets[1] == 3.5F);
    nn_test_run(&test, "data load t.csv columns=1 label=none; predict 0", NN_OK);
    cr_assert(last(&test)->column_count == 3, "nothing is known");
    nn_test_end(&test);
}

Test(data, masks_go_to_a_file)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(&test, "data demo lesions samples=100; data export m.npy what=masks split=test",
                NN_OK);
    nn_test_run(&test, "data load m.npy", NN_OK);
    const struct nn_samples *samples = test.session->dataset->samples;
    cr_assert(samples->count == 20 && samples->shape.rank == 3 && samples->shape.dim[0] == 1);
    nn_test_run(&test, "data demo market samples=100; data export m.npy what=masks", NN_OK);
    nn_test_run(&test, "data load m.npy", NN_OK);
    samples = test.session->dataset->samples;
    cr_assert(samples->count == 100 && samples->shape.rank == 1 && samples->shape.dim[0] == 20);
    nn_test_run(&test, "data demo signs samples=60; data export t.csv split=train", NN_OK);
    nn_test_run(&test, "data load t.csv shape=3x32x32", NN_OK);
    cr_assert(test.session->dataset->samples->count == 48);
    nn_test_end(&test);
}

Test(data, a_second_file_is_the_test_split)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("train.csv", "age,colour,y\n1,red,p\n2,blue,q\n3,red,p\n4,blue,q\n");
    nn_test_write("test.csv", "colour,age,y\ngreen,5,q\nred,6,r\n");
    nn_test_write("rest.csv", "age,y\n5,q\n6,p\n");
    nn_test_run(&test, "data load train.csv; data scale standard; data load test.csv split=test",
                NN_OK);
    const struct nn_dataset *data = test.session->dataset;
    cr_assert(data->split_count[NN_SPLIT_TRAIN] == 4 && data->split_count[NN_SPLIT_TEST] == 2);
    cr_assert(data->scaling == NN_SCALING_STANDARD && data->offset[0] == 2.5F);
    const float *values = (const float *)data->samples->values;
    cr_assert(values[4 * 4] == 5 && values[4 * 4 + 3] == 1, "age 5 of unknown colour");
    cr_assert(data->samples->class_count == 3 && nn_dataset_label(data, NN_SPLIT_TEST, 0) == 1);
    cr_assert(nn_dataset_label(data, NN_SPLIT_TEST, 1) == 2, "r is new");
    nn_test_run(&test, "data load test.csv split=test", NN_OK);
    data = test.session->dataset;
    cr_assert(data->samples->count == 6, "the earlier test samples went");
    nn_test_run(&test, "data load train.csv split=train", NN_OK);
    data = test.session->dataset;
    cr_assert(data->split_count[NN_SPLIT_TRAIN] == 4 && data->split_count[NN_SPLIT_TEST] == 2);
    nn_test_run(&test, "data load rest.csv split=test", NN_OK);
    data = test.session->dataset;
    cr_assert(data->samples->count == 2, "of another shape: for itself");
    nn_test_end(&test);
}

Test(data, images_and_values_join)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_write("a.csv", "u,y\n1,0.5\n2,1.5\n");
    nn_test_write("b.csv", "u,y\n3,2.5\n");
    nn_test_run(&test,
                "data load a.csv task=regression; data load b.csv split=test; data demo digits; "
                "data export d.npy split=train; data load d.npy split=test",
                NN_OK);
    nn_test_run(&test, "data load a.csv task=regression; data load b.csv split=test", NN_OK);
    const struct nn_samples *samples = test.session->dataset->samples;
    cr_assert(samples->task == NN_TASK_REGRESSION && samples->count == 3 &&
              samples->targets[2] == 2.5F);
    nn_test_run(&test,
                "data demo lesions samples=60; data export l.npy; data load l.npy split=train",
                NN_OK);
    nn_test_run(&test, "data load l.npy split=test", NN_OK);
    cr_assert(test.session->dataset->samples->count == 120);
    nn_test_end(&test);
}

/* A picture of `side` x `side` pixels as text, grey or (P3) with the same grey as a colour. */
static void write_picture(const char *name, int side, int first, bool color)
{
    char text[2000];
    int length = snprintf(text, sizeof text, "P%c %d %d 255\n", color ? '3' : '2', side, side);
    for (int i = 0; i < side * side; i++)
        for (int k = 0; k < (color ? 3 : 1); k++)
            length += snprintf(text + length, sizeof text - (size_t)length, "%d ",
                               (first + 37 * i) % 256);
    nn_test_write(name, text);
}

/* Size, channels and scaling are the model's, whatever the pictures are and without a word. */
Test(data, pictures_are_read_as_the_model_had_them)
{
    struct nn_test_session test;
    float x[2][6], y[6];
    nn_test_start(&test);
    cr_assert(mkdir("p", 0777) == 0 && mkdir("p/a", 0777) == 0 && mkdir("p/b", 0777) == 0);
    write_picture("p/a/1.pgm", 4, 10, false);
    write_picture("p/b/1.pgm", 5, 90, false);
    nn_test_run(&test, "data load p resize=4", NN_ARGUMENT);
    nn_test_run(&test, "data load p resize=70000x1", NN_ARGUMENT);
    nn_test_run(&test, "data load p", NN_DAMAGED);
    nn_test_run(&test, "data load p resize=2x3; data scale standard", NN_OK);
    for (size_t i = 0; i < 2; i++)
        nn_dataset_sample(test.session->dataset, NN_SPLIT_TRAIN, i, x[i]);
    nn_test_run(&test,
                "add flatten; add dense 2 softmax; compile loss=categorical_crossentropy; "
                "train epochs=1; save m.safetensors",
                NN_OK);
    cr_assert(mkdir("q", 0777) == 0);
    write_picture("q/1.ppm", 4, 10, true);
    write_picture("q/2.pgm", 5, 90, false);
    nn_test_run(&test, "open m.safetensors; data load q", NN_OK);
    cr_assert(test.session->dataset->scaling == NN_SCALING_STANDARD);
    for (size_t i = 0; i < 2; i++) {
        nn_dataset_sample(test.session->dataset, NN_SPLIT_TEST, i, y);
        cr_assert(memcmp(x[i], y, sizeof y) == 0, "picture %zu", i);
    }
    /* And so after another round. */
    nn_test_run(&test, "save n.safetensors; open n.safetensors; data load q", NN_OK);
    nn_dataset_sample(test.session->dataset, NN_SPLIT_TEST, 1, y);
    cr_assert(memcmp(x[1], y, sizeof y) == 0);
    nn_test_run(&test, "data load q color=rgb", NN_OK);
    cr_assert(test.session->dataset->samples->shape.dim[0] == 3, "a word of the user counts");
    /* Pictures for another net change nothing of it. */
    nn_test_run(&test, "save n.safetensors; open n.safetensors; data load q", NN_OK);
    cr_assert(test.session->dataset->samples->shape.dim[0] == 1);
    nn_test_end(&test);
}

/* Pixels in the columns of a table: shape= makes images of them, and a model that learned from them
 * makes the same of its columns. */
Test(data, images_in_rows)
{
    static const char rows[] = "label,p0,p1,p2,p3,p4,p5\n"
                               "7,0,1,2,3,4,5\n8,9,8,7,6,5,4\n7,1,1,2,2,3,3\n8,5,5,6,6,7,7\n";
    struct nn_test_session test;
    float x[6], y[6];
    nn_test_start(&test);
    nn_test_write("rows.csv", rows);
    nn_test_run(&test, "data load rows.csv shape=1x2x2", NN_SHAPE);
    nn_test_run(&test, "data load rows.csv shape=1x2x3; data scale standard", NN_OK);
    const struct nn_dataset *data = test.session->dataset;
    cr_assert(nn_dataset_is_image(data) && data->samples->class_count == 2);
    cr_assert(data->scale_count == 1, "one scale for the channel");
    nn_dataset_sample(data, NN_SPLIT_TRAIN, 1, x);
    nn_test_run(&test,
                "add conv2d 2 2 relu; add flatten; add dense 2 softmax; compile "
                "loss=categorical_crossentropy; train 1; saliency sample=0; save m.safetensors",
                NN_OK);
    nn_test_run(&test, "open m.safetensors; data load rows.csv", NN_OK);
    cr_assert(nn_dataset_is_image(test.session->dataset));
    nn_dataset_sample(test.session->dataset, NN_SPLIT_TRAIN, 1, y);
    cr_assert(memcmp(x, y, sizeof x) == 0);
    nn_test_run(&test, "evaluate split=train", NN_OK);
    nn_test_end(&test);
}
