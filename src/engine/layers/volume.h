/* Shared by the layers of volumes C x D x H x W, and by transposed convolutions, whose output is
 * larger than their input: geometry of a window in three axes, and the two moves between an array
 * and the matrix of its windows. Images and series are volumes of depth (and height) 1.
 *
 * A window at place o of the small side covers the places o stride - before + k dilation of the
 * large one, k = 0 .. kernel - 1.
 */
#ifndef NN_ENGINE_LAYERS_VOLUME_H
#define NN_ENGINE_LAYERS_VOLUME_H

#include "engine/net.h"

#define NN_VOLUME_AXES 3

struct nn_volume {
    ptrdiff_t large[NN_VOLUME_AXES], small[NN_VOLUME_AXES];
    ptrdiff_t kernel[NN_VOLUME_AXES], stride[NN_VOLUME_AXES], dilation[NN_VOLUME_AXES];
    ptrdiff_t before[NN_VOLUME_AXES], after[NN_VOLUME_AXES]; /* padding of the large side */
};

/* Where a layer has these arguments; -1: it has not. A stride that is not set is the kernel. */
struct nn_volume_args {
    int kernel, stride, padding, dilation;
};

/* Reads kernel, stride, dilation and padding (N, one number an axis, or one for each end: all
 * begins, then all ends) for a sample of 1 + `axes` dimensions. The sizes stay 0. */
enum nn_status nn_volume_read(const struct nn_args *args, struct nn_volume_args at, int axes,
                              const struct nn_shape *in, struct nn_volume *volume,
                              struct nn_error *error);
/* Places that a window spans along an axis. */
ptrdiff_t nn_volume_span(const struct nn_volume *volume, int axis);
/* Taps of a window, and places of the small and of the large side. */
size_t nn_volume_taps(const struct nn_volume *volume);
size_t nn_volume_small(const struct nn_volume *volume);
size_t nn_volume_large(const struct nn_volume *volume);

/* Columns [channels taps, h w] of the windows at depth `depth` of the small side. */
void nn_volume_gather(const struct nn_volume *volume, const float *planes, size_t channels,
                      ptrdiff_t depth, float *columns);
/* The reverse: adds the columns to where they would be read. */
void nn_volume_scatter(const struct nn_volume *volume, const float *columns, size_t channels,
                       ptrdiff_t depth, float *planes);

#define NN_VOLUME_PADDING_HELP "N, one number an axis, or all begins and then all ends"

#endif
