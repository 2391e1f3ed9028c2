#include "command/explanation.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/deliver.h"
#include "command/specs.h"
#include "data/npy.h"

#include <stdio.h>
#include <string.h>

const struct nn_arg_spec nn_explain_args[] = {
    {.name = "name", /* not "method": that is a key of the methods that average another one */
     .type = NN_ARG_TEXT,
     .choices = "@methods",
     .help = "how to explain; the method's name alone is a command too",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "sample",
     .type = NN_ARG_SAMPLE,
     .help = "number in its split, from 0, or all; else the last one looked at",
     .flags = NN_ARG_POSITIONAL},
    {.name = "split",
     .type = NN_ARG_TEXT,
     .choices = "@splits",
     .help = "train, validation or test; else test, or train"},
    {.name = "target",
     .type = NN_ARG_TEXT,
     .choices = "@classes",
     .help = "a class, A-B for a difference, loss, LAYER:UNIT, or a file with one class a line; "
             "else the predicted class"},
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "for methods at a layer; else the last convolution"},
    {.name = "baseline",
     .type = NN_ARG_TEXT,
     .fallback = "0",
     .help =
         "what counts as nothing: a number (scaled), mean (of the training data), or an .npy file"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of methods that draw random numbers; else the session's"},
    {.name = "out", .type = NN_ARG_FILE, .help = "written to this .npy, .csv, .json or .png file"},
    {0},
};

void nn_explanation_free(void *data)
{
    struct nn_explanation *explanation = data;
    nn_args_clear(&explanation->args);
    nn_args_clear(&explanation->own);
    nn_arena_clear(&explanation->arena);
    nn_subject_clear(&explanation->subject);
    nn_free(explanation->baseline);
    nn_free(explanation->targets);
    nn_result_free(explanation->result);
    nn_free(explanation);
}

const struct nn_arg_spec *nn_explain_specs(const struct nn_word *words, size_t count,
                                           struct nn_arena *arena)
{
    const struct nn_method *method =
        count > 0 && !words[0].key ? nn_method_find(words[0].value) : NULL;
    if (!method)
        return NULL;
    const struct nn_arg_spec *parts[] = {nn_explain_args, method->args};
    return nn_specs_join(arena, parts, 2);
}

static enum nn_status unknown_method(const struct nn_word *words, size_t count,
                                     struct nn_error *error)
{
    if (count == 0 || words[0].key)
        return nn_fail(error, NN_SYNTAX, "`explain` needs a method: `help explain` lists them");
    const char *name = words[0].value;
    const char *nearest = nn_command_nearest_short(name);
    nn_fail(error, NN_SYNTAX, "unknown method `%s`", NN_VISIBLE(name));
    if (error)
        error->column = words[0].column;
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    else
        nn_fail_hint(error, "`help explain` lists them");
    return NN_SYNTAX;
}

static enum nn_status parse_explanation(const struct nn_word *words, size_t count,
                                        struct nn_explanation *explanation, struct nn_error *error)
{
    explanation->method = count > 0 && !words[0].key ? nn_method_find(words[0].value) : NULL;
    if (!explanation->method)
        return unknown_method(words, count, error);
    const struct nn_arg_spec *specs = nn_explain_specs(words, count, &explanation->arena);
    enum nn_status status = NN_OK;
    if (!specs)
        NN_TRY(nn_fail_memory(error, sizeof nn_explain_args));
    NN_TRY(nn_command_parse(&explanation->args, specs, words, count, explanation->method->name,
                            error));
    NN_TRY(nn_specs_extract(&explanation->own, explanation->method->args, &explanation->args,
                            explanation->method->name, error));
    status = nn_result_path_check(nn_args_text(&explanation->args, NN_EXPLAIN_ARG_OUT), error);
out:
    return status;
}

/* ---- baseline= and target=FILE ---- */

/* Mean of the scaled training samples. */
static void mean_of(const struct nn_dataset *data, float *mean, float *x, size_t size)
{
    size_t count = data->split_count[NN_SPLIT_TRAIN];
    for (size_t i = 0; i < count; i++) {
        nn_dataset_sample(data, NN_SPLIT_TRAIN, i, x);
        for (size_t j = 0; j < size; j++)
            mean[j] += (x[j] - mean[j]) / (float)(i + 1);
    }
}

static enum nn_status read_baseline(const char *path, float *baseline, size_t size,
                                    struct nn_error *error)
{
    struct nn_tensor tensor = {0};
    char shape[NN_SHAPE_TEXT];
    enum nn_status status = nn_npy_read(path, &tensor, error);
    if (status != NN_OK)
        return status;
    if (nn_shape_size(&tensor.shape) != size)
        status = nn_fail(error, NN_SHAPE, "%s holds %s, an input has %zu values", NN_VISIBLE(path),
                         nn_shape_text(shape, &tensor.shape), size);
    else
        memcpy(baseline, tensor.data, size * sizeof *baseline);
    nn_tensor_clear(&tensor);
    return status;
}

static enum nn_status make_baseline(struct nn_explanation *explanation, struct nn_error *error)
{
    const char *text = nn_args_text(&explanation->args, NN_EXPLAIN_ARG_BASELINE);
    size_t size = nn_shape_size(&explanation->subject.shape);
    float *values = nn_calloc(size, sizeof *values), *work = nn_calloc(size, sizeof *work);
    double number;
    enum nn_status status = NN_OK;
    if (!values || !work) {
        status = nn_fail_memory(error, size * sizeof *values);
    } else if (strcmp(text, "mean") == 0) {
        mean_of(explanation->subject.data, values, work, size);
    } else if (nn_number_parse(text, strlen(text), &number)) {
        for (size_t i = 0; i < size; i++)
            values[i] = (float)number;
    } else {
        status = read_baseline(text, values, size, error);
    }
    nn_free(work);
    if (status != NN_OK) {
        nn_free(values);
        return status;
    }
    explanation->baseline = values;
    return NN_OK;
}

static enum nn_status read_targets(const struct nn_session *session, const char *path,
                                   const char *text, struct nn_explanation *explanation,
                                   struct nn_error *error)
{
    size_t wanted = explanation->subject.count, count = 0;
    explanation->targets = nn_calloc(wanted, sizeof *explanation->targets);
    if (!explanation->targets)
        return nn_fail_memory(error, wanted * sizeof *explanation->targets);
    for (size_t line = 1; *text; line++) {
        size_t length = strcspn(text, "\n"), used = length;
        while (used > 0 && (text[used - 1] == '\r' || text[used - 1] == ' '))
            used--;
        int32_t value;
        if (used > 0 && !nn_subject_find_class(session, text, used, &value)) {
            nn_fail(error, NN_DAMAGED, "this line is no class");
            return nn_fail_at(error, path, line, 1);
        }
        if (used > 0 && count < wanted)
            explanation->targets[count] = value;
        count += used > 0;
        text += length + (text[length] == '\n');
    }
    if (count == wanted)
        return NN_OK;
    nn_fail(error, NN_DAMAGED, "there are %zu classes for %zu samples", count, wanted);
    return nn_fail_at(error, path, 0, 0);
}

/* target= may name a file; a class of that name or a number comes first. */
static enum nn_status make_targets(const struct nn_session *session,
                                   struct nn_explanation *explanation, struct nn_error *error)
{
    const char *text = nn_args_text(&explanation->args, NN_EXPLAIN_ARG_TARGET);
    unsigned char *bytes;
    size_t length;
    int32_t value;
    explanation->request.target = text;
    if (!text || nn_subject_find_class(session, text, strlen(text), &value) ||
        !nn_file_exists(text))
        return NN_OK;
    enum nn_status status = nn_file_read(text, 64u << 20, &bytes, &length, error);
    if (status != NN_OK)
        return status;
    status = read_targets(session, text, (const char *)bytes, explanation, error);
    nn_free(bytes);
    explanation->request.target = NULL;
    explanation->request.targets = explanation->targets;
    return status;
}

/* ---- names ---- */

static enum nn_status name_features(const struct nn_explanation *explanation,
                                    struct nn_error *error)
{
    const struct nn_samples *samples = explanation->subject.data->samples;
    if (!samples->features || nn_dataset_is_image(explanation->subject.data))
        return NN_OK;
    return nn_result_names(explanation->result, (const char *const *)samples->features,
                           samples->feature_count, error);
}

/* "gradcam of the logit of class 7 at conv1, sample 3 (test)". Of several samples without one
 * target for all, each is explained for a class of its own. */
static void name_result(const struct nn_explanation *explanation)
{
    struct nn_result *result = explanation->result;
    char name[48];
    nn_subject_name(&explanation->subject, name);
    if (explanation->subject.count > 1 && !explanation->request.target)
        snprintf(result->target, sizeof result->target, "logit of each one's %s class",
                 explanation->targets ? "given" : "predicted");
    snprintf(result->title, sizeof result->title, "%.32s of the %.72s%s%.32s, %s", result->method,
             result->target, *result->layer ? " at " : "", result->layer, name);
}

/* ---- all together ---- */

static enum nn_status prepare(struct nn_session *session, struct nn_explanation *explanation,
                              struct nn_error *error)
{
    const struct nn_args *args = &explanation->args;
    struct nn_explain_request *request = &explanation->request;
    const struct nn_net *net = NULL;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_net(session, &net, error));
    NN_TRY(nn_subject_samples(session, nn_args_text(args, NN_EXPLAIN_ARG_SPLIT),
                              &args->values[NN_EXPLAIN_ARG_SAMPLE], &explanation->subject, error));
    NN_TRY(nn_subject_fit(net, &explanation->subject.shape, error));
    NN_TRY(make_baseline(explanation, error));
    NN_TRY(make_targets(session, explanation, error));
    request->net = net;
    request->method = explanation->method;
    request->args = &explanation->own;
    request->x = explanation->subject.x;
    request->batch = explanation->subject.count;
    request->labels = explanation->subject.labels;
    request->layer = nn_args_text(args, NN_EXPLAIN_ARG_LAYER);
    request->baseline = explanation->baseline;
    request->classes = nn_subject_classes(session, &request->class_count);
    request->seed = nn_args_is_set(args, NN_EXPLAIN_ARG_SEED)
                        ? (uint64_t)nn_args_int(args, NN_EXPLAIN_ARG_SEED)
                        : session->seed;
out:
    return status;
}

enum nn_status nn_explanation_name(const struct nn_explanation *explanation, struct nn_error *error)
{
    const struct nn_subject *subject = &explanation->subject;
    struct nn_result *result = explanation->result;
    enum nn_status status = name_features(explanation, error);
    if (status != NN_OK)
        return status;
    name_result(explanation);
    snprintf(result->split, sizeof result->split, "%s", nn_split_names[subject->split]);
    result->sample = subject->count == 1 ? subject->first : -1;
    return NN_OK;
}

enum nn_status nn_explanation_new(struct nn_session *session, const struct nn_word *words,
                                  size_t count, struct nn_explanation **explanation,
                                  struct nn_error *error)
{
    struct nn_explanation *made = nn_calloc(1, sizeof *made);
    if (!made)
        return nn_fail_memory(error, sizeof *made);
    nn_arena_init(&made->arena);
    enum nn_status status = parse_explanation(words, count, made, error);
    if (status == NN_OK)
        status = prepare(session, made, error);
    if (status == NN_OK)
        *explanation = made;
    else
        nn_explanation_free(made);
    return status;
}
