#include "command/take.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

/* "iris: 150 samples of 4 features, 3 classes of species"
 * "train 120, test 30; scaling standard" */
static void say_dataset(const struct nn_session *session, const struct nn_dataset *data)
{
    const struct nn_samples *samples = data->samples;
    const char *of = samples->target_name ? " of " : "", *separator = "";
    struct nn_visible label = nn_visible_of(samples->target_name ? samples->target_name : "");
    char shape[NN_SHAPE_TEXT], line[400], splits[120] = "";
    snprintf(line, sizeof line, "%s: %zu samples of %s%s",
             NN_VISIBLE(samples->name ? samples->name : "data"), samples->count,
             nn_shape_text(shape, &samples->shape), samples->shape.rank == 1 ? " features" : "");
    if (samples->task == NN_TASK_CLASSIFICATION)
        nn_say(&session->output, "%s, %zu classes%s%s", line, samples->class_count, of, label.text);
    else if (samples->task == NN_TASK_REGRESSION)
        nn_say(&session->output, "%s, %zu target value%s%s%s", line, samples->target_width,
               samples->target_width == 1 ? "" : "s", of, label.text);
    else
        nn_say(&session->output, "%s, no labels", line);
    for (int split = 0, at = 0; split < NN_SPLIT_COUNT; split++)
        if (data->split_count[split]) {
            at += snprintf(splits + at, sizeof splits - (size_t)at, "%s%s %zu", separator,
                           nn_split_names[split], data->split_count[split]);
            separator = ", ";
        }
    nn_say(&session->output, "%s; scaling %s", splits, nn_scaling_names[data->scaling]);
}

void nn_take_dataset(struct nn_session *session, struct nn_dataset *data)
{
    nn_session_set_dataset(session, data);
    say_dataset(session, data);
}

/* The same columns in another order would be read as each other: refused. Columns of other names
 * may be meant. */
static enum nn_status check_columns(const struct nn_model *opened, const struct nn_samples *samples,
                                    struct nn_error *error)
{
    size_t count = opened->feature_count, found = 0, moved = 0;
    if (!opened->features || !samples->features || count != samples->feature_count)
        return NN_OK;
    for (size_t i = 0; i < count; i++) {
        bool there = false;
        for (size_t j = 0; j < count && !there; j++)
            there = strcmp(opened->features[i], samples->features[j]) == 0;
        found += there;
        moved += strcmp(opened->features[i], samples->features[i]) != 0;
    }
    if (found < count || moved == 0)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT,
                   "the columns stand in another order than the model's, which begin with %s, not "
                   "%s",
                   NN_VISIBLE(opened->features[0]), NN_VISIBLE(samples->features[0]));
}

enum nn_status nn_take_scales(const struct nn_model *model, const struct nn_net *net,
                              const struct nn_dataset *data, struct nn_dataset **result,
                              struct nn_error *error)
{
    struct nn_dataset *filled = NULL, *scaled = NULL;
    const struct nn_dataset *from = data;
    enum nn_status status = NN_OK;
    if (!nn_shape_equal(&data->samples->shape, &net->nodes[0]->shape))
        return NN_OK;
    if (model->fill_count > 0) {
        NN_TRY(nn_dataset_fill_with(from, model->missing, model->fill, model->fill_count, &filled,
                                    error));
        from = filled;
    }
    if (model->scaling != NN_SCALING_NONE && model->scale_count > 0) {
        NN_TRY(nn_dataset_scale_with(from, model->scaling, model->offset, model->factor,
                                     model->scale_count, &scaled, error));
        nn_dataset_free(filled);
        filled = scaled;
    }
    *result = filled;
    filled = NULL;
out:
    nn_dataset_free(filled);
    return status;
}

/* Data for a net from a file: the same numbers for the same classes, and its scales. Data of
 * another shape or with other classes are for another net: they stay as they are. */
static enum nn_status match_model(const struct nn_session *session, bool fresh,
                                  struct nn_dataset **data, struct nn_error *error)
{
    const struct nn_model *opened = &session->opened;
    struct nn_dataset *scaled = NULL;
    struct nn_error mismatch = {0};
    if (session->net->count < 2 ||
        !nn_shape_equal(&(*data)->samples->shape, &session->net->nodes[0]->shape))
        return NN_OK;
    enum nn_status status = check_columns(opened, (*data)->samples, error);
    if (status != NN_OK)
        return status;
    if (fresh && session->class_count > 0 && (*data)->samples->labels) {
        size_t unknown = 0;
        status = nn_dataset_match_classes(*data, session->classes, session->class_count, &unknown,
                                          &mismatch);
        if (status == NN_MEMORY)
            return nn_fail_memory(error, 0);
        if (unknown > 0)
            nn_fail(&mismatch, NN_OK, "the model does not know %zu class%s of the data", unknown,
                    unknown == 1 ? "" : "es");
        mismatch.status = NN_OK; /* a warning */
        if (*mismatch.message)
            session->output.warning(session->output.context, &mismatch);
        if (status != NN_OK)
            return NN_OK; /* data for another net */
    }
    status = nn_take_scales(opened, session->net, *data, &scaled, error);
    if (status != NN_OK || !scaled)
        return status;
    nn_dataset_free(*data);
    *data = scaled;
    return NN_OK;
}

enum nn_status nn_take_matched(struct nn_session *session, struct nn_dataset *data, bool fresh,
                               struct nn_error *error)
{
    enum nn_status status = match_model(session, fresh, &data, error);
    if (status == NN_OK)
        status = nn_dataset_check_fill(data, error);
    if (status == NN_OK)
        nn_take_dataset(session, data);
    else
        nn_dataset_free(data);
    return status;
}
