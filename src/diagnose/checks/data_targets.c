/* Values to predict that are far from what a new net answers. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <string.h>

#define WARN 100.0
#define FAIL 10000.0

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    if (isnan(evidence->target_deviation)) {
        nn_finding_skip(finding, "the labels are classes, not values");
        return;
    }
    double worst = fabs(evidence->target_mean) > evidence->target_deviation
                       ? fabs(evidence->target_mean)
                       : evidence->target_deviation;
    nn_finding_set(finding, nn_verdict_of(worst, WARN, FAIL), worst,
                   "targets have mean %s and deviation %s",
                   nn_number_short(a, evidence->target_mean, 3),
                   nn_number_short(b, evidence->target_deviation, 3));
}

const struct nn_check nn_check_data_targets = {
    .name = "target_scale",
    .summary = "mean and deviation of the values to predict: warn from 100, fail from 10000",
    .why =
        "A new net answers about 0. Until its last bias has travelled to the mean of the targets, "
        "that is all it learns. Divide the column by a round number in the file.",
    .source = "Bishop 1995, Neural networks for pattern recognition, section 8.2",
    .run = run,
};
