#include "explain/quadrature.h"

#include <math.h>

/* Legendre polynomial P_n and its derivative at t, by the three-term recurrence. */
static double legendre(size_t n, double t, double *derivative)
{
    double before = 1, value = t;
    for (size_t k = 2; k <= n; k++) {
        double next = ((2 * (double)k - 1) * t * value - ((double)k - 1) * before) / (double)k;
        before = value;
        value = next;
    }
    *derivative = (double)n * (t * value - before) / (t * t - 1);
    return value;
}

static void gauss_legendre(size_t n, double *nodes, double *weights)
{
    for (size_t i = 0; i < n; i++) {
        double t = cos(M_PI * ((double)i + 0.75) / ((double)n + 0.5)), derivative = 1;
        for (int step = 0; step < 100; step++) {
            double change = legendre(n, t, &derivative) / derivative;
            t -= change;
            if (fabs(change) < 1e-16)
                break;
        }
        legendre(n, t, &derivative);
        if (n ==
            1) { /* the recurrence's derivative is 0/0 at the root of P_1 = t only for t = +-1 */
            t = 0;
            derivative = 1;
        }
        nodes[n - 1 - i] = (1 + t) / 2;
        weights[n - 1 - i] = 1 / ((1 - t * t) * derivative * derivative);
    }
}

void nn_quadrature(enum nn_quadrature rule, size_t n, double *nodes, double *weights)
{
    if (rule == NN_QUADRATURE_GAUSS_LEGENDRE) {
        gauss_legendre(n, nodes, weights);
        return;
    }
    double count = (double)n;
    for (size_t i = 0; i < n; i++) {
        double k = (double)i;
        weights[i] = 1 / count;
        switch (rule) {
        case NN_QUADRATURE_LEFT:
            nodes[i] = k / count;
            break;
        case NN_QUADRATURE_RIGHT:
            nodes[i] = (k + 1) / count;
            break;
        case NN_QUADRATURE_MIDDLE:
            nodes[i] = (k + 0.5) / count;
            break;
        default:
            nodes[i] = n > 1 ? k / (count - 1) : 0.5;
            weights[i] = n == 1 ? 1 : (i == 0 || i == n - 1 ? 0.5 : 1) / (count - 1);
        }
    }
}
