/* The optimizers, from the list of sources. */
#include "engine/optimizer.h"

#include <string.h>

#define NN_OPTIMIZER(class) extern const struct nn_optimizer_class class;
#include "engine/optimizers.def"
#undef NN_OPTIMIZER

const struct nn_optimizer_class *const nn_optimizers[] = {
#define NN_OPTIMIZER(class) &class,
#include "engine/optimizers.def"
#undef NN_OPTIMIZER
};
const size_t nn_optimizer_count = sizeof nn_optimizers / sizeof *nn_optimizers;

const struct nn_optimizer_class *nn_optimizer_find(const char *name)
{
    for (size_t i = 0; i < nn_optimizer_count; i++)
        if (strcmp(nn_optimizers[i]->name, name) == 0)
            return nn_optimizers[i];
    return NULL;
}
