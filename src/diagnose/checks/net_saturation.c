/* Units that stand at the end of their range. */
#include "diagnose/diagnose.h"

#include <stdio.h>

#define WARN 0.25 /* of the units of a layer */
#define FAIL 0.50

static double worst_of(const struct nn_evidence *evidence, const struct nn_layer_health *layers,
                       int *at)
{
    double worst = -1;
    for (int i = 0; i < evidence->net->count; i++) {
        double share =
            (double)layers[i].saturated / (double)(layers[i].units ? layers[i].units : 1);
        if (layers[i].bounded && share > worst) {
            worst = share;
            *at = i;
        }
    }
    return worst;
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    int at = -1;
    double worst = worst_of(evidence, evidence->layers, &at);
    if (at < 0) {
        nn_finding_skip(finding, "no hidden sigmoid, tanh or other bounded activation");
        return;
    }
    const struct nn_layer_health *layer = &evidence->layers[at];
    nn_finding_set(finding, nn_verdict_of(worst, WARN, FAIL), worst,
                   "%zu of %zu units of %s are saturated", layer->saturated, layer->units,
                   evidence->net->nodes[at]->name);
    if (worst < WARN)
        return;
    int other = -1;
    double fresh = worst_of(evidence, evidence->fresh, &other);
    bool helps = fresh < worst / 2;
    snprintf(finding->mend, sizeof finding->mend,
             helps ? "net init method=%s" : "data scale standard", evidence->fresh_method);
    snprintf(finding->proof, sizeof finding->proof,
             "with weights drawn anew it is %.0f %%, now %.0f %%%s", fresh * 100, worst * 100,
             helps ? "" : ": look at the scale of the inputs");
}

const struct nn_check nn_check_net_saturation = {
    .name = "saturated_units",
    .summary = "bounded units that stay within 1 % of a bound: warn from 25 % of a layer, fail "
               "from 50 %",
    .why =
        "There the slope is nearly 0, so no gradient passes. Large weights or large inputs drive "
        "units there.",
    .source = "Glorot and Bengio 2010, section 3",
    .needs = NN_NEEDS_NET,
    .run = run,
};
