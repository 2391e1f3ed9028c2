/* A net that cannot even learn a handful of samples by heart. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>

#define FAIL 0.5 /* of the loss before */
#define WARN 0.2

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    double left = evidence->few / evidence->few_before;
    double little = isnan(evidence->baseline) ? 1e-3 : 0.1 * evidence->baseline;
    bool known = evidence->few < little; /* however much it was before */
    nn_finding_set(finding,
                   known            ? NN_VERDICT_OK
                   : !(left < FAIL) ? NN_VERDICT_FAIL
                   : left > WARN    ? NN_VERDICT_WARN
                                    : NN_VERDICT_OK,
                   left, "%zu samples alone: loss %s, after %zu steps %s", evidence->few_samples,
                   nn_number_short(a, evidence->few_before, 3), evidence->request->steps * 4,
                   nn_number_short(b, evidence->few, 3));
}

const struct nn_check nn_check_train_memory = {
    .name = "memorise",
    .summary = "loss of 16 samples after training on them alone, by that before: warn above 0.2, "
               "fail above 0.5",
    .why = "Any net in order can learn a few samples by heart. If it cannot, more data or epochs "
           "will not help: look for dead layers, the learning rate, or contradictory labels.",
    .source = "Karpathy 2019, A recipe for training neural networks: overfit one batch",
    .needs = NN_NEEDS_TRIALS,
    .run = run,
};
