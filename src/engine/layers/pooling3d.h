/* Shared by the poolings of volumes C x D x H x W. A layer's file has only its class. */
#ifndef NN_ENGINE_LAYERS_POOLING3D_H
#define NN_ENGINE_LAYERS_POOLING3D_H

#include "engine/layers/pooling.h"
#include "engine/layers/volume.h"

enum nn_status nn_pooling3d_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error);
double nn_pooling3d_flops(const struct nn_node *node);
size_t nn_pooling3d_max_saved(const struct nn_node *node, size_t batch);
void nn_pooling3d_max_forward(const struct nn_call *call);
void nn_pooling3d_max_backward(const struct nn_call *call);
void nn_pooling3d_mean_forward(const struct nn_call *call);
void nn_pooling3d_mean_backward(const struct nn_call *call);

#endif
