/* Gradients of a convolution with a single filter, as each group of a depthwise one has it, in the
 * words of an instruction set: vectors run along the rows of the image, which are read where they
 * lie. */
#ifndef NN_KERNELS_SIMD_DEPTHWISE_H
#define NN_KERNELS_SIMD_DEPTHWISE_H

#include "kernels/conv.h"
#include "kernels/simd_maps.h"

/* Taps at a time, whose sums are in registers. */
enum { ALONE_TAPS = 4 };

/* dw of `taps` taps, each with as many sums as there are lanes. */
static inline __attribute__((always_inline)) quad dot_taps(const struct nn_conv *conv,
                                                           const float *image, const float *dy,
                                                           const size_t *offset, size_t taps)
{
    vec sum[ALONE_TAPS];
    UNROLL for (size_t t = 0; t < ALONE_TAPS; t++) sum[t] = v_set(0.0f);
    for (size_t y = 0; y < conv->height; y++, image += conv->pitch, dy += conv->width)
        EACH(conv->width, {
            vec slope = GET(dy);
            UNROLL for (size_t t = 0; t < taps; t++) sum[t] =
                v_fma(slope, GET(image + offset[t]), sum[t]);
        });
    return v_sums(sum[0], sum[1], sum[2], sum[3]);
}

static void weights_alone(const struct nn_conv *conv, const float *image, const float *dy,
                          size_t tap, size_t taps, float *dw, bool accumulate)
{
    for (size_t t = tap; t < tap + taps; t += ALONE_TAPS) {
        size_t count = least(ALONE_TAPS, tap + taps - t);
        quad sums = count == ALONE_TAPS ? dot_taps(conv, image, dy, conv->offset + t, ALONE_TAPS)
                                        : dot_taps(conv, image, dy, conv->offset + t, count);
        for (size_t i = 0; i < count; i++)
            dw[t + i] = accumulate ? dw[t + i] + sums[i] : sums[i];
    }
}

static void input_alone(const struct nn_conv *conv, const float *w, const float *dy, size_t tap,
                        size_t taps, float *image)
{
    for (size_t t = tap; t < tap + taps; t++)
        for (size_t y = 0; y < conv->height; y++)
            KERNEL(axpy)
            (conv->width, w[t], dy + y * conv->width, image + conv->offset[t] + y * conv->pitch);
}

#endif
