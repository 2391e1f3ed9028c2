/* Shared by the layers whose output is their input, in other form (flatten, reshape) or in training
 * alone changed. */
#ifndef NN_ENGINE_LAYERS_COPY_H
#define NN_ENGINE_LAYERS_COPY_H

#include "engine/net.h"

void nn_copy_forward(const struct nn_call *call);
void nn_copy_backward(const struct nn_call *call);
/* For layers that compute nothing. */
double nn_no_flops(const struct nn_node *node);

#endif
