/* The operations of the layer `reduce`, for whoever computes with constants. */
#ifndef NN_ENGINE_LAYERS_REDUCE_H
#define NN_ENGINE_LAYERS_REDUCE_H

#include <stddef.h>

/* What one value adds to what came before it (begin with `start`), and what is made of all. */
struct nn_reduction {
    const char *name;
    double start;
    double (*step)(double before, double x);
    double (*end)(double sum, size_t count); /* NULL: as it is */
    /* Slope of the result y with respect to one value x. */
    double (*slope)(double x, double y, size_t count);
};

/* NULL if there is none of that name. "argmax" and "argmin" are no such sums. */
const struct nn_reduction *nn_reduction_find(const char *name);

#endif
