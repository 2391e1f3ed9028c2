#include "explain/quadrature.h"

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
