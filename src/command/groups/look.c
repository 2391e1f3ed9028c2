/* look: what the net has learned, activations, filters, weights, curves, screens. */
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/evaluation.h"
#include "command/focus.h"
#include "command/job.h"
#include "command/setups.h"
#include "command/subject.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- activations ---- */

enum { ACTIVATIONS_LAYER, ACTIVATIONS_SAMPLE, ACTIVATIONS_SPLIT, ACTIVATIONS_OUT };

static const struct nn_arg_spec activations_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the last convolution, or the first layer"},
    {.name = "sample",
     .type = NN_ARG_SAMPLE,
     .help = "number in its split, from 0, or all; else the last one looked at"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

static enum nn_status choose_layer(const struct nn_net *net, const char *name, int *layer,
                                   struct nn_error *error)
{
    if (name)
        return nn_net_find(net, name, layer, error);
    int spatial = nn_net_last_spatial(net);
    *layer = spatial >= 0 ? spatial : net->nodes[1]->tail;
    return NN_OK;
}

static enum nn_status run_activations(const struct nn_invocation *invocation,
                                      struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const char *out = nn_args_text(args, ACTIVATIONS_OUT);
    const struct nn_net *net = NULL;
    struct nn_subject subject = {0};
    struct nn_result *result = NULL;
    char name[48];
    int layer = 0;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(choose_layer(net, nn_args_text(args, ACTIVATIONS_LAYER), &layer, error));
    NN_TRY(nn_subject_samples(session, nn_args_text(args, ACTIVATIONS_SPLIT),
                              &args->values[ACTIVATIONS_SAMPLE], &subject, error));
    NN_TRY(nn_subject_fit(net, &subject.shape, error));
    NN_TRY(nn_activations(net, layer, subject.x, subject.count, &result, error));
    nn_subject_name(&subject, name);
    snprintf(result->title, sizeof result->title, "activations of %s, %s", net->nodes[layer]->name,
             name);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject.split]);
    result->sample = subject.count == 1 ? subject.first : -1;
    session->layer = layer;
    if (subject.count == 1) {
        session->split = subject.split;
        session->sample = (size_t)subject.first;
    }
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    nn_subject_clear(&subject);
    return status;
}

const struct nn_command nn_command_activations = {
    .name = "activations",
    .group = "look",
    .summary = "What the units or feature maps of a layer answer to a sample",
    .details = "For `sample=all` the array of `out=FILE.npy` has the samples in front.",
    .args = activations_args,
    .examples = (const struct nn_example[]){{"activations layer=conv1 sample=3", NN_DIGITS,
                                             "The feature maps of the first convolution"},
                                            {"activations layer=dense1 sample=all out=dense1.npy",
                                             NN_IRIS, "A layer's answers to the test split"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_activations,
};

/* ---- filters ---- */

enum { FILTERS_LAYER, FILTERS_OUT };

static const struct nn_arg_spec filters_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number; else the first with filters",
     .flags = NN_ARG_POSITIONAL},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

/* Weights of a convolution [out, in, h, w], or of units that look at whole images [out, h w]. */
static bool filter_shape(const struct nn_net *net, const struct nn_node *node,
                         struct nn_shape *shape)
{
    if (node->param_count == 0)
        return false;
    const struct nn_shape *weight = &node->params[0].spec.shape;
    if (weight->rank == 4) {
        *shape = nn_shape_make(
            3, (size_t[]){weight->dim[0] * weight->dim[1], weight->dim[2], weight->dim[3]});
        return true;
    }
    if (weight->rank != 2 || node->input_count != 1)
        return false;
    const struct nn_node *input = net->nodes[node->inputs[0]];
    if (input->input_count == 1 && strcmp(input->layer->name, "flatten") == 0)
        input = net->nodes[input->inputs[0]];
    if (input->shape.rank != 3)
        return false;
    *shape = nn_shape_make(3, (size_t[]){weight->dim[0] * input->shape.dim[0], input->shape.dim[1],
                                         input->shape.dim[2]});
    return true;
}

static enum nn_status find_filters(const struct nn_net *net, const char *name, int *layer,
                                   struct nn_shape *shape, struct nn_error *error)
{
    if (name) {
        enum nn_status status = nn_net_find(net, name, layer, error);
        if (status != NN_OK || filter_shape(net, net->nodes[*layer], shape))
            return status;
        return nn_fail(error, NN_ARGUMENT,
                       "%s has no filters: only convolutions, and dense layers that see an image",
                       net->nodes[*layer]->name);
    }
    for (*layer = 1; *layer < net->count; *layer += 1)
        if (filter_shape(net, net->nodes[*layer], shape))
            return NN_OK;
    return nn_fail(
        error, NN_STATE,
        "no layer of the net has filters: only convolutions, and dense layers that see an image");
}

static enum nn_status run_filters(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *out = nn_args_text(invocation->args, FILTERS_OUT);
    const struct nn_net *net = NULL;
    struct nn_result *result = NULL;
    struct nn_shape shape = {0};
    int layer = 0;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(find_filters(net, nn_args_text(invocation->args, FILTERS_LAYER), &layer, &shape, error));
    NN_TRY(nn_result_new(NN_RESULT_MAPS, "filters", &result, error));
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    const struct nn_node *node = net->nodes[layer];
    memcpy(result->values.data, node->params[0].value.data, nn_shape_size(&shape) * sizeof(float));
    result->scale = NN_SCALE_SIGNED;
    result->sample = -1;
    size_t outputs = node->params[0].spec.shape.dim[0], inputs = shape.dim[0] / outputs;
    snprintf(result->title, sizeof result->title, "filters of %s: %zu outputs, %zu input%s",
             node->name, outputs, inputs, inputs == 1 ? "" : "s");
    snprintf(result->layer, sizeof result->layer, "%s", node->name);
    session->layer = layer;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_filters = {
    .name = "filters",
    .group = "look",
    .summary = "The filters of a convolution as pictures",
    .args = filters_args,
    .examples =
        (const struct nn_example[]){
            {"filters layer=conv1", NN_DIGITS, "What the first convolution looks for"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_filters,
};

/* ---- weights ---- */

enum { WEIGHTS_LAYER, WEIGHTS_PARAMETER, WEIGHTS_OUT };

static const struct nn_arg_spec weights_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "parameter",
     .type = NN_ARG_TEXT,
     .help = "which one `out=` holds; else the first, the weight"},
    {.name = "out",
     .type = NN_ARG_FILE,
     .help = "the array as .npy, or the table as .csv or .json"},
    {0},
};

struct statistics {
    double mean, deviation, least, most;
};

static struct statistics summarize(const float *values, size_t count)
{
    struct statistics s = {0, 0, count ? (double)values[0] : NAN, count ? (double)values[0] : NAN};
    for (size_t i = 0; i < count; i++) {
        s.mean += (double)values[i] / (double)count;
        s.least = (double)values[i] < s.least ? (double)values[i] : s.least;
        s.most = (double)values[i] > s.most ? (double)values[i] : s.most;
    }
    for (size_t i = 0; i < count; i++)
        s.deviation += ((double)values[i] - s.mean) * ((double)values[i] - s.mean) / (double)count;
    s.deviation = sqrt(s.deviation);
    return s;
}

static enum nn_status weight_rows(const struct nn_node *node, struct nn_result *result,
                                  struct nn_error *error)
{
    static const char *const columns[] = {"parameter", "shape", "mean", "deviation", "min", "max"};
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = nn_result_table(result, columns, 6, (size_t)node->param_count, error);
    for (int i = 0; i < node->param_count && status == NN_OK; i++) {
        const struct nn_param *param = &node->params[i];
        size_t row = (size_t)i;
        struct statistics s = summarize(param->value.data, nn_shape_size(&param->value.shape));
        status = nn_result_set_text(result, row, 0, param->spec.name, error);
        if (status == NN_OK)
            status = nn_result_set_text(result, row, 1, nn_shape_text(shape, &param->value.shape),
                                        error);
        nn_result_set_number(result, row, 2, s.mean, -1);
        nn_result_set_number(result, row, 3, s.deviation, -1);
        nn_result_set_number(result, row, 4, s.least, -1);
        nn_result_set_number(result, row, 5, s.most, -1);
    }
    return status;
}

static enum nn_status choose_parameter(const struct nn_node *node, const char *name, int *index,
                                       struct nn_error *error)
{
    const char *names[NN_MAX_PARAMS];
    if (node->param_count == 0)
        return nn_fail(error, NN_ARGUMENT, "%s (%s) has no parameters", node->name,
                       node->layer->name);
    *index = 0;
    for (int i = 0; i < node->param_count; i++) {
        names[i] = node->params[i].spec.name;
        if (name && strcmp(names[i], name) == 0) {
            *index = i;
            return NN_OK;
        }
    }
    if (!name)
        return NN_OK;
    enum nn_status status =
        nn_fail(error, NN_ARGUMENT, "%s has no parameter `%s`", node->name, NN_VISIBLE(name));
    const char *nearest = nn_text_nearest(name, names, (size_t)node->param_count);
    nn_fail_hint(error, nearest ? "did you mean `%s`?" : "it has `%s` first",
                 nearest ? nearest : names[0]);
    return status;
}

static enum nn_status run_weights(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const char *out = nn_args_text(args, WEIGHTS_OUT);
    const struct nn_net *net = NULL;
    struct nn_result *result = NULL;
    int layer = 0, parameter = 0;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(nn_net_find(net, nn_args_text(args, WEIGHTS_LAYER), &layer, error));
    const struct nn_node *node = net->nodes[layer];
    NN_TRY(choose_parameter(node, nn_args_text(args, WEIGHTS_PARAMETER), &parameter, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "weights", &result, error));
    NN_TRY(weight_rows(node, result, error));
    NN_TRY(nn_tensor_copy(&result->values, &node->params[parameter].value, error));
    snprintf(result->title, sizeof result->title, "parameters of %s (%s)", node->name,
             node->layer->name);
    snprintf(result->layer, sizeof result->layer, "%s", node->name);
    result->sample = -1;
    session->layer = layer;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_weights = {
    .name = "weights",
    .group = "look",
    .summary = "Shape and spread of a layer's parameters, and the arrays themselves",
    .args = weights_args,
    .examples = (const struct nn_example[]){{"weights layer=dense1 out=dense1.npy", NN_IRIS,
                                             "The weights [outputs, inputs] for other programs"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_weights,
};

/* ---- loss ---- */

static const struct nn_arg_spec out_args[] = {
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"},
    {0},
};

static enum nn_status run_loss(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_history *history = nn_job_history(session);
    const char *out = nn_args_text(invocation->args, 0);
    struct nn_result *result = NULL;
    enum nn_status status = NN_OK;
    if (!history)
        history = &session->history;
    if (history->epochs == 0)
        return nn_fail(error, NN_STATE, "there is no curve yet: `train epochs=N` makes one");
    NN_TRY(nn_result_path_check(out, error));
    const char **names = nn_calloc(history->columns + 1, sizeof *names);
    if (!names)
        NN_TRY(nn_fail_memory(error, history->columns * sizeof *names));
    names[0] = "epoch";
    for (size_t i = 0; i < history->columns; i++)
        names[i + 1] = history->names[i];
    status = nn_result_new(NN_RESULT_SERIES, "loss", &result, error);
    if (status == NN_OK)
        status = nn_result_table(result, names, history->columns + 1, history->epochs, error);
    nn_free(names);
    NN_TRY(status);
    for (size_t row = 0; row < history->epochs; row++) {
        nn_result_set_number(result, row, 0, (double)(row + 1), -2);
        for (size_t i = 0; i < history->columns; i++)
            nn_result_set_number(result, row, i + 1, history->rows[row * history->columns + i], -1);
    }
    snprintf(result->title, sizeof result->title, "training: %zu epochs", history->epochs);
    result->sample = -1;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_loss = {
    .name = "loss",
    .group = "look",
    .summary = "The curves of the training so far",
    .args = out_args,
    .examples =
        (const struct nn_example[]){{"loss", NN_IRIS, "Loss and metrics over the epochs"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_loss,
};

/* ---- confusion ---- */

static const struct nn_arg_spec confusion_args[] = {
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train",
     .flags = NN_ARG_POSITIONAL},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

static enum nn_status matrix_result(const struct nn_session *session,
                                    const struct nn_confusion *confusion, struct nn_result **result,
                                    struct nn_error *error)
{
    struct nn_result *made = NULL;
    size_t n = confusion->classes;
    struct nn_shape shape = nn_shape_make(2, (size_t[]){n, n});
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_new(NN_RESULT_MATRIX, "confusion", &made, error));
    NN_TRY(nn_tensor_init(&made->values, &shape, error));
    for (size_t i = 0; i < n * n; i++)
        made->values.data[i] = (float)confusion->counts[i];
    NN_TRY(
        nn_result_names(made, (const char *const *)session->dataset->samples->classes, n, error));
    made->scale = NN_SCALE_POSITIVE;
    made->sample = -1;
    *result = made;
    made = NULL;
out:
    nn_result_free(made);
    return status;
}

static enum nn_status run_confusion(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_evaluation *evaluation = NULL;
    struct nn_result *result = NULL;
    const char *out = nn_args_text(invocation->args, 1);
    enum nn_split split = NN_SPLIT_TRAIN;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_whole_split(session, nn_args_text(invocation->args, 0), &split, error));
    NN_TRY(nn_evaluation_get(session, split, &evaluation, error));
    if (!evaluation->confusion.counts)
        NN_TRY(nn_fail(error, NN_STATE,
                       "the data have values, no classes: there is nothing to confuse"));
    NN_TRY(matrix_result(session, &evaluation->confusion, &result, error));
    snprintf(result->title, sizeof result->title,
             "%zu samples (%s): rows are the true classes, columns the predicted ones",
             evaluation->samples, nn_split_names[split]);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[split]);
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_confusion = {
    .name = "confusion",
    .group = "look",
    .summary = "Which classes are taken for which",
    .args = confusion_args,
    .examples =
        (const struct nn_example[]){{"confusion split=train", NN_IRIS,
                                     "Rows are the true classes, columns the predicted ones"},
                                    {0}},
    .flags = NN_COMMAND_READS,
    .run = run_confusion,
};

/* ---- histogram ---- */

enum { HISTOGRAM_LAYER, HISTOGRAM_OF, HISTOGRAM_BINS, HISTOGRAM_SPLIT, HISTOGRAM_OUT };

static const struct nn_arg_spec histogram_args[] = {
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "name or number",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "of",
     .type = NN_ARG_CHOICE,
     .fallback = "weights",
     .choices = "weights|activations",
     .help = "the layer's weights, or its answers to a split"},
    {.name = "bins",
     .type = NN_ARG_INT,
     .fallback = "16",
     .min = 1,
     .max = 1000,
     .help = "number of intervals"},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "of the activations; else test, or train"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .csv or .json file"},
    {0},
};

/* Counts per interval between the least and the most value. */
static enum nn_status count_bins(struct nn_result *result, const float *values, size_t count,
                                 size_t bins, struct nn_error *error)
{
    static const char *const columns[] = {"from", "to", "count", "share"};
    struct statistics s = summarize(values, count);
    enum nn_status status = nn_result_table(result, columns, 4, bins, error);
    if (status != NN_OK)
        return status;
    size_t *counts = nn_calloc(bins, sizeof *counts);
    if (!counts)
        return nn_fail_memory(error, bins * sizeof *counts);
    double width = (s.most - s.least) / (double)bins;
    for (size_t i = 0; i < count; i++) {
        double at = width > 0 ? ((double)values[i] - s.least) / width : 0;
        size_t bin = at >= 0 && at < (double)bins ? (size_t)at : bins - 1;
        counts[bin]++;
    }
    for (size_t i = 0; i < bins; i++) {
        nn_result_set_number(result, i, 0, s.least + width * (double)i, -1);
        nn_result_set_number(result, i, 1, s.least + width * (double)(i + 1), -1);
        nn_result_set_number(result, i, 2, (double)counts[i], -2);
        nn_result_set_number(result, i, 3, count ? (double)counts[i] / (double)count : 0, 4);
    }
    nn_free(counts);
    nn_result_figure(result, "values", (double)count);
    nn_result_figure(result, "mean", s.mean);
    nn_result_figure(result, "deviation", s.deviation);
    return NN_OK;
}

static enum nn_status histogram_activations(const struct nn_session *session,
                                            const struct nn_args *args, const struct nn_net *net,
                                            int layer, struct nn_result *result,
                                            struct nn_error *error)
{
    static const struct nn_arg all = {.set = true, .integer = -1};
    struct nn_subject subject = {0};
    struct nn_result *activations = NULL;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_samples(session, nn_args_text(args, HISTOGRAM_SPLIT), &all, &subject, error));
    NN_TRY(nn_subject_fit(net, &subject.shape, error));
    NN_TRY(nn_activations(net, layer, subject.x, subject.count, &activations, error));
    NN_TRY(count_bins(result, activations->values.data, nn_shape_size(&activations->values.shape),
                      (size_t)nn_args_int(args, HISTOGRAM_BINS), error));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject.split]);
out:
    nn_result_free(activations);
    nn_subject_clear(&subject);
    return status;
}

static enum nn_status run_histogram(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const char *out = nn_args_text(args, HISTOGRAM_OUT);
    const struct nn_net *net = NULL;
    struct nn_result *result = NULL;
    int layer = 0, parameter = 0;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(nn_net_find(net, nn_args_text(args, HISTOGRAM_LAYER), &layer, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "histogram", &result, error));
    if (nn_args_int(args, HISTOGRAM_OF) == 1) {
        NN_TRY(histogram_activations(session, args, net, layer, result, error));
    } else {
        NN_TRY(choose_parameter(net->nodes[layer], NULL, &parameter, error));
        const struct nn_tensor *value = &net->nodes[layer]->params[parameter].value;
        NN_TRY(count_bins(result, value->data, nn_shape_size(&value->shape),
                          (size_t)nn_args_int(args, HISTOGRAM_BINS), error));
    }
    snprintf(result->title, sizeof result->title, "%s of %s", nn_args_text(args, HISTOGRAM_OF),
             net->nodes[layer]->name);
    snprintf(result->layer, sizeof result->layer, "%s", net->nodes[layer]->name);
    result->sample = -1;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

const struct nn_command nn_command_histogram = {
    .name = "histogram",
    .group = "look",
    .summary = "How a layer's weights or activations spread",
    .args = histogram_args,
    .examples = (const struct nn_example[]){{"histogram dense1 of=activations bins=8", NN_IRIS,
                                             "The answers of a layer to the test split"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_histogram,
};
