/* explain: pdp, ice, ale: the answer as a function of one feature. */
#include "explain/dependence.h"
#include "base/mem.h"
#include "command/feature.h"
#include "command/setups.h"

#include <stdio.h>
#include <string.h>

#define MOST_CURVES 12

#define FEATURE_ARG                                                                                \
    {                                                                                              \
        .name = "feature", .type = NN_ARG_TEXT, .choices = "@features",                            \
        .help = "name or number of a column", .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED         \
    }
#define TARGET_ARG                                                                                 \
    {                                                                                              \
        .name = "target", .type = NN_ARG_TEXT, .choices = "@classes",                              \
        .help = "as for `explain`; else every class, of two the second; ice takes one"             \
    }
#define OUTPUT_ARG                                                                                 \
    {                                                                                              \
        .name = "output", .type = NN_ARG_CHOICE, .fallback = "logit",                              \
        .choices = "logit|probability", .help = "what of a class: before or behind the softmax"    \
    }
#define POINTS_ARG                                                                                 \
    {                                                                                              \
        .name = "points", .type = NN_ARG_INT, .fallback = "40", .min = 2, .max = 1000,             \
        .help = "values of the feature: all that the data have if no more, else equal steps from " \
                "its 5 % to its 95 % quantile"                                                     \
    }

static const struct nn_arg_spec pdp_args[] = {
    FEATURE_ARG, TARGET_ARG, OUTPUT_ARG, POINTS_ARG, NN_INQUIRY_SPLIT, NN_INQUIRY_TABLE_OUT, {0},
};

static const struct nn_arg_spec ice_args[] = {
    FEATURE_ARG,
    TARGET_ARG,
    OUTPUT_ARG,
    POINTS_ARG,
    {.name = "samples",
     .type = NN_ARG_INT,
     .fallback = "20",
     .min = 1,
     .max = 1000,
     .help = "samples with a curve each, evenly over the split"},
    {.name = "centred",
     .type = NN_ARG_BOOL,
     .fallback = "no",
     .help = "every curve minus its first value"},
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_TABLE_OUT,
    {0},
};

static const struct nn_arg_spec ale_args[] = {
    FEATURE_ARG,
    TARGET_ARG,
    OUTPUT_ARG,
    {.name = "bins",
     .type = NN_ARG_INT,
     .fallback = "20",
     .min = 1,
     .max = 1000,
     .help = "intervals between quantiles"},
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_TABLE_OUT,
    {0},
};

struct dependence {
    struct nn_inquiry inquiry;
    size_t feature, curves, points;
    struct nn_answer answers[MOST_CURVES];
    char names[MOST_CURVES][80];
    double *grid, *values; /* [points], [curves, points] */
};

static void dependence_clear(struct nn_inquiry *inquiry)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    nn_free(dependence->grid);
    nn_free(dependence->values);
}

static int64_t number(const struct nn_inquiry *inquiry, const char *key)
{
    return nn_args_int(&inquiry->args, nn_args_find(inquiry->args.specs, key));
}

/* One target of the answer, with its name for the curve. */
static enum nn_status add_answer(struct dependence *dependence, const char *target,
                                 struct nn_error *error)
{
    struct nn_answer *answer = &dependence->answers[dependence->curves];
    enum nn_status status = nn_inquiry_answer(&dependence->inquiry, target, answer,
                                              dependence->names[dependence->curves], error);
    if (status == NN_OK)
        dependence->curves++;
    return status;
}

/* The target, or every class; of two classes the second. */
static enum nn_status choose_answers(struct dependence *dependence, struct nn_error *error)
{
    const struct nn_net *net = dependence->inquiry.net;
    const char *target = nn_inquiry_text(&dependence->inquiry, "target");
    size_t width = net->nodes[nn_net_logits(net)]->size, count;
    enum nn_status status = NN_OK;
    char text[24];
    nn_subject_classes(dependence->inquiry.session, &count);
    if (target)
        return add_answer(dependence, target, error);
    if (width <= 2)
        return add_answer(dependence, count == 2 || width == 2 ? "1" : "0", error);
    if (width > MOST_CURVES)
        return nn_fail(error, NN_ARGUMENT, "the net has %zu outputs: which one? target=CLASS",
                       width);
    for (size_t i = 0; i < width && status == NN_OK; i++) {
        snprintf(text, sizeof text, "%zu", i);
        status = add_answer(dependence, text, error);
    }
    return status;
}

static enum nn_status prepare(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    enum nn_status status = NN_OK;
    NN_TRY(nn_inquiry_all(inquiry, nn_inquiry_text(inquiry, "split"), error));
    NN_TRY(nn_inquiry_feature(inquiry, nn_inquiry_text(inquiry, "feature"), &dependence->feature,
                              error));
    NN_TRY(choose_answers(dependence, error));
out:
    return status;
}

/* A value of the feature in the units of the file. */
static double raw_value(const struct dependence *dependence, double value, float *x)
{
    const struct nn_subject *subject = &dependence->inquiry.subject;
    memcpy(x, subject->x, nn_shape_size(&subject->shape) * sizeof *x);
    x[dependence->feature] = (float)value;
    nn_dataset_unscale(subject->data, x);
    return (double)x[dependence->feature];
}

/* The first column: the feature's values in its own units. */
static enum nn_status fill_axis(struct dependence *dependence, struct nn_result *result,
                                struct nn_error *error)
{
    size_t size = nn_shape_size(&dependence->inquiry.subject.shape);
    float *x = nn_calloc(size, sizeof *x);
    if (!x)
        return nn_fail_memory(error, size * sizeof *x);
    for (size_t row = 0; row < dependence->points; row++)
        nn_result_set_number(result, row, 0, raw_value(dependence, dependence->grid[row], x), -1);
    nn_free(x);
    return NN_OK;
}

static enum nn_status make_result(struct dependence *dependence, const char *command,
                                  const char *what, const char *const *columns, size_t curves,
                                  struct nn_error *error)
{
    struct nn_inquiry *inquiry = &dependence->inquiry;
    const struct nn_subject *subject = &inquiry->subject;
    char feature[40], samples[48];
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_CURVES, command, &inquiry->result, error));
    struct nn_result *result = inquiry->result;
    NN_TRY(nn_result_table(result, columns, curves + 1, dependence->points, error));
    NN_TRY(fill_axis(dependence, result, error));
    nn_subject_name(subject, samples);
    nn_feature_name(inquiry->session, dependence->feature, feature);
    snprintf(result->title, sizeof result->title, "%.40s on %s, %s", what, feature, samples);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject->split]);
    snprintf(result->method, sizeof result->method, "%s", command);
    snprintf(result->target, sizeof result->target, "%s",
             dependence->curves == 1 ? dependence->names[0] : "");
    result->sample = -1;
out:
    return status;
}

static struct nn_dependence question(const struct dependence *dependence, size_t curve,
                                     struct nn_progress *progress)
{
    const struct nn_subject *subject = &dependence->inquiry.subject;
    return (struct nn_dependence){.answer = dependence->answers[curve],
                                  .x = subject->x,
                                  .n = subject->count,
                                  .feature = dependence->feature,
                                  .progress = progress};
}

static void columns_of(const struct dependence *dependence, const char *feature,
                       const char *columns[MOST_CURVES + 1])
{
    columns[0] = feature;
    for (size_t c = 0; c < dependence->curves; c++)
        columns[c + 1] = dependence->names[c];
}

/* ---- pdp ---- */

static enum nn_status pdp_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    size_t most = (size_t)number(inquiry, "points"), n = inquiry->subject.count;
    const char *columns[MOST_CURVES + 1];
    char feature[40];
    enum nn_status status = NN_OK;
    dependence->grid = nn_calloc(most, sizeof(double));
    dependence->values = nn_calloc(most, n * sizeof(double));
    if (!dependence->grid || !dependence->values)
        NN_TRY(nn_fail_memory(error, most * n * sizeof(double)));
    struct nn_dependence first = question(dependence, 0, progress);
    NN_TRY(nn_dependence_grid(&first, most, dependence->grid, &dependence->points, error));
    nn_feature_name(inquiry->session, dependence->feature, feature);
    columns_of(dependence, feature, columns);
    NN_TRY(
        make_result(dependence, "pdp", "partial dependence", columns, dependence->curves, error));
    for (size_t c = 0; c < dependence->curves; c++) {
        struct nn_dependence one = question(dependence, c, progress);
        struct nn_progress_part whole =
            nn_progress_enter(progress, (double)c, (double)dependence->curves);
        status = nn_dependence_ice(&one, dependence->grid, dependence->points, dependence->values,
                                   error);
        nn_progress_back(progress, whole);
        NN_TRY(status);
        for (size_t row = 0; row < dependence->points; row++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += dependence->values[row * n + i];
            nn_result_set_number(inquiry->result, row, c + 1, sum / (double)n, -1);
        }
    }
out:
    return status;
}

/* ---- ice ---- */

static enum nn_status ice_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    size_t most = (size_t)number(inquiry, "points"), n = inquiry->subject.count;
    size_t shown = (size_t)number(inquiry, "samples") < n ? (size_t)number(inquiry, "samples") : n;
    bool centred = number(inquiry, "centred") != 0;
    char(*names)[40] = nn_calloc(shown + 2, sizeof *names);
    const char **columns = nn_calloc(shown + 2, sizeof *columns);
    enum nn_status status = NN_OK;
    dependence->grid = nn_calloc(most, sizeof(double));
    dependence->values = nn_calloc(most, n * sizeof(double));
    if (!dependence->grid || !dependence->values || !names || !columns)
        NN_TRY(nn_fail_memory(error, most * n * sizeof(double)));
    struct nn_dependence one = question(dependence, 0, progress);
    NN_TRY(nn_dependence_grid(&one, most, dependence->grid, &dependence->points, error));
    NN_TRY(
        nn_dependence_ice(&one, dependence->grid, dependence->points, dependence->values, error));
    nn_feature_name(inquiry->session, dependence->feature, names[0]);
    snprintf(names[1], sizeof names[1], "mean");
    for (size_t i = 0; i < shown + 2; i++) {
        if (i > 1)
            snprintf(names[i], sizeof names[i], "%zu", (i - 2) * n / shown);
        columns[i] = names[i];
    }
    NN_TRY(make_result(dependence, "ice", "individual dependence", columns, shown + 1, error));
    for (size_t row = 0; row < dependence->points; row++) {
        const double *values = dependence->values + row * n;
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += values[i] - (centred ? dependence->values[i] : 0);
        nn_result_set_number(inquiry->result, row, 1, sum / (double)n, -1);
        for (size_t k = 0; k < shown; k++) {
            size_t i = k * n / shown;
            nn_result_set_number(inquiry->result, row, k + 2,
                                 values[i] - (centred ? dependence->values[i] : 0), -1);
        }
    }
out:
    nn_free(names);
    nn_free(columns);
    return status;
}

static enum nn_status prepare_ice(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    enum nn_status status = prepare(inquiry, error);
    if (status == NN_OK && dependence->curves > 1)
        return nn_fail(error, NN_ARGUMENT, "ice shows one class: target=CLASS");
    return status;
}

/* ---- ale ---- */

static enum nn_status ale_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct dependence *dependence = (struct dependence *)inquiry;
    size_t bins = (size_t)number(inquiry, "bins");
    const char *columns[MOST_CURVES + 1];
    char feature[40];
    enum nn_status status = NN_OK;
    dependence->grid = nn_calloc(bins + 1, sizeof(double));
    dependence->values = nn_calloc(bins + 1, MOST_CURVES * sizeof(double));
    if (!dependence->grid || !dependence->values)
        NN_TRY(nn_fail_memory(error, bins * MOST_CURVES * sizeof(double)));
    for (size_t c = 0; c < dependence->curves; c++) {
        struct nn_dependence one = question(dependence, c, progress);
        struct nn_progress_part whole =
            nn_progress_enter(progress, (double)c, (double)dependence->curves);
        status = nn_dependence_ale(&one, bins, dependence->grid,
                                   dependence->values + c * (bins + 1), &dependence->points, error);
        nn_progress_back(progress, whole);
        NN_TRY(status);
    }
    nn_feature_name(inquiry->session, dependence->feature, feature);
    columns_of(dependence, feature, columns);
    NN_TRY(make_result(dependence, "ale", "accumulated local effects", columns, dependence->curves,
                       error));
    for (size_t c = 0; c < dependence->curves; c++)
        for (size_t row = 0; row < dependence->points; row++)
            nn_result_set_number(inquiry->result, row, c + 1,
                                 dependence->values[c * (bins + 1) + row], -1);
out:
    return status;
}

static const struct nn_inquiry_class pdp_inquiry = {.job = NN_INQUIRY_JOB("pdp"),
                                                    .size = sizeof(struct dependence),
                                                    .prepare = prepare,
                                                    .work = pdp_work,
                                                    .clear = dependence_clear};
static const struct nn_inquiry_class ice_inquiry = {.job = NN_INQUIRY_JOB("ice"),
                                                    .size = sizeof(struct dependence),
                                                    .prepare = prepare_ice,
                                                    .work = ice_work,
                                                    .clear = dependence_clear};
static const struct nn_inquiry_class ale_inquiry = {.job = NN_INQUIRY_JOB("ale"),
                                                    .size = sizeof(struct dependence),
                                                    .prepare = prepare,
                                                    .work = ale_work,
                                                    .clear = dependence_clear};

static enum nn_status run_pdp(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &pdp_inquiry, error);
}

static enum nn_status run_ice(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &ice_inquiry, error);
}

static enum nn_status run_ale(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &ale_inquiry, error);
}

const struct nn_command nn_command_pdp = {
    .name = "pdp",
    .group = "explain",
    .summary = "The mean answer as one feature varies (partial dependence)",
    .details = "Mean over the samples of F with the feature set to a value (Friedman 2001). Where "
               "features go together it asks about samples that cannot be: `ale` does not.",
    .args = pdp_args,
    .examples = (const struct nn_example[]){{"pdp \"petal length\" points=10", NN_IRIS,
                                             "How the three species depend on a length"},
                                            {"pdp 2 target=setosa output=probability out=pdp.csv",
                                             NN_IRIS, "The probability of one, as a table"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_pdp,
};

const struct nn_command nn_command_ice = {
    .name = "ice",
    .group = "explain",
    .summary = "The answer to each sample as one feature varies",
    .details =
        "Individual conditional expectation (Goldstein et al. 2015): the curves whose mean is "
        "the partial dependence. Where they cross, the feature does not act alone.",
    .args = ice_args,
    .examples = (const struct nn_example[]){{"ice 2 target=virginica samples=10 centred=yes",
                                             NN_IRIS, "Ten flowers, from one start"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_ice,
};

const struct nn_command nn_command_ale = {
    .name = "ale",
    .group = "explain",
    .summary = "The accumulated effect of small changes of one feature",
    .details =
        "Accumulated local effects (Apley, Zhu 2020): the change over each bin, of the samples "
        "in that bin alone, summed and centred. Right also where features go together.",
    .args = ale_args,
    .examples = (const struct nn_example[]){{"ale \"petal length\" bins=8", NN_IRIS,
                                             "Three curves, each with mean 0 over the samples"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_ale,
};
