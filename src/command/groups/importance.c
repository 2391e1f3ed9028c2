/* importance: how much worse the net answers when one feature no longer belongs to its sample. */
#include "explain/importance.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"
#include "command/setups.h"
#include "command/subject.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPLIT, METRIC, REPEATS, GROUPS, SEED, OUT };

static const struct nn_arg_spec importance_args[] = {
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train",
     .flags = NN_ARG_POSITIONAL},
    {.name = "metric",
     .type = NN_ARG_TEXT,
     .choices = "@metrics",
     .help = "loss, or a metric of `compile`; else its first metric, or the loss"},
    {.name = "repeats",
     .type = NN_ARG_INT,
     .fallback = "10",
     .min = 1,
     .max = 10000,
     .help = "permutations of each feature"},
    {.name = "groups", .type = NN_ARG_TEXT, .help = NN_GROUPS_HELP},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of the permutations; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "the table, to this .csv or .json file"},
    {0},
};

struct work {
    const struct nn_dataset *data;
    enum nn_split split;
    struct nn_source source;
    struct nn_recipe recipe;
    struct nn_groups groups;
    struct nn_importance_request request;
    struct nn_importance importance;
    char *out;
};

static void work_free(void *data)
{
    struct work *work = data;
    nn_recipe_clear(&work->recipe);
    nn_groups_clear(&work->groups);
    nn_free(work->importance.mean);
    nn_free(work->importance.deviation);
    nn_free(work->out);
    nn_free(work);
}

static enum nn_status measure(struct nn_job *job, void *data, struct nn_progress *progress,
                              struct nn_error *error)
{
    struct work *work = data;
    (void)job;
    work->request.progress = progress;
    return nn_importance_measure(&work->request, &work->importance, error);
}

struct ranked {
    double value;
    size_t group;
};

static int descending(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;
    if (x->value != y->value)
        return x->value > y->value ? -1 : 1;
    return x->group < y->group ? -1 : x->group > y->group;
}

/* The name of a column where every value is a group of its own, else the group's number. */
static void name_of(const struct work *work, size_t group, char out[48])
{
    const struct nn_samples *samples = work->data->samples;
    bool alone = work->groups.count == nn_shape_size(&work->source.shape);
    if (alone && samples->features && group < samples->feature_count)
        nn_text_visible(out, 48, samples->features[group], strlen(samples->features[group]), 0);
    else
        snprintf(out, 48, "%s %zu", alone ? "value" : "group", group);
}

static const char *metric_name(const struct work *work)
{
    int metric = work->request.metric;
    return metric < 0 ? "loss" : work->recipe.metrics[metric]->name;
}

static enum nn_status fill(const struct work *work, struct nn_result *table, struct nn_error *error)
{
    static const char *const columns[] = {"feature", "importance", "deviation"};
    enum nn_status status;
    char name[48];
    size_t count = work->groups.count;
    struct ranked *order = nn_calloc(count, sizeof *order);
    if (!order)
        return nn_fail_memory(error, count * sizeof *order);
    for (size_t g = 0; g < count; g++)
        order[g] = (struct ranked){work->importance.mean[g], g};
    qsort(order, count, sizeof *order, descending);
    NN_TRY(nn_result_table(table, columns, 3, count, error));
    for (size_t row = 0; row < count; row++) {
        name_of(work, order[row].group, name);
        NN_TRY(nn_result_set_text(table, row, 0, name, error));
        nn_result_set_number(table, row, 1, order[row].value, 4);
        nn_result_set_number(table, row, 2, work->importance.deviation[order[row].group], 4);
    }
    nn_result_figure(table, metric_name(work), work->importance.base);
out:
    nn_free(order);
    return status;
}

static enum nn_status finish(struct nn_session *session, void *data, enum nn_status status,
                             struct nn_error *error)
{
    struct work *work = data;
    struct nn_result *table = NULL;
    if (status != NN_OK)
        return status;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "importance", &table, error));
    NN_TRY(fill(work, table, error));
    snprintf(table->title, sizeof table->title, "permutation importance, %s of %zu samples (%s)",
             metric_name(work), work->source.count, nn_split_names[work->split]);
    snprintf(table->split, sizeof table->split, "%s", nn_split_names[work->split]);
    return nn_deliver(session, table, work->out, error);
out:
    nn_result_free(table);
    return status;
}

static const struct nn_job_class importance_job = {
    .name = "importance", .work = measure, .finish = finish, .free = work_free};

static enum nn_status find_metric(struct work *work, const char *name, struct nn_error *error)
{
    work->request.metric = work->recipe.metric_count > 0 ? 0 : -1;
    if (!name)
        return NN_OK;
    work->request.metric = -1;
    for (int i = 0; i < work->recipe.metric_count; i++)
        if (strcmp(work->recipe.metrics[i]->name, name) == 0)
            work->request.metric = i;
    if (work->request.metric >= 0 || strcmp(name, "loss") == 0)
        return NN_OK;
    nn_fail(error, NN_ARGUMENT, "metric=%s: the net is not compiled with it", NN_VISIBLE(name));
    nn_fail_hint(error, "`loss`, or a metric of `compile metrics=...`");
    return NN_ARGUMENT;
}

static enum nn_status prepare(struct nn_session *session, const struct nn_args *args,
                              struct work *work, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_net *net = NULL;
    NN_TRY(nn_subject_data(session, &work->data, error));
    NN_TRY(nn_subject_net(session, &net, error));
    if (!session->recipe.loss)
        NN_TRY(nn_fail(error, NN_STATE,
                       "the net is not compiled: `compile loss=...` says what to measure"));
    NN_TRY(nn_subject_whole_split(session, nn_args_text(args, SPLIT), &work->split, error));
    nn_dataset_source(work->data, work->split, &work->source);
    NN_TRY(nn_recipe_copy(&work->recipe, &session->recipe, error));
    NN_TRY(nn_recipe_check(&work->recipe, net, &work->source, error));
    NN_TRY(find_metric(work, nn_args_text(args, METRIC), error));
    NN_TRY(nn_groups_make(&work->groups, &work->source.shape, nn_args_text(args, GROUPS), error));
    work->importance.mean = nn_calloc(work->groups.count, sizeof(double));
    work->importance.deviation = nn_calloc(work->groups.count, sizeof(double));
    if (!work->importance.mean || !work->importance.deviation)
        NN_TRY(nn_fail_memory(error, 2 * work->groups.count * sizeof(double)));
    if (nn_args_is_set(args, OUT) && !(work->out = nn_strdup(nn_args_text(args, OUT))))
        NN_TRY(nn_fail_memory(error, 1));
    work->request.net = net;
    work->request.source = &work->source;
    work->request.recipe = &work->recipe;
    work->request.groups = &work->groups;
    work->request.repeats = (size_t)nn_args_int(args, REPEATS);
    work->request.seed =
        nn_args_is_set(args, SEED) ? (uint64_t)nn_args_int(args, SEED) : session->seed;
out:
    return status;
}

static enum nn_status run_importance(const struct nn_invocation *invocation, struct nn_error *error)
{
    enum nn_status status = nn_result_path_check(nn_args_text(invocation->args, OUT), error);
    if (status != NN_OK)
        return status;
    struct work *work = nn_calloc(1, sizeof *work);
    if (!work)
        return nn_fail_memory(error, sizeof *work);
    status = prepare(invocation->session, invocation->args, work, error);
    if (status != NN_OK) {
        work_free(work);
        return status;
    }
    return nn_job_run(invocation->session, &importance_job, work, true, error);
}

const struct nn_command nn_command_importance = {
    .name = "importance",
    .group = "explain",
    .summary = "Measures how much worse the net answers without each feature",
    .details = "Permutation importance: the values of one feature are dealt out anew among the "
               "samples of the split, and the metric is measured again; the mean of what it loses "
               "over the repeats, and its deviation (Breiman 2001). A feature that another one "
               "stands for counts little.",
    .args = importance_args,
    .examples =
        (const struct nn_example[]){
            {"importance", NN_IRIS, "Which measures of the flower does it need?"},
            {"importance train metric=loss repeats=3 out=importance.csv", NN_IRIS,
             "By the loss of the training samples, to a file"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_importance,
};
