#include "engine/objective.h"

void nn_recipe_clear(struct nn_recipe *recipe)
{
    nn_args_clear(&recipe->loss_args);
    nn_args_clear(&recipe->optimizer_args);
    *recipe = (struct nn_recipe){0};
}

enum nn_status nn_recipe_copy(struct nn_recipe *to, const struct nn_recipe *from,
                              struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_recipe copy = *from;
    copy.loss_args = copy.optimizer_args = (struct nn_args){0};
    if (from->loss)
        NN_TRY(nn_args_copy(&copy.loss_args, &from->loss_args, error));
    if (from->optimizer)
        NN_TRY(nn_args_copy(&copy.optimizer_args, &from->optimizer_args, error));
    *to = copy;
    copy = (struct nn_recipe){0};
out:
    nn_recipe_clear(&copy);
    return status;
}

enum nn_status nn_recipe_check(const struct nn_recipe *recipe, const struct nn_net *net,
                               const struct nn_source *source, struct nn_error *error)
{
    struct nn_objective objective;
    return nn_objective_bind(&objective, recipe, net, source, error);
}
