#include "engine/layer.h"

#include "base/text.h"

#include <string.h>

#define NN_LAYER(name) extern const struct nn_layer_class name;
#include "engine/layers.def"
#undef NN_LAYER

const struct nn_layer_class *const nn_layers[] = {
#define NN_LAYER(name) &name,
#include "engine/layers.def"
#undef NN_LAYER
};
const size_t nn_layer_count = sizeof nn_layers / sizeof nn_layers[0];

const struct nn_layer_class *nn_layer_find(const char *name)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        if (!strcmp(nn_layers[i]->name, name) || nn_text_is_choice(name, nn_layers[i]->aliases))
            return nn_layers[i];
    return NULL;
}
