/* trust: how far to believe an explanation; compare: how far methods agree. */
#include "explain/trust.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/deliver.h"
#include "command/explanation.h"
#include "command/job.h"
#include "explain/rank.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NN_TRAINED                                                                                 \
    "data demo digits; add conv2d 8 3 relu; add maxpool2d 2; add flatten; add dense 10 softmax; "  \
    "compile loss=categorical_crossentropy; train epochs=2"

/* ---- trust ---- */

static const struct nn_arg_spec trust_args[] = {
    {.name = "method",
     .type = NN_ARG_TEXT,
     .choices = "@methods",
     .help = "the explanation to measure, with its keys as for `explain`; else the last one",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status trust_measure(struct nn_job *job, void *data, struct nn_progress *progress,
                                    struct nn_error *error)
{
    struct nn_explanation *explanation = data;
    (void)job;
    explanation->request.batch = 1;
    return nn_explanation_run(explanation, NN_TRUST_YES, progress, error);
}

/* One line of the table: a figure and what it says, or why there is none. */
static enum nn_status row(struct nn_result *table, size_t line, const char *name, double value,
                          const char *meaning, struct nn_error *error)
{
    enum nn_status status = nn_result_set_text(table, line, 0, name, error);
    if (status == NN_OK)
        status = nn_result_set_text(table, line, 2, meaning, error);
    if (isnan(value))
        return status == NN_OK ? nn_result_set_text(table, line, 1, "-", error) : status;
    nn_result_set_number(table, line, 1, value, 4);
    return status;
}

/* What chance gives, below the figure: random orders or ranks, or the mask's share of the pixels.
 */
static enum nn_status chance_row(struct nn_result *table, size_t line,
                                 const struct nn_trust_figure *figure, struct nn_error *error)
{
    char meaning[80];
    if (isnan(figure->spread))
        return row(table, line, "  area", figure->chance, "share of the pixels there", error);
    snprintf(meaning, sizeof meaning, "the mean of chance, which spreads by %.4f", figure->spread);
    return row(table, line, "  at random", figure->chance, meaning, error);
}

static enum nn_status trust_table(const struct nn_result *map, struct nn_result **table,
                                  struct nn_error *error)
{
    static const char *const columns[] = {"figure", "value", "meaning"};
    struct nn_result *made = NULL;
    enum nn_status status;
    size_t rows = map->trust_count, line = 0;
    for (size_t i = 0; i < map->trust_count; i++)
        rows += isnan(map->trust[i].chance) ? 0 : 1;
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "trust", &made, error));
    NN_TRY(nn_result_table(made, columns, 3, rows, error));
    for (size_t i = 0; i < map->trust_count; i++) {
        const struct nn_trust_figure *figure = &map->trust[i];
        NN_TRY(row(made, line++, figure->name, figure->value,
                   isnan(figure->value) ? figure->why : figure->meaning, error));
        if (!isnan(figure->chance))
            NN_TRY(chance_row(made, line++, figure, error));
        nn_result_figure(made, figure->name, figure->value);
    }
    snprintf(made->title, sizeof made->title, "trust in %.180s", map->title);
    snprintf(made->method, sizeof made->method, "%s", map->method);
    snprintf(made->note, sizeof made->note, "%s", map->trust_note);
    made->figures_hidden = true;
    *table = made;
    made = NULL;
out:
    nn_result_free(made);
    return status;
}

static enum nn_status trust_finish(struct nn_session *session, void *data, enum nn_status status,
                                   struct nn_error *error)
{
    struct nn_explanation *explanation = data;
    struct nn_result *table = NULL;
    if (status == NN_OK)
        status = nn_explanation_name(explanation, error);
    if (status == NN_OK)
        status = trust_table(explanation->result, &table, error);
    return status == NN_OK ? nn_deliver(session, table,
                                        nn_args_text(&explanation->args, NN_EXPLAIN_ARG_OUT), error)
                           : status;
}

static const struct nn_job_class trust_job = {
    .name = "trust", .work = trust_measure, .finish = trust_finish, .free = nn_explanation_free};

static enum nn_status run_trust(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_word *words = invocation->words;
    size_t count = invocation->word_count;
    if (count == 0) {
        words = session->explained.items;
        count = session->explained.count;
    }
    if (count == 0)
        return nn_fail(
            error, NN_STATE,
            "nothing has been explained yet: `trust saliency sample=0`, or explain first");
    struct nn_explanation *explanation = NULL;
    enum nn_status status = nn_explanation_new(session, words, count, &explanation, error);
    if (status != NN_OK)
        return status;
    return nn_job_run(session, &trust_job, explanation, true, error);
}

const struct nn_command nn_command_trust = {
    .name = "trust",
    .group = "explain",
    .summary = "Measures how far to believe an explanation",
    .details = "Completeness gap (of lrp what biases hold, which is no error); insertion and "
               "deletion (the answer as the highest ranked values "
               "come in or "
               "go, in 20 steps, against 20 random orders of the seed; where F, no probability, "
               "falls, what lowers it goes first); largest change of the map "
               "under noise of "
               "2 % of the "
               "range; infidelity under noise of 10 %; Gini index; mean magnitude of the rank "
               "correlation with the maps of the net as its weights are made random from the top "
               "down; it speaks against a map if they agree in sign, too, but not of fewer than 10 "
               "values. With data that have masks also "
               "whether the map points there. Then a verdict.",
    .args = trust_args,
    .examples =
        (const struct nn_example[]){
            {"saliency sample=3; trust", NN_TRAINED, "The last explanation, measured"},
            {"trust gradcam sample=3", NN_TRAINED, "Any method, with its keys"},
            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_trust,
    .specs = nn_explain_specs,
};

/* ---- compare ---- */

enum { COMPARE_METHODS, COMPARE_SAMPLE, COMPARE_SPLIT, COMPARE_TARGET, COMPARE_LAYER };

#define MOST_METHODS 12

static const struct nn_arg_spec compare_args[] = {
    {.name = "methods",
     .type = NN_ARG_NAMES,
     .choices = "@methods",
     .help = "methods, joined by commas",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "sample",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "number in its split, from 0; else the last one looked at"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "target", .type = NN_ARG_TEXT, .choices = "@classes", .help = "as for `explain`"},
    {.name = "layer", .type = NN_ARG_LAYER, .help = "for methods at a layer"},
    {0},
};

struct comparison {
    size_t count, size;
    char names[MOST_METHODS][40];
    struct nn_explanation *explanations[MOST_METHODS];
    float *maps; /* [count, size] */
};

static void comparison_free(void *data)
{
    struct comparison *comparison = data;
    for (size_t i = 0; i < comparison->count; i++)
        if (comparison->explanations[i])
            nn_explanation_free(comparison->explanations[i]);
    nn_free(comparison->maps);
    nn_free(comparison);
}

static enum nn_status comparison_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                      struct nn_error *error)
{
    struct comparison *comparison = data;
    (void)job;
    for (size_t i = 0; i < comparison->count; i++) {
        struct nn_explanation *explanation = comparison->explanations[i];
        explanation->request.progress = progress;
        struct nn_progress_part whole =
            nn_progress_enter(progress, (double)i, (double)comparison->count);
        enum nn_status status = nn_explain(&explanation->request, &explanation->result, error);
        nn_progress_back(progress, whole);
        if (status == NN_OK)
            status = nn_map_fit(explanation->request.net, explanation->result, 0,
                                comparison->maps + i * comparison->size, error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

static enum nn_status comparison_finish(struct nn_session *session, void *data,
                                        enum nn_status status, struct nn_error *error)
{
    struct comparison *comparison = data;
    struct nn_result *table = NULL;
    const char *columns[MOST_METHODS + 1] = {"method"};
    char name[48];
    double value;
    if (status != NN_OK)
        return status;
    for (size_t i = 0; i < comparison->count; i++)
        columns[i + 1] = comparison->names[i];
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "compare", &table, error));
    NN_TRY(nn_result_table(table, columns, comparison->count + 1, comparison->count, error));
    for (size_t i = 0; i < comparison->count; i++) {
        NN_TRY(nn_result_set_text(table, i, 0, comparison->names[i], error));
        for (size_t j = 0; j < comparison->count; j++) {
            NN_TRY(nn_rank_correlation(comparison->maps + i * comparison->size,
                                       comparison->maps + j * comparison->size, comparison->size,
                                       true, &value, error));
            if (!isnan(value)) {
                nn_result_set_number(table, i, j + 1, value, 2);
                continue;
            }
            NN_TRY(nn_result_set_text(table, i, j + 1, "-", error));
            snprintf(table->note, sizeof table->note, "-: a map of one value has no ranks.");
        }
    }
    nn_subject_name(&comparison->explanations[0]->subject, name);
    snprintf(table->title, sizeof table->title,
             "rank correlation of the magnitudes of the maps, %s", name);
    return nn_deliver(session, table, NULL, error);
out:
    nn_result_free(table);
    return status;
}

static const struct nn_job_class comparison_job = {.name = "compare",
                                                   .work = comparison_work,
                                                   .finish = comparison_finish,
                                                   .free = comparison_free};

/* One explanation for each name, with the common keys. */
static enum nn_status add_methods(const struct nn_invocation *invocation,
                                  struct comparison *comparison, struct nn_error *error)
{
    const char *text = nn_args_text(invocation->args, COMPARE_METHODS);
    struct nn_word words[1 + COMPARE_LAYER];
    while (*text) {
        size_t length = strcspn(text, ","), count = 1;
        const char *name = comparison->names[comparison->count];
        if (comparison->count == MOST_METHODS)
            return nn_fail(error, NN_LIMIT, "compare takes at most %d methods", MOST_METHODS);
        snprintf(comparison->names[comparison->count], sizeof comparison->names[0], "%.*s",
                 (int)length, text);
        const struct nn_method *method = nn_method_find(name);
        size_t column = invocation->words[0].column;
        words[0] = (struct nn_word){.value = name, .column = column};
        for (int i = COMPARE_SAMPLE; i <= COMPARE_LAYER; i++)
            if (nn_args_is_set(invocation->args, i) &&
                (i != COMPARE_LAYER || (method && method->flags & NN_METHOD_LAYER)))
                words[count++] = (struct nn_word){compare_args[i].name,
                                                  nn_args_text(invocation->args, i), column};
        enum nn_status status = nn_explanation_new(
            invocation->session, words, count, &comparison->explanations[comparison->count], error);
        if (status != NN_OK)
            return status;
        comparison->count++;
        text += length + (text[length] == ',');
    }
    return NN_OK;
}

static enum nn_status run_compare(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct comparison *comparison = nn_calloc(1, sizeof *comparison);
    enum nn_status status = NN_OK;
    if (!comparison)
        return nn_fail_memory(error, sizeof *comparison);
    NN_TRY(add_methods(invocation, comparison, error));
    if (comparison->count < 2)
        NN_TRY(nn_fail(error, NN_ARGUMENT,
                       "compare needs at least two methods: `compare saliency,gradcam sample=3`"));
    comparison->size = nn_shape_size(&comparison->explanations[0]->subject.shape);
    comparison->maps = nn_calloc(comparison->count, comparison->size * sizeof(float));
    if (!comparison->maps)
        NN_TRY(nn_fail_memory(error, comparison->count * comparison->size * sizeof(float)));
    return nn_job_run(invocation->session, &comparison_job, comparison, true, error);
out:
    comparison_free(comparison);
    return status;
}

const struct nn_command nn_command_compare = {
    .name = "compare",
    .group = "explain",
    .summary = "Compares what several methods say of one sample",
    .details = "Spearman's rank correlation of the magnitudes of the maps: 1 the same order, 0 no "
               "relation. Maps of a "
               "layer are enlarged to the input.",
    .args = compare_args,
    .examples = (const struct nn_example[]){{"compare methods=saliency,ig,gradcam sample=3",
                                             NN_TRAINED, "Do three methods agree?"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_compare,
};
