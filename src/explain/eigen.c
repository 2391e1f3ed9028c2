/* Eigenvalues of small symmetric matrices by cyclic Jacobi rotations. */
#include "explain/pca.h"

#include <math.h>

#define SWEEPS 60

/* Makes matrix[p, q] zero; the rotation also goes into the vectors. */
static void rotate(double *matrix, size_t n, double *vectors, size_t p, size_t q)
{
    double off = matrix[p * n + q];
    if (off == 0)
        return;
    double theta = (matrix[q * n + q] - matrix[p * n + p]) / (2 * off);
    double t = (theta >= 0 ? 1 : -1) / (fabs(theta) + sqrt(theta * theta + 1));
    double c = 1 / sqrt(t * t + 1), s = t * c;
    for (size_t k = 0; k < n; k++) {
        double a = matrix[k * n + p], b = matrix[k * n + q];
        matrix[k * n + p] = c * a - s * b;
        matrix[k * n + q] = s * a + c * b;
    }
    for (size_t k = 0; k < n; k++) {
        double a = matrix[p * n + k], b = matrix[q * n + k];
        matrix[p * n + k] = c * a - s * b;
        matrix[q * n + k] = s * a + c * b;
        a = vectors[p * n + k];
        b = vectors[q * n + k];
        vectors[p * n + k] = c * a - s * b;
        vectors[q * n + k] = s * a + c * b;
    }
}

static double off_diagonal(const double *matrix, size_t n)
{
    double sum = 0;
    for (size_t p = 0; p < n; p++)
        for (size_t q = 0; q < n; q++)
            sum += p == q ? 0 : matrix[p * n + q] * matrix[p * n + q];
    return sum;
}

static void sort_by_value(double *values, double *vectors, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t best = i;
        for (size_t j = i + 1; j < n; j++)
            best = values[j] > values[best] ? j : best;
        for (size_t k = 0; k < n && best != i; k++) {
            double held = vectors[i * n + k];
            vectors[i * n + k] = vectors[best * n + k];
            vectors[best * n + k] = held;
        }
        double held = values[i];
        values[i] = values[best];
        values[best] = held;
    }
}

void nn_eigen_symmetric(double *matrix, size_t n, double *values, double *vectors)
{
    double square = 0;
    for (size_t i = 0; i < n * n; i++) {
        square += matrix[i] * matrix[i];
        vectors[i] = i % (n + 1) == 0 ? 1 : 0;
    }
    for (int sweep = 0; sweep < SWEEPS && off_diagonal(matrix, n) > 1e-26 * square; sweep++)
        for (size_t p = 0; p + 1 < n; p++)
            for (size_t q = p + 1; q < n; q++)
                rotate(matrix, n, vectors, p, q);
    for (size_t i = 0; i < n; i++)
        values[i] = matrix[i * n + i];
    sort_by_value(values, vectors, n);
}
