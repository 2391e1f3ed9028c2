/* data: data find, the next sample that the net takes for another class, or for a certain one. */
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/subject.h"
#include "engine/objective.h"

#include <stdio.h>
#include <string.h>

#define CHUNK 64

enum { FIND_ACTUAL, FIND_PREDICTED, FIND_SPLIT };

static const struct nn_arg_spec find_args[] = {
    {.name = "actual",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "its true class; else any"},
    {.name = "predicted",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "what the net takes it for; else anything but the true class"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else the one last looked at"},
    {0},
};

/* What is looked for; -1: any. */
struct wanted {
    int32_t actual, predicted;
};

static enum nn_status find_class(const struct nn_session *session, const char *text, int32_t *index,
                                 struct nn_error *error)
{
    *index = -1;
    if (!text || nn_subject_find_class(session, text, strlen(text), index))
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "there is no class `%s`", NN_VISIBLE(text));
}

static bool is_wanted(const struct wanted *wanted, int32_t actual, int32_t predicted)
{
    if (wanted->actual >= 0 && actual != wanted->actual)
        return false;
    return wanted->predicted >= 0 ? predicted == wanted->predicted : predicted != actual;
}

/* Runs the whole split; *found is the first wanted sample behind `from`, or after the end the first
 * of all; *count says how many there are, *place the how manieth it is. */
struct search {
    const struct nn_net *net;
    struct nn_source source;
    bool logits;
    struct wanted wanted;
    size_t from;
    size_t found, count, place;
};

static void note(struct search *search, size_t sample)
{
    bool behind = sample > search->from;
    bool have_behind = search->count > 0 && search->found > search->from;
    search->count++;
    if (search->count == 1 || (behind && !have_behind)) {
        search->found = sample;
        search->place = search->count;
    }
}

static enum nn_status search_split(struct search *search, const struct nn_dataset *data,
                                   enum nn_split split, struct nn_error *error)
{
    size_t width = nn_net_output(search->net)->size, index[CHUNK];
    float *y = nn_calloc(width, CHUNK * sizeof *y);
    enum nn_status status = NN_OK;
    if (!y)
        return nn_fail_memory(error, width * CHUNK * sizeof *y);
    for (size_t first = 0; first < search->source.count; first += CHUNK) {
        size_t left = search->source.count - first, n = left < CHUNK ? left : CHUNK;
        for (size_t i = 0; i < n; i++)
            index[i] = first + i;
        NN_TRY(nn_predict(search->net, &search->source, index, n, y, error));
        for (size_t i = 0; i < n; i++)
            if (is_wanted(&search->wanted, nn_dataset_label(data, split, first + i),
                          nn_predicted_class(y + i * width, width, search->logits)))
                note(search, first + i);
    }
out:
    nn_free(y);
    return status;
}

static void tell(const struct nn_session *session, const struct search *search)
{
    char actual[32], predicted[32];
    const struct wanted *wanted = &search->wanted;
    nn_say(&session->output, "sample %zu (%s): %zu of %zu with %s%s, predicted %s%s", search->found,
           nn_split_names[session->split], search->place, search->count,
           wanted->actual >= 0 ? "true class " : "any class",
           wanted->actual >= 0 ? nn_subject_class(session, wanted->actual, actual) : "",
           wanted->predicted >= 0 ? "" : "otherwise",
           wanted->predicted >= 0 ? nn_subject_class(session, wanted->predicted, predicted) : "");
}

static enum nn_status run_find(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const struct nn_dataset *data = NULL;
    struct search search = {0};
    enum nn_split split = session->split;
    enum nn_status status;
    NN_TRY(nn_subject_data(session, &data, error));
    NN_TRY(nn_subject_net(session, &search.net, error));
    if (data->samples->task != NN_TASK_CLASSIFICATION)
        NN_TRY(nn_fail(error, NN_STATE, "the samples have no classes to be taken for"));
    if (nn_args_text(args, FIND_SPLIT))
        NN_TRY(nn_subject_split(session, nn_args_text(args, FIND_SPLIT), &split, error));
    NN_TRY(find_class(session, nn_args_text(args, FIND_ACTUAL), &search.wanted.actual, error));
    NN_TRY(
        find_class(session, nn_args_text(args, FIND_PREDICTED), &search.wanted.predicted, error));
    NN_TRY(nn_subject_fit(search.net, &data->samples->shape, error));
    nn_dataset_source(data, split, &search.source);
    search.logits = nn_output_logits(search.net, session->recipe.loss ? &session->recipe : NULL);
    search.from = split == session->split ? session->sample : (size_t)-1;
    NN_TRY(search_split(&search, data, split, error));
    if (search.count == 0)
        NN_TRY(nn_fail(error, NN_STATE, "no sample of the %s split is so", nn_split_names[split]));
    session->split = split;
    session->sample = search.found;
    tell(session, &search);
out:
    return status;
}

const struct nn_command nn_command_data_find = {
    .name = "data find",
    .group = "data",
    .summary = "Moves the cursor to the next sample that the net gets wrong, or takes for a class",
    .details = "At the end of the split it goes on at the beginning. On the screen Data the arrows "
               "choose a cell of the confusion matrix, and Enter finds its samples.",
    .args = find_args,
    .examples =
        (const struct nn_example[]){{"data find",
                                     "data demo digits; add flatten; add dense 10 softmax; compile "
                                     "loss=categorical_crossentropy; train 1",
                                     "The next mistake"},
                                    {"data find actual=8 predicted=1",
                                     "data demo digits; add flatten; add dense 10 softmax; compile "
                                     "loss=categorical_crossentropy; train 1",
                                     "An eight that looks like a one to the net"},
                                    {0}},
    .flags = NN_COMMAND_READS,
    .run = run_find,
};
