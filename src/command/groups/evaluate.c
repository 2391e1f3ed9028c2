/* train: evaluate and predict, how good the net is. */
#include "base/mem.h"
#include "base/number.h"
#include "command/command.h"
#include "command/deliver.h"
#include "command/evaluation.h"
#include "command/job.h"
#include "command/subject.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- evaluate ---- */

enum { EVALUATE_SPLIT, EVALUATE_BY, EVALUATE_OUT };
enum { BY_SPLIT, BY_CLASS };

static const struct nn_arg_spec evaluate_args[] = {
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train",
     .flags = NN_ARG_POSITIONAL},
    {.name = "by",
     .type = NN_ARG_CHOICE,
     .choices = "split|class",
     .fallback = "split",
     .help = "class: precision, recall and F1 of each class"},
    {.name = "out", .type = NN_ARG_FILE, .help = "also written to this .csv or .json file"},
    {0},
};

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : 0.0; /* as scikit-learn's zero_division=0 */
}

/* A row for each class, from the confusion matrix. */
static enum nn_status class_table(const struct nn_session *session,
                                  const struct nn_confusion *confusion, struct nn_result *result,
                                  struct nn_error *error)
{
    static const char *const columns[] = {"class",     "samples", "predicted",
                                          "precision", "recall",  "f1"};
    size_t n = confusion->classes;
    char name[32];
    if (!confusion->counts)
        return nn_fail(error, NN_STATE, "by=class needs classes, the data have values");
    enum nn_status status = nn_result_table(result, columns, 6, n, error);
    for (size_t k = 0; k < n && status == NN_OK; k++) {
        uint64_t hits = confusion->counts[k * n + k], truth = 0, predicted = 0;
        for (size_t i = 0; i < n; i++) {
            truth += confusion->counts[k * n + i];
            predicted += confusion->counts[i * n + k];
        }
        status =
            nn_result_set_text(result, k, 0, nn_subject_class(session, (int32_t)k, name), error);
        nn_result_set_number(result, k, 1, (double)truth, -2);
        nn_result_set_number(result, k, 2, (double)predicted, -2);
        nn_result_set_number(result, k, 3, share(hits, predicted), 4);
        nn_result_set_number(result, k, 4, share(hits, truth), 4);
        nn_result_set_number(result, k, 5, share(2 * hits, truth + predicted), 4);
    }
    return status;
}

static enum nn_status evaluation_table(const struct nn_session *session, enum nn_split split,
                                       const struct nn_evaluation *evaluation,
                                       struct nn_result *result, struct nn_error *error)
{
    const struct nn_recipe *recipe = &session->recipe;
    const char *columns[3 + NN_MAX_METRICS] = {"split", "samples", "loss"};
    size_t count = 3;
    for (int i = 0; i < recipe->metric_count; i++)
        columns[count++] = recipe->metrics[i]->name;
    enum nn_status status = nn_result_table(result, columns, count, 1, error);
    if (status == NN_OK)
        status = nn_result_set_text(result, 0, 0, nn_split_names[split], error);
    if (status != NN_OK)
        return status;
    nn_result_set_number(result, 0, 1, (double)evaluation->samples, -2);
    for (size_t i = 2; i < count; i++)
        nn_result_set_number(result, 0, i, evaluation->values[i - 2], 4);
    return NN_OK;
}

static enum nn_status run_evaluate(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_evaluation *evaluation = NULL;
    struct nn_result *result = NULL;
    const struct nn_args *args = invocation->args;
    const char *out = nn_args_text(args, EVALUATE_OUT);
    enum nn_split split = NN_SPLIT_TRAIN;
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_whole_split(session, nn_args_text(args, EVALUATE_SPLIT), &split, error));
    NN_TRY(nn_evaluation_get(session, split, &evaluation, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "evaluate", &result, error));
    if (nn_args_int(args, EVALUATE_BY) == BY_CLASS)
        NN_TRY(class_table(session, &evaluation->confusion, result, error));
    else
        NN_TRY(evaluation_table(session, split, evaluation, result, error));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[split]);
    result->sample = -1;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    return status;
}

#define NN_TRAINED                                                                                 \
    "data demo iris; add dense 16 relu; add dense 3 softmax; compile "                             \
    "loss=categorical_crossentropy "                                                               \
    "lr=0.02; train epochs=20"

const struct nn_command nn_command_evaluate = {
    .name = "evaluate",
    .group = "train",
    .summary = "Loss and metrics of a split",
    .args = evaluate_args,
    .examples =
        (const struct nn_example[]){
            {"evaluate", NN_TRAINED, "How well it does on data it was not trained on"},
            {"evaluate split=train", NN_TRAINED, "And on those it was"},
            {"evaluate by=class", NN_TRAINED, "Which classes it confuses"},
            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_evaluate,
};

/* ---- predict ---- */

enum { PREDICT_SAMPLE, PREDICT_SPLIT, PREDICT_OUT };

static const struct nn_arg_spec predict_args[] = {
    {.name = "sample",
     .type = NN_ARG_SAMPLE,
     .help = "number in its split, from 0, or all; else the last one looked at",
     .flags = NN_ARG_POSITIONAL},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "out",
     .type = NN_ARG_FILE,
     .help = "all outputs as .npy, or the table as .csv or .json"},
    {0},
};

struct prediction {
    const struct nn_session *session;
    const struct nn_subject *subject;
    const float *y; /* [count, width] */
    size_t width;
    bool logits, classes;
};

/* Probability of class `index` of one sample's outputs: softmax of logits, or the one sigmoid. */
static double probability(const struct prediction *prediction, const float *y, size_t index)
{
    double top = 0, sum = 0;
    if (prediction->width == 1) {
        double p = prediction->logits ? 1 / (1 + exp(-(double)y[0])) : (double)y[0];
        return index ? p : 1 - p;
    }
    if (!prediction->logits)
        return (double)y[index];
    for (size_t i = 0; i < prediction->width; i++)
        top = i == 0 || (double)y[i] > top ? (double)y[i] : top;
    for (size_t i = 0; i < prediction->width; i++)
        sum += exp((double)y[i] - top);
    return exp((double)y[index] - top) / sum;
}

/* One sample: a row for each class. */
static enum nn_status class_rows(const struct prediction *prediction, struct nn_result *result,
                                 struct nn_error *error)
{
    static const char *const columns[] = {"class", "probability"};
    size_t classes = prediction->width == 1 ? 2 : prediction->width;
    char name[32];
    enum nn_status status = nn_result_table(result, columns, 2, classes, error);
    for (size_t i = 0; i < classes && status == NN_OK; i++) {
        status = nn_result_set_text(result, i, 0,
                                    nn_subject_class(prediction->session, (int32_t)i, name), error);
        nn_result_set_number(result, i, 1, probability(prediction, prediction->y, i), 4);
    }
    return status;
}

/* All samples: a row for each of them. */
static enum nn_status sample_rows(const struct prediction *prediction, struct nn_result *result,
                                  struct nn_error *error)
{
    static const char *const columns[] = {"sample", "predicted", "probability", "true"};
    const struct nn_subject *subject = prediction->subject;
    size_t count = subject->labels ? 4 : 3;
    char name[32];
    enum nn_status status = nn_result_table(result, columns, count, subject->count, error);
    for (size_t i = 0; i < subject->count && status == NN_OK; i++) {
        const float *y = prediction->y + i * prediction->width;
        int32_t best = nn_predicted_class(y, prediction->width, prediction->logits);
        nn_result_set_number(result, i, 0, (double)i, -2);
        status = nn_result_set_text(result, i, 1, nn_subject_class(prediction->session, best, name),
                                    error);
        nn_result_set_number(result, i, 2, probability(prediction, y, (size_t)best), 4);
        if (subject->labels && status == NN_OK)
            status = nn_result_set_text(
                result, i, 3, nn_subject_class(prediction->session, subject->labels[i], name),
                error);
    }
    return status;
}

/* Regression: the outputs as they are, beside the truth. */
static enum nn_status value_rows(const struct prediction *prediction, struct nn_result *result,
                                 struct nn_error *error)
{
    static const char *const columns[] = {"sample", "output", "value", "target", "error"};
    const struct nn_subject *subject = prediction->subject;
    const struct nn_samples *samples = subject->data->samples;
    size_t width = prediction->width, rows = subject->count * width;
    bool known = samples->targets && samples->target_width == width;
    enum nn_status status = nn_result_table(result, columns, known ? 5 : 3, rows, error);
    for (size_t i = 0; i < rows && status == NN_OK; i++) {
        size_t sample = (size_t)subject->first + i / width;
        double value = (double)prediction->y[i];
        nn_result_set_number(result, i, 0, (double)sample, -2);
        nn_result_set_number(result, i, 1, (double)(i % width), -2);
        nn_result_set_number(result, i, 2, value, -1);
        if (!known)
            continue;
        double target =
            (double)nn_dataset_targets(subject->data, subject->split, sample)[i % width];
        nn_result_set_number(result, i, 3, target, -1);
        nn_result_set_number(result, i, 4, value - target, -1);
    }
    return status;
}

static enum nn_status fill_prediction(const struct prediction *prediction, struct nn_result *result,
                                      struct nn_error *error)
{
    const struct nn_subject *subject = prediction->subject;
    char name[48], predicted[32], label[32];
    nn_subject_name(subject, name);
    snprintf(result->title, sizeof result->title, "prediction for %s", name);
    if (!prediction->classes)
        return value_rows(prediction, result, error);
    if (subject->count > 1)
        return sample_rows(prediction, result, error);
    int32_t best = nn_predicted_class(prediction->y, prediction->width, prediction->logits);
    nn_subject_class(prediction->session, best, predicted);
    if (subject->labels)
        snprintf(result->title, sizeof result->title, "%s: predicted %s, truly %s", name, predicted,
                 nn_subject_class(prediction->session, subject->labels[0], label));
    else
        snprintf(result->title, sizeof result->title, "%s: predicted %s", name, predicted);
    return class_rows(prediction, result, error);
}

/* The last layer tells what the outputs are; without softmax or sigmoid, classes are logits. */
static bool outputs_logits(const struct nn_net *net)
{
    const char *last = nn_net_output(net)->layer->name;
    return strcmp(last, "softmax") != 0 && strcmp(last, "sigmoid") != 0;
}

static enum nn_status outputs(const struct nn_net *net, const struct nn_subject *subject, float *y,
                              struct nn_error *error)
{
    struct nn_source source;
    size_t *index = nn_calloc(subject->count, sizeof *index);
    if (!index)
        return nn_fail_memory(error, subject->count * sizeof *index);
    for (size_t i = 0; i < subject->count; i++)
        index[i] = (size_t)subject->first + i;
    nn_dataset_source(subject->data, subject->split, &source);
    enum nn_status status = nn_predict(net, &source, index, subject->count, y, error);
    nn_free(index);
    return status;
}

static bool tells_classes(const struct nn_session *session, const struct nn_subject *subject)
{
    size_t count;
    nn_subject_classes(session, &count);
    return subject->data->samples->task == NN_TASK_CLASSIFICATION ||
           (subject->data->samples->task == NN_TASK_NONE && count > 0);
}

static enum nn_status run_predict(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const struct nn_args *args = invocation->args;
    const struct nn_net *net = NULL;
    struct nn_subject subject = {0};
    struct nn_result *result = NULL;
    const char *out = nn_args_text(args, PREDICT_OUT);
    enum nn_status status = NN_OK;
    NN_TRY(nn_result_path_check(out, error));
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(nn_subject_samples(session, nn_args_text(args, PREDICT_SPLIT),
                              &args->values[PREDICT_SAMPLE], &subject, error));
    NN_TRY(nn_subject_fit(net, &subject.shape, error));
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "predict", &result, error));
    size_t width = nn_net_output(net)->size;
    struct nn_shape shape = nn_shape_make(2, (size_t[]){subject.count, width});
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    NN_TRY(outputs(net, &subject, result->values.data, error));
    struct prediction prediction = {.session = session,
                                    .subject = &subject,
                                    .y = result->values.data,
                                    .width = width,
                                    .logits = outputs_logits(net),
                                    .classes = tells_classes(session, &subject)};
    NN_TRY(fill_prediction(&prediction, result, error));
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject.split]);
    result->sample = subject.count == 1 ? subject.first : -1;
    status = nn_deliver(session, result, out, error);
    result = NULL;
out:
    nn_result_free(result);
    nn_subject_clear(&subject);
    return status;
}

const struct nn_command nn_command_predict = {
    .name = "predict",
    .group = "train",
    .summary = "What the net says of one sample or of all",
    .details =
        "For classes the probabilities: softmax or sigmoid of the outputs, if the net does not end "
        "with "
        "them. For values also the target, and the error: value less target. The array of "
        "`out=FILE.npy` holds the net's outputs as they are, one row a sample.",
    .args = predict_args,
    .examples = (const struct nn_example[]){{"predict sample=3", NN_TRAINED,
                                             "The probability of each class"},
                                            {"predict sample=all out=outputs.npy", NN_TRAINED,
                                             "All outputs of the test split, for other programs"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_predict,
};
