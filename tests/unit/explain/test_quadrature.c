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
