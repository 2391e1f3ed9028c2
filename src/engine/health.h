/* Health: what activations, gradients and optimizer steps look like, layer by layer.
 *
 * Ownership: a meter owns its buffers, allocated once; it borrows the net.
 * Threads:   one user per meter; the functions are reentrant.
 */
#ifndef NN_ENGINE_HEALTH_H
#define NN_ENGINE_HEALTH_H

#include "engine/cancel.h"
#include "engine/trainer.h"

/* One node of the net. */
struct nn_layer_health {
    size_t units;           /* feature maps, or units */
    size_t dead;            /* of an activation: its output is the same for every sample */
    size_t saturated;       /* of one with bounds: within 1 % of them for 95 % of the outputs */
    size_t twins;           /* with parameters: units whose weights are those of another unit */
    size_t faults;          /* parameters that are not finite */
    bool activation;        /* dead is meaningful */
    bool bounded;           /* saturated is */
    double mean, deviation; /* of its outputs */
    double gradient;        /* root mean square over its trainable parameters */
    double norm;            /* of these parameters, Euclidean */
    double update;          /* |change of a step| / |parameters|, mean over a few steps */
};

/* Outputs and parameters of every node, in inference mode over the whole source: everything but
 * gradient and update, which become NaN. layers: [net->count]. NN_CANCELLED. */
enum nn_status nn_health_outputs(const struct nn_net *net, const struct nn_source *source,
                                 struct nn_layer_health *layers, struct nn_progress *progress,
                                 struct nn_error *error);

/* Gradients and updates: a few training steps of a copy with the learning rate `lr`, from the
 * optimizer's state (NULL or empty: a new one). */
enum nn_status nn_health_steps(const struct nn_net *net, const struct nn_source *source,
                               const struct nn_recipe *recipe, const struct nn_train_state *state,
                               double lr, size_t batch, uint64_t seed,
                               struct nn_layer_health *layers, struct nn_error *error);

/* Meter: the same figures of one step of a training that runs; it only looks. */
struct nn_meter;
enum nn_status nn_meter_new(const struct nn_net *net, struct nn_meter **meter,
                            struct nn_error *error);
void nn_meter_free(struct nn_meter *meter);
/* Before the parameters change, and after: outputs are those of the batch that the pass has run,
 * gradients those of its backward walk. */
void nn_meter_before(struct nn_meter *meter);
void nn_meter_after(struct nn_meter *meter, const struct nn_pass *pass);
const struct nn_layer_health *nn_meter_layers(const struct nn_meter *meter); /* [net->count] */

#endif
