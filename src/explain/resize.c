#include "explain/explain.h"

/* The two nearest source rows (or columns) of a target one, and the weight of the second. */
static void neighbours(size_t i, size_t from, size_t to, bool corners, size_t *low, size_t *high,
                       double *weight)
{
    double at = corners ? (double)i * (double)(from - 1) / (double)(to > 1 ? to - 1 : 1)
                        : ((double)i + 0.5) * (double)from / (double)to - 0.5;
    at = at < 0 ? 0 : at > (double)(from - 1) ? (double)(from - 1) : at;
    *low = (size_t)at;
    *high = *low + 1 < from ? *low + 1 : *low;
    *weight = at - (double)*low;
}

void nn_map_resize(const float *in, size_t h, size_t w, float *out, size_t H, size_t W)
{
    nn_map_resize_by(in, h, w, out, H, W, false);
}

void nn_map_resize_by(const float *in, size_t h, size_t w, float *out, size_t H, size_t W,
                      bool corners)
{
    for (size_t row = 0; row < H; row++) {
        size_t top, bottom, left, right;
        double down, across;
        neighbours(row, h, H, corners, &top, &bottom, &down);
        for (size_t column = 0; column < W; column++) {
            neighbours(column, w, W, corners, &left, &right, &across);
            double upper =
                (double)in[top * w + left] * (1 - across) + (double)in[top * w + right] * across;
            double lower = (double)in[bottom * w + left] * (1 - across) +
                           (double)in[bottom * w + right] * across;
            out[row * W + column] = (float)(upper * (1 - down) + lower * down);
        }
    }
}
