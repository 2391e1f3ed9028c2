#include "command/keep.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/job.h"
#include "command/subject.h"

#include <stdio.h>

/* How pictures become inputs of the net: as those that are loaded did, if they are its inputs, else
 * as the opened model has it. */
static struct nn_image_rule images_of(const struct nn_session *session)
{
    struct nn_image_rule rule = session->opened.images;
    const struct nn_dataset *data = session->dataset;
    if (session->net->count == 0)
        return rule;
    const struct nn_shape *input = &session->net->nodes[0]->shape;
    if (data && data->samples->images.channels > 0 && nn_shape_equal(&data->samples->shape, input))
        rule = data->samples->images;
    const size_t *dim = input->dim;
    bool fits = input->rank == 3 && (rule.channels == 0 || rule.channels == dim[0]) &&
                (rule.height == 0 || (rule.height == dim[1] && rule.width == dim[2]));
    return fits ? rule : (struct nn_image_rule){0};
}

struct nn_model nn_session_model(struct nn_session *session)
{
    const struct nn_dataset *data = session->dataset;
    struct nn_model model = {.net = session->net,
                             .recipe = session->recipe.loss ? &session->recipe : NULL,
                             .state = &session->state,
                             .history = &session->history,
                             .seed = session->seed};
    model.classes = nn_subject_classes(session, &model.class_count);
    if (data) {
        model.features = data->samples->features;
        model.feature_count = data->samples->features ? data->samples->feature_count : 0;
        model.task = data->samples->task;
        model.scaling = data->scaling;
        model.offset = data->offset;
        model.factor = data->factor;
        model.scale_count = data->offset ? data->scale_count : 0;
        model.missing = data->fill_rule;
        model.fill = data->fill;
        model.fill_count = data->fill_count;
    } else { /* as the file had it that the net came from */
        const struct nn_model *opened = &session->opened;
        model.features = opened->features;
        model.feature_count = opened->feature_count;
        model.task = opened->task;
        model.scaling = opened->scaling;
        model.offset = opened->offset;
        model.factor = opened->factor;
        model.scale_count = opened->scale_count;
        model.missing = opened->missing;
        model.fill = opened->fill;
        model.fill_count = opened->fill_count;
    }
    model.images = images_of(session);
    return model;
}

void nn_session_rescue(struct nn_session *session, char text[NN_RESCUE_SIZE])
{
    char *path = NULL;
    text[0] = '\0';
    if (!session->unsaved || session->net->count < 2)
        return;
    nn_job_hold(session);
    struct nn_model model = nn_session_model(session);
    if (nn_path_state("unsaved.safetensors", &path, NULL) == NN_OK &&
        nn_model_save(path, &model, NULL) == NN_OK) {
        session->unsaved = false;
        snprintf(text, NN_RESCUE_SIZE, "the trained net was not saved; it is kept in %s",
                 NN_VISIBLE(path));
    }
    nn_job_release(session);
    nn_free(path);
}
