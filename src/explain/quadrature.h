/* Quadrature: nodes and weights on [0, 1] for integrals along a path. */
#ifndef NN_EXPLAIN_QUADRATURE_H
#define NN_EXPLAIN_QUADRATURE_H

#include <stddef.h>

enum nn_quadrature {
    NN_QUADRATURE_GAUSS_LEGENDRE,
    NN_QUADRATURE_LEFT,
    NN_QUADRATURE_RIGHT,
    NN_QUADRATURE_MIDDLE,
    NN_QUADRATURE_TRAPEZOID
};
/* The names in the same order, as choices of an argument. */
#define NN_QUADRATURE_NAMES "gausslegendre|left|right|middle|trapezoid"

/* Fills nodes[n] and weights[n]; the weights sum to 1. n >= 1 (trapezoid: n >= 2). Gauss-Legendre
 * nodes by Newton's method on the Legendre polynomial, to double precision; time in proportion to
 * n. */
void nn_quadrature(enum nn_quadrature rule, size_t n, double *nodes, double *weights);

#endif
