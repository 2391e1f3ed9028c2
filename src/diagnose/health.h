/* Health: what activations, gradients and one optimizer step look like, layer by layer.
 */
#ifndef NN_DIAGNOSE_HEALTH_H
#define NN_DIAGNOSE_HEALTH_H

#include "diagnose/evidence.h"

/* Outputs and parameters of every node, in inference mode over the whole source: everything but
 * gradient and update, which become NaN. layers: [net->count], zeroed. NN_CANCELLED. */
enum nn_status nn_health_outputs(const struct nn_net *net, const struct nn_source *source,
                                 struct nn_layer_health *layers, struct nn_progress *progress,
                                 struct nn_error *error);

/* Gradients and updates: a few training steps of a copy with the learning rate `lr`, from the
 * optimizer's state (NULL or empty: a new one). */
enum nn_status nn_health_steps(const struct nn_net *net, const struct nn_source *source,
                               const struct nn_recipe *recipe, const struct nn_train_state *state,
                               double lr, size_t batch, uint64_t seed,
                               struct nn_layer_health *layers, struct nn_error *error);

#endif
