/* Objective: how a recipe meets a net and a source of data. It says at which node the loss reads,
 * what stands there, and in which form it needs the targets.
 *
 * Ownership: borrows net and recipe.
 * Errors:    NN_SHAPE and NN_ARGUMENT; the message names both sides and what to type instead.
 */
#ifndef NN_ENGINE_OBJECTIVE_H
#define NN_ENGINE_OBJECTIVE_H

#include "engine/trainer.h"

struct nn_objective {
    const struct nn_net *net;
    const struct nn_recipe *recipe;
    int node;           /* the loss reads its output z and sends its gradient in there */
    size_t width;       /* floats of z, of the net's output and of a target per sample */
    bool logits;        /* z are logits */
    bool output_logits; /* and so are the net's outputs, which the metrics read */
    size_t classes;     /* of the data; 0: targets are values */
    bool wants_values;  /* loss or a metric reads float targets */
};

/* Checks that net, recipe and source fit together and fills *objective. */
enum nn_status nn_objective_bind(struct nn_objective *objective, const struct nn_recipe *recipe,
                                 const struct nn_net *net, const struct nn_source *source,
                                 struct nn_error *error);

/* Only that the samples are what the net takes. */
enum nn_status nn_objective_check_input(const struct nn_net *net, const struct nn_source *source,
                                        struct nn_error *error);

/* Whether a net's outputs are logits: the last layer is neither softmax nor sigmoid, and the loss
 * (NULL: unknown) takes logits. */
bool nn_output_logits(const struct nn_net *net, const struct nn_recipe *recipe);

#endif
