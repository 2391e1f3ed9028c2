/* The operations of the layer `arithmetic`, for whoever computes with constants. */
#ifndef NN_ENGINE_LAYERS_ARITHMETIC_H
#define NN_ENGINE_LAYERS_ARITHMETIC_H

struct nn_arithmetic {
    const char *name;
    double (*value)(double a, double b);
    double (*slope_a)(double a, double b); /* NULL: 0 */
    double (*slope_b)(double a, double b);
};

/* NULL if there is none of that name. */
const struct nn_arithmetic *nn_arithmetic_find(const char *name);

#endif
