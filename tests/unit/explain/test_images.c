/* What activation maximization is made of, against slow references: spectrum, warps, likeness,
 * penalties, principal components. */
#include "explain/diversity.h"
#include "explain/pca.h"
#include "explain/priors.h"
#include "explain/spectrum.h"
#include "explain/warp.h"

#include "base/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static void fill(float *values, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 9);
    for (size_t i = 0; i < count; i++)
        values[i] = nn_random_normal(&random);
}

static double dot(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* The inverse transform of the whole, mirrored spectrum, term by term. */
static double wave_sum(const float *coefficients, size_t h, size_t w, size_t y, size_t x)
{
    size_t half = w / 2 + 1;
    double sum = 0, least = 1.0 / (double)(h > w ? h : w), turn = 2 * acos(-1);
    for (size_t u = 0; u < h; u++)
        for (size_t v = 0; v < w; v++) {
            bool mirrored = v >= half;
            size_t from_u = mirrored ? (h - u) % h : u, from_v = mirrored ? w - v : v;
            const float *c = coefficients + 2 * (from_u * half + from_v);
            double down = (double)(u <= h / 2 ? u : h - u) / (double)h;
            double across = (double)(v <= w / 2 ? v : w - v) / (double)w;
            double frequency = hypot(down, across);
            double angle = turn * ((double)(u * y) / (double)h + (double)(v * x) / (double)w);
            double term =
                (double)c[0] * cos(angle) - (mirrored ? -(double)c[1] : (double)c[1]) * sin(angle);
            sum += term / (frequency > least ? frequency : least);
        }
    return sum / 4 / sqrt((double)(h * w));
}

Test(images, spectrum_is_the_inverse_transform_and_its_adjoint)
{
    static const size_t sizes[][2] = {{8, 8}, {5, 7}, {6, 3}, {1, 4}, {7, 1}};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        size_t h = sizes[s][0], w = sizes[s][1];
        struct nn_spectrum spectrum;
        float coefficients[200], image[64], gradient[64], back[200];
        cr_assert(nn_spectrum_init(&spectrum, h, w, NULL) == NN_OK);
        size_t count = nn_spectrum_size(&spectrum);
        fill(coefficients, count, s);
        fill(gradient, h * w, s + 50);
        nn_spectrum_image(&spectrum, coefficients, image);
        for (size_t i = 0; i < h * w; i++) {
            double wanted = wave_sum(coefficients, h, w, i / w, i % w);
            cr_expect(fabs((double)image[i] - wanted) < 1e-5, "%zux%zu %zu: %g %g", h, w, i,
                      (double)image[i], wanted);
        }
        nn_spectrum_adjoint(&spectrum, gradient, back);
        cr_expect(fabs(dot(image, gradient, h * w) - dot(coefficients, back, count)) < 1e-4);
        nn_spectrum_clear(&spectrum);
    }
}

Test(images, warps_shift_turn_and_have_adjoints)
{
    float image[2 * 25], out[2 * 25], gradient[2 * 25], back[2 * 25];
    struct nn_warp still = {.zoom = 1}, shift = {.zoom = 1, .down = 1, .right = -2},
                   turn = {.zoom = 1, .angle = acos(-1) / 2},
                   mixed = {.zoom = 1.2, .angle = 0.3, .down = -1, .right = 1};
    fill(image, 50, 1);
    fill(gradient, 50, 2);
    nn_warp(&still, 2, 5, 5, image, out);
    for (size_t i = 0; i < 50; i++)
        cr_expect(out[i] == image[i]);
    nn_warp(&shift, 2, 5, 5, image, out);
    for (size_t y = 0; y < 5; y++)
        for (size_t x = 0; x < 5; x++) {
            size_t from = (y ? y - 1 : 0) * 5 + (x + 2 < 5 ? x + 2 : 4);
            cr_expect(out[25 + y * 5 + x] == image[25 + from]);
        }
    nn_warp(&turn, 1, 5, 5, image, out);
    for (size_t y = 0; y < 5; y++)
        for (size_t x = 0; x < 5; x++)
            cr_expect(fabsf(out[y * 5 + x] - image[(4 - x) * 5 + y]) < 1e-5f ||
                      fabsf(out[y * 5 + x] - image[x * 5 + 4 - y]) < 1e-5f);
    nn_warp(&mixed, 2, 5, 5, image, out);
    nn_warp_adjoint(&mixed, 2, 5, 5, gradient, back);
    cr_expect(fabs(dot(out, gradient, 50) - dot(image, back, 50)) < 1e-4);
}

/* Gradients against central differences. */
Test(images, likeness_and_penalties_have_their_gradients)
{
    float x[3 * 2 * 6], g[36] = {0}, rest[36] = {0};
    double value, up, down;
    for (size_t places = 1; places <= 6; places += 5) {
        size_t maps = 12 / places, count = 36;
        fill(x, count, places);
        cr_assert(nn_diversity(x, 3, maps, places, &value, g, NULL) == NN_OK);
        cr_expect(value <= 2 + 1e-9 && value >= -2);
        for (size_t i = 0; i < count; i++) {
            float held = x[i], step = 1e-2f;
            x[i] = held + step;
            nn_diversity(x, 3, maps, places, &up, NULL, NULL);
            x[i] = held - step;
            nn_diversity(x, 3, maps, places, &down, NULL, NULL);
            x[i] = held;
            double slope = (up - down) / 0.02;
            cr_expect(fabs((double)g[i] - slope) < 1e-2 * fabs(slope) + 1e-3, "%zu: %g %g", i,
                      (double)g[i], slope);
        }
    }
    memset(g, 0, sizeof g);
    fill(x, 36, 3);
    nn_subtract_power(x, rest, 36, 3, 0.5, g);
    for (size_t i = 0; i < 36; i++)
        cr_expect(fabs((double)g[i] + 1.5 * (double)x[i] * fabs((double)x[i])) < 1e-4);
    memset(g, 0, sizeof g);
    nn_subtract_variation(x, 1, 6, 6, 1, g);
    for (size_t i = 0; i < 36; i++) {
        double sums[2];
        float held = x[i];
        for (int side = 0; side < 2; side++) {
            x[i] = held + (side ? 1e-2f : -1e-2f);
            sums[side] = 0;
            for (size_t k = 0; k < 36; k++) {
                double dx = k % 6 < 5 ? (double)x[k + 1] - (double)x[k] : 0;
                double dy = k < 30 ? (double)x[k + 6] - (double)x[k] : 0;
                sums[side] += sqrt(dx * dx + dy * dy + 1e-4);
            }
        }
        x[i] = held;
        cr_expect(fabs((double)g[i] + (sums[1] - sums[0]) / 0.02) < 2e-2, "%zu", i);
    }
}

/* Against Jacobi on the whole covariance matrix, and that against its definition. */
Test(images, principal_components)
{
    enum { N = 40, SIZE = 12, MOST = 4 };
    float samples[N * SIZE], noise[N * SIZE];
    double covariance[SIZE * SIZE], held[SIZE * SIZE], values[SIZE], vectors[SIZE * SIZE];
    double coordinates[N * MOST], mean[SIZE] = {0}, total = 0;
    fill(noise, N * SIZE, 4);
    for (size_t i = 0; i < N * SIZE; i++)
        samples[i] = 3 + noise[i] * (float)(1 + (SIZE - i % SIZE)) + noise[(i * 7) % (N * SIZE)];
    for (size_t i = 0; i < N * SIZE; i++)
        mean[i % SIZE] += (double)samples[i] / N;
    for (size_t a = 0; a < SIZE; a++)
        for (size_t b = 0; b < SIZE; b++) {
            covariance[a * SIZE + b] = 0;
            for (size_t i = 0; i < N; i++)
                covariance[a * SIZE + b] += ((double)samples[i * SIZE + a] - mean[a]) *
                                            ((double)samples[i * SIZE + b] - mean[b]) / N;
        }
    memcpy(held, covariance, sizeof held);
    nn_eigen_symmetric(covariance, SIZE, values, vectors);
    for (size_t v = 0; v < SIZE; v++) {
        total += values[v];
        for (size_t a = 0; a < SIZE; a++) {
            double product = 0;
            for (size_t b = 0; b < SIZE; b++)
                product += held[a * SIZE + b] * vectors[v * SIZE + b];
            cr_expect(fabs(product - values[v] * vectors[v * SIZE + a]) < 1e-8 * values[0]);
        }
    }
    struct nn_pca pca;
    cr_assert(nn_pca_init(&pca, samples, N, SIZE, MOST, NULL, NULL) == NN_OK);
    cr_expect(pca.count == MOST && fabs(pca.total - total) < 1e-4 * total);
    for (size_t c = 0; c < MOST; c++) {
        double along = 0;
        for (size_t i = 0; i < SIZE; i++)
            along += vectors[c * SIZE + i] * (double)pca.components[c * SIZE + i];
        cr_expect(fabs(fabs(along) - 1) < 1e-3, "component %zu: %g", c, along);
        cr_expect(fabs(pca.variances[c] - values[c]) < 1e-4 * values[0]);
    }
    nn_pca_project(&pca, samples, N, coordinates);
    for (size_t c = 0; c < MOST; c++) {
        double sum = 0, square = 0;
        for (size_t i = 0; i < N; i++) {
            sum += coordinates[i * MOST + c];
            square += coordinates[i * MOST + c] * coordinates[i * MOST + c];
        }
        cr_expect(fabs(sum) < 1e-2 && fabs(square / N - values[c]) < 1e-3 * values[0]);
    }
    nn_pca_clear(&pca);
    float same[6] = {1, 2, 1, 2, 1, 2};
    cr_assert(nn_pca_init(&pca, same, 3, 2, 2, NULL, NULL) == NN_OK);
    cr_expect(pca.count == 0 && pca.total == 0, "what does not vary has no components");
    nn_pca_clear(&pca);
}

Test(images, colours_are_correlated_and_back)
{
    float image[9], gradient[9], copy[9], back[9];
    fill(image, 9, 5);
    fill(gradient, 9, 6);
    memcpy(copy, image, sizeof copy);
    memcpy(back, gradient, sizeof back);
    nn_color_correlate(copy, 3, 0);
    nn_color_correlate(back, 3, 1);
    cr_expect(fabs(dot(copy, gradient, 9) - dot(image, back, 9)) < 1e-5);
    float grey[3] = {1, 0, 0};
    nn_color_correlate(grey, 1, 0);
    cr_expect(fabsf(grey[0] - grey[1]) < 0.05f && fabsf(grey[1] - grey[2]) < 0.05f,
              "the first channel is brightness");
}
