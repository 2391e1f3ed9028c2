/* The table of methods, made from the sources at build time. */
#include "explain/method.h"

#include <string.h>

#define NN_METHOD(name) extern const struct nn_method name;
#include "explain/methods.def"
#undef NN_METHOD

const struct nn_method *const nn_methods[] = {
#define NN_METHOD(name) &name,
#include "explain/methods.def"
#undef NN_METHOD
};
const size_t nn_method_count = sizeof nn_methods / sizeof *nn_methods;

const struct nn_method *nn_method_find(const char *name)
{
    for (size_t i = 0; i < nn_method_count; i++)
        if (strcmp(nn_methods[i]->name, name) == 0 ||
            (nn_methods[i]->alias && strcmp(nn_methods[i]->alias, name) == 0))
            return nn_methods[i];
    return NULL;
}
