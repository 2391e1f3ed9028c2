/* The functions of the layer `function`, for whoever computes with constants. */
#ifndef NN_ENGINE_LAYERS_FUNCTION_H
#define NN_ENGINE_LAYERS_FUNCTION_H

struct nn_function {
    const char *name;
    double (*value)(double x);
    double (*slope)(double x); /* NULL: 0 */
};

/* NULL if there is none of that name. */
const struct nn_function *nn_function_find(const char *name);

#endif
