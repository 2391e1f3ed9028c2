/* What the screens show of the cursor's sample and layer: its input, the prediction, the
 * activations. */
#ifndef NN_COMMAND_FOCUS_H
#define NN_COMMAND_FOCUS_H

#include "command/session.h"

void nn_focus_clear(struct nn_focus *focus);
void nn_features_clear(struct nn_shown_columns *columns);

/* Where the cursor stands at first: the last convolution, else the last hidden layer with weights,
 * else 0. */
int nn_focus_layer(const struct nn_net *net);

/* Activations of one node for n samples x [n, input...] as a result of kind MAPS ([maps, H, W] or
 * [units]; n > 1: one dimension more in front). */
enum nn_status nn_activations(const struct nn_net *net, int node, const float *x, size_t n,
                              struct nn_result **result, struct nn_error *error);

#endif
