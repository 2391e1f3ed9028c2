#include "explain/warp.h"

#include <math.h>
#include <string.h>

/* The four pixels that one pixel of the warped image is mixed of. */
struct taps {
    size_t at[4];
    float weight[4];
};

static size_t clamp(double place, size_t count)
{
    return place < 0 ? 0 : place > (double)(count - 1) ? count - 1 : (size_t)place;
}

static struct taps taps_of(const struct nn_warp *warp, size_t height, size_t width, size_t row,
                           size_t column)
{
    double middle_y = ((double)height - 1) / 2, middle_x = ((double)width - 1) / 2;
    double y = (double)row - middle_y - warp->down, x = (double)column - middle_x - warp->right;
    double cosine = cos(warp->angle) / warp->zoom, sine = sin(warp->angle) / warp->zoom;
    double from_y = middle_y + cosine * y - sine * x, from_x = middle_x + sine * y + cosine * x;
    double top = floor(from_y), left = floor(from_x), v = from_y - top, u = from_x - left;
    struct taps taps;
    for (int i = 0; i < 4; i++) {
        int below = i / 2, beside = i % 2;
        taps.at[i] = clamp(top + below, height) * width + clamp(left + beside, width);
        taps.weight[i] = (float)((below ? v : 1 - v) * (beside ? u : 1 - u));
    }
    return taps;
}

void nn_warp(const struct nn_warp *warp, size_t channels, size_t height, size_t width,
             const float *in, float *out)
{
    size_t map = height * width;
    for (size_t i = 0; i < map; i++) {
        struct taps taps = taps_of(warp, height, width, i / width, i % width);
        for (size_t c = 0; c < channels; c++) {
            float sum = 0;
            for (int t = 0; t < 4; t++)
                sum += taps.weight[t] * in[c * map + taps.at[t]];
            out[c * map + i] = sum;
        }
    }
}

void nn_warp_adjoint(const struct nn_warp *warp, size_t channels, size_t height, size_t width,
                     const float *out_gradient, float *in_gradient)
{
    size_t map = height * width;
    memset(in_gradient, 0, channels * map * sizeof *in_gradient);
    for (size_t i = 0; i < map; i++) {
        struct taps taps = taps_of(warp, height, width, i / width, i % width);
        for (size_t c = 0; c < channels; c++)
            for (int t = 0; t < 4; t++)
                in_gradient[c * map + taps.at[t]] += taps.weight[t] * out_gradient[c * map + i];
    }
}
