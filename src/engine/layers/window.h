/* Geometry of a window that slides over the spatial axes of C x H x W or C x L: shared by
 * convolution and pooling. A series is an image of height 1.
 *
 * Output place o reads the input places o stride - before + k dilation, k = 0 .. kernel - 1.
 * padding of images: N, HxW (both sides), TOPxLEFTxBOTTOMxRIGHT (as ONNX); of series: N,
 * BEFORExAFTER, `causal` (Keras: all before, so that no output sees later inputs); of both: `valid`
 * (none) or `same`: as much as makes the output ceil(input / stride) large, the odd one after
 * (Keras; for stride 1 also PyTorch).
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

/* Whether a sample is an image (2 axes) or a series (1 axis); the message says what is needed. */
enum nn_status nn_window_check_input(const struct nn_shape *in, int axes, struct nn_error *error);

/* Splits "1x2x1x2" into at most so many numbers from 0; returns how many there are, 0 if it is
 * anything else. */
int nn_window_numbers(const char *text, ptrdiff_t *numbers, int most);

/* Reads a padding into window->before and ->after; the rest of the window must be known for `same`
 * and `causal`. */
enum nn_status nn_window_pad(const char *text, int axes, struct nn_window *window,
                             struct nn_error *error);

/* Computes the geometry for an input shape with 1 or 2 axes. Errors: NN_SHAPE, NN_ARGUMENT. */
enum nn_status nn_window_fit(const struct nn_args *args, struct nn_window_args at, int axes,
                             const struct nn_shape *in, struct nn_window *window,
                             struct nn_error *error);

/* The shape of the output with so many channels. */
struct nn_shape nn_window_shape(const struct nn_window *window, int axes, size_t channels);

/* The same for a node that exists, where it cannot fail. */
struct nn_window nn_window_of(const struct nn_node *node, struct nn_window_args at);

/* Output places of [0, out) along `axis` whose tap `k` falls inside the input: [*begin, *end). */
void nn_window_inside(const struct nn_window *window, int axis, ptrdiff_t k, ptrdiff_t *begin,
                      ptrdiff_t *end);

/* "3x5" or "3", for messages. */
#define NN_KERNEL_TEXT 48
char *nn_window_kernel_text(char out[NN_KERNEL_TEXT], const struct nn_window *window, int axes);

/* The help of `padding`, the same everywhere. */
#define NN_PADDING_HELP    "N, HxW, TOPxLEFTxBOTTOMxRIGHT, same or valid"
#define NN_PADDING_HELP_1D "N, BEFORExAFTER, same, valid or causal"

#endif
