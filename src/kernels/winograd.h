/* Convolutions with windows of 3 x 3 and steps of 1 by Winograd's algorithm F(4x4, 3x3): tiles of
 * 4 x 4 of the output from 6 x 6 of the input, with 36 products where the definition takes 144.
 *
 *   Y = A^T [(G g G^T) . (B^T d B)] A, summed over the channels before the last step: that makes
 *   36 products of matrices, tiles x channels by channels x filters.
 *
 * Source: Lavin, Gray 2016, "Fast Algorithms for Convolutional Neural Networks", CVPR. Points of
 * interpolation 0, +-5/8, +-3/2 and infinity, as in oneDNN, instead of 0, +-1, +-2 and infinity:
 * a third of the rounding error, about twice that of the definition.
 *
 * Threads: as kernels.h; every call is serial, its own `work` given. Results do not depend on how
 * channels and rows of tiles are shared out over calls. */
#ifndef NN_KERNELS_WINOGRAD_H
#define NN_KERNELS_WINOGRAD_H

#include <stdbool.h>
#include <stddef.h>

#define NN_WINOGRAD_A 0.625f /* the points are 0, +-A, +-B, infinity */
#define NN_WINOGRAD_B 1.5f

enum { NN_WINOGRAD_OUT = 4, NN_WINOGRAD_TAPS = 3, NN_WINOGRAD_IN = 6, NN_WINOGRAD_PRODUCTS = 36 };

/* y[f][oy][ox] = bias[f] + sum of w[f][c][ky][kx] image[c * plane + (oy + ky) * columns + ox + kx];
 * the output is rows - 2 x columns - 2. */
struct nn_winograd {
    size_t channels, filters;
    size_t rows, columns, plane;
};

/* Rows of tiles. */
size_t nn_winograd_tile_rows(const struct nn_winograd *winograd);

/* Floats of the weights, transformed; and of the work space of one call. */
size_t nn_winograd_weight_floats(const struct nn_winograd *winograd);
size_t nn_winograd_work_floats(const struct nn_winograd *winograd);

/* Transforms the weights of channels [channel, channel + count) into `u`. Those of filter f and
 * channel c begin at w[f * filter_step + c * channel_step]; turned: by half a turn, as the gradient
 * at the input of a convolution needs them. */
void nn_winograd_weights(const struct nn_winograd *winograd, const float *w, size_t filter_step,
                         size_t channel_step, bool turned, size_t channel, size_t count,
                         float *work, float *u);

/* Rows of tiles [row, row + count) of the output of one image; bias may be NULL. */
void nn_winograd_forward(const struct nn_winograd *winograd, const float *image, const float *u,
                         const float *bias, size_t row, size_t count, float *work, float *y);

/* The gradient of the weights: sums = (accumulate ? sums : 0) + that of one image, transformed, as
 * many floats as the weights transformed; then, when all images are in, dw[f][c][ky][kx] of
 * channels [channel, channel + count). */
void nn_winograd_add_gradient(const struct nn_winograd *winograd, const float *image,
                              const float *dy, bool accumulate, float *work, float *sums);
void nn_winograd_gradient(const struct nn_winograd *winograd, const float *sums, size_t channel,
                          size_t count, float *work, float *dw);

#endif
