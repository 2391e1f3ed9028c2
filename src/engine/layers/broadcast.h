/* Shared by the layers that join others value by value, where an axis of length 1 is repeated along
 * the others' (as a gate C x 1 x 1 of maps C x H x W). The output is walked in runs along its last
 * axis. */
#ifndef NN_ENGINE_LAYERS_BROADCAST_H
#define NN_ENGINE_LAYERS_BROADCAST_H

#include "engine/net.h"

/* The shape of the output: along each axis the inputs have the same length, or 1. */
enum nn_status nn_broadcast_infer(const struct nn_args *args, const struct nn_shape *in,
                                  int in_count, struct nn_shape *out, struct nn_error *error);

/* Values of one run. */
size_t nn_broadcast_run(const struct nn_node *node);

/* Where a run of the output, `at` values into a sample, reads input k, counted from the begin of
 * the input's sample; *step is 0 where the input is repeated along the run, else 1. */
size_t nn_broadcast_place(const struct nn_node *node, int k, size_t at, size_t *step);

/* Samples that one task takes. */
size_t nn_broadcast_grain(const struct nn_node *node);

#endif
