/* Shared by the layers that pool a whole feature map, or a whole series, to one value.
 *
 * The output keeps the axes, with length 1, as PyTorch's AdaptiveAvgPool and AdaptiveMaxPool of
 * size 1.
 */
#ifndef NN_ENGINE_LAYERS_GLOBALPOOL_H
#define NN_ENGINE_LAYERS_GLOBALPOOL_H

#include "engine/net.h"

enum nn_status nn_globalpool_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                      int in_count, struct nn_shape *out, struct nn_error *error);
enum nn_status nn_globalpool_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                      int in_count, struct nn_shape *out, struct nn_error *error);
double nn_globalpool_flops(const struct nn_node *node);

void nn_globalpool_mean_forward(const struct nn_call *call);
void nn_globalpool_mean_backward(const struct nn_call *call);

/* The first of equal ones; NaN is largest. Saves the place of the maximum of each map. */
size_t nn_globalpool_max_saved(const struct nn_node *node, size_t batch);
void nn_globalpool_max_forward(const struct nn_call *call);
void nn_globalpool_max_backward(const struct nn_call *call);

#endif
