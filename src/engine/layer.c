#include "engine/layer.h"

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

static bool is_alias(const char *aliases, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = aliases; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strcspn(at, "|") == length && !strncmp(at, name, length))
            return true;
    return false;
}

const struct nn_layer_class *nn_layer_find(const char *name)
{
    for (size_t i = 0; i < nn_layer_count; i++)
        if (!strcmp(nn_layers[i]->name, name) || is_alias(nn_layers[i]->aliases, name))
            return nn_layers[i];
    return NULL;
}
