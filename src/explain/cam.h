/* Class activation maps: what all methods share that weigh the feature maps of one layer.
 *
 * Shapes: activation and gradient [channels, size], map [size], size = height x width of the layer.
 */
#ifndef NN_EXPLAIN_CAM_H
#define NN_EXPLAIN_CAM_H

#include "explain/method.h"

/* Makes the map of one sample before its ReLU. */
typedef void nn_cam_combine(const float *activation, const float *gradient, size_t channels,
                            size_t size, float *map);

/* Channels and plane of feature maps: C x H x W, or C x L of a series, whose height is 1. A shape
 * of one axis is one channel. */
struct nn_plane {
    size_t channels, height, width;
};
struct nn_plane nn_plane_of(const struct nn_shape *shape);

/* The shape of the map: 1 x height x width of the layer. */
void nn_cam_shape(const struct nn_explain_call *call, struct nn_shape *shape);
/* Activations and gradients at the layer for the whole batch, then relu(combine) of each sample. */
enum nn_status nn_cam_run(const struct nn_explain_call *call, nn_cam_combine *combine, float *out,
                          struct nn_error *error);
/* Activations [batch, layer] alone. Gives (nn_free). */
enum nn_status nn_cam_activations(const struct nn_explain_call *call, float **activations,
                                  struct nn_error *error);

#endif
