#include "engine/losses/class_weights.h"

enum nn_status nn_class_weights_check(const struct nn_args *args, int index, size_t classes,
                                      struct nn_error *error)
{
    const struct nn_arg *arg = &args->values[index];
    if (!arg->set)
        return NN_OK;
    if (!arg->numbers)
        return nn_fail(error, NN_STATE,
                       "balanced class weights are counted by `compile`: load the data before it");
    if (arg->number_count != classes)
        return nn_fail(error, NN_ARGUMENT, "there are %zu class weights for %zu classes",
                       arg->number_count, classes);
    for (size_t i = 0; i < classes; i++)
        if (arg->numbers[i] > 0)
            return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "all class weights are 0");
}
