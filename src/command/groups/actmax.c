/* explain: actmax and dream, what a unit looks for. */
#include "explain/actmax.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/inquiry.h"
#include "command/setups.h"
#include "command/specs.h"
#include "data/npy.h"

#include <stdio.h>
#include <string.h>

#define MOST_SAMPLES 1024

extern const struct nn_command nn_command_actmax, nn_command_dream;

static const struct nn_arg_spec actmax_args[] = {
    {.name = "unit",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help =
         "number of the unit or feature map, from 0, a class at the output, or all: one image for "
         "each; else the whole layer",
     .flags = NN_ARG_POSITIONAL},
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the output before a final softmax or sigmoid"},
    {.name = "direction",
     .type = NN_ARG_FILE,
     .help = "instead of a unit a vector over all of them, from this .npy file"},
    {.name = "count",
     .type = NN_ARG_INT,
     .fallback = "1",
     .min = 1,
     .max = 16,
     .unit = "images",
     .help = "images of the same unit, which differ"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of the first image and the warps; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

static const struct nn_arg_spec dream_args[] = {
    {.name = "sample",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "number in its split, from 0; else the last one looked at",
     .flags = NN_ARG_POSITIONAL},
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the last convolution, or the output"},
    {.name = "unit",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "one unit or feature map of it, or a class; else the whole layer"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of the warps; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

struct maximization {
    struct nn_inquiry inquiry;
    struct nn_args own;
    struct nn_bounds bounds;
    struct nn_tensor direction;
    float *samples;
    size_t units[NN_ACTMAX_MOST];
    struct nn_actmax_request request;
};

static void maximization_clear(struct nn_inquiry *inquiry)
{
    struct maximization *maximization = (struct maximization *)inquiry;
    nn_args_clear(&maximization->own);
    nn_bounds_clear(&maximization->bounds);
    nn_tensor_clear(&maximization->direction);
    nn_free(maximization->samples);
}

/* The features of a table stand in place of the numbers of its values. */
static enum nn_status name_features(const struct nn_inquiry *inquiry, struct nn_error *error)
{
    const struct nn_dataset *data = inquiry->session->dataset;
    struct nn_result *result = inquiry->result;
    enum nn_status status = NN_OK;
    if (!data || !data->samples->features || nn_dataset_is_image(data) ||
        data->samples->feature_count != inquiry->net->nodes[0]->size)
        return NN_OK;
    if (data->scaling != NN_SCALING_NONE)
        snprintf(result->note, sizeof result->note,
                 "Values are as the net sees them, after data scale %s.",
                 nn_scaling_names[data->scaling]);
    if (result->kind == NN_RESULT_IMAGE)
        return nn_result_names(result, (const char *const *)data->samples->features,
                               data->samples->feature_count, error);
    for (size_t i = 0; i < result->rows && status == NN_OK; i++)
        status = nn_result_set_text(result, i, 0, data->samples->features[i], error);
    return status;
}

static enum nn_status maximize(struct nn_inquiry *inquiry, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct maximization *maximization = (struct maximization *)inquiry;
    maximization->request.progress = progress;
    enum nn_status status = nn_actmax(&maximization->request, &inquiry->result, error);
    return status == NN_OK ? name_features(inquiry, error) : status;
}

/* The unit's number: a class name at the output, else a number below what the layer has. */
static enum nn_status find_unit(const struct maximization *maximization, const char *text,
                                size_t *unit, struct nn_error *error)
{
    const struct nn_session *session = maximization->inquiry.session;
    const struct nn_net *net = maximization->inquiry.net;
    const struct nn_node *at = net->nodes[maximization->request.node];
    size_t count = nn_actmax_units(net, at->index, maximization->request.class_count);
    int64_t number;
    int32_t found;
    if (at->index >= nn_net_logits(net) &&
        nn_subject_find_class(session, text, strlen(text), &found))
        number = found;
    else if (!nn_number_parse_int(text, strlen(text), &number))
        number = -1;
    if (number >= 0 && (uint64_t)number < count) {
        *unit = (size_t)number;
        return NN_OK;
    }
    if (at->index >= nn_net_logits(net) && maximization->request.class_count > 0)
        nn_fail(error, NN_ARGUMENT, "there is no class %s: the net has %zu, from 0",
                NN_VISIBLE(text), count);
    else
        nn_fail(error, NN_ARGUMENT, "%s has no unit %s: it has %zu %s, from 0", at->name,
                NN_VISIBLE(text), count,
                at->shape.rank > 1 ? count == 1 ? "feature map" : "feature maps"
                : count == 1       ? "unit"
                                   : "units");
    const char *nearest =
        at->index >= nn_net_logits(net)
            ? nn_text_nearest(text, (const char *const *)maximization->request.classes,
                              maximization->request.class_count)
            : NULL;
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", NN_VISIBLE(nearest));
    else if (strchr(text, ':'))
        nn_fail_hint(error, "a unit of another layer is named by layer=NAME unit=NUMBER");
    return NN_ARGUMENT;
}

static enum nn_status choose_units(struct maximization *maximization, const char *text,
                                   struct nn_error *error)
{
    struct nn_actmax_request *request = &maximization->request;
    const struct nn_net *net = maximization->inquiry.net;
    bool all = text && strcmp(text, "all") == 0;
    request->what = text ? NN_ACTMAX_UNIT : NN_ACTMAX_LAYER;
    if (!text)
        return NN_OK;
    request->units = maximization->units;
    if (!all)
        for (size_t i = 0; i < request->count; i++) {
            enum nn_status status = find_unit(maximization, text, &maximization->units[i], error);
            if (status != NN_OK)
                return status;
        }
    if (!all)
        return NN_OK;
    if (request->count > 1)
        return nn_fail(error, NN_ARGUMENT,
                       "count= is for one unit: unit=all makes one image of each");
    request->count = nn_actmax_units(net, request->node, request->class_count);
    for (size_t i = 0; i < request->count && i < NN_ACTMAX_MOST; i++)
        maximization->units[i] = i;
    return NN_OK;
}

static enum nn_status read_direction(struct maximization *maximization, const char *path,
                                     struct nn_error *error)
{
    struct nn_actmax_request *request = &maximization->request;
    const struct nn_node *node = maximization->inquiry.net->nodes[request->node];
    size_t wanted = node->shape.rank > 1 ? node->shape.dim[0] : node->size;
    enum nn_status status = nn_npy_read(path, &maximization->direction, error);
    if (status != NN_OK)
        return status;
    if (nn_shape_size(&maximization->direction.shape) != wanted)
        return nn_fail(error, NN_SHAPE, "%s holds %zu numbers; %s has %zu %s", NN_VISIBLE(path),
                       nn_shape_size(&maximization->direction.shape), node->name, wanted,
                       node->shape.rank > 1 ? "feature maps" : "units");
    bool any = false;
    for (size_t i = 0; i < wanted; i++)
        any = any || maximization->direction.data[i] != 0;
    if (!any)
        return nn_fail(error, NN_ARGUMENT, "%s holds zeros alone: that is no direction",
                       NN_VISIBLE(path));
    request->what = NN_ACTMAX_DIRECTION;
    request->direction = maximization->direction.data;
    request->units = NULL;
    return NN_OK;
}

/* Training samples for `parameters=data`, evenly over the split when there are many. */
static enum nn_status take_samples(struct maximization *maximization, struct nn_error *error)
{
    const struct nn_dataset *data = maximization->inquiry.session->dataset;
    const struct nn_node *input = maximization->inquiry.net->nodes[0];
    struct nn_source source = {0};
    if (data)
        nn_dataset_source(data, NN_SPLIT_TRAIN, &source);
    if (source.count == 0 || !nn_shape_equal(&source.shape, &input->shape))
        return NN_OK;
    size_t count = source.count < MOST_SAMPLES ? source.count : MOST_SAMPLES;
    maximization->samples = nn_calloc(count, input->size * sizeof *maximization->samples);
    if (!maximization->samples)
        return nn_fail_memory(error, count * input->size * sizeof *maximization->samples);
    for (size_t i = 0; i < count; i++)
        nn_dataset_sample(data, NN_SPLIT_TRAIN, i * source.count / count,
                          maximization->samples + i * input->size);
    maximization->request.samples = maximization->samples;
    maximization->request.sample_count = count;
    return NN_OK;
}

/* What actmax and dream have in common: words, net, bounds. */
static enum nn_status begin(struct maximization *maximization, const struct nn_command *command,
                            struct nn_error *error)
{
    struct nn_inquiry *inquiry = &maximization->inquiry;
    struct nn_actmax_request *request = &maximization->request;
    const struct nn_arg_spec *specs = nn_command_args(command, &inquiry->arena);
    enum nn_status status = NN_OK;
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof actmax_args));
    NN_TRY(nn_command_parse(&inquiry->args, specs, inquiry->words, inquiry->word_count,
                            command->name, error));
    NN_TRY(
        nn_specs_extract(&maximization->own, command->more, &inquiry->args, command->name, error));
    NN_TRY(nn_bounds_find(inquiry->session, inquiry->net, &maximization->bounds, error));
    request->net = inquiry->net;
    request->args = &maximization->own;
    request->low = maximization->bounds.low;
    request->high = maximization->bounds.high;
    request->lows = maximization->bounds.lows;
    request->highs = maximization->bounds.highs;
    request->classes = nn_subject_classes(inquiry->session, &request->class_count);
    request->seed = nn_inquiry_seed(inquiry);
    request->count = 1;
    request->node = nn_net_logits(inquiry->net);
    if (nn_inquiry_text(inquiry, "layer"))
        NN_TRY(nn_net_find(inquiry->net, nn_inquiry_text(inquiry, "layer"), &request->node, error));
out:
    return status;
}

static enum nn_status prepare_actmax(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct maximization *maximization = (struct maximization *)inquiry;
    const char *unit, *direction;
    enum nn_status status = NN_OK;
    NN_TRY(begin(maximization, &nn_command_actmax, error));
    unit = nn_inquiry_text(inquiry, "unit");
    direction = nn_inquiry_text(inquiry, "direction");
    if (unit && direction)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "either unit= or direction=, not both"));
    if (!unit && !direction && !nn_inquiry_text(inquiry, "layer"))
        NN_TRY(
            nn_fail(error, NN_ARGUMENT,
                    "actmax: what is to be driven? unit=3 (or a class), unit=all, or layer=NAME"));
    maximization->request.count =
        (size_t)nn_args_int(&inquiry->args, nn_args_find(actmax_args, "count"));
    if (direction)
        NN_TRY(read_direction(maximization, direction, error));
    else
        NN_TRY(choose_units(maximization, unit, error));
    NN_TRY(take_samples(maximization, error));
out:
    return status;
}

static enum nn_status prepare_dream(struct nn_inquiry *inquiry, struct nn_error *error)
{
    struct maximization *maximization = (struct maximization *)inquiry;
    struct nn_actmax_request *request = &maximization->request;
    const char *unit;
    enum nn_status status = NN_OK;
    NN_TRY(begin(maximization, &nn_command_dream, error));
    NN_TRY(nn_inquiry_sample(inquiry, error));
    unit = nn_inquiry_text(inquiry, "unit");
    if (!unit && !nn_inquiry_text(inquiry, "layer") && nn_net_last_spatial(inquiry->net) >= 0)
        request->node = nn_net_last_spatial(inquiry->net);
    if (unit && strcmp(unit, "all") == 0)
        NN_TRY(nn_fail(error, NN_ARGUMENT, "a dream is of one unit, or of a whole layer"));
    NN_TRY(choose_units(maximization, unit, error));
    request->start = inquiry->subject.x;
out:
    return status;
}

static const struct nn_inquiry_class actmax_inquiry = {.job = NN_INQUIRY_JOB("actmax"),
                                                       .size = sizeof(struct maximization),
                                                       .prepare = prepare_actmax,
                                                       .work = maximize,
                                                       .clear = maximization_clear};

static const struct nn_inquiry_class dream_inquiry = {.job = NN_INQUIRY_JOB("dream"),
                                                      .size = sizeof(struct maximization),
                                                      .prepare = prepare_dream,
                                                      .work = maximize,
                                                      .clear = maximization_clear};

static enum nn_status run_actmax(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &actmax_inquiry, error);
}

static enum nn_status run_dream(const struct nn_invocation *invocation, struct nn_error *error)
{
    return nn_inquiry_run(invocation, &dream_inquiry, error);
}

const struct nn_command nn_command_actmax = {
    .name = "actmax",
    .group = "explain",
    .summary = "Finds inputs that drive a unit as high as it can go",
    .details =
        "Gradient ascent from small noise, within the range of the training data, held smooth by "
        "the penalties. A class is driven above the other classes (`contrast`). With `count=` the "
        "images of one unit are kept apart by their answers at the last convolution.",
    .args = actmax_args,
    .more = nn_actmax_args,
    .examples =
        (const struct nn_example[]){
            {"actmax unit=3 steps=64", NN_DIGITS, "What a three looks like to the net"},
            {"actmax unit=all steps=16 out=classes.png", NN_DIGITS,
             "Every class, side by side, also as a picture"},
            {"actmax layer=conv1 unit=2 steps=32 out=unit2.png", NN_DIGITS,
             "What a feature map looks for, as a picture"},
            {"actmax unit=3 count=4 diversity=2 parameters=fourier steps=16", NN_DIGITS,
             "Four different threes, from waves instead of pixels"},
            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_actmax,
};

const struct nn_command nn_command_dream = {
    .name = "dream",
    .group = "explain",
    .summary = "Changes a sample into more of what a layer sees in it",
    .details =
        "DeepDream: gradient ascent from the sample on the mean square of a layer's answers, or "
        "on one unit of it, held to the sample by `l2`.",
    .args = dream_args,
    .more = nn_dream_args,
    .examples = (const struct nn_example[]){{"dream sample=3 layer=conv1 steps=16", NN_DIGITS,
                                             "A sample as the first layer likes it"},
                                            {"dream sample=3 unit=8 steps=16", NN_DIGITS,
                                             "A three, dreamt into an eight"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_dream,
};
