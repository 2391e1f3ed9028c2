/* One group of a convolution, as kernels see it: an image in which every tap of the window is an
 * offset.
 *
 * For output place (y, x), tap t reads image[offset[t] + y * pitch + x]. A layer brings padding,
 * strides and dilation into this form by laying out its image (engine/layers/conv_image.h); the
 * places of the output are contiguous, height x width, and so are the taps of a filter. */
#ifndef NN_KERNELS_CONV_H
#define NN_KERNELS_CONV_H

#include <stddef.h>

struct nn_conv {
    size_t filters, taps; /* taps: channels x window */
    const size_t *offset; /* [taps] */
    size_t height, width; /* of the output */
    size_t pitch;         /* width or more */
};

#endif
