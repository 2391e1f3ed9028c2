/* explain: tcav, whether a concept speaks for a class. */
#include "base/mem.h"
#include "base/text.h"
#include "command/feature.h"
#include "command/setups.h"
#include "data/npy.h"
#include "explain/concepts.h"

#include <stdio.h>
#include <string.h>

static const struct nn_arg_spec tcav_args[] = {
    {.name = "concept",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "a class, or a .npy file of inputs that show it",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "target",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "the class that it may speak for",
     .flags = NN_ARG_REQUIRED},
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the last convolution, or the first layer"},
    {.name = "draws",
     .type = NN_ARG_INT,
     .fallback = "10",
     .min = 2,
     .max = 1000,
     .help = "of random samples, each with a vector of the concept and a random one"},
    {.name = "samples",
     .type = NN_ARG_INT,
     .fallback = "50",
     .min = 2,
     .max = 100000,
     .help = "of the concept, and of the class, at most"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "where the samples come from; else train"},
    NN_INQUIRY_SEED,
    NN_INQUIRY_TABLE_OUT,
    {0},
};

struct study {
    struct nn_inquiry inquiry;
    struct nn_tensor file; /* of the concept */
    float *concept, *others, *members;
    int32_t *units;
    struct nn_tcav_request request;
    char name[80];
};

static void study_clear(struct nn_inquiry *inquiry)
{
    struct study *study = (struct study *)inquiry;
    nn_tensor_clear(&study->file);
    nn_free(study->concept);
    nn_free(study->others);
    nn_free(study->members);
    nn_free(study->units);
}

/* The samples of a class, or (out = true) those of all others; the first `most` of them. */
static enum nn_status of_class(const struct study *study, int32_t class, bool out, size_t most,
                               float **x, size_t *count, struct nn_error *error)
{
    const struct nn_subject *subject = &study->inquiry.subject;
    size_t size = study->inquiry.net->nodes[0]->size, found = 0;
    float *made = nn_calloc(most < subject->count ? most : subject->count, size * sizeof *made);
    if (!made)
        return nn_fail_memory(error, most * size * sizeof *made);
    for (size_t i = 0; i < subject->count && found < most; i++)
        if ((subject->labels && subject->labels[i] == class) != out)
            memcpy(made + found++ * size, subject->x + i * size, size * sizeof *made);
    *x = made;
    *count = found;
    return NN_OK;
}

static enum nn_status read_concept(struct study *study, const char *path, struct nn_error *error)
{
    const struct nn_shape *input = &study->inquiry.net->nodes[0]->shape;
    char wanted[NN_SHAPE_TEXT], given[NN_SHAPE_TEXT];
    enum nn_status status = nn_npy_read(path, &study->file, error);
    if (status != NN_OK)
        return status;
    const struct nn_shape *shape = &study->file.shape;
    if (shape->rank != input->rank + 1 ||
        memcmp(shape->dim + 1, input->dim, (size_t)input->rank * sizeof *input->dim) != 0)
        return nn_fail(error, NN_SHAPE, "%s holds %s; inputs are of %s, with their number in front",
                       NN_VISIBLE(path), nn_shape_text(given, shape), nn_shape_text(wanted, input));
    study->request.concept = study->file.data;
    study->request.concept_count = shape->dim[0];
    return NN_OK;
}

static enum nn_status take_concept(struct study *study, size_t most, struct nn_error *error)
{
    const char *text = nn_inquiry_text(&study->inquiry, "concept");
    int32_t class = -1;
    size_t count;
    enum nn_status status = NN_OK;
    nn_subject_classes(study->inquiry.session, &count);
    if (nn_subject_find_class(study->inquiry.session, text, strlen(text), &class) &&
        (size_t) class < count) {
        NN_TRY(of_class(study, class, false, most, &study->concept, &study->request.concept_count,
                        error));
        study->request.concept = study->concept;
    } else if (strlen(text) > 4 && strcmp(text + strlen(text) - 4, ".npy") == 0) {
        NN_TRY(read_concept(study, text, error));
    } else {
        nn_fail(error, NN_ARGUMENT, "%s is no class, and no .npy file of inputs", NN_VISIBLE(text));
        char **classes = nn_subject_classes(study->inquiry.session, &count);
        const char *nearest = nn_text_nearest(text, (const char *const *)classes, count);
        if (nearest)
            nn_fail_hint(error, "did you mean `%s`?", NN_VISIBLE(nearest));
        return NN_ARGUMENT;
    }
    NN_TRY(
        of_class(study, class, true, 4 * most, &study->others, &study->request.other_count, error));
    study->request.others = study->others;
out:
    return status;
}

static enum nn_status prepare_tcav(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct study *study = (struct study *)inquiry;
    struct nn_tcav_request *request = &study->request;
    const struct nn_net *net = inquiry->net;
    const char *split = nn_inquiry_text(inquiry, "split"),
               *layer = nn_inquiry_text(inquiry, "layer");
    size_t most = (size_t)nn_args_int(&inquiry->args, nn_args_find(tcav_args, "samples"));
    struct nn_answer answer;
    enum nn_status status = NN_OK;
    NN_TRY(nn_inquiry_all(inquiry, split ? split : "train", error));
    NN_TRY(nn_inquiry_answer(inquiry, nn_inquiry_text(inquiry, "target"), &answer, study->name,
                             error));
    if (answer.target.what != NN_EXPLAIN_CLASS)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "target= of tcav is a class"));
    request->layer = nn_net_last_spatial(net) >= 0 ? nn_net_last_spatial(net) : 1;
    if (layer)
        NN_TRY(nn_net_find(net, layer, &request->layer, error));
    if (request->layer >= answer.target.node)
        NN_TRY(nn_fail(error, NN_ARGUMENT,
                       "%s does not lie before the logits: name a layer before %s",
                       net->nodes[request->layer]->name, net->nodes[answer.target.node]->name));
    NN_TRY(take_concept(study, most, error));
    NN_TRY(
        of_class(study, answer.unit, false, most, &study->members, &request->member_count, error));
    study->units = nn_calloc(request->member_count, sizeof *study->units);
    if (!study->units)
        NN_TRY(nn_fail_memory(error, request->member_count * sizeof *study->units));
    for (size_t i = 0; i < request->member_count; i++)
        study->units[i] = answer.unit;
    request->net = net;
    request->target = answer.target;
    request->target.unit = study->units;
    request->members = study->members;
    request->draws = (size_t)nn_args_int(&inquiry->args, nn_args_find(tcav_args, "draws"));
    request->seed = nn_inquiry_seed(inquiry);
out:
    return status;
}

static enum nn_status tcav_work(struct nn_inquiry *inquiry, struct nn_progress *progress,
                                struct nn_error *error)
{
    static const char *const columns[] = {"direction", "score", "deviation", "accuracy", "slope"};
    struct study *study = (struct study *)inquiry;
    const char *concept = nn_inquiry_text(inquiry, "concept");
    struct nn_tcav tcav;
    char text[64];
    enum nn_status status = NN_OK;
    study->request.progress = progress;
    NN_TRY(nn_tcav_measure(&study->request, &tcav, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "tcav", &inquiry->result, error));
    struct nn_result *result = inquiry->result;
    NN_TRY(nn_result_table(result, columns, 5, 2, error));
    nn_text_visible(text, sizeof text, concept, strlen(concept), 40);
    NN_TRY(nn_result_set_text(result, 0, 0, text, error));
    NN_TRY(nn_result_set_text(result, 1, 0, "random", error));
    nn_result_set_number(result, 0, 1, tcav.score, 4);
    nn_result_set_number(result, 0, 2, tcav.deviation, 4);
    nn_result_set_number(result, 0, 3, tcav.accuracy, 4);
    nn_result_set_number(result, 0, 4, tcav.magnitude, -1);
    nn_result_set_number(result, 1, 1, tcav.random_score, 4);
    nn_result_set_number(result, 1, 2, tcav.random_deviation, 4);
    NN_TRY(nn_result_set_text(result, 1, 3, "", error));
    NN_TRY(nn_result_set_text(result, 1, 4, "", error));
    snprintf(result->layer, sizeof result->layer, "%s",
             study->request.net->nodes[study->request.layer]->name);
    snprintf(result->target, sizeof result->target, "%s", study->name);
    snprintf(result->title, sizeof result->title, "does %.40s at %.40s raise the %.60s? %zu draws",
             text, result->layer, study->name, study->request.draws);
    nn_result_figure(result, "p", tcav.p);
    snprintf(result->note, sizeof result->note, "%s",
             tcav.p < 0.05
                 ? tcav.score > tcav.random_score
                       ? "The concept speaks for the class more than chance does (p < 0.05)."
                       : "The concept speaks against the class more than chance does (p < "
                         "0.05)."
                 : "No difference to random directions could be shown (p >= 0.05).");
    result->sample = -1;
out:
    return status;
}

static const struct nn_inquiry_class tcav_inquiry = {.job = NN_INQUIRY_JOB("tcav"),
                                                     .size = sizeof(struct study),
                                                     .prepare = prepare_tcav,
                                                     .work = tcav_work,
                                                     .clear = study_clear};

static enum nn_status run_tcav(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &tcav_inquiry, error);
}

const struct nn_command nn_command_tcav = {
    .name = "tcav",
    .group = "explain",
    .summary = "Whether a concept that you name speaks for a class",
    .details =
        "The direction of the concept at a layer is what tells its samples from random ones; the "
        "score is the share of the class's samples whose logit rises along it (Kim et al. 2018). A "
        "test compares it with directions between random samples.",
    .args = tcav_args,
    .examples = (const struct nn_example[]){{"tcav 9 target=3 layer=flatten1 draws=4 samples=20",
                                             NN_DIGITS, "Does what makes a nine make a three?"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_tcav,
};
