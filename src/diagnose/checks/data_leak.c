/* Samples that are learned and then asked about. */
#include "diagnose/diagnose.h"

#include <stdio.h>

#define FAIL 0.05

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    const struct nn_dataset *data = evidence->dataset;
    size_t held = data->split_count[NN_SPLIT_VALIDATION] + data->split_count[NN_SPLIT_TEST];
    size_t leaked = evidence->duplicates.leaked;
    if (!evidence->duplicates_known || held == 0) {
        nn_finding_skip(finding, held ? "the data are too large to be searched for equal samples"
                                      : "no samples are held out: `data split test=0.2`");
        return;
    }
    double share = (double)leaked / (double)held;
    nn_finding_set(finding,
                   share > FAIL ? NN_VERDICT_FAIL
                   : leaked > 0 ? NN_VERDICT_WARN
                                : NN_VERDICT_OK,
                   (double)leaked, "%zu of %zu held out samples are also training samples", leaked,
                   held);
    if (leaked > 0)
        snprintf(finding->mend, sizeof finding->mend, "data info");
}

const struct nn_check nn_check_data_leak = {
    .name = "leak",
    .summary = "held out samples that equal a training sample: warn from 1, fail from 5 %",
    .why = "The test then measures memory, not what was understood: its figures are too good.",
    .source = "Kapoor and Narayanan 2023, Leakage and the reproducibility crisis",
    .run = run,
};
