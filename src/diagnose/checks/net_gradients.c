/* Gradients that fade or grow on their way to the first layers. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define WARN  1e-3 /* smallest gradient of a layer by the largest */
#define FAIL  1e-5
#define LARGE 1e3 /* root mean square */

struct spread {
    double least, most;
    int at_least, at_most;
};

static struct spread spread_of(const struct nn_evidence *evidence,
                               const struct nn_layer_health *layers)
{
    struct spread spread = {INFINITY, 0, -1, -1};
    for (int i = 0; i < evidence->net->count; i++) {
        double gradient = layers[i].gradient;
        if (gradient < spread.least) {
            spread.least = gradient;
            spread.at_least = i;
        }
        if (gradient > spread.most) {
            spread.most = gradient;
            spread.at_most = i;
        }
    }
    return spread;
}

static void fade(const struct nn_evidence *evidence, const struct spread *spread, double ratio,
                 struct nn_finding *finding)
{
    struct spread fresh = spread_of(evidence, evidence->fresh);
    double anew = fresh.most > 0 ? fresh.least / fresh.most : 0;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    bool helps = anew > WARN && anew > 10 * ratio;
    nn_finding_set(finding, ratio < FAIL ? NN_VERDICT_FAIL : NN_VERDICT_WARN, ratio,
                   "the gradient of %s is %s of that of %s",
                   evidence->net->nodes[spread->at_least]->name, nn_number_short(a, ratio, 2),
                   evidence->net->nodes[spread->at_most]->name);
    if (helps)
        snprintf(finding->mend, sizeof finding->mend, "net init method=%s", evidence->fresh_method);
    snprintf(finding->proof, sizeof finding->proof, "with weights drawn anew it is %s%s",
             nn_number_short(b, anew, 2),
             helps ? "" : ": the activations fade it; relu or batchnorm between the layers helps");
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    for (int i = 0; i < evidence->net->count; i++)
        if (isinf(evidence->layers[i].gradient)) {
            nn_finding_set(finding, NN_VERDICT_FAIL, INFINITY, "the gradient of %s is infinite",
                           evidence->net->nodes[i]->name);
            return;
        }
    struct spread spread = spread_of(evidence, evidence->layers);
    if (spread.at_least < 0 || !(spread.most > 0)) {
        nn_finding_set(finding, NN_VERDICT_FAIL, 0, "no gradient reaches any layer");
        snprintf(finding->mend, sizeof finding->mend, "net init method=%s", evidence->fresh_method);
        return;
    }
    double ratio = spread.least / spread.most;
    if (spread.most > LARGE) {
        nn_finding_set(finding, NN_VERDICT_FAIL, spread.most, "gradients explode: %s in %s",
                       nn_number_short(a, spread.most, 3),
                       evidence->net->nodes[spread.at_most]->name);
        snprintf(finding->mend, sizeof finding->mend, "train 10 clip=1");
    } else if (ratio < WARN) {
        fade(evidence, &spread, ratio, finding);
    } else {
        nn_finding_set(
            finding, NN_VERDICT_OK, ratio, "from %s in %s to %s in %s",
            nn_number_short(a, spread.least, 2), evidence->net->nodes[spread.at_least]->name,
            nn_number_short(b, spread.most, 2), evidence->net->nodes[spread.at_most]->name);
    }
}

const struct nn_check nn_check_net_gradients = {
    .name = "gradients",
    .summary = "smallest gradient of a layer by the largest: warn below 0.001, fail below 0.00001; "
               "fail above 1000",
    .why = "What multiplies many small slopes vanishes, many large ones explode: the first layers "
           "then do not learn, or jump.",
    .source = "Glorot and Bengio 2010; Pascanu, Mikolov and Bengio 2013",
    .needs = NN_NEEDS_RECIPE,
    .run = run,
};
