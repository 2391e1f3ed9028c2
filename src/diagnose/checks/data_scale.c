/* Inputs that are large, far from zero, or of very different size. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define WARN  10.0 /* of a mean or a deviation */
#define FAIL  100.0
#define RATIO 1000.0 /* of the largest deviation to the smallest */

static void prove(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    char now[NN_NUMBER_SIZE], then[NN_NUMBER_SIZE];
    double scaled = evidence->scaled_loss, as_is = evidence->rate_losses[NN_TRIAL_RATES / 2];
    if (isnan(scaled) || isnan(as_is))
        return;
    snprintf(finding->proof, sizeof finding->proof,
             "%zu steps from new weights reach a loss of %s, without it %s",
             evidence->request->steps, nn_number_short(then, scaled, 3),
             nn_number_short(now, as_is, 3));
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    double least = INFINITY, most = 0, farthest = 0;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE], c[NN_NUMBER_SIZE];
    for (size_t i = 0; i < evidence->columns; i++) {
        double deviation = evidence->deviations[i], mean = fabs(evidence->means[i]);
        least = deviation > 0 && deviation < least ? deviation : least;
        most = deviation > most ? deviation : most;
        farthest = mean > farthest ? mean : farthest;
    }
    double worst = most > farthest ? most : farthest, ratio = most > 0 ? most / least : 1;
    enum nn_verdict verdict = worst >= FAIL                     ? NN_VERDICT_FAIL
                              : worst >= WARN || ratio >= RATIO ? NN_VERDICT_WARN
                                                                : NN_VERDICT_OK;
    nn_finding_set(finding, verdict, worst,
                   "means up to %s, deviations from %s to %s as the net sees them",
                   nn_number_short(a, farthest, 3),
                   nn_number_short(b, isfinite(least) ? least : 0, 3), nn_number_short(c, most, 3));
    if (verdict == NN_VERDICT_OK)
        return;
    snprintf(finding->mend, sizeof finding->mend, "data scale standard");
    prove(evidence, finding);
}

const struct nn_check nn_check_data_scale = {
    .name = "input_scale",
    .summary = "means and deviations of the inputs: warn from 10, fail from 100",
    .why =
        "Weights start small and equal for all inputs. Large inputs saturate units or make steps "
        "too long, small ones are not heard. Mean 0 and deviation 1 suit all.",
    .source = "LeCun, Bottou, Orr and Mueller 1998, Efficient BackProp, section 4.3",
    .run = run,
};
