/* explain: waterfall and timeline: an explanation of one sample, drawn otherwise. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/explanation.h"
#include "command/feature.h"
#include "command/setups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NN_MARKET                                                                                  \
    "data demo market samples=400; add dense 16 relu; add dense 2 softmax; "                       \
    "compile loss=categorical_crossentropy lr=0.01; train epochs=2"

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
