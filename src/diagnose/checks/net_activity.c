/* Units that give the same answer to everything. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <stdio.h>

#define WARN 0.10 /* of the units of a layer */
#define FAIL 0.50

static size_t count_dead(const struct nn_evidence *evidence, const struct nn_layer_health *layers)
{
    size_t dead = 0;
    for (int i = 0; i < evidence->net->count; i++)
        dead += layers[i].dead;
    return dead;
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    double worst = 0;
    int at = -1;
    for (int i = 0; i < evidence->net->count; i++) {
        const struct nn_layer_health *layer = &evidence->layers[i];
        if (!layer->activation)
            continue;
        double share = (double)layer->dead / (double)layer->units;
        if (at < 0 || share > worst) {
            worst = share;
            at = i;
        }
    }
    if (at < 0) {
        nn_finding_skip(finding, "the net has no hidden activations");
        return;
    }
    const struct nn_layer_health *layer = &evidence->layers[at];
    nn_finding_set(finding, nn_verdict_of(worst, WARN, FAIL), worst,
                   "%zu of %zu units of %s never change, in %zu samples", layer->dead, layer->units,
                   evidence->net->nodes[at]->name, evidence->probed);
    if (worst < WARN)
        return;
    snprintf(finding->mend, sizeof finding->mend, "net init method=%s", evidence->fresh_method);
    snprintf(finding->proof, sizeof finding->proof,
             "with these weights %zu units are dead in the whole net, now %zu",
             count_dead(evidence, evidence->fresh), count_dead(evidence, evidence->layers));
}

const struct nn_check nn_check_net_activity = {
    .name = "dead_units",
    .summary = "hidden units whose output never changes: warn from 10 % of a layer, fail from 50 %",
    .why = "A rectified unit that is never above zero gets no gradient and stays dead. Too high a "
           "learning rate or a bad start kill them.",
    .source = "Lu, Shin, Su and Karniadakis 2019, Dying ReLU and initialization",
    .needs = NN_NEEDS_NET,
    .run = run,
};
