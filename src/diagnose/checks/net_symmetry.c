/* Units that began alike and stay alike. */
#include "diagnose/diagnose.h"

#include <stdio.h>

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    size_t twins = 0;
    int at = -1;
    for (int i = 0; i < evidence->net->count; i++) {
        const struct nn_layer_health *layer = &evidence->layers[i];
        twins += layer->twins;
        if (layer->twins > 0 && (at < 0 || layer->twins > evidence->layers[at].twins))
            at = i;
    }
    if (twins == 0) {
        nn_finding_set(finding, NN_VERDICT_OK, 0, "no two units of a layer have equal weights");
        return;
    }
    const struct nn_layer_health *layer = &evidence->layers[at];
    nn_finding_set(finding, 2 * layer->twins >= layer->units ? NN_VERDICT_FAIL : NN_VERDICT_WARN,
                   (double)twins, "%zu of %zu units of %s have the weights of another unit",
                   layer->twins, layer->units, evidence->net->nodes[at]->name);
    snprintf(finding->mend, sizeof finding->mend, "net init method=%s", evidence->fresh_method);
    size_t left = 0;
    for (int i = 0; i < evidence->net->count; i++)
        left += evidence->fresh[i].twins;
    snprintf(finding->proof, sizeof finding->proof,
             "with these weights %zu units are twins, now %zu", left, twins);
}

const struct nn_check nn_check_net_symmetry = {
    .name = "identical_units",
    .summary = "units of a layer with the same weights: warn from 1, fail from half a layer",
    .why = "Equal units get equal gradients: the layer is worth one unit, for ever. Weights must "
           "start at random.",
    .source = "Goodfellow, Bengio and Courville 2016, Deep learning, section 8.4",
    .needs = NN_NEEDS_NET,
    .run = run,
};
