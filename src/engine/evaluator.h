/* Evaluator: loss and metrics of one source in inference mode, planned once and run any number of
 * times without allocation.
 *
 * Ownership: owns its pass and buffers; borrows net, recipe and source.
 */
#ifndef NN_ENGINE_EVALUATOR_H
#define NN_ENGINE_EVALUATOR_H

#include "engine/batch.h"
#include "engine/cancel.h"

struct nn_evaluator {
    struct nn_source source;
    struct nn_objective objective;
    struct nn_pass *pass;
    struct nn_targets targets;
    struct nn_tally tally;
    struct nn_progress *progress; /* asked between layers whether to stop; NULL */
};
enum nn_status nn_evaluator_init(struct nn_evaluator *evaluator, const struct nn_net *net,
                                 const struct nn_source *source, const struct nn_recipe *recipe,
                                 struct nn_error *error);
void nn_evaluator_clear(struct nn_evaluator *evaluator);
/* values and confusion as in nn_evaluate; NN_CANCELLED. */
enum nn_status nn_evaluator_run(struct nn_evaluator *evaluator, double values[1 + NN_MAX_METRICS],
                                struct nn_confusion *confusion, struct nn_error *error);

#endif
