/* explain: counterfactual: the change of a row that gives another class. */
#include "explain/counterfactual.h"
#include "base/mem.h"
#include "command/feature.h"
#include "command/inquiry.h"
#include "command/setups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct nn_arg_spec counterfactual_args[] = {
    NN_INQUIRY_SAMPLE,
    {.name = "target",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "the class to reach; else any other than the predicted one"},
    {.name = "changes",
     .type = NN_ARG_INT,
     .min = 1,
     .max = 1000000,
     .unit = "features",
     .help = "at most so many may change"},
    {.name = "fixed", .type = NN_ARG_NAMES, .help = "columns that must stay, joined by commas"},
    NN_INQUIRY_SPLIT,
    NN_INQUIRY_TABLE_OUT,
    {0},
};

struct counterfactual {
    struct nn_inquiry inquiry;
    struct nn_bounds bounds;
    float *scales, *found; /* [size] */
    bool *fixed;           /* [size] */
    struct nn_counterfactual request;
    struct nn_answer before; /* of the class that it had */
};

static void counterfactual_clear(struct nn_inquiry *inquiry)
{
    struct counterfactual *one = (struct counterfactual *)inquiry;
    nn_bounds_clear(&one->bounds);
    nn_free(one->scales);
    nn_free(one->found);
    nn_free(one->fixed);
}

static int compare(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *values, size_t count)
{
    qsort(values, count, sizeof *values, compare);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* The median absolute deviation of each feature in the training data; where that is 0 the mean one,
 * and 1 for a constant. */
static enum nn_status find_scales(struct counterfactual *one, struct nn_error *error)
{
    const struct nn_dataset *data = one->inquiry.session->dataset;
    size_t size = one->inquiry.net->nodes[0]->size, count = data->split_count[NN_SPLIT_TRAIN];
    size_t used = count < 2048 ? count : 2048;
    float *x = nn_calloc(used, size * sizeof *x), *values = nn_calloc(used, sizeof *values);
    enum nn_status status = NN_OK;
    if (!x || !values)
        NN_TRY(nn_fail_memory(error, used * size * sizeof *x));
    for (size_t i = 0; i < used; i++)
        nn_dataset_sample(data, NN_SPLIT_TRAIN, i * count / used, x + i * size);
    for (size_t j = 0; j < size; j++) {
        double sum = 0;
        for (size_t i = 0; i < used; i++)
            values[i] = x[i * size + j];
        float middle = median(values, used);
        for (size_t i = 0; i < used; i++) {
            values[i] = fabsf(x[i * size + j] - middle);
            sum += (double)values[i] / (double)used;
        }
        one->scales[j] = median(values, used);
        if (one->scales[j] <= 0)
            one->scales[j] = sum > 0 ? (float)sum : 1;
    }
out:
    nn_free(x);
    nn_free(values);
    return status;
}

static enum nn_status read_fixed(struct counterfactual *one, struct nn_error *error)
{
    const char *text = nn_inquiry_text(&one->inquiry, "fixed");
    enum nn_status status = NN_OK;
    while (text && *text && status == NN_OK) {
        size_t length = strcspn(text, ","), feature = 0;
        char *name = nn_strndup(text, length);
        if (!name)
            return nn_fail_memory(error, length);
        status = nn_inquiry_feature(&one->inquiry, name, &feature, error);
        if (status == NN_OK)
            one->fixed[feature] = true;
        nn_free(name);
        text += length + (text[length] == ',');
    }
    return status;
}

static enum nn_status prepare_counterfactual(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct counterfactual *one = (struct counterfactual *)inquiry;
    struct nn_counterfactual *request = &one->request;
    const char *target = nn_inquiry_text(inquiry, "target");
    size_t size = inquiry->net->nodes[0]->size, feature;
    struct nn_answer wanted;
    char name[80];
    enum nn_status status = NN_OK;
    NN_TRY(nn_inquiry_sample(inquiry, error));
    NN_TRY(nn_inquiry_feature(inquiry, "0", &feature, error)); /* a table, then */
    if (inquiry->subject.data->samples->task != NN_TASK_CLASSIFICATION)
        NN_TRY(nn_fail(error, NN_REFUSED, "a counterfactual flips a class: the data have none"));
    NN_TRY(nn_bounds_find(inquiry->session, inquiry->net, &one->bounds, error));
    one->scales = nn_calloc(size, sizeof(float));
    one->found = nn_calloc(size, sizeof(float));
    one->fixed = nn_calloc(size, sizeof(bool));
    if (!one->scales || !one->found || !one->fixed)
        NN_TRY(nn_fail_memory(error, size * sizeof(float)));
    NN_TRY(find_scales(one, error));
    NN_TRY(read_fixed(one, error));
    NN_TRY(nn_inquiry_answer(inquiry, NULL, &one->before, name, error));
    request->wanted = -1;
    if (target) {
        NN_TRY(nn_inquiry_answer(inquiry, target, &wanted, name, error));
        if (wanted.target.what != NN_EXPLAIN_CLASS)
            NN_TRY(nn_fail(error, NN_ARGUMENT, "target= of a counterfactual is a class"));
        request->wanted = wanted.unit;
    }
    int changes = nn_args_find(counterfactual_args, "changes");
    request->most =
        nn_args_is_set(&inquiry->args, changes) ? (size_t)nn_args_int(&inquiry->args, changes) : 0;
    request->net = inquiry->net;
    request->x = inquiry->subject.x;
    request->binary = one->before.target.binary;
    request->lows = one->bounds.lows;
    request->highs = one->bounds.highs;
    request->scales = one->scales;
    request->fixed = one->fixed;
out:
    return status;
}

/* Without the rest that rounding leaves of a zero. */
static double tidy(double value, double change)
{
    return fabs(value) < 1e-6 * fabs(change) ? 0 : value;
}

static enum nn_status tabulate_changes(struct counterfactual *one, struct nn_error *error)
{
    static const char *const columns[] = {"feature", "from", "to", "change", "deviations"};
    struct nn_inquiry *inquiry = &one->inquiry;
    size_t size = inquiry->net->nodes[0]->size, changed = 0, row = 0;
    const float *x = inquiry->subject.x;
    float *raw = nn_calloc(2, size * sizeof *raw);
    char name[40];
    enum nn_status status = NN_OK;
    if (!raw)
        return nn_fail_memory(error, 2 * size * sizeof *raw);
    memcpy(raw, x, size * sizeof *raw);
    memcpy(raw + size, one->found, size * sizeof *raw);
    nn_dataset_unscale(inquiry->subject.data, raw);
    nn_dataset_unscale(inquiry->subject.data, raw + size);
    for (size_t j = 0; j < size; j++)
        changed += one->found[j] != x[j];
    NN_TRY(nn_result_table(inquiry->result, columns, 5, changed, error));
    for (size_t j = 0; j < size; j++) {
        if (one->found[j] == x[j])
            continue;
        nn_feature_name(inquiry->session, j, name);
        NN_TRY(nn_result_set_text(inquiry->result, row, 0, name, error));
        double from = (double)raw[j], to = (double)raw[size + j];
        nn_result_set_number(inquiry->result, row, 1, tidy(from, to - from), -1);
        nn_result_set_number(inquiry->result, row, 2, tidy(to, to - from), -1);
        nn_result_set_number(inquiry->result, row, 3, to - from, -1);
        nn_result_set_number(inquiry->result, row, 4,
                             ((double)one->found[j] - (double)x[j]) / (double)one->scales[j], 2);
        row++;
    }
out:
    nn_free(raw);
    return status;
}

static enum nn_status find_counterfactual(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                          struct nn_error *error)
{
    struct counterfactual *one = (struct counterfactual *)inquiry;
    char sample[48], from[32], to[32];
    double distance, answers[2];
    int32_t reached;
    enum nn_status status = NN_OK;
    one->request.progress = progress;
    NN_TRY(nn_counterfactual_find(&one->request, one->found, &distance, &reached, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "counterfactual", &inquiry->result, error));
    NN_TRY(tabulate_changes(one, error));
    NN_TRY(nn_answers(&one->before, inquiry->subject.x, 1, &answers[0], NULL, error));
    NN_TRY(nn_answers(&one->before, one->found, 1, &answers[1], NULL, error));
    struct nn_result *result = inquiry->result;
    nn_subject_name(&inquiry->subject, sample);
    snprintf(result->title, sizeof result->title,
             "the least change found that makes %s %s instead of %s", sample,
             nn_subject_class(inquiry->session, reached, to),
             nn_subject_class(inquiry->session, one->before.unit, from));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[inquiry->subject.split]);
    snprintf(result->target, sizeof result->target, "class %s", to);
    snprintf(result->note, sizeof result->note,
             "Deviations are median absolute ones of the training data; their sum is the distance. "
             "F is the logit of the class that it was.");
    result->sample = inquiry->subject.first;
    nn_result_figure(result, "distance", distance);
    nn_result_figure(result, "F(x)", answers[0]);
    nn_result_figure(result, "F(changed)", answers[1]);
out:
    return status;
}

static const struct nn_inquiry_class counterfactual_inquiry = {
    .job = NN_INQUIRY_JOB("counterfactual"),
    .size = sizeof(struct counterfactual),
    .prepare = prepare_counterfactual,
    .work = find_counterfactual,
    .clear = counterfactual_clear};

static enum nn_status run_counterfactual(const struct nn_invocation *invocation,
                                         struct nn_error *error)
{
    return nn_inquiry_run(invocation, &counterfactual_inquiry, error);
}

const struct nn_command nn_command_counterfactual = {
    .name = "counterfactual",
    .group = "explain",
    .summary = "The least change that is found of a row that gives another class",
    .details =
        "Nearest in the sum of the changes, each in deviations of its column, so that few "
        "columns change; never beyond the range of the training data (after Wachter et al. "
        "2018). Several searches are made, the nearest of them is shown; a nearer one may be "
        "where none of them came. `changes=` limits how many, `fixed=` names those that must stay.",
    .args = counterfactual_args,
    .examples =
        (const struct nn_example[]){
            {"counterfactual sample=3", NN_CANCER, "What would have made it the other class"},
            {"counterfactual sample=0 target=virginica fixed=0,1 out=change.csv", NN_IRIS,
             "A certain class, with two columns as they are"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_counterfactual,
};
