/* The losses, from the list of sources. */
#include "engine/loss.h"

#include "base/text.h"

#include <string.h>

#define NN_LOSS(class) extern const struct nn_loss_class class;
#include "engine/losses.def"
#undef NN_LOSS

const struct nn_loss_class *const nn_losses[] = {
#define NN_LOSS(class) &class,
#include "engine/losses.def"
#undef NN_LOSS
};
const size_t nn_loss_count = sizeof nn_losses / sizeof *nn_losses;

const struct nn_loss_class *nn_loss_find(const char *name)
{
    for (size_t i = 0; i < nn_loss_count; i++)
        if (strcmp(nn_losses[i]->name, name) == 0 || nn_text_is_choice(name, nn_losses[i]->aliases))
            return nn_losses[i];
    return NULL;
}
