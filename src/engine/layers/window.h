/* Geometry of a window that slides over the two spatial axes of C x H x W: shared by convolution
 * and pooling.
 *
 * Output place o reads the input places o stride - before + k dilation, k = 0 .. kernel - 1.
 * padding: N, HxW (both sides), TOPxLEFTxBOTTOMxRIGHT (as ONNX), `valid` (none) or `same`: as much
 * as makes the output ceil(input / stride) large, the odd one after (Keras; for stride 1 also
 * PyTorch).
 */
#ifndef NN_ENGINE_LAYERS_WINDOW_H
#define NN_ENGINE_LAYERS_WINDOW_H

#include "engine/net.h"

/* Where a layer has these arguments among its specs; -1: it has not. */
struct nn_window_args {
    int kernel, stride, padding, dilation, ceil_mode;
};

/* [0] is the vertical axis, [1] the horizontal one. */
struct nn_window {
    ptrdiff_t channels;
    ptrdiff_t in[2], out[2];
    ptrdiff_t kernel[2], stride[2], dilation[2];
    ptrdiff_t before[2], after[2]; /* padding */
};

/* Computes the geometry for an input shape. Errors: NN_SHAPE, NN_ARGUMENT. */
enum nn_status nn_window_fit(const struct nn_args *args, struct nn_window_args at,
                             const struct nn_shape *in, struct nn_window *window,
                             struct nn_error *error);

/* The same for a node that exists, where it cannot fail. */
struct nn_window nn_window_of(const struct nn_node *node, struct nn_window_args at);

/* Output places of [0, out) along `axis` whose tap `k` falls inside the input: [*begin, *end). */
void nn_window_inside(const struct nn_window *window, int axis, ptrdiff_t k, ptrdiff_t *begin,
                      ptrdiff_t *end);

/* The help of `padding`, the same everywhere. */
#define NN_PADDING_HELP "N, HxW, TOPxLEFTxBOTTOMxRIGHT, same or valid"

#endif
