/* Convolutions in plain C: for each filter and tap, rows of the output and of the image. */
#include "kernels/sets.h"

/* One row of the output with one tap: the element of the image that belongs to its first place. */
static const float *row_of(const struct nn_conv *conv, const float *image, size_t tap, size_t y)
{
    return image + conv->offset[tap] + y * conv->pitch;
}

void nn_k_conv__ref(const struct nn_conv *conv, const float *image, const float *w,
                    const float *bias, size_t row, size_t rows, float *y)
{
    size_t width = conv->width;
    for (size_t f = 0; f < conv->filters; f++)
        for (size_t r = row; r < row + rows; r++) {
            float *out = y + (f * conv->height + r) * width;
            for (size_t x = 0; x < width; x++)
                out[x] = bias ? bias[f] : 0.0f;
            for (size_t t = 0; t < conv->taps; t++)
                nn_k_axpy__ref(width, w[f * conv->taps + t], row_of(conv, image, t, r), out);
        }
}

void nn_k_conv_exact__ref(const struct nn_conv *conv, const float *image, const float *w,
                          const float *bias, size_t row, size_t rows, float *y)
{
    for (size_t f = 0; f < conv->filters; f++)
        for (size_t r = row; r < row + rows; r++)
            for (size_t x = 0; x < conv->width; x++) {
                double sum = bias ? (double)bias[f] : 0.0;
                for (size_t t = 0; t < conv->taps; t++)
                    sum += (double)w[f * conv->taps + t] * (double)row_of(conv, image, t, r)[x];
                y[(f * conv->height + r) * conv->width + x] = (float)sum;
            }
}

/* In float, with as many sums as the vectoriser wants. */
static float dot(size_t n, const float *a, const float *b)
{
    float lane[8] = {0};
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t l = 0; l < 8; l++)
            lane[l] += a[i + l] * b[i + l];
    for (size_t l = 0; i + l < n; l++)
        lane[l] += a[i + l] * b[i + l];
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) +
           ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

void nn_k_conv_weights__ref(const struct nn_conv *conv, const float *image, const float *dy,
                            size_t filter, size_t filters, size_t tap, size_t taps, float *dw,
                            bool accumulate)
{
    for (size_t f = filter; f < filter + filters; f++)
        for (size_t t = tap; t < tap + taps; t++) {
            double sum = accumulate ? (double)dw[f * conv->taps + t] : 0.0;
            for (size_t r = 0; r < conv->height; r++)
                sum += (double)dot(conv->width, dy + (f * conv->height + r) * conv->width,
                                   row_of(conv, image, t, r));
            dw[f * conv->taps + t] = (float)sum;
        }
}

void nn_k_conv_input__ref(const struct nn_conv *conv, const float *w, const float *dy, size_t tap,
                          size_t taps, float *image)
{
    for (size_t f = 0; f < conv->filters; f++)
        for (size_t t = tap; t < tap + taps; t++)
            for (size_t r = 0; r < conv->height; r++)
                nn_k_axpy__ref(conv->width, w[f * conv->taps + t],
                               dy + (f * conv->height + r) * conv->width,
                               image + conv->offset[t] + r * conv->pitch);
}
