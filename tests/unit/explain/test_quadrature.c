#include "explain/quadrature.h"
#include "nets.h"

#include <criterion/criterion.h>
#include <math.h>

Test(quadrature, weights_sum_to_one_and_nodes_lie_inside)
{
    double nodes[200], weights[200];
    for (int rule = 0; rule <= NN_QUADRATURE_TRAPEZOID; rule++)
        for (size_t n = 2; n <= 200; n++) {
            double sum = 0;
            nn_quadrature((enum nn_quadrature)rule, n, nodes, weights);
            for (size_t i = 0; i < n; i++) {
                sum += weights[i];
                cr_assert(nodes[i] >= 0 && nodes[i] <= 1 && (i == 0 || nodes[i] > nodes[i - 1]));
            }
            cr_assert(fabs(sum - 1) < 1e-12, "rule %d, n %zu: %.17g", rule, n, sum);
        }
}

/* n Gauss-Legendre nodes integrate polynomials up to degree 2n - 1 exactly. */
Test(quadrature, gauss_legendre_is_exact_for_polynomials)
{
    double nodes[20], weights[20];
    for (size_t n = 1; n <= 20; n++) {
        nn_quadrature(NN_QUADRATURE_GAUSS_LEGENDRE, n, nodes, weights);
        for (size_t degree = 0; degree < 2 * n; degree++) {
            double sum = 0;
            for (size_t i = 0; i < n; i++)
                sum += weights[i] * pow(nodes[i], (double)degree);
            cr_assert(fabs(sum - 1 / (double)(degree + 1)) < 1e-13, "n %zu, degree %zu: %.17g", n,
                      degree, sum);
        }
    }
}

static double legendre_at(size_t n, double t, double *slope)
{
    double before = 1, value = t;
    for (size_t k = 2; k <= n; k++) {
        double next = ((2 * (double)k - 1) * t * value - ((double)k - 1) * before) / (double)k;
        before = value;
        value = next;
    }
    *slope = (double)n * (t * value - before) / (t * t - 1);
    return value;
}

/* Many nodes are found otherwise than few: they are roots, each once, weigh what the formula says,
 * and take no time. */
Test(quadrature, many_gauss_legendre_nodes)
{
    static double nodes[100000], weights[100000];
    const size_t counts[] = {257, 258, 1001, 16384, 100000};
    for (size_t c = 0; c < 5; c++) {
        size_t n = counts[c];
        double total = 0, square = 0, high = 0;
        nn_quadrature(NN_QUADRATURE_GAUSS_LEGENDRE, n, nodes, weights);
        for (size_t i = 0; i < n; i++) {
            cr_assert(nodes[i] > 0 && nodes[i] < 1 && (i == 0 || nodes[i] > nodes[i - 1]));
            total += weights[i];
            square += weights[i] * nodes[i] * nodes[i];
            high += weights[i] * pow(nodes[i], 200);
        }
        cr_expect(fabs(total - 1) < 1e-12, "%zu: %.17g", n, total);
        cr_expect(fabs(square - 1.0 / 3) < 1e-12 && fabs(high - 1.0 / 201) < 1e-12, "%zu", n);
        for (size_t i = 0; i < n; i += 1 + n / 40) {
            double t = 2 * nodes[i] - 1, slope, value = legendre_at(n, t, &slope);
            cr_expect(fabs(value / slope) < 1e-14 + 1e-16 * (double)n, "%zu: node %zu off by %g", n,
                      i, value / slope);
            double weight = 1 / ((1 - t * t) * slope * slope);
            cr_expect(fabs(weights[i] / weight - 1) < 1e-7, "%zu: weight %zu: %g", n, i,
                      weights[i] / weight - 1);
        }
    }
}

/* Captum's trapezoid is (n - 1) / n of the right one. */
Test(quadrature, captums_trapezoid)
{
    const char *lines[] = {"dense 6 tanh", "dense 2", NULL};
    struct nn_net *net = net_of("3", lines, 4);
    const float x[] = {1, -2, 0.5f};
    struct nn_result *right = explain_with(net, "ig", "rule=trapezoid steps=10", x, 1, "1", NULL,
                                           NULL, NULL),
                     *captum = explain_with(net, "ig", "rule=trapezoid steps=10 variant=captum", x,
                                            1, "1", NULL, NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        cr_expect(fabsf(captum->values.data[i] - 0.9f * right->values.data[i]) < 1e-6f);
    nn_result_free(right);
    nn_result_free(captum);
    nn_net_free(net);
}
