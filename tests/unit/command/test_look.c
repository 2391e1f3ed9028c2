/* What commands compute and write: results, files, the cursor, the scene. */
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
    nn_test_run(&test,
                "data demo digits; add conv2d 4 3 relu; add maxpool2d 2; add flatten; add dense 10 "
                "softmax; compile loss=categorical_crossentropy; train epochs=1",
                NN_OK);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(look, .init = start, .fini = end);

static const char *shape_of(const char *path)
{
    static char text[NN_SHAPE_TEXT];
    struct nn_tensor tensor = {0};
    cr_assert(nn_npy_read(path, &tensor, NULL) == NN_OK, "%s", path);
    nn_shape_text(text, &tensor.shape);
    nn_tensor_clear(&tensor);
    return text;
}

Test(look, arrays_are_written_in_their_shapes)
{
    static const struct {
        const char *line, *shape;
    } cases[] = {
        {"predict sample=3 out=a.npy", "1x10"},
        {"predict sample=all out=a.npy", "359x10"},
        {"activations layer=conv1 sample=3 out=a.npy", "4x6x6"},
        {"activations layer=conv1 sample=all out=a.npy", "359x4x6x6"},
        {"filters layer=conv1 out=a.npy", "4x3x3"},
        {"weights conv1 out=a.npy", "4x1x3x3"},
        {"weights conv1 parameter=bias out=a.npy", "4"},
        {"confusion out=a.npy", "10x10"},
        {"saliency sample=3 out=a.npy", "1x8x8"},
        {"saliency sample=all out=a.npy", "359x1x8x8"},
        {"gradcam sample=3 out=a.npy", "1x6x6"},
        {"ig 3 steps=4 target=8 out=a.npy", "1x8x8"},
        {"actmax unit=3 steps=3 out=a.npy", "1x8x8"},
        {"actmax unit=all steps=3 out=a.npy", "10x1x8x8"},
        {"actmax layer=conv1 unit=1 count=3 steps=3 out=a.npy", "3x1x8x8"},
        {"dream sample=3 steps=3 out=a.npy", "1x8x8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nn_test_run(&test, cases[i].line, NN_OK);
        const char *shape = shape_of("a.npy");
        cr_assert_str_eq(shape, cases[i].shape, "`%s`: %s", cases[i].line, shape);
    }
}

Test(look, other_formats_by_extension)
{
    nn_test_run(&test, "evaluate out=a.csv; loss out=b.json; saliency 0 out=c.png; export d.npy",
                NN_OK);
    cr_assert(nn_file_exists("a.csv") && nn_file_exists("b.json") && nn_file_exists("c.png") &&
              nn_file_exists("d.npy"));
    size_t results = test.results;
    nn_test_run(&test, "saliency 0 out=c.gif", NN_ARGUMENT);
    nn_test_run(&test, "export c.gif", NN_ARGUMENT);
    nn_test_run(&test, "saliency 0 out=/nowhere/a.npy", NN_IO);
    cr_assert(test.results == results, "a result that could not be written is not shown");
}

Test(look, wrong_subjects_are_named)
{
    static const struct {
        const char *line, *message;
        enum nn_status status;
    } cases[] = {
        {"predict sample=359", "359", NN_ARGUMENT},
        {"predict sample=0 split=validation", "validation", NN_STATE},
        {"activations layer=conv9 sample=0", "conv9", NN_ARGUMENT},
        {"filters layer=maxpool1", "maxpool", NN_ARGUMENT},
        {"weights flatten1", "no parameters", NN_ARGUMENT},
        {"explain slaiency sample=0", "slaiency", NN_SYNTAX},
        {"saliency sample=0 target=10", "10", NN_ARGUMENT},
        {"gradcam sample=0 layer=flatten1", "flatten1", NN_REFUSED},
        {"actmax unit=10", "10", NN_ARGUMENT},
        {"actmax layer=conv1 unit=4", "4 feature maps", NN_ARGUMENT},
        {"actmax layer=conv9 unit=0", "conv9", NN_ARGUMENT},
        {"actmax", "unit=all", NN_ARGUMENT},
        {"actmax unit=all count=2", "count=", NN_ARGUMENT},
        {"actmax direction=missing.npy", "no such file", NN_DAMAGED},
        {"actmax unit=1 direction=a.npy", "either", NN_ARGUMENT},
        {"dream sample=0 unit=11", "11", NN_ARGUMENT},
        {"dream sample=400", "400", NN_ARGUMENT},
        {"select sample=359", "359", NN_ARGUMENT},
        {"select sample=x", "x", NN_SYNTAX},
        {"show nothing", "nothing", NN_SYNTAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_error error = {0};
        enum nn_status status = nn_session_run_line(test.session, cases[i].line, NULL, 1, &error);
        cr_assert(status == cases[i].status && strstr(error.message, cases[i].message),
                  "`%s`: %s: %s", cases[i].line, nn_status_text(status), error.message);
    }
}

Test(look, targets_and_baselines_from_files)
{
    char targets[359 * 2 + 1];
    for (int i = 0; i < 359; i++)
        memcpy(targets + 2 * i, "3\n", 3);
    nn_test_write("targets.txt", targets);
    nn_test_run(&test, "saliency sample=all target=targets.txt out=a.npy", NN_OK);
    nn_test_run(&test, "saliency sample=all target=3 out=b.npy", NN_OK);
    unsigned char *a, *b;
    size_t a_length, b_length;
    cr_assert(nn_file_read("a.npy", 0, &a, &a_length, NULL) == NN_OK);
    cr_assert(nn_file_read("b.npy", 0, &b, &b_length, NULL) == NN_OK);
    cr_assert(a_length == b_length && memcmp(a, b, a_length) == 0);
    nn_free(a);
    nn_free(b);
    nn_test_run(&test, "saliency sample=all target=loss", NN_OK);
    cr_expect_str_eq(nn_session_last_result(test.session)->target,
                     "loss for each one's true class");
    nn_test_write("short.txt", "3\n4\n");
    nn_test_run(&test, "saliency sample=all target=short.txt", NN_DAMAGED);
    nn_test_write("wrong.txt", "3\nx\n");
    struct nn_error error = nn_test_run(&test, "saliency sample=all target=wrong.txt", NN_DAMAGED);
    cr_assert(error.line == 2);
    nn_test_run(&test,
                "saliency 0 out=base.npy; ig 0 steps=3 baseline=base.npy; ig 0 baseline=mean",
                NN_OK);
    nn_test_run(&test, "ig 0 baseline=missing.npy", NN_DAMAGED);
    nn_test_run(&test, "weights conv1 out=small.npy; ig 0 baseline=small.npy", NN_SHAPE);
}

Test(look, the_cursor_moves_and_stays_within)
{
    const struct nn_session *session = test.session;
    nn_test_run(&test, "select sample=5 layer=conv1; select sample=+1 map=+2", NN_OK);
    cr_assert(session->sample == 6 && session->layer == 1 && session->map == 2);
    nn_test_run(&test, "select sample=-100 layer=+99 map=0", NN_OK);
    cr_assert(session->sample == 0 && session->layer == session->net->count - 1);
    nn_test_run(&test, "select split=train sample=1400", NN_OK);
    cr_assert(session->split == NN_SPLIT_TRAIN && session->sample == 1400);
    nn_test_run(&test, "data demo iris", NN_OK);
    cr_assert(session->sample == 0, "the cursor stands within the new data");
}

Test(look, the_scene_shows_what_was_computed)
{
    struct nn_scene scene;
    nn_test_run(&test, "saliency sample=5; confusion; select layer=conv1", NN_OK);
    nn_session_scene(test.session, &scene);
    cr_assert(scene.net && scene.dataset && scene.recipe && scene.history->epochs == 1);
    cr_assert(scene.input && scene.prediction_count == 10 && scene.activations);
    cr_assert(scene.explanation_count == 1 && scene.confusion && scene.label >= 0);
    float sum = 0;
    for (size_t i = 0; i < scene.prediction_count; i++)
        sum += scene.prediction[i];
    cr_assert(fabsf(sum - 1) < 1e-5f);
    nn_test_run(&test, "train epochs=1", NN_OK);
    nn_session_scene(test.session, &scene);
    cr_assert(scene.explanation_count == 1 && scene.explanation_old[0] && !scene.confusion,
              "what was computed of the old weights says so, or is gone");
    nn_test_run(&test, "saliency sample=5", NN_OK);
    nn_session_scene(test.session, &scene);
    cr_assert(scene.explanation_count == 1 && !scene.explanation_old[0]);
    nn_test_run(&test, "data scale standard", NN_OK);
    nn_session_scene(test.session, &scene);
    cr_assert_eq(scene.explanation_count, 0u, "of other inputs");
    nn_test_run(&test, "saliency sample=5; net init", NN_OK);
    nn_session_scene(test.session, &scene);
    cr_assert_eq(scene.explanation_count, 0u, "of another net");
}

/* Every sample that `data find` goes to is in the cell, and all of the cell are gone to in turn. */
Test(look, samples_of_a_cell_are_found)
{
    struct nn_session *session = test.session;
    struct nn_scene scene;
    nn_test_run(&test, "confusion; select split=test sample=0", NN_OK);
    nn_session_scene(session, &scene);
    size_t errors = 0;
    for (size_t i = 0; i < 100; i++)
        errors += i % 11 ? (size_t)scene.confusion->values.data[i] : 0;
    cr_assert(errors > 0, "a net that errs");
    size_t first = 0, visited = 0;
    do {
        nn_test_run(&test, "data find", NN_OK);
        nn_session_scene(session, &scene);
        size_t best = 0;
        for (size_t c = 1; c < 10; c++)
            best = scene.prediction[c] > scene.prediction[best] ? c : best;
        cr_assert(scene.label >= 0 && best != (size_t)scene.label, "sample %zu", session->sample);
        first = visited++ ? first : session->sample;
        cr_assert(visited <= errors + 1);
    } while (visited == 1 || session->sample != first);
    cr_assert_eq(visited, errors + 1);
    nn_test_run(&test, "data find split=train", NN_OK);
    cr_assert(session->split == NN_SPLIT_TRAIN);
    nn_test_run(&test, "data find actual=nobody", NN_ARGUMENT);
    nn_test_run(&test, "data find actual=3 predicted=77", NN_STATE);
}

/* Without a unit of a dense layer the logits change by its weights times its value. */
Test(look, ablation_takes_a_unit_away)
{
    nn_test_run(&test,
                "data demo iris; net new; add dense 6 relu; add dense 3; compile "
                "loss=categorical_crossentropy lr=0.05; train 5; activations layer=relu1 sample=2",
                NN_OK);
    struct nn_session *session = test.session;
    const struct nn_net *net = session->net;
    float units[6];
    memcpy(units, nn_session_last_result(session)->values.data, sizeof units);
    for (size_t unit = 0; unit < 6; unit++) {
        char command[64];
        snprintf(command, sizeof command, "ablate layer=relu1 map=%zu sample=2", unit);
        nn_test_run(&test, command, NN_OK);
        const struct nn_result *table = nn_session_last_result(session);
        cr_assert_eq(table->rows, 3u);
        for (size_t k = 0; k < 3; k++) {
            float weight = net->nodes[3]->params[0].value.data[k * 6 + unit];
            double change = table->cells[k * 4 + 3].number;
            cr_assert(fabs(change + (double)(weight * units[unit])) < 1e-5, "unit %zu: %g", unit,
                      change);
        }
    }
    nn_test_run(&test, "ablate layer=relu1 map=6", NN_ARGUMENT);
    nn_test_run(&test, "ablate layer=dense2 map=0", NN_ARGUMENT);
    nn_test_run(&test, "ablate layer=relu1 map=0 sample=all", NN_ARGUMENT);
}

Test(look, models_come_back_whole)
{
    nn_test_run(&test,
                "evaluate out=a.csv; save m.safetensors; net new input=3; open m.safetensors; "
                "evaluate out=b.csv",
                NN_OK);
    unsigned char *a, *b;
    size_t length;
    cr_assert(nn_file_read("a.csv", 0, &a, &length, NULL) == NN_OK);
    cr_assert(nn_file_read("b.csv", 0, &b, &length, NULL) == NN_OK);
    cr_assert_str_eq((char *)a, (char *)b);
    nn_free(a);
    nn_free(b);
    nn_test_run(&test, "train epochs=1; assert epoch == 2", NN_OK);
    nn_test_write("broken.safetensors", "12345678{}");
    nn_test_run(&test, "open broken.safetensors", NN_DAMAGED);
    nn_test_run(&test, "open missing.safetensors", NN_DAMAGED);
    nn_test_run(&test, "assert epoch == 2", NN_OK);
}

Test(look, data_exports_come_back)
{
    nn_test_run(&test, "data export d.csv; data load d.csv shape=1x8x8; data info", NN_OK);
    cr_assert(test.session->dataset->samples->count == 1797);
    cr_assert(test.session->dataset->samples->class_count == 10);
    nn_test_run(&test, "data export d.npy", NN_OK);
    cr_assert_str_eq(shape_of("d.npy"), "1797x1x8x8");
    nn_test_run(&test, "data export d.txt", NN_ARGUMENT);
}
