#include "model/model.h"

#include "base/mem.h"
#include "model/format.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

const char *const nn_model_task_names[3] = {
    [NN_TASK_NONE] = "none",
    [NN_TASK_CLASSIFICATION] = "classification",
    [NN_TASK_REGRESSION] = "regression",
};

void nn_model_slot_name(char out[NN_MODEL_NAME_SIZE], const char *parameter, const char *slot)
{
    snprintf(out, NN_MODEL_NAME_SIZE, "optimizer/%s/%s", parameter, slot);
}

uint32_t nn_model_crc(uint32_t crc, const void *bytes, size_t length)
{
    return (uint32_t)crc32_z(crc, bytes, length);
}

static void free_texts(char **texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nn_free(texts[i]);
    nn_free(texts);
}

void nn_model_clear(struct nn_model *model)
{
    nn_net_free(model->net);
    if (model->recipe)
        nn_recipe_clear(model->recipe);
    if (model->state)
        nn_train_state_clear(model->state);
    if (model->history)
        nn_history_clear(model->history);
    nn_free(model->recipe);
    nn_free(model->state);
    nn_free(model->history);
    free_texts(model->classes, model->class_count);
    free_texts(model->features, model->feature_count);
    nn_free(model->offset);
    nn_free(model->factor);
    nn_free(model->fill);
    nn_free(model->note);
    *model = (struct nn_model){0};
}
