/* Warp: an image seen through a small turn, scaling and shift, bilinear, its edges repeated; and
 * the adjoint, which brings a gradient at the warped image back to the image itself.
 *
 * Source: the transformations of robust feature visualization (Olah, Mordvintsev, Schubert 2017,
 * "Feature visualization", Distill).
 */
#ifndef NN_EXPLAIN_WARP_H
#define NN_EXPLAIN_WARP_H

#include <stddef.h>

struct nn_warp {
    double angle;       /* radians, counter-clockwise */
    double zoom;        /* 1 = as large as it is */
    double down, right; /* pixels */
};

/* in, out [channels, height, width]; they must not overlap. A warp by nothing is a copy. */
void nn_warp(const struct nn_warp *warp, size_t channels, size_t height, size_t width,
             const float *in, float *out);
/* gradient at `out` to gradient at `in`: the transposed map. */
void nn_warp_adjoint(const struct nn_warp *warp, size_t channels, size_t height, size_t width,
                     const float *out_gradient, float *in_gradient);

#endif
