/* Receptive field: the part of the net's input that one place of a layer's feature maps can depend
 * on, whatever the weights are (Luo et al. 2016 call it the theoretical one).
 *
 * Every path through the graph counts; padding is left out. Threads: any. Cost: one walk over the
 * nodes.
 */
#ifndef NN_ENGINE_FIELD_H
#define NN_ENGINE_FIELD_H

#include "engine/net.h"

/* Pixels of an image: rows and columns from low (in) to high (out). */
struct nn_field {
    size_t low[2], high[2];
};

/* The field of place (y, x) of the maps of a node, or of a node without maps, whose units see all
 * that comes in. False when the input is no image, when the place does not exist, or when a layer
 * on the way moves values in a way that is not followed (permute, upsample, transposed
 * convolutions), or without memory. */
bool nn_receptive_field(const struct nn_net *net, int node, size_t y, size_t x,
                        struct nn_field *field);

#endif
