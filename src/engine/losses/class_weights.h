/* Class weights: the argument that several losses share, and "balanced" turned into numbers.
 *
 * Threads: reentrant.
 */
#ifndef NN_ENGINE_LOSSES_CLASS_WEIGHTS_H
#define NN_ENGINE_LOSSES_CLASS_WEIGHTS_H

#include "engine/loss.h"

#define NN_LOSS_CLASS_WEIGHTS                                                                      \
    {                                                                                              \
        .name = "class_weights", .type = NN_ARG_NUMBERS, .max = 1e6, .choices = "balanced",        \
        .help = "weight of each class; balanced: by their numbers in the training data"            \
    }

/* NN_ARGUMENT unless the weights are absent or as many as there are classes, with one above 0.
 * `index` is the argument's. */
enum nn_status nn_class_weights_check(const struct nn_args *args, int index, size_t classes,
                                      struct nn_error *error);

#endif
