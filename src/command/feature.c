#include "command/feature.h"

#include "base/number.h"
#include "base/text.h"
#include "explain/parse.h"

#include <stdio.h>
#include <string.h>

/* Index of the name; count when there is none, or more than one begins so. */
static size_t find_name(char *const *names, size_t count, const char *text)
{
    size_t found = count, length = strlen(text);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], text) == 0)
            return i;
    for (size_t i = 0; i < count; i++) {
        if (length == 0 || strncmp(names[i], text, length) != 0)
            continue;
        if (found < count)
            return count;
        found = i;
    }
    return found;
}

enum nn_status nn_inquiry_feature(const struct nn_inquiry *inquiry, const char *text,
                                  size_t *feature, struct nn_error *error)
{
    const struct nn_subject *subject = &inquiry->subject;
    const struct nn_samples *samples = subject->data->samples;
    size_t size = nn_shape_size(&subject->shape), names = samples->feature_count, found = size;
    char shape[NN_SHAPE_TEXT];
    int64_t number;
    if (subject->shape.rank != 1)
        return nn_fail(error, NN_REFUSED,
                       "that asks about a column of a table, and the data are of %s: `occlusion` "
                       "and `feature_ablation` ask about parts of images",
                       nn_shape_text(shape, &subject->shape));
    if (samples->features && names == size)
        found = find_name(samples->features, names, text);
    if (found == size && nn_number_parse_int(text, strlen(text), &number) && number >= 0 &&
        (uint64_t)number < size)
        found = (size_t)number;
    if (found < size) {
        *feature = found;
        return NN_OK;
    }
    nn_fail(error, NN_ARGUMENT, "there is no column %s: the data have %zu, from 0",
            NN_VISIBLE(text), size);
    const char *nearest = samples->features
                              ? nn_text_nearest(text, (const char *const *)samples->features, names)
                              : NULL;
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", NN_VISIBLE(nearest));
    return NN_ARGUMENT;
}

void nn_feature_name(const struct nn_session *session, size_t feature, char out[40])
{
    const struct nn_samples *samples = session->dataset ? session->dataset->samples : NULL;
    if (samples && samples->features && feature < samples->feature_count)
        nn_text_visible(out, 40, samples->features[feature], strlen(samples->features[feature]),
                        36);
    else
        snprintf(out, 40, "feature %zu", feature);
}

enum nn_status nn_inquiry_answer(const struct nn_inquiry *inquiry, const char *target,
                                 struct nn_answer *answer, char name[80], struct nn_error *error)
{
    const char *output = nn_inquiry_text(inquiry, "output");
    struct nn_answer made = {.net = inquiry->net};
    struct nn_explain_request request = {
        .net = inquiry->net, .x = inquiry->subject.x, .batch = 1, .target = target};
    request.classes = nn_subject_classes(inquiry->session, &request.class_count);
    if (target && strcmp(target, "loss") == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "target=loss is for one sample and its own class: name a class");
    enum nn_status status = nn_target_parse(&request, &made.unit, &made.target, error);
    if (status != NN_OK)
        return status;
    made.probability = output && strcmp(output, "probability") == 0;
    made.target.unit = &made.unit;
    nn_target_text(&made.target, inquiry->net, request.classes, request.class_count, 0, name, 80);
    made.target.unit = NULL;
    const char *last = nn_net_output(inquiry->net)->layer->name;
    bool likely = made.target.binary || strcmp(last, "softmax") == 0 ||
                  strcmp(last, "sigmoid") == 0 || strcmp(last, "logsoftmax") == 0;
    if (made.probability && (made.target.what != NN_EXPLAIN_CLASS || !likely))
        return nn_fail(error, NN_REFUSED,
                       "output=probability is for a class of a net that ends with softmax or "
                       "sigmoid");
    char class[32];
    if (made.probability)
        snprintf(name, 80, "p of %s", nn_subject_class(inquiry->session, made.unit, class));
    *answer = made;
    return NN_OK;
}
