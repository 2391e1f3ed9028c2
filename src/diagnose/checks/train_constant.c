/* A trained net that is no better than always giving the same answer. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>

#define WARN 0.98 /* of the loss of the best constant answer */

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    if (isnan(evidence->baseline)) {
        nn_finding_skip(finding, "no constant answer is known for this loss");
        return;
    }
    bool trained = evidence->history && evidence->history->epochs > 0;
    double loss = evidence->loss, share = loss / evidence->baseline;
    nn_number_short(a, loss, 3);
    nn_number_short(b, evidence->baseline, 3);
    if (!trained)
        nn_finding_set(finding, share > 3 ? NN_VERDICT_WARN : NN_VERDICT_OK, share,
                       "not trained yet: loss %s, the best constant answer has %s", a, b);
    else if (!(share < WARN))
        nn_finding_set(finding, NN_VERDICT_FAIL, share,
                       "loss %s after %zu epochs: always the same answer has %s", a,
                       evidence->history->epochs, b);
    else
        nn_finding_set(finding, NN_VERDICT_OK, share, "loss %s, always the same answer has %s", a,
                       b);
}

const struct nn_check nn_check_train_constant = {
    .name = "better_than_constant",
    .summary = "loss by that of the best constant answer: fail from 0.98 once trained, warn from 3 "
               "before",
    .why =
        "Whoever always says what is most likely, without looking, has this loss. A net above it "
        "has learned nothing from its inputs. The other findings say why.",
    .source = "Karpathy 2019, A recipe for training neural networks",
    .needs = NN_NEEDS_RECIPE,
    .run = run,
};
