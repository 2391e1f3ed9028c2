#include "explain/diversity.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* What is compared: the Gram matrix [maps, maps] of one answer, or the answer itself. */
static void feature(const float *answer, size_t maps, size_t places, double *out)
{
    if (places == 1) {
        for (size_t i = 0; i < maps; i++)
            out[i] = (double)answer[i];
        return;
    }
    for (size_t a = 0; a < maps; a++)
        for (size_t b = 0; b < maps; b++) {
            double sum = 0;
            for (size_t k = 0; k < places; k++)
                sum += (double)answer[a * places + k] * (double)answer[b * places + k];
            out[a * maps + b] = sum;
        }
}

static double normalize(double *values, size_t count)
{
    double square = 0;
    for (size_t i = 0; i < count; i++)
        square += values[i] * values[i];
    double norm = sqrt(square);
    for (size_t i = 0; i < count; i++)
        values[i] = norm > 0 ? values[i] / norm : 0;
    return norm;
}

/* From the slope at the feature to that at the answer: d(A A^T) is symmetric, so twice slope A. */
static void to_answer(const double *slope, const float *answer, size_t maps, size_t places,
                      float *gradient)
{
    for (size_t a = 0; a < maps; a++)
        for (size_t k = 0; k < places; k++) {
            double sum = places == 1 ? slope[a] : 0;
            for (size_t b = 0; b < maps && places > 1; b++)
                sum += 2 * slope[a * maps + b] * (double)answer[b * places + k];
            gradient[a * places + k] = (float)sum;
        }
}

enum nn_status nn_diversity(const float *answers, size_t n, size_t maps, size_t places,
                            double *similarity, float *gradient, struct nn_error *error)
{
    size_t count = places == 1 ? maps : maps * maps, size = maps * places;
    double *features = nn_calloc((n + 1) * count + n, sizeof *features);
    if (!features)
        return nn_fail_memory(error, ((n + 1) * count + n) * sizeof *features);
    double *slope = features + n * count, *norms = slope + count, total = 0;
    for (size_t i = 0; i < n; i++) {
        feature(answers + i * size, maps, places, features + i * count);
        norms[i] = normalize(features + i * count, count);
    }
    for (size_t i = 0; i < n; i++) {
        const double *own = features + i * count;
        memset(slope, 0, count * sizeof *slope);
        for (size_t j = 0; j < n; j++) {
            const double *other = features + j * count;
            double cosine = 0;
            for (size_t k = 0; k < count && j != i; k++)
                cosine += own[k] * other[k];
            total += cosine;
            for (size_t k = 0; k < count && j != i && norms[i] > 0; k++)
                slope[k] += 2 * (other[k] - cosine * own[k]) / (norms[i] * (double)n);
        }
        if (gradient)
            to_answer(slope, answers + i * size, maps, places, gradient + i * size);
    }
    nn_free(features);
    *similarity = total / (double)n;
    return NN_OK;
}
