/* explain: why this answer, by any method. */
#include "command/deliver.h"
#include "command/explanation.h"
#include "command/job.h"
#include "command/setups.h"

#include <string.h>

static enum nn_status explain_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                   struct nn_error *error)
{
    struct nn_explanation *explanation = data;
    (void)job;
    return nn_explanation_run(
        explanation, (enum nn_trust_when)nn_args_int(&explanation->args, NN_EXPLAIN_ARG_TRUST),
        progress, error);
}

static enum nn_status explain_finish(struct nn_session *session, void *data, enum nn_status status,
                                     struct nn_error *error)
{
    struct nn_explanation *explanation = data;
    struct nn_result *result = explanation->result;
    if (status != NN_OK)
        return status;
    status = nn_explanation_name(explanation, error);
    if (status != NN_OK)
        return status;
    explanation->result = NULL;
    return nn_deliver(session, result, nn_args_text(&explanation->args, NN_EXPLAIN_ARG_OUT), error);
}

static const struct nn_job_class explain_job = {
    .name = "explain", .work = explain_work, .finish = explain_finish, .free = nn_explanation_free};

/* Keeps the words of the explanation, for `trust`, but not its file, which must not be written
 * over; without memory it is forgotten. */
static void remember(struct nn_session *session, const struct nn_word *words, size_t count)
{
    struct nn_arena *arena = &session->explained_memory;
    size_t kept = 0;
    if (words == session->explained.items)
        return;
    nn_arena_clear(arena);
    session->explained = (struct nn_words){0};
    struct nn_word *copy = nn_arena_alloc(arena, count, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        if (words[i].key && strcmp(words[i].key, nn_explain_args[NN_EXPLAIN_ARG_OUT].name) == 0)
            continue;
        struct nn_word *word = &copy[kept++];
        word->key = words[i].key ? nn_arena_strdup(arena, words[i].key) : NULL;
        word->value = nn_arena_strdup(arena, words[i].value);
        word->column = words[i].column;
        if (!word->value || (words[i].key && !word->key))
            return;
    }
    if (copy)
        session->explained = (struct nn_words){.items = copy, .count = kept};
}

static enum nn_status run_explain(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_explanation *explanation = NULL;
    enum nn_status status = nn_explanation_new(invocation->session, invocation->words,
                                               invocation->word_count, &explanation, error);
    if (status != NN_OK)
        return status;
    remember(invocation->session, invocation->words, invocation->word_count);
    /* the cursor goes there now, not at the end: it may have moved on by then */
    if (explanation->subject.count == 1) {
        invocation->session->split = explanation->subject.split;
        invocation->session->sample = (size_t)explanation->subject.first;
    }
    return nn_job_run(invocation->session, &explain_job, explanation, true, error);
}

const struct nn_command nn_command_explain = {
    .name = "explain",
    .group = "explain",
    .summary = "Explains an answer of the net",
    .details =
        "Explained is F(x): the logit of the target class, before a final softmax or sigmoid, as "
        "the title says; p is the probability of the class. Methods whose shares add up print "
        "their gap: what the shares miss of F(x) - F(baseline). Below stands how far to trust the "
        "map: the figures of `trust`, unless they take long (trust=yes). The method's own "
        "arguments go here "
        "too: `help METHOD`. With "
        "`sample=all` the array of `out=FILE.npy` has the samples in front.",
    .args = nn_explain_args,
    .examples =
        (const struct nn_example[]){
            {"explain gradcam sample=3", NN_DIGITS, "Where the last convolution saw the class"},
            {"saliency sample=3 target=8 out=saliency.png", NN_DIGITS,
             "The short form; why not an eight, also as a picture"},
            {"ig sample=0 steps=100 baseline=mean", NN_IRIS,
             "The share of each feature, against the mean flower"},
            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_explain,
    .specs = nn_explain_specs,
};
