/* Convolutions of one group with windows of 3 x 3 and steps of 1 by Winograd's algorithm
 * (kernels/winograd.h), where that is faster. The choice depends on the shapes alone, so that a
 * sample has the same output in every batch.
 *
 * Samples are shared out to lanes, of which each has its own image and work space; a few samples,
 * by rows of tiles. The gradient of the weights is summed by lane, whose samples depend on the
 * batch alone, and then over the lanes in their order: never in an order that threads make. */
#ifndef NN_ENGINE_LAYERS_CONV_WINOGRAD_H
#define NN_ENGINE_LAYERS_CONV_WINOGRAD_H

#include "engine/layers/conv_image.h"

/* Whether the window is one for Winograd's algorithm; and for the gradient at the input too. */
bool nn_conv_winograd_suits(const struct nn_window *window, size_t filters, size_t groups);
bool nn_conv_winograd_suits_input(const struct nn_window *window, size_t filters, size_t groups);

/* Floats of `scratch`. */
size_t nn_conv_winograd_scratch(const struct nn_window *window, size_t filters, size_t batch);

/* Each writes what its name says of the call: y, dx[0], or the gradient `dw` of the weights `w`. */
void nn_conv_winograd_forward(const struct nn_call *call, const struct nn_window *window,
                              const float *w, const float *bias, float *scratch);
void nn_conv_winograd_input(const struct nn_call *call, const struct nn_window *window,
                            const float *w, float *scratch);
void nn_conv_winograd_weights(const struct nn_call *call, const struct nn_window *window, float *dw,
                              float *scratch);

#endif
