/* Weights alone, for a net that is there: a safetensors file of another program, such as PyTorch's
 * state_dict, or an NPZ file, whose tensors bear the names and shapes of the net's parameters (in
 * NPZ also with / for the dots).
 *
 * Errors: NN_DAMAGED for what is missing or does not fit, with the name; NN_IO, NN_MEMORY. The net
 *         is then as it was.
 */
#ifndef NN_MODEL_WEIGHTS_H
#define NN_MODEL_WEIGHTS_H

#include "engine/net.h"

/* Gives *filled, a copy of the net with the file's parameters, and how many of the file's tensors
 * the net does not have (PyTorch's num_batches_tracked, say). */
enum nn_status nn_weights_load(const char *path, const struct nn_net *net, struct nn_net **filled,
                               size_t *unused, struct nn_error *error);

#endif
