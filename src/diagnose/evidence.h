/* Evidence: what the checks look at, measured on a probe: evenly spaced samples of the training
 * split, scaled as the net sees them.
 *
 * Figures that could not be measured are NaN, arrays NULL.
 */
#ifndef NN_DIAGNOSE_EVIDENCE_H
#define NN_DIAGNOSE_EVIDENCE_H

#include "data/inspect.h"
#include "engine/cancel.h"
#include "engine/health.h"
#include "engine/trainer.h"

#define NN_TRIAL_RATES 5 /* learning rates tried: 1/100, 1/10, 1, 10, 100 of the recipe's */

struct nn_diagnose_request {
    const struct nn_net *net; /* NULL or count < 2: only the data are looked at */
    const struct nn_dataset *dataset;
    const struct nn_recipe *recipe;     /* loss NULL: no losses, no gradients */
    const struct nn_train_state *state; /* of the optimizer; may be NULL or without slots */
    const struct nn_history *history;   /* may be NULL */
    const struct nn_result *confusion;  /* not used by the checks; may be NULL */
    size_t samples;                     /* of the probe, at most */
    size_t batch;                       /* samples of a step */
    size_t steps;                       /* of a trial */
    bool trials;                        /* train copies for the checks that need it */
    uint64_t seed;
    struct nn_progress *progress; /* may be NULL */
};

struct nn_evidence {
    const struct nn_diagnose_request *request;
    const struct nn_net *net; /* NULL: none */
    const struct nn_dataset *dataset;
    const struct nn_recipe *recipe; /* NULL: not compiled */
    const struct nn_history *history;
    size_t probed; /* samples */

    /* data */
    double *means, *deviations; /* [columns] of the scaled probe: features, channels of images */
    size_t columns;
    size_t *classes; /* [class_count], samples of the training split */
    size_t class_count;
    double target_mean, target_deviation; /* of the first target of the training split */
    double target_low, target_high;
    struct nn_duplicates duplicates;
    bool duplicates_known;

    /* net */
    struct nn_layer_health *layers, *fresh; /* [net->count]; fresh: with parameters drawn anew */
    const char *fresh_method;               /* of `net init` */

    /* training */
    double lr;                               /* of the next step */
    double baseline;                         /* loss of the best constant answer */
    double loss;                             /* of the probe now */
    double accuracy;                         /* likewise */
    double held_out_loss, held_out_accuracy; /* of the validation, else the test split */
    const char *held_out;                    /* its name, NULL: there is none */
    double rates[NN_TRIAL_RATES], rate_losses[NN_TRIAL_RATES]; /* after a trial from new weights */
    double fresh_loss;                                         /* of these new weights */
    double scaled_loss;     /* after a trial at the recipe's rate with `data scale standard` */
    double few_before, few; /* loss of one batch, before and after many steps on it alone */
    size_t few_samples;
};
enum nn_status nn_evidence_gather(const struct nn_diagnose_request *request,
                                  struct nn_evidence *evidence, struct nn_error *error);
void nn_evidence_clear(struct nn_evidence *evidence);

#endif
