/* Parameters that are not numbers. */
#include "diagnose/diagnose.h"

#include <stdio.h>

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    size_t faults = 0;
    int at = -1;
    for (int i = 0; i < evidence->net->count; i++) {
        faults += evidence->layers[i].faults;
        if (evidence->layers[i].faults > 0 && at < 0)
            at = i;
    }
    if (faults == 0) {
        nn_finding_set(finding, NN_VERDICT_OK, 0, "all parameters are finite");
        return;
    }
    nn_finding_set(finding, NN_VERDICT_FAIL, (double)faults,
                   "%zu parameters are not finite, first in %s", faults,
                   evidence->net->nodes[at]->name);
    snprintf(finding->mend, sizeof finding->mend, "net init method=%s", evidence->fresh_method);
}

const struct nn_check nn_check_net_finite = {
    .name = "finite_weights",
    .summary = "parameters that are nan or infinite: fail from 1",
    .why = "One of them makes every answer behind it worthless, and training cannot mend it.",
    .source = "IEEE 754: what is computed with nan is nan",
    .needs = NN_NEEDS_NET,
    .run = run,
};
