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

enum { TERMS = 40, MANY = 256 };

/* The Taylor series at a point of P_n, as b_k = u^(k) h^k / k!, from u and u': the Legendre
 * equation (1 - x^2) u'' - 2 x u' + n (n + 1) u = 0 gives each from the two before. */
static void expand(double n, double x, double value, double slope, double h, double b[TERMS])
{
    b[0] = value;
    b[1] = slope * h;
    for (int k = 0; k + 2 < TERMS; k++)
        b[k + 2] = (2 * x * (k + 1) * (k + 1) * h * b[k + 1] -
                    (n * (n + 1) - (double)k * (k + 1)) * h * h * b[k]) /
                   ((1 - x * x) * (k + 1) * (k + 2));
}

/* The root that the series has near t = 1 (in units of h) and the slope there, per unit of h. */
static double series_root(const double b[TERMS], double *slope)
{
    double t = 1;
    for (int step = 0; step < 20; step++) {
        double value = 0, change;
        *slope = 0;
        for (int k = TERMS - 1; k >= 0; k--) {
            *slope = *slope * t + (k + 1 < TERMS ? (k + 1) * b[k + 1] : 0);
            value = value * t + b[k];
        }
        t -= change = value / *slope;
        if (fabs(change) < 1e-15)
            break;
    }
    return t;
}

static double guess(size_t n, size_t i)
{
    return cos(M_PI * ((double)i + 0.75) / ((double)n + 0.5));
}

static void put_pair(size_t n, size_t i, double t, double slope, double *nodes, double *weights)
{
    nodes[n - 1 - i] = (1 + t) / 2;
    nodes[i] = (1 - t) / 2;
    weights[i] = weights[n - 1 - i] = 1 / ((1 - t * t) * slope * slope);
}

/* Many nodes in time in proportion to their number: from root to root by Taylor series, from the
 * middle outwards (Glaser, Liu, Rokhlin 2007). */
static void gauss_legendre_many(size_t n, double *nodes, double *weights)
{
    double before = 0, value = 1, x = 0, slope, b[TERMS]; /* P_k-1(0), P_k(0) */
    size_t i = n / 2;                                     /* roots above the middle */
    for (size_t k = 0; k < n; k++) {
        double next = -(double)k * before / ((double)k + 1);
        before = value;
        value = next;
    }
    slope = (double)n * before;
    if (n % 2 == 1) {
        value = 0;
        put_pair(n, i, 0, slope, nodes, weights);
    }
    while (i-- > 0) {
        double h = guess(n, i) - x, along;
        expand((double)n, x, value, slope, h, b);
        x += h * series_root(b, &along);
        slope = along / h;
        value = 0;
        put_pair(n, i, x, slope, nodes, weights);
    }
}

static void gauss_legendre(size_t n, double *nodes, double *weights)
{
    if (n > MANY) {
        gauss_legendre_many(n, nodes, weights);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        double t = guess(n, i), derivative = 1;
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
