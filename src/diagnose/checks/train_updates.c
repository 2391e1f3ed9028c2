/* Steps that are too long or too short for the weights they change. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define HIGH 0.2 /* |change| / |weights| of one step */
#define LOW  1e-6

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    double most = 0, least = INFINITY;
    int at_most = -1, at_least = -1;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    for (int i = 0; i < evidence->net->count; i++) {
        double update = evidence->layers[i].update;
        if (evidence->layers[i].norm < 1e-9)
            continue; /* weights that start at zero have no size to compare with */
        if (update > most) {
            most = update;
            at_most = i;
        }
        if (update < least) {
            least = update;
            at_least = i;
        }
    }
    if (at_most < 0 || at_least < 0) {
        nn_finding_skip(finding, "no step could be made");
        return;
    }
    bool high = most > HIGH, low = most < LOW;
    const char *name = evidence->net->nodes[high ? at_most : at_least]->name;
    nn_number_short(a, most, 2);
    nn_number_short(b, least, 2);
    if (high)
        nn_finding_set(finding, most > 5 * HIGH ? NN_VERDICT_FAIL : NN_VERDICT_WARN, most,
                       "a step changes %s by %s of its weights: too much", name, a);
    else if (low)
        nn_finding_set(finding, NN_VERDICT_WARN, most,
                       "a step changes no layer by more than %s of its weights", a);
    else
        nn_finding_set(finding, NN_VERDICT_OK, most,
                       "a step changes layers by %s to %s of their weights", b, a);
    if (high || low)
        snprintf(finding->mend, sizeof finding->mend, "set lr %s",
                 nn_number_short(a, evidence->lr * 1e-3 / most, 1));
}

const struct nn_check nn_check_train_updates = {
    .name = "update_ratio",
    .summary =
        "change of a step by the size of the weights, largest layer: warn above 0.2 or below "
        "0.000001, fail above 1",
    .why =
        "About a thousandth is usual. Much more tears the weights about, much less will take for "
        "ever.",
    .source = "Karpathy, CS231n notes: ratio of weights to updates",
    .needs = NN_NEEDS_RECIPE,
    .run = run,
};
