/* Trial: a short training of a copy, to see what would come of it.
 */
#ifndef NN_DIAGNOSE_TRIAL_H
#define NN_DIAGNOSE_TRIAL_H

#include "engine/cancel.h"
#include "engine/trainer.h"

struct nn_trial {
    const struct nn_net *net;
    const struct nn_recipe *recipe;
    const struct nn_source *source; /* to train on */
    const struct nn_source *probe;  /* whose loss is measured */
    double lr;                      /* constant, whatever the recipe's schedule */
    size_t batch, steps;
    uint64_t seed;
    bool fresh; /* from parameters drawn anew with the seed; else from those of the net */
};
/* *before and *after: loss of the probe; after is infinite when the training diverged. */
enum nn_status nn_trial_run(const struct nn_trial *trial, struct nn_progress *progress,
                            double *before, double *after, struct nn_error *error);

#endif
