#include "command/subject.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "command/job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum nn_status nn_subject_data(const struct nn_session *session, const struct nn_dataset **data,
                               struct nn_error *error)
{
    if (!session->dataset)
        return nn_fail(error, NN_STATE,
                       "there are no data: `data load FILE` or `data demo NAME` brings some");
    *data = session->dataset;
    return NN_OK;
}

enum nn_status nn_subject_net(struct nn_session *session, const struct nn_net **net,
                              struct nn_error *error)
{
    if (session->net->count < 2)
        return nn_fail(
            error, NN_STATE,
            "there is no net: `net new` and `add LAYER` build one, `open FILE` brings one");
    return nn_job_net(session, true, net, error);
}

enum nn_status nn_subject_fit(const struct nn_net *net, const struct nn_shape *shape,
                              struct nn_error *error)
{
    char wanted[NN_SHAPE_TEXT], given[NN_SHAPE_TEXT];
    if (nn_shape_equal(&net->nodes[0]->shape, shape))
        return NN_OK;
    nn_shape_text(wanted, &net->nodes[0]->shape);
    nn_shape_text(given, shape);
    enum nn_status status =
        nn_fail(error, NN_SHAPE, "the net takes inputs of %s, the data are of %s", wanted, given);
    if (nn_shape_size(&net->nodes[0]->shape) == nn_shape_size(shape))
        nn_fail_hint(error, "`data load FILE shape=%s` reads them so", wanted);
    return status;
}

enum nn_status nn_subject_split(const struct nn_session *session, const char *name,
                                enum nn_split *split, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(session, &data, error);
    if (status != NN_OK)
        return status;
    if (name)
        return nn_dataset_find_split(data, name, split, error);
    *split = data->split_count[session->split] ? session->split : NN_SPLIT_TRAIN;
    return NN_OK;
}

enum nn_status nn_subject_whole_split(const struct nn_session *session, const char *name,
                                      enum nn_split *split, struct nn_error *error)
{
    const struct nn_dataset *data = NULL;
    enum nn_status status = nn_subject_data(session, &data, error);
    if (status != NN_OK)
        return status;
    if (name)
        return nn_dataset_find_split(data, name, split, error);
    *split = data->split_count[NN_SPLIT_TEST] ? NN_SPLIT_TEST : NN_SPLIT_TRAIN;
    return NN_OK;
}

static enum nn_status choose_samples(const struct nn_session *session, const struct nn_arg *sample,
                                     struct nn_subject *subject, struct nn_error *error)
{
    size_t count = subject->data->split_count[subject->split];
    const char *split = nn_split_names[subject->split];
    bool all = sample->set && sample->integer < 0;
    uint64_t first = sample->set ? (uint64_t)sample->integer : session->sample;
    if (!all && first >= count)
        return nn_fail(error, NN_ARGUMENT,
                       "there is no sample %" PRIu64 ": the %s split has %zu, from 0", first, split,
                       count);
    subject->first = all ? 0 : (long)first;
    subject->count = all ? count : 1;
    return NN_OK;
}

static enum nn_status fetch(struct nn_subject *subject, struct nn_error *error)
{
    struct nn_source source;
    size_t *index = NULL, floats;
    enum nn_status status = NN_OK;
    nn_dataset_source(subject->data, subject->split, &source);
    subject->shape = source.shape;
    if (!nn_size_mul(subject->count, nn_shape_size(&source.shape), &floats))
        return nn_fail(error, NN_LIMIT, "so many samples do not fit into memory");
    subject->x = nn_calloc(floats, sizeof *subject->x);
    index = nn_calloc(subject->count, sizeof *index);
    bool labelled = source.labelled && source.classes > 0;
    if (labelled)
        subject->labels = nn_calloc(subject->count, sizeof *subject->labels);
    if (source.labelled && source.classes == 0)
        subject->width = source.target_width;
    if (subject->width > 0 && nn_size_mul(subject->count, subject->width, &floats))
        subject->values = nn_calloc(floats, sizeof *subject->values);
    if (!subject->x || !index || (labelled && !subject->labels) ||
        (subject->width > 0 && !subject->values))
        NN_TRY(nn_fail_memory(error, floats * sizeof *subject->x));
    for (size_t i = 0; i < subject->count; i++)
        index[i] = (size_t)subject->first + i;
    source.fetch(&source, index, subject->count, subject->x, subject->labels, subject->values);
out:
    nn_free(index);
    return status;
}

enum nn_status nn_subject_samples(const struct nn_session *session, const char *split,
                                  const struct nn_arg *sample, struct nn_subject *subject,
                                  struct nn_error *error)
{
    struct nn_subject found = {0};
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_data(session, &found.data, error));
    /* a sample that is named counts in the test split, unless the split is named too */
    NN_TRY(sample->set ? nn_subject_whole_split(session, split, &found.split, error)
                       : nn_subject_split(session, split, &found.split, error));
    NN_TRY(choose_samples(session, sample, &found, error));
    NN_TRY(fetch(&found, error));
    *subject = found;
    found = (struct nn_subject){0};
out:
    nn_subject_clear(&found);
    return status;
}

void nn_subject_clear(struct nn_subject *subject)
{
    nn_free(subject->x);
    nn_free(subject->labels);
    nn_free(subject->values);
    *subject = (struct nn_subject){0};
}

void nn_subject_name(const struct nn_subject *subject, char out[48])
{
    if (subject->count == 1)
        snprintf(out, 48, "sample %ld (%s)", subject->first, nn_split_names[subject->split]);
    else
        snprintf(out, 48, "%zu samples (%s)", subject->count, nn_split_names[subject->split]);
}

char **nn_subject_classes(const struct nn_session *session, size_t *count)
{
    const struct nn_samples *samples = session->dataset ? session->dataset->samples : NULL;
    if (samples && samples->classes) {
        *count = samples->class_count;
        return samples->classes;
    }
    *count = session->class_count;
    return session->classes;
}

bool nn_subject_find_class(const struct nn_session *session, const char *text, size_t length,
                           int32_t *index)
{
    size_t count;
    int64_t number;
    char **classes = nn_subject_classes(session, &count);
    for (size_t i = 0; i < count; i++)
        if (strlen(classes[i]) == length && memcmp(classes[i], text, length) == 0) {
            *index = (int32_t)i;
            return true;
        }
    if (!nn_number_parse_int(text, length, &number) || number < 0 || number > INT32_MAX)
        return false;
    *index = (int32_t)number;
    return true;
}

const char *nn_subject_class(const struct nn_session *session, int32_t index, char out[32])
{
    size_t count;
    char **classes = nn_subject_classes(session, &count);
    if (index >= 0 && (size_t)index < count && classes[index])
        nn_text_visible(out, 32, classes[index], strlen(classes[index]), 0);
    else
        snprintf(out, 32, "%" PRId32, index);
    return out;
}
