/* explain: waterfall, counterfactual, timeline: one answer to a row of a table or a series. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/explanation.h"
#include "command/feature.h"
#include "explain/counterfactual.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NN_CANCER                                                                                  \
    "data demo breast-cancer; data scale standard; add dense 8 relu; add dense 1 sigmoid; "        \
    "compile loss=binary_crossentropy lr=0.01; train epochs=5"

#define NN_IRIS                                                                                    \
    "data demo iris; add dense 16 relu; add dense 3 softmax; "                                     \
    "compile loss=categorical_crossentropy lr=0.02; train epochs=10"

#define NN_MARKET                                                                                  \
    "data demo market samples=400; add dense 16 relu; add dense 2 softmax; "                       \
    "compile loss=categorical_crossentropy lr=0.01; train epochs=2"

/* ---- counterfactual ---- */

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

/* ---- waterfall and timeline: an explanation of one sample, drawn otherwise ---- */

struct shares {
    struct nn_inquiry inquiry;
    struct nn_explanation *explanation;
    bool timeline;
    size_t shown; /* of a waterfall */
};

static void shares_clear(struct nn_inquiry *inquiry)
{
    struct shares *shares = (struct shares *)inquiry;
    if (shares->explanation)
        nn_explanation_free(shares->explanation);
}

/* The explanation from the arguments that both commands have; baseline=mean unless given. */
static enum nn_status begin_shares(struct shares *shares, const char *fallback,
                                   struct nn_error *error)
{
    static const char *const keys[] = {"sample", "split", "target", "baseline"};
    struct nn_inquiry *inquiry = &shares->inquiry;
    const char *method = nn_inquiry_text(inquiry, "method");
    size_t column = inquiry->word_count ? inquiry->words[0].column : 1, count = 1;
    struct nn_word words[5] = {{.value = method ? method : fallback, .column = column}};
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (nn_inquiry_text(inquiry, keys[i]))
            words[count++] = (struct nn_word){keys[i], nn_inquiry_text(inquiry, keys[i]), column};
    NN_TRY(nn_explanation_new(inquiry->session, words, count, &shares->explanation, error));
    inquiry->session->split = shares->explanation->subject.split;
    inquiry->session->sample = (size_t)shares->explanation->subject.first;
out:
    return status;
}

static enum nn_status explain_shares(struct shares *shares, struct nn_progress *progress,
                                     struct nn_error *error)
{
    struct nn_explanation *explanation = shares->explanation;
    explanation->request.progress = progress;
    enum nn_status status = nn_explain(&explanation->request, &explanation->result, error);
    return status == NN_OK ? nn_explanation_name(explanation, error) : status;
}

/* What the new result has of the explanation that it is drawn from. */
static void take_description(const struct nn_result *from, struct nn_result *to)
{
    snprintf(to->title, sizeof to->title, "%s", from->title);
    snprintf(to->method, sizeof to->method, "%s", from->method);
    snprintf(to->parameters, sizeof to->parameters, "%s", from->parameters);
    snprintf(to->target, sizeof to->target, "%s", from->target);
    snprintf(to->split, sizeof to->split, "%s", from->split);
    snprintf(to->note, sizeof to->note, "%s", from->note);
    to->sample = from->sample;
    for (size_t i = 0; i < from->figure_count; i++)
        nn_result_figure(to, from->figures[i].name, from->figures[i].value);
}

static double figure(const struct nn_result *result, const char *name)
{
    for (size_t i = 0; i < result->figure_count; i++)
        if (strcmp(result->figures[i].name, name) == 0)
            return result->figures[i].value;
    return NAN;
}

/* ---- waterfall ---- */

static const struct nn_arg_spec waterfall_args[] = {
    NN_INQUIRY_SAMPLE,
    {.name = "method",
     .type = NN_ARG_TEXT,
     .choices = "@methods",
     .help = "one whose shares add up; else shapley, above 12 features integrated_gradients"},
    NN_INQUIRY_SPLIT,
    {.name = "target", .type = NN_ARG_TEXT, .choices = "@classes", .help = "as for `explain`"},
    {.name = "baseline",
     .type = NN_ARG_TEXT,
     .fallback = "mean",
     .help = "where the fall begins: as for `explain`"},
    {.name = "features",
     .type = NN_ARG_INT,
     .fallback = "15",
     .min = 1,
     .max = 150,
     .help = "with the largest shares; the others make one step"},
    NN_INQUIRY_TABLE_OUT,
    {0},
};

static enum nn_status prepare_waterfall(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct shares *shares = (struct shares *)inquiry;
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = NN_OK;
    NN_TRY(begin_shares(
        shares, inquiry->net->nodes[0]->size > 12 ? "integrated_gradients" : "shapley", error));
    const struct nn_shape *input = &shares->explanation->subject.shape;
    if (input->rank != 1)
        NN_TRY(nn_fail(error, NN_REFUSED,
                       "a waterfall is of a row of a table, and the data are of %s: `explain`",
                       nn_shape_text(shape, input)));
    if (!(shares->explanation->method->flags & NN_METHOD_COMPLETE))
        NN_TRY(nn_fail(error, NN_REFUSED,
                       "the shares of %s do not add up to the answer: use shapley, "
                       "integrated_gradients or deeplift",
                       shares->explanation->method->name));
    shares->shown = (size_t)nn_args_int(&inquiry->args, nn_args_find(waterfall_args, "features"));
out:
    return status;
}

/* One step of the fall; returns where the sum stands then. */
static double add_step(struct nn_result *result, size_t row, double from, double share)
{
    nn_result_set_number(result, row, 2, share, -1);
    nn_result_set_number(result, row, 3, from, -1);
    nn_result_set_number(result, row, 4, from + share, -1);
    return from + share;
}

static enum nn_status name_step(struct nn_result *result, size_t row, const char *name,
                                const char *value, struct nn_error *error)
{
    enum nn_status status = nn_result_set_text(result, row, 0, name, error);
    return status == NN_OK ? nn_result_set_text(result, row, 1, value, error) : status;
}

/* The features by the size of their shares; order [size]. */
static void order_shares(const float *shares, size_t size, size_t *order)
{
    for (size_t i = 0; i < size; i++) {
        size_t at = i;
        for (; at > 0 && fabsf(shares[order[at - 1]]) < fabsf(shares[i]); at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

/* baseline, features, the others, what the shares miss, F(x). */
static enum nn_status lay_steps(struct shares *shares, const size_t *order, float *raw,
                                struct nn_error *error)
{
    static const char *const columns[] = {"step", "value", "share", "from", "to"};
    const struct nn_result *map = shares->explanation->result;
    struct nn_inquiry *inquiry = &shares->inquiry;
    struct nn_result *result = inquiry->result;
    size_t size = inquiry->net->nodes[0]->size;
    size_t shown = shares->shown < size ? shares->shown : size, row = 1;
    double stand = figure(map, "F(baseline)"), end = figure(map, "F(x)"), others = 0;
    bool gap = fabs(figure(map, "gap")) > 1e-5 * fabs(end - stand);
    char name[40], value[NN_NUMBER_SIZE];
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_table(result, columns, 5, shown + 2 + (shown < size) + gap, error));
    NN_TRY(name_step(result, 0, "baseline", "", error));
    add_step(result, 0, stand, 0);
    nn_result_set_number(result, 0, 2, stand, -1);
    for (size_t i = 0; i < size; i++) {
        double share = (double)map->values.data[order[i]];
        if (i >= shown) {
            others += share;
            continue;
        }
        nn_feature_name(inquiry->session, order[i], name);
        NN_TRY(
            name_step(result, row, name, nn_number_short(value, (double)raw[order[i]], 5), error));
        stand = add_step(result, row++, stand, share);
    }
    if (shown < size) {
        snprintf(name, sizeof name, "%zu others", size - shown);
        NN_TRY(name_step(result, row, name, "", error));
        stand = add_step(result, row++, stand, others);
    }
    if (gap) {
        NN_TRY(name_step(result, row, "gap", "", error));
        stand = add_step(result, row++, stand, end - stand);
    }
    NN_TRY(name_step(result, row, "F(x)", "", error));
    add_step(result, row, end, 0);
    nn_result_set_number(result, row, 2, end, -1);
out:
    return status;
}

static enum nn_status waterfall_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                     struct nn_error *error)
{
    struct shares *shares = (struct shares *)inquiry;
    const struct nn_subject *subject = &shares->explanation->subject;
    size_t size = inquiry->net->nodes[0]->size;
    size_t *order = nn_calloc(size, sizeof *order);
    float *raw = nn_calloc(size, sizeof *raw);
    enum nn_status status = NN_OK;
    if (!order || !raw)
        NN_TRY(nn_fail_memory(error, size * sizeof *order));
    NN_TRY(explain_shares(shares, progress, error));
    memcpy(raw, subject->x, size * sizeof *raw);
    nn_dataset_unscale(subject->data, raw);
    order_shares(shares->explanation->result->values.data, size, order);
    NN_TRY(nn_result_new(NN_RESULT_WATERFALL, "waterfall", &inquiry->result, error));
    take_description(shares->explanation->result, inquiry->result);
    NN_TRY(lay_steps(shares, order, raw, error));
out:
    nn_free(order);
    nn_free(raw);
    return status;
}

/* ---- timeline ---- */

static const struct nn_arg_spec timeline_args[] = {
    NN_INQUIRY_SAMPLE,
    {.name = "method",
     .type = NN_ARG_TEXT,
     .fallback = "integrated_gradients",
     .choices = "@methods",
     .help = "one that gives a share to every value of the input"},
    NN_INQUIRY_SPLIT,
    {.name = "target", .type = NN_ARG_TEXT, .choices = "@classes", .help = "as for `explain`"},
    {.name = "baseline", .type = NN_ARG_TEXT, .help = "as for `explain`"},
    NN_INQUIRY_TABLE_OUT,
    {0},
};

static enum nn_status prepare_timeline(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct shares *shares = (struct shares *)inquiry;
    const struct nn_method *method = NULL;
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = NN_OK;
    NN_TRY(begin_shares(shares, "integrated_gradients", error));
    method = shares->explanation->method;
    const struct nn_shape *input = &shares->explanation->subject.shape;
    if (input->rank > 2)
        NN_TRY(
            nn_fail(error, NN_REFUSED,
                    "a timeline is of a series, and the data are of %s: `explain`; `data window` "
                    "makes windows of a table",
                    nn_shape_text(shape, input)));
    const struct nn_samples *samples = shares->explanation->subject.data->samples;
    if (input->rank == 1 && samples->features && samples->series == 0 && !samples->timely)
        NN_TRY(nn_fail(error, NN_REFUSED,
                       "a timeline is of a series, and these are columns of a table: `waterfall`; "
                       "`data window` makes windows of a table"));
    if (method->flags & NN_METHOD_LAYER)
        NN_TRY(nn_fail(error, NN_REFUSED, "the map of %s is a layer's, not the input's",
                       method->name));
out:
    return status;
}

static enum nn_status timeline_columns(const struct nn_inquiry *inquiry, size_t series,
                                       size_t steps, struct nn_error *error)
{
    const struct nn_samples *samples = inquiry->session->dataset->samples;
    char(*names)[72] = nn_calloc(2 * series + 1, sizeof *names);
    const char **columns = nn_calloc(2 * series + 1, sizeof *columns);
    enum nn_status status = NN_OK;
    if (!names || !columns)
        NN_TRY(nn_fail_memory(error, series * sizeof *names));
    snprintf(names[0], sizeof names[0], "step");
    for (size_t s = 0; s < series; s++) {
        if (samples->features && samples->feature_count == series * steps && series > 1) {
            const char *last = samples->features[s * steps + steps - 1]; /* close[t] */
            nn_text_visible(names[2 * s + 1], 48, last, strcspn(last, "["), 36);
        }
        if (!*names[2 * s + 1] && series > 1)
            snprintf(names[2 * s + 1], sizeof names[0], "series %zu", s);
        else if (series == 1)
            snprintf(names[1], sizeof names[1], "value");
        snprintf(names[2 * s + 2], sizeof names[0], "share of %.60s", names[2 * s + 1]);
    }
    for (size_t c = 0; c < 2 * series + 1; c++)
        columns[c] = names[c];
    NN_TRY(nn_result_table(inquiry->result, columns, 2 * series + 1, steps, error));
out:
    nn_free(names);
    nn_free(columns);
    return status;
}

static enum nn_status timeline_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                    struct nn_error *error)
{
    struct shares *shares = (struct shares *)inquiry;
    const struct nn_subject *subject = &shares->explanation->subject;
    const struct nn_shape *shape = &subject->shape;
    size_t steps = shape->dim[shape->rank - 1], series = shape->rank == 2 ? shape->dim[0] : 1;
    float *raw = nn_calloc(steps, series * sizeof *raw);
    enum nn_status status = NN_OK;
    if (!raw)
        return nn_fail_memory(error, steps * series * sizeof *raw);
    memcpy(raw, subject->x, steps * series * sizeof *raw);
    nn_dataset_unscale(subject->data, raw);
    NN_TRY(explain_shares(shares, progress, error));
    NN_TRY(nn_result_new(NN_RESULT_TIMELINE, "timeline", &inquiry->result, error));
    take_description(shares->explanation->result, inquiry->result);
    NN_TRY(timeline_columns(inquiry, series, steps, error));
    const float *map = shares->explanation->result->values.data;
    for (size_t t = 0; t < steps; t++) {
        nn_result_set_number(inquiry->result, t, 0, (double)t, -2);
        for (size_t s = 0; s < series; s++) {
            nn_result_set_number(inquiry->result, t, 2 * s + 1, (double)raw[s * steps + t], -1);
            nn_result_set_number(inquiry->result, t, 2 * s + 2, (double)map[s * steps + t], -1);
        }
    }
out:
    nn_free(raw);
    return status;
}

static const struct nn_inquiry_class waterfall_inquiry = {.job = NN_INQUIRY_JOB("waterfall"),
                                                          .size = sizeof(struct shares),
                                                          .prepare = prepare_waterfall,
                                                          .work = waterfall_work,
                                                          .clear = shares_clear};
static const struct nn_inquiry_class timeline_inquiry = {.job = NN_INQUIRY_JOB("timeline"),
                                                         .size = sizeof(struct shares),
                                                         .prepare = prepare_timeline,
                                                         .work = timeline_work,
                                                         .clear = shares_clear};

static enum nn_status run_waterfall(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &waterfall_inquiry, error);
}

static enum nn_status run_timeline(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &timeline_inquiry, error);
}

const struct nn_command nn_command_waterfall = {
    .name = "waterfall",
    .group = "explain",
    .summary = "One answer, step by step from the baseline",
    .details =
        "The shares of the features by an explanation whose shares add up, largest first; each "
        "bar begins where the one above it ends.",
    .args = waterfall_args,
    .examples =
        (const struct nn_example[]){
            {"waterfall sample=3 features=6", NN_CANCER, "What speaks for a tumour being benign"},
            {"waterfall sample=0 target=virginica", NN_IRIS, "By exact Shapley values"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_waterfall,
};

const struct nn_command nn_command_timeline = {
    .name = "timeline",
    .group = "explain",
    .summary = "Which moments of a series speak for the answer",
    .details = "The series as columns, and below each step its share in F: blue or + for, red or - "
               "against. Windows of several series have one such strip each, on one scale.",
    .args = timeline_args,
    .examples = (const struct nn_example[]){{"timeline sample=3", NN_MARKET,
                                             "The days that decide about tomorrow"},
                                            {"timeline sample=3 method=saliency out=days.csv",
                                             NN_MARKET, "By another method, as a table"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_timeline,
};
