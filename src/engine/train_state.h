/* What the trainer does with a training state: check that it belongs to a net, take and restore
 * snapshots of it together with the net's parameters.
 *
 * Ownership: a snapshot owns its memory, allocated once; take and restore only copy.
 */
#ifndef NN_ENGINE_TRAIN_STATE_H
#define NN_ENGINE_TRAIN_STATE_H

#include "engine/trainer.h"

/* NN_STATE unless the state was made for a net of these parameters and an optimizer of these slots.
 */
enum nn_status nn_train_state_check(const struct nn_train_state *state, const struct nn_net *net,
                                    const struct nn_optimizer_class *optimizer,
                                    struct nn_error *error);

/* Room for the parameters and slots that the state counts. */
enum nn_status nn_snapshot_init(struct nn_snapshot *snapshot, const struct nn_train_state *state,
                                struct nn_error *error);
void nn_snapshot_clear(struct nn_snapshot *snapshot);
void nn_snapshot_take(struct nn_snapshot *snapshot, const struct nn_net *net,
                      const struct nn_train_state *state);
/* Neither of these touches state->epoch. */
void nn_snapshot_restore(const struct nn_snapshot *snapshot, struct nn_net *net,
                         struct nn_train_state *state);
void nn_snapshot_swap(struct nn_snapshot *snapshot, struct nn_net *net,
                      struct nn_train_state *state);

void nn_run_clear(struct nn_run *run);
void nn_watch_clear(struct nn_watch *watch);

#endif
