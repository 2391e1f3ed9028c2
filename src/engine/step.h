/* One optimizer step: from the gradients of a pass to the parameters of its net.
 *
 * Threads: the updates are split over the pool by blocks of fixed size, so that results do not
 * depend on the number of threads.
 */
#ifndef NN_ENGINE_STEP_H
#define NN_ENGINE_STEP_H

#include "engine/trainer.h"

/* Euclidean norm over the gradients of all trainable parameters, summed in double; not finite if
 * and only if one of them is not. */
double nn_step_gradient_norm(const struct nn_pass *pass);
/* Scales the gradients so that their norm is at most `clip` (Pascanu, Mikolov, Bengio 2013, ICML;
 * as PyTorch's clip_grad_norm_). */
void nn_step_clip(struct nn_pass *pass, double norm, double clip);
/* Cuts every entry of the gradients to [-clip, clip] (PyTorch's clip_grad_value_). */
void nn_step_clip_values(struct nn_pass *pass, double clip);
/* Step state->step + 1 with learning rate lr: updates the parameters, commits the running
 * statistics of the forward pass, counts the step. */
void nn_step_apply(struct nn_net *net, const struct nn_pass *pass, const struct nn_recipe *recipe,
                   struct nn_train_state *state, double lr);

#endif
