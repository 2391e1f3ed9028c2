#include "command/explanation.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/deliver.h"
#include "command/specs.h"
#include "command/truth.h"
#include "data/npy.h"
#include "explain/blur.h"
#include "explain/cam.h"
#include "explain/pointing.h"
#include "explain/trust.h"

#include <math.h>
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
     .help = "a class, A-B for a difference, loss, LAYER:UNIT (a unit, the mean of a feature map, "
             "or a place MAP,ROW,COLUMN in it), or a file with one class a line; else the "
             "predicted class"},
    {.name = "layer",
     .type = NN_ARG_LAYER,
     .help = "for methods at a layer; else the last convolution"},
    {.name = "baseline",
     .type = NN_ARG_TEXT,
     .fallback = "0",
     .help = "what counts as nothing: a number (scaled; an index for an embedding), mean (of the "
             "training data), blur or "
             "blur:SIGMA (of the sample itself, in pixels or steps), sample:N (of its split), or "
             "an .npy "
             "file"},
    {.name = "seed",
     .type = NN_ARG_INT,
     .min = 0,
     .max = 9007199254740992.0,
     .help = "of methods that draw random numbers; else the session's"},
    {.name = "trust",
     .type = NN_ARG_CHOICE,
     .choices = "auto|yes|no",
     .fallback = "auto",
     .help = "measure all that `trust` does beside the map of a single sample; auto: what takes "
             "long, by the operations that it needs, is left to yes; no: only what costs nothing"},
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
    nn_free(explanation->background);
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

/* Every sample blurred; the width of the blur is `text`, or an eighth of the image's side. */
static enum nn_status blur_samples(struct nn_explanation *explanation, const char *text,
                                   struct nn_error *error)
{
    const struct nn_shape *shape = &explanation->subject.shape;
    size_t size = nn_shape_size(shape), count = explanation->subject.count;
    enum nn_status status = NN_OK;
    struct nn_plane plane = nn_plane_of(shape);
    if (shape->rank != 3 && shape->rank != 2)
        return nn_fail(error, NN_REFUSED,
                       "baseline=blur is for images and series; use mean or a number");
    size_t side = plane.height < plane.width && shape->rank == 3 ? plane.height : plane.width;
    double sigma = (double)side / 8;
    if (text && (!nn_number_parse(text, strlen(text), &sigma) || sigma <= 0 || sigma > 1e4))
        return nn_fail(error, NN_ARGUMENT, "baseline=blur:%s: a width in pixels above 0 is wanted",
                       NN_VISIBLE(text));
    explanation->baseline = nn_calloc(count, size * sizeof *explanation->baseline);
    if (!explanation->baseline)
        return nn_fail_memory(error, count * size * sizeof *explanation->baseline);
    memcpy(explanation->baseline, explanation->subject.x, count * size * sizeof(float));
    for (size_t s = 0; s < count && status == NN_OK; s++)
        status = nn_blur(explanation->baseline + s * size, plane.channels, plane.height,
                         plane.width, sigma, error);
    explanation->request.own_baselines = true;
    return status;
}

static enum nn_status take_sample(const struct nn_subject *subject, const char *text,
                                  float *baseline, struct nn_error *error)
{
    size_t count = subject->data->split_count[subject->split];
    int64_t number;
    if (!nn_number_parse_int(text, strlen(text), &number) || number < 0 ||
        (uint64_t)number >= count)
        return nn_fail(error, NN_ARGUMENT, "baseline=sample:%s: the %s split has samples 0 to %zu",
                       NN_VISIBLE(text), nn_split_names[subject->split], count - 1);
    nn_dataset_sample(subject->data, subject->split, (size_t)number, baseline);
    return NN_OK;
}

/* One baseline for all samples. */
static enum nn_status fill_baseline(const struct nn_subject *subject, const char *text,
                                    float *values, struct nn_error *error)
{
    size_t size = nn_shape_size(&subject->shape);
    double number;
    if (nn_number_parse(text, strlen(text), &number)) {
        if (!isfinite((float)number))
            return nn_fail(error, NN_ARGUMENT, "baseline=%s is not a finite number",
                           NN_VISIBLE(text));
        for (size_t i = 0; i < size; i++)
            values[i] = (float)number;
        return NN_OK;
    }
    if (strncmp(text, "sample:", 7) == 0)
        return take_sample(subject, text + 7, values, error);
    if (strcmp(text, "mean") == 0) {
        float *work = nn_calloc(size, sizeof *work);
        if (!work)
            return nn_fail_memory(error, size * sizeof *work);
        mean_of(subject->data, values, work, size);
        nn_free(work);
        return NN_OK;
    }
    if (!nn_file_exists(text) && !strstr(text, ".npy"))
        return nn_fail(error, NN_ARGUMENT,
                       "baseline=%s: neither a number, mean, blur, blur:SIGMA nor sample:N, and "
                       "there is no such file",
                       NN_VISIBLE(text));
    return read_baseline(text, values, size, error);
}

static enum nn_status make_baseline(struct nn_explanation *explanation, struct nn_error *error)
{
    const char *text = nn_args_text(&explanation->args, NN_EXPLAIN_ARG_BASELINE);
    size_t size = nn_shape_size(&explanation->subject.shape);
    if (strcmp(text, "blur") == 0 || strncmp(text, "blur:", 5) == 0)
        return blur_samples(explanation, text[4] ? text + 5 : NULL, error);
    explanation->baseline = nn_calloc(size, sizeof *explanation->baseline);
    if (!explanation->baseline)
        return nn_fail_memory(error, size * sizeof *explanation->baseline);
    return fill_baseline(&explanation->subject, text, explanation->baseline, error);
}

/* As many training samples as background= of the method says, drawn by the seed. */
static enum nn_status draw_background(struct nn_explanation *explanation, uint64_t seed,
                                      struct nn_error *error)
{
    const struct nn_dataset *data = explanation->subject.data;
    int key = nn_args_find(explanation->method->args, "background");
    size_t size = nn_shape_size(&explanation->subject.shape), all;
    size_t wanted = key < 0 ? 0 : (size_t)nn_args_int(&explanation->own, key), *order = NULL;
    struct nn_random random;
    all = data->split_count[NN_SPLIT_TRAIN];
    wanted = wanted < all ? wanted : all;
    if (wanted == 0)
        return NN_OK;
    explanation->background = nn_calloc(wanted, size * sizeof *explanation->background);
    order = nn_calloc(all, sizeof *order);
    if (!explanation->background || !order) {
        nn_free(order);
        return nn_fail_memory(error, wanted * size * sizeof *explanation->background);
    }
    for (size_t i = 0; i < all; i++)
        order[i] = i;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 200);
    nn_random_shuffle(&random, order, all);
    for (size_t k = 0; k < wanted; k++)
        nn_dataset_sample(data, NN_SPLIT_TRAIN, order[k], explanation->background + k * size);
    nn_free(order);
    explanation->request.background = explanation->background;
    explanation->request.backgrounds = wanted;
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
static enum nn_status make_targets(struct nn_session *session, struct nn_explanation *explanation,
                                   struct nn_error *error)
{
    const char *text = nn_args_text(&explanation->args, NN_EXPLAIN_ARG_TARGET);
    unsigned char *bytes;
    size_t length;
    int32_t value;
    if (!text && session->class_shown >= 0 && explanation->subject.count == 1)
        text = nn_subject_class(session, (int32_t)session->class_shown, explanation->class_name);
    else if (text && session->class_shown >= 0 &&
             nn_subject_find_class(session, text, strlen(text), &value))
        session->class_shown = value; /* so that it is seen */
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
    if (!samples->features || nn_dataset_is_image(explanation->subject.data) ||
        explanation->request.method->shape)
        return NN_OK; /* a layer has units, not features */
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
    const char *target = explanation->request.target;
    const bool loss = target && strcmp(target, "loss") == 0;
    if (explanation->subject.count > 1 && loss && !explanation->subject.values)
        snprintf(result->target, sizeof result->target, "loss for each one's true class");
    else if (explanation->subject.count > 1 && !target)
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
    if (request->target && strcmp(request->target, "loss") == 0 && explanation->subject.values)
        NN_TRY(nn_truth_loss(session, net, &explanation->subject, explanation->subject.values,
                             explanation->subject.width, &request->loss, error));
    request->layer = nn_args_text(args, NN_EXPLAIN_ARG_LAYER);
    request->baseline = explanation->baseline;
    request->classes = nn_subject_classes(session, &request->class_count);
    request->seed = nn_args_is_set(args, NN_EXPLAIN_ARG_SEED)
                        ? (uint64_t)nn_args_int(args, NN_EXPLAIN_ARG_SEED)
                        : session->seed;
    const struct nn_subject *subject = &explanation->subject;
    if (subject->data->samples->mask_size == nn_map_pixels(&subject->shape))
        explanation->mask = nn_dataset_mask(subject->data, subject->split, (size_t)subject->first);
    status = draw_background(explanation, request->seed, error);
out:
    return status;
}

/* ---- the map and its trust ---- */

static enum nn_status measure(struct nn_explanation *explanation, enum nn_trust_when when,
                              double cost, struct nn_error *error)
{
    struct nn_result *map = explanation->result;
    struct nn_trust trust;
    bool costly = when == NN_TRUST_YES || (when == NN_TRUST_AUTO && cost <= NN_TRUST_UNASKED);
    enum nn_status status =
        nn_trust_measure(&explanation->request, map, explanation->mask, costly, &trust, error);
    if (status != NN_OK)
        return status;
    nn_trust_put(&trust, map);
    size_t used = strlen(map->trust_note);
    if (!costly && when == NN_TRUST_AUTO)
        snprintf(map->trust_note + used, sizeof map->trust_note - used,
                 "%sinsertion, deletion, sensitivity, infidelity and random net take %.1f billion "
                 "operations: trust=yes or `trust` measures them",
                 used ? " " : "", cost / 1e9);
    return NN_OK;
}

enum nn_status nn_explanation_run(struct nn_explanation *explanation, enum nn_trust_when when,
                                  struct nn_progress *progress, struct nn_error *error)
{
    struct nn_explain_request *request = &explanation->request;
    bool single = request->batch == 1;
    bool long_way = single && when != NN_TRUST_NO &&
                    (when == NN_TRUST_YES || nn_trust_cost(request, 0) <= NN_TRUST_UNASKED);
    double before = progress->work;
    request->progress = progress;
    struct nn_progress_part whole = nn_progress_enter(progress, 0, long_way ? 2 : 1);
    enum nn_status status = nn_explain(request, &explanation->result, error);
    nn_progress_back(progress, whole);
    if (status != NN_OK || !single)
        return status;
    whole = nn_progress_enter(progress, long_way, long_way ? 2 : 1);
    status = measure(explanation, when, nn_trust_cost(request, progress->work - before), error);
    nn_progress_back(progress, whole);
    nn_progress_set(progress, 1);
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
