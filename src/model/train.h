/* Recipe and training state in a model file: as JSON, and back. For model_read.c and model_write.c.
 *
 * Errors: NN_DAMAGED, or what the engine says; nothing is allocated before the file has shown that
 * it holds as much.
 */
#ifndef NN_MODEL_TRAIN_H
#define NN_MODEL_TRAIN_H

#include "engine/trainer.h"
#include "model/json.h"
#include "model/safetensors.h"

/* NULL when there is no memory. */
json_t *nn_recipe_json(const struct nn_recipe *recipe);
json_t *nn_state_json(const struct nn_train_state *state);

/* Gives *recipe. */
enum nn_status nn_read_recipe(const json_t *json, struct nn_recipe *recipe, struct nn_error *error);
/* Gives *state, which must have been zero. */
enum nn_status nn_read_state(const json_t *json, const struct nn_safetensors *file,
                             const struct nn_net *net, const struct nn_recipe *recipe,
                             struct nn_train_state *state, struct nn_error *error);

#endif
