#include "command/truth.h"

#include "engine/objective.h"

enum nn_status nn_truth_loss(const struct nn_session *session, const struct nn_net *net,
                             const struct nn_subject *subject, const float *values, size_t width,
                             struct nn_values_loss *loss, struct nn_error *error)
{
    struct nn_recipe squared = {.loss = nn_loss_find("mse")};
    const struct nn_recipe *recipe = &session->recipe;
    struct nn_objective objective;
    struct nn_source source;
    nn_dataset_source(subject->data, subject->split, &source);
    source.labelled = true;
    source.classes = 0;
    source.target_width = width;
    if (!recipe->loss || recipe->loss->target != NN_TARGET_VALUES)
        recipe = &squared;
    enum nn_status status = nn_objective_bind(&objective, recipe, net, &source, error);
    if (status != NN_OK)
        return status;
    *loss = (struct nn_values_loss){.loss = recipe->loss,
                                    .args = recipe == &squared ? NULL : &recipe->loss_args,
                                    .logits = objective.logits,
                                    .node = objective.node,
                                    .values = values};
    return NN_OK;
}
