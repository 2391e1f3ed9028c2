#include "command/keep.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/job.h"
#include "command/subject.h"

#include <stdio.h>

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
    model.images = data && (data->samples->images.height || data->samples->images.channels)
                       ? data->samples->images
                       : session->opened.images;
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
