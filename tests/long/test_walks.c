/* The walks through medicine, driving and finance: what they train is good, in time, and its
 * explanations point to what is known to decide the class. And a linear model sees nothing. */
#include "base/file.h"
#include "base/mem.h"
#include "command/session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Seconds of work that are a minute on two cores; the machine may be busy with other things. */
#define WORK_LIMIT 120.0

static void no_message(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void no_result(void *context, const struct nn_result *result)
{
    (void)context;
    (void)result;
}

static void no_epoch(void *context, const struct nn_history *history,
                     const struct nn_train_progress *progress)
{
    (void)context;
    (void)history;
    (void)progress;
}

static void no_warning(void *context, const struct nn_error *error)
{
    (void)context;
    (void)error;
}

static struct nn_session *start(void)
{
    struct nn_output output = {
        .message = no_message, .result = no_result, .epoch = no_epoch, .warning = no_warning};
    struct nn_session *session = NULL;
    cr_assert(nn_session_new(&output, &session, NULL) == NN_OK);
    return session;
}

static void run_line(struct nn_session *session, const char *line)
{
    struct nn_error error = {.status = NN_OK};
    enum nn_status status = nn_session_run_line(session, line, NULL, 1, &error);
    cr_assert(status == NN_OK, "%s: %s", line, error.message);
}

static void run_walk(struct nn_session *session, const char *name)
{
    struct nn_error error = {.status = NN_OK};
    unsigned char *script;
    char path[400];
    size_t length;
    snprintf(path, sizeof path, "%s/%s", getenv("NNSCOPE_DATA"), name);
    cr_assert(nn_file_read(path, 0, &script, &length, &error) == NN_OK, "%s", error.message);
    clock_t begin = clock();
    enum nn_status status =
        nn_session_run_script(session, (char *)script, length, name, false, &error);
    double work = (double)(clock() - begin) / CLOCKS_PER_SEC;
    nn_free(script);
    cr_assert(status == NN_OK, "%s:%zu: %s", name, session->failed.line, error.message);
    cr_assert(work < WORK_LIMIT, "%s: %.0f s", name, work);
}

/* At least `accuracy` of the test samples are classified rightly, and the explanations of at least
 * `share` of these point into the mask. `what` is a method with its keys. */
static void expect_pointing(struct nn_session *session, const char *what, double accuracy,
                            double share)
{
    char line[200];
    snprintf(line, sizeof line, "evaluate split=test; assert test.accuracy >= %g", accuracy);
    run_line(session, line);
    snprintf(line, sizeof line, "pointing %s split=test", what);
    run_line(session, line);
    const struct nn_result *result = nn_session_last_result(session);
    for (size_t i = 0; i < result->figure_count; i++) {
        fprintf(stderr, "# %s: %.4f\n", result->figures[i].name, result->figures[i].value);
        cr_assert(result->figures[i].value >= share, "%s points to the truth in %.4f",
                  result->figures[i].name, result->figures[i].value);
    }
    cr_assert(result->figure_count > 0);
}

Test(walks, medicine)
{
    struct nn_session *session = start();
    run_walk(session, "medicine.nns");
    expect_pointing(session, "saliency pool=max", 0.95, 0.80);
    expect_pointing(session, "gradcam,ig,occlusion,lrp baseline=mean", 0.95, 0.90);
    nn_session_free(session);
}

Test(walks, driving)
{
    struct nn_session *session = start();
    run_walk(session, "driving.nns");
    expect_pointing(session, "saliency pool=max", 0.95, 0.80);
    expect_pointing(session, "gradcam,ig,occlusion,lrp baseline=mean", 0.95, 0.90);
    nn_session_free(session);
}

Test(walks, finance)
{
    struct nn_session *session = start();
    run_walk(session, "finance.nns");
    expect_pointing(session, "saliency,ig pool=max", 0.80, 0.80);
    nn_session_free(session);
}

/* What a linear model makes of each set, with the training that is enough for it. */
static void expect_linear_below(const char *name, double accuracy)
{
    char line[400];
    struct nn_session *session = start();
    snprintf(line, sizeof line,
             "data demo %s; net new; add flatten; add dense %s softmax; compile "
             "loss=categorical_crossentropy lr=0.002; train epochs=15 batch=32; evaluate; assert "
             "test.accuracy < %.2f",
             name, strcmp(name, "signs") == 0 ? "10" : "2", accuracy);
    run_line(session, line);
    nn_session_free(session);
}

Test(walks, a_linear_model_fails)
{
    expect_linear_below("lesions", 0.60);
    expect_linear_below("signs", 0.60);
    expect_linear_below("market", 0.55);
}

/* And one that may be as deep as it likes, but is blind to one of both days. */
Test(walks, a_blind_model_fails)
{
    char folder[] = "/tmp/nnscope-long-XXXXXX", line[600];
    struct nn_session *session = start();
    cr_assert(mkdtemp(folder));
    snprintf(line, sizeof line, "data demo market; data export %s/m.csv", folder);
    run_line(session, line);
    snprintf(
        line, sizeof line,
        "data load %s/m.csv columns=1-9,11-20; data split order=time test=0.2; data scale "
        "standard; net new; add dense 64 relu; add dense 32 relu; add dense 2 softmax; compile "
        "loss=categorical_crossentropy lr=0.003 schedule=cosine; train epochs=8 batch=32; "
        "evaluate; assert test.accuracy < 0.55",
        folder);
    run_line(session, line);
    nn_session_free(session);
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    cr_assert(system(line) == 0);
}
