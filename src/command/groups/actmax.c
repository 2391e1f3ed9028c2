/* explain: actmax, what a unit looks for. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/job.h"
#include "command/specs.h"
#include "command/subject.h"
#include "explain/explain.h"

#include <string.h>

#define NN_DIGITS                                                                                  \
    "data demo digits; add conv2d 8 3 relu; add maxpool2d 2; add flatten; add dense 10 softmax; "  \
    "compile loss=categorical_crossentropy; train epochs=1"

enum { ACTMAX_LAYER, ACTMAX_UNIT, ACTMAX_SEED, ACTMAX_OUT };

static const struct nn_arg_spec actmax_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the output before a final softmax or sigmoid"},
    {.name = "unit",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "number of the unit or feature map, from 0, or a class at the output",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of the first image and the jitter; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

struct maximization {
    struct nn_session *session;
    struct nn_args args, own;
    struct nn_arena arena;
    float *lows, *highs; /* [input], of the training data; NULL = unknown */
    struct nn_actmax_request request;
    struct nn_result *result;
};

static void maximization_free(void *data)
{
    struct maximization *maximization = data;
    nn_args_clear(&maximization->args);
    nn_args_clear(&maximization->own);
    nn_arena_clear(&maximization->arena);
    nn_free(maximization->lows);
    nn_free(maximization->highs);
    nn_result_free(maximization->result);
    nn_free(maximization);
}

static const struct nn_arg_spec *actmax_specs(const struct nn_word *words, size_t count,
                                              struct nn_arena *arena)
{
    const struct nn_arg_spec *parts[] = {actmax_args, nn_actmax_args};
    (void)words;
    (void)count;
    return nn_specs_join(arena, parts, 2);
}

static enum nn_status actmax_work(struct nn_job *job, void *data, struct nn_progress *progress,
                                  struct nn_error *error)
{
    struct maximization *maximization = data;
    (void)job;
    maximization->request.progress = progress;
    return nn_actmax(&maximization->request, &maximization->result, error);
}

static enum nn_status actmax_finish(struct nn_session *session, void *data, enum nn_status status,
                                    struct nn_error *error)
{
    struct maximization *maximization = data;
    const struct nn_dataset *dataset = session->dataset;
    struct nn_result *result = maximization->result;
    if (status != NN_OK)
        return status;
    if (dataset && dataset->samples->features && !nn_dataset_is_image(dataset) &&
        maximization->lows)
        status = nn_result_names(result, (const char *const *)dataset->samples->features,
                                 dataset->samples->feature_count, error);
    if (status != NN_OK)
        return status;
    maximization->result = NULL;
    return nn_deliver(session, result, nn_args_text(&maximization->args, ACTMAX_OUT), error);
}

static const struct nn_job_class actmax_job = {
    .name = "actmax", .work = actmax_work, .finish = actmax_finish, .free = maximization_free};

/* The unit's number: a class name at the output, else a number below what the layer has. */
static enum nn_status find_unit(const struct nn_session *session, const struct nn_net *net,
                                const char *text, int node, size_t *unit, struct nn_error *error)
{
    const struct nn_node *at = net->nodes[node];
    size_t count = at->shape.rank == 3 ? at->shape.dim[0] : at->size;
    const char *what = at->shape.rank == 3 ? "feature maps" : "units";
    int64_t number;
    int32_t found;
    if (node >= nn_net_logits(net) && nn_subject_find_class(session, text, strlen(text), &found))
        number = found;
    else if (!nn_number_parse_int(text, strlen(text), &number))
        number = -1;
    if (number < 0 || (uint64_t)number >= count)
        return nn_fail(error, NN_ARGUMENT, "%s has no unit %s: it has %zu %s, from 0", at->name,
                       NN_VISIBLE(text), count, what);
    *unit = (size_t)number;
    return NN_OK;
}

/* The range of each scaled input in the training data; images have one for all. */
static enum nn_status find_range(const struct nn_session *session, const struct nn_net *net,
                                 struct maximization *maximization, struct nn_error *error)
{
    const struct nn_dataset *data = session->dataset;
    struct nn_actmax_request *request = &maximization->request;
    struct nn_source source;
    request->low = net->nodes[0]->shape.rank == 3 ? 0 : -2;
    request->high = net->nodes[0]->shape.rank == 3 ? 1 : 2;
    if (!data)
        return NN_OK;
    nn_dataset_source(data, NN_SPLIT_TRAIN, &source);
    size_t size = net->nodes[0]->size;
    if (!nn_shape_equal(&source.shape, &net->nodes[0]->shape) || source.count == 0)
        return NN_OK;
    float *x = nn_calloc(size, sizeof *x);
    maximization->lows = nn_calloc(size, sizeof *x);
    maximization->highs = nn_calloc(size, sizeof *x);
    if (!x || !maximization->lows || !maximization->highs) {
        nn_free(x);
        return nn_fail_memory(error, size * sizeof *x);
    }
    float *lows = maximization->lows, *highs = maximization->highs;
    for (size_t i = 0; i < source.count; i++) {
        nn_dataset_sample(data, NN_SPLIT_TRAIN, i, x);
        for (size_t j = 0; j < size; j++) {
            lows[j] = i == 0 || x[j] < lows[j] ? x[j] : lows[j];
            highs[j] = i == 0 || x[j] > highs[j] ? x[j] : highs[j];
        }
    }
    nn_free(x);
    request->low = lows[0];
    request->high = highs[0];
    for (size_t j = 0; j < size; j++) {
        request->low = lows[j] < request->low ? lows[j] : request->low;
        request->high = highs[j] > request->high ? highs[j] : request->high;
    }
    if (!nn_dataset_is_image(data)) {
        request->lows = lows;
        request->highs = highs;
    }
    return NN_OK;
}

static enum nn_status prepare_actmax(const struct nn_invocation *invocation,
                                     struct maximization *maximization, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_actmax_request *request = &maximization->request;
    const struct nn_net *net = NULL;
    const struct nn_arg_spec *specs =
        actmax_specs(invocation->words, invocation->word_count, &maximization->arena);
    struct nn_args *args = &maximization->args;
    enum nn_status status = NN_OK;
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof actmax_args));
    NN_TRY(
        nn_command_parse(args, specs, invocation->words, invocation->word_count, "actmax", error));
    NN_TRY(nn_specs_extract(&maximization->own, nn_actmax_args, args, "actmax", error));
    NN_TRY(nn_result_path_check(nn_args_text(args, ACTMAX_OUT), error));
    NN_TRY(nn_subject_net(session, &net, error));
    request->net = net;
    request->node = nn_net_logits(net);
    if (nn_args_is_set(args, ACTMAX_LAYER))
        NN_TRY(nn_net_find(net, nn_args_text(args, ACTMAX_LAYER), &request->node, error));
    NN_TRY(find_unit(session, net, nn_args_text(args, ACTMAX_UNIT), request->node, &request->unit,
                     error));
    NN_TRY(find_range(session, net, maximization, error));
    request->args = &maximization->own;
    request->seed = nn_args_is_set(args, ACTMAX_SEED) ? (uint64_t)nn_args_int(args, ACTMAX_SEED)
                                                      : session->seed;
out:
    return status;
}

static enum nn_status run_actmax(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct maximization *maximization = nn_calloc(1, sizeof *maximization);
    if (!maximization)
        return nn_fail_memory(error, sizeof *maximization);
    nn_arena_init(&maximization->arena);
    maximization->session = invocation->session;
    enum nn_status status = prepare_actmax(invocation, maximization, error);
    if (status != NN_OK) {
        maximization_free(maximization);
        return status;
    }
    return nn_job_run(invocation->session, &actmax_job, maximization, true, error);
}

const struct nn_command nn_command_actmax = {
    .name = "actmax",
    .group = "explain",
    .summary = "Finds an input that drives a unit as high as it can",
    .details =
        "Gradient ascent from small noise, within the range of the training data, held smooth "
        "by the penalties.",
    .args = actmax_args,
    .examples =
        (const struct nn_example[]){
            {"actmax unit=3 steps=64", NN_DIGITS, "What a three looks like to the net"},
            {"actmax layer=conv1 unit=2 steps=32 out=unit2.png", NN_DIGITS,
             "What a feature map looks for, as a picture"},
            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_actmax,
    .specs = actmax_specs,
};
