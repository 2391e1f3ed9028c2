#include "explain/spectrum.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

#define PI 3.14159265358979323846

static double *circle(size_t n)
{
    double *table = nn_calloc(n, 2 * sizeof *table);
    for (size_t i = 0; table && i < n; i++) {
        table[i] = cos(2 * PI * (double)i / (double)n);
        table[n + i] = sin(2 * PI * (double)i / (double)n);
    }
    return table;
}

static void fill_weights(struct nn_spectrum *spectrum)
{
    size_t h = spectrum->height, w = spectrum->width;
    double least = 1.0 / (double)(h > w ? h : w);
    double unit = 0.25 / sqrt((double)h * (double)w);
    for (size_t u = 0; u < h; u++)
        for (size_t v = 0; v < spectrum->half; v++) {
            double down = (double)(u <= h / 2 ? u : h - u) / (double)h;
            double across = (double)v / (double)w, frequency = sqrt(down * down + across * across);
            /* every wave but those that are their own mirror image stands for two */
            double waves = v == 0 || 2 * v == w ? 1 : 2;
            spectrum->weight[u * spectrum->half + v] =
                waves * unit / (frequency > least ? frequency : least);
        }
}

enum nn_status nn_spectrum_init(struct nn_spectrum *spectrum, size_t height, size_t width,
                                struct nn_error *error)
{
    struct nn_spectrum made = {.height = height, .width = width, .half = width / 2 + 1};
    made.weight = nn_calloc(height, made.half * sizeof *made.weight);
    made.work = nn_calloc(height, 2 * made.half * sizeof *made.work);
    made.down = circle(height);
    made.across = circle(width);
    if (!made.weight || !made.work || !made.down || !made.across) {
        nn_spectrum_clear(&made);
        return nn_fail_memory(error, 3 * height * made.half * sizeof *made.work);
    }
    fill_weights(&made);
    *spectrum = made;
    return NN_OK;
}

void nn_spectrum_clear(struct nn_spectrum *spectrum)
{
    nn_free(spectrum->weight);
    nn_free(spectrum->down);
    nn_free(spectrum->across);
    nn_free(spectrum->work);
    *spectrum = (struct nn_spectrum){0};
}

size_t nn_spectrum_size(const struct nn_spectrum *spectrum)
{
    return 2 * spectrum->height * spectrum->half;
}

/* First along the columns (complex), then along the rows, of which only the real part counts. */
void nn_spectrum_image(struct nn_spectrum *spectrum, const float *coefficients, float *image)
{
    size_t h = spectrum->height, w = spectrum->width, half = spectrum->half;
    const double *down = spectrum->down, *across = spectrum->across;
    double *real = spectrum->work, *imaginary = real + h * half;
    memset(real, 0, 2 * h * half * sizeof *real);
    for (size_t y = 0; y < h; y++)
        for (size_t u = 0; u < h; u++) {
            double c = down[u * y % h], s = down[h + u * y % h];
            for (size_t v = 0; v < half; v++) {
                size_t at = u * half + v;
                double weight = spectrum->weight[at];
                double a = weight * (double)coefficients[2 * at],
                       b = weight * (double)coefficients[2 * at + 1];
                real[y * half + v] += a * c - b * s;
                imaginary[y * half + v] += a * s + b * c;
            }
        }
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            double sum = 0;
            for (size_t v = 0; v < half; v++)
                sum += real[y * half + v] * across[v * x % w] -
                       imaginary[y * half + v] * across[w + v * x % w];
            image[y * w + x] = (float)sum;
        }
}

void nn_spectrum_adjoint(struct nn_spectrum *spectrum, const float *image_gradient,
                         float *coefficient_gradient)
{
    size_t h = spectrum->height, w = spectrum->width, half = spectrum->half;
    const double *down = spectrum->down, *across = spectrum->across;
    double *real = spectrum->work, *imaginary = real + h * half;
    memset(real, 0, 2 * h * half * sizeof *real);
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++) {
            double g = (double)image_gradient[y * w + x];
            for (size_t v = 0; v < half; v++) {
                real[y * half + v] += g * across[v * x % w];
                imaginary[y * half + v] -= g * across[w + v * x % w];
            }
        }
    for (size_t u = 0; u < h; u++)
        for (size_t v = 0; v < half; v++) {
            double a = 0, b = 0;
            for (size_t y = 0; y < h; y++) {
                double c = down[u * y % h], s = down[h + u * y % h];
                a += real[y * half + v] * c + imaginary[y * half + v] * s;
                b += imaginary[y * half + v] * c - real[y * half + v] * s;
            }
            coefficient_gradient[2 * (u * half + v)] = (float)(a * spectrum->weight[u * half + v]);
            coefficient_gradient[2 * (u * half + v) + 1] =
                (float)(b * spectrum->weight[u * half + v]);
        }
}

void nn_color_correlate(float *image, size_t size, int transposed)
{
    static const double matrix[3][3] = {
        {0.26, 0.09, 0.02}, {0.27, 0.00, -0.05}, {0.27, -0.09, 0.03}};
    double largest = sqrt(0.26 * 0.26 + 0.27 * 0.27 + 0.27 * 0.27); /* of the first column */
    for (size_t i = 0; i < size; i++) {
        double in[3] = {(double)image[i], (double)image[size + i], (double)image[2 * size + i]};
        for (size_t row = 0; row < 3; row++) {
            double sum = 0;
            for (size_t k = 0; k < 3; k++)
                sum += (transposed ? matrix[k][row] : matrix[row][k]) * in[k];
            image[row * size + i] = (float)(sum / largest);
        }
    }
}
