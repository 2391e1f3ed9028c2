/* A learning rate that is far from the best one, by trial. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define WARN 0.1   /* of what the best rate gained, if that is higher */
#define HIGH 0.5   /* likewise, if it is lower */
#define FLAT 0.005 /* of the loss: as good as nothing */

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    const double *losses = evidence->rate_losses;
    int now = NN_TRIAL_RATES / 2, best = 0;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE], c[NN_NUMBER_SIZE], d[NN_NUMBER_SIZE];
    for (int i = 1; i < NN_TRIAL_RATES; i++)
        best = losses[i] < losses[best] ? i : best;
    double most = evidence->fresh_loss - losses[best];
    if (!(most > 0.02 * fabs(evidence->fresh_loss))) {
        nn_finding_set(finding, NN_VERDICT_FAIL, 0,
                       "no rate from %s to %s lowers the loss %s in %zu steps",
                       nn_number_short(a, evidence->rates[0], 3),
                       nn_number_short(b, evidence->rates[NN_TRIAL_RATES - 1], 3),
                       nn_number_short(c, evidence->fresh_loss, 3), evidence->request->steps);
        return;
    }
    double gained = isfinite(losses[now]) ? (evidence->fresh_loss - losses[now]) / most : -1;
    bool high = best < now;
    bool flat = gained * most < FLAT * fabs(evidence->fresh_loss);
    enum nn_verdict verdict = best == now || gained >= (high ? HIGH : WARN) ? NN_VERDICT_OK
                              : flat                                        ? NN_VERDICT_FAIL
                                                                            : NN_VERDICT_WARN;
    nn_number_short(a, evidence->rates[now], 3);
    nn_number_short(b, losses[now], 3);
    nn_finding_set(finding, verdict, gained, "%s%s: loss %s to %s in %zu steps from new weights", a,
                   verdict == NN_VERDICT_OK ? " is fine"
                   : high                   ? " is too high"
                   : flat                   ? " is too low"
                                            : " is slow",
                   nn_number_short(c, evidence->fresh_loss, 3), b, evidence->request->steps);
    if (verdict == NN_VERDICT_OK)
        return;
    nn_number_short(d, evidence->rates[best], 3);
    snprintf(finding->mend, sizeof finding->mend, "set lr %s%s", d, high ? "; net init" : "");
    snprintf(finding->proof, sizeof finding->proof, "with %s the loss is %s after %zu steps", d,
             nn_number_short(c, losses[best], 3), evidence->request->steps);
}

const struct nn_check nn_check_train_rate = {
    .name = "learning_rate",
    .summary = "what the rate gains in a short training by what the best of five gains: warn below "
               "0.5 if that is lower, 0.1 if it is higher; fail if it gains nothing",
    .why = "Five copies with new weights are trained for a few steps, at 1/100 to 100 times the "
           "rate. Too high, the loss jumps or rises; too low, it hardly moves.",
    .source = "Smith 2017, Cyclical learning rates: the range test, with separate starts",
    .needs = NN_NEEDS_TRIALS,
    .run = run,
};
