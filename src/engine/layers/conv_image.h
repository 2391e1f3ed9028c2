/* The input of a convolution as kernels/conv.h wants it: padded, and for strides above 1 taken
 * apart into phases, so that neighbouring outputs read neighbouring places under every tap.
 *
 * Phase (a, b) of a channel holds the padded rows a, a + stride, a + 2 stride ... and likewise
 * columns. With neither padding nor stride the input itself is the image. */
#ifndef NN_ENGINE_LAYERS_CONV_IMAGE_H
#define NN_ENGINE_LAYERS_CONV_IMAGE_H

#include "engine/layers/window.h"

struct nn_conv_image {
    struct nn_window window;
    size_t rows, columns; /* of a phase */
    size_t channel;       /* floats of the phases of one channel */
    bool same;            /* the input itself */
};

/* Whether an image of so many channels is of a sane size. */
bool nn_conv_image_fits(const struct nn_window *window, size_t channels);
struct nn_conv_image nn_conv_image_of(const struct nn_window *window);
/* Where each tap reads, channels x kernel of them. */
void nn_conv_image_offsets(const struct nn_conv_image *image, size_t channels, size_t *offset);
/* Lays out `channels` planes of the input in as many channels of an image. */
void nn_conv_image_fill(const struct nn_conv_image *image, size_t channels, const float *planes,
                        float *to);
/* The reverse: takes the planes out of an image; places that no window reads become 0. */
void nn_conv_image_take(const struct nn_conv_image *image, size_t channels, const float *from,
                        float *planes);

#endif
