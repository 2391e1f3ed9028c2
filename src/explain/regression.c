#include "explain/regression.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum nn_status nn_regression_init(struct nn_regression *regression, size_t n,
                                  struct nn_error *error)
{
    size_t count;
    *regression = (struct nn_regression){.n = n};
    if (!nn_size_mul(n, n, &count))
        return nn_fail(error, NN_LIMIT, "too many features for a regression");
    regression->square = nn_calloc(count, sizeof(double));
    regression->moment = nn_calloc(n, sizeof(double));
    regression->mean = nn_calloc(n, sizeof(double));
    if (!regression->square || !regression->moment || !regression->mean) {
        nn_regression_clear(regression);
        return nn_fail_memory(error, count * sizeof(double));
    }
    return NN_OK;
}

void nn_regression_clear(struct nn_regression *regression)
{
    nn_free(regression->square);
    nn_free(regression->moment);
    nn_free(regression->mean);
    memset(regression, 0, sizeof *regression);
}

void nn_regression_add(struct nn_regression *regression, const double *z, double y, double weight)
{
    size_t n = regression->n;
    nn_progress_work(regression->progress, 2 * (double)n * (double)n);
    for (size_t i = 0; i < n; i++) {
        if (z[i] == 0)
            continue;
        double wz = weight * z[i];
        regression->moment[i] += wz * y;
        regression->mean[i] += wz;
        for (size_t j = 0; j < n; j++)
            regression->square[i * n + j] += wz * z[j];
    }
    regression->weight += weight;
    regression->total += weight * y;
}

enum nn_status nn_regression_solve(struct nn_regression *regression, double *coefficients,
                                   struct nn_error *error)
{
    size_t n = regression->n;
    double *a = regression->square, ridge = 0;
    nn_progress_work(regression->progress, (double)n * (double)n * (double)n / 3);
    for (size_t i = 0; i < n; i++)
        ridge = fmax(ridge, a[i * n + i]);
    for (size_t i = 0; i < n; i++) {
        if (nn_cancelled(regression->progress))
            return nn_fail(error, NN_CANCELLED, "stopped");
        for (size_t j = 0; j <= i; j++) {
            double sum = a[i * n + j] + (i == j ? 1e-10 * ridge : 0);
            for (size_t k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return nn_fail(error, NN_FAILED,
                               "the regression has no solution: take more samples");
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    }
    for (size_t i = 0; i < n; i++) { /* L y = b */
        double sum = regression->moment[i];
        for (size_t k = 0; k < i; k++)
            sum -= a[i * n + k] * coefficients[k];
        coefficients[i] = sum / a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) { /* L^T c = y */
        double sum = coefficients[i];
        for (size_t k = i + 1; k < n; k++)
            sum -= a[k * n + i] * coefficients[k];
        coefficients[i] = sum / a[i * n + i];
    }
    return NN_OK;
}

enum nn_status nn_regression_lasso(const struct nn_regression *regression, double alpha,
                                   double *coefficients, double *intercept, struct nn_error *error)
{
    size_t n = regression->n;
    double w = regression->weight > 0 ? regression->weight : 1, mean_y = regression->total / w;
    memset(coefficients, 0, n * sizeof *coefficients);
    for (int round = 0; round < 1000; round++) {
        double change = 0;
        nn_progress_work(regression->progress, 2 * (double)n * (double)n);
        for (size_t i = 0; i < n; i++) {
            double mean = regression->mean[i] / w,
                   variance = regression->square[i * n + i] / w - mean * mean;
            if (nn_cancelled(regression->progress))
                return nn_fail(error, NN_CANCELLED, "stopped");
            if (variance < 1e-15)
                continue;
            double slope =
                regression->moment[i] / w - mean * mean_y; /* covariance with the residual */
            for (size_t j = 0; j < n; j++)
                if (j != i && coefficients[j] != 0)
                    slope -= coefficients[j] *
                             (regression->square[i * n + j] / w - mean * regression->mean[j] / w);
            double value = slope > alpha    ? (slope - alpha) / variance
                           : slope < -alpha ? (slope + alpha) / variance
                                            : 0;
            change = fmax(change, fabs(value - coefficients[i]));
            coefficients[i] = value;
        }
        if (change < 1e-10)
            break;
    }
    *intercept = mean_y;
    for (size_t i = 0; i < n; i++)
        *intercept -= coefficients[i] * regression->mean[i] / w;
    return NN_OK;
}
