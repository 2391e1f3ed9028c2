/* Labels that contradict each other, or of one kind only. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <stdio.h>

#define FAIL 0.05 /* share of the samples */

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    const struct nn_samples *samples = evidence->dataset->samples;
    size_t used = 0;
    if (samples->task == NN_TASK_NONE) {
        nn_finding_set(finding, NN_VERDICT_FAIL, 0, "the samples have no labels to learn");
        snprintf(finding->mend, sizeof finding->mend, "help data load");
        return;
    }
    for (size_t c = 0; c < evidence->class_count; c++)
        used += evidence->classes[c] > 0;
    if (evidence->classes && used < 2) {
        nn_finding_set(finding, NN_VERDICT_FAIL, (double)used,
                       "all training samples are of one class: there is nothing to tell apart");
        return;
    }
    if (!evidence->classes && !(evidence->target_deviation > 0)) {
        nn_finding_set(finding, NN_VERDICT_FAIL, evidence->target_deviation,
                       "every target is the same value");
        return;
    }
    if (!evidence->duplicates_known) {
        nn_finding_skip(finding, "the data are too large to be searched for equal samples");
        return;
    }
    double share = (double)evidence->duplicates.conflicts / (double)samples->count;
    nn_finding_set(finding,
                   share > FAIL                         ? NN_VERDICT_FAIL
                   : evidence->duplicates.conflicts > 0 ? NN_VERDICT_WARN
                                                        : NN_VERDICT_OK,
                   (double)evidence->duplicates.conflicts,
                   "%zu of %zu samples equal another one and have another label",
                   evidence->duplicates.conflicts, samples->count);
    if (evidence->duplicates.conflicts > 0)
        snprintf(finding->mend, sizeof finding->mend, "data info");
}

const struct nn_check nn_check_data_labels = {
    .name = "labels",
    .summary = "equal inputs with different labels: warn from 1, fail from 5 % of the samples",
    .why = "No net can give two answers to one input: such labels are a floor under the loss. "
           "Often a column or a join went wrong.",
    .source = "Northcutt, Athalye and Mueller 2021, Pervasive label errors in test sets",
    .run = run,
};
