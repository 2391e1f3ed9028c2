/* A last layer that cannot give the answers that are wanted. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct range {
    const char *layer;
    double low, high;
};
static const struct range ranges[] = {
    {"sigmoid", 0, 1}, {"hardsigmoid", 0, 1},     {"softmax", 0, 1},
    {"tanh", -1, 1},   {"softsign", -1, 1},       {"relu", 0, INFINITY},
    {"relu6", 0, 6},   {"softplus", 0, INFINITY}, {"logsoftmax", -INFINITY, 0}};

static const struct range *range_of(const struct nn_node *node)
{
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (strcmp(node->layer->name, ranges[i].layer) == 0)
            return &ranges[i];
    return NULL;
}

static void check_values(const struct nn_evidence *evidence, const struct nn_node *output,
                         struct nn_finding *finding)
{
    const struct range *range = range_of(output);
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    nn_number_short(a, evidence->target_low, 3);
    nn_number_short(b, evidence->target_high, 3);
    if (!range || (evidence->target_low >= range->low && evidence->target_high <= range->high)) {
        nn_finding_set(finding, NN_VERDICT_OK, (double)NAN, "%s can give %s to %s",
                       output->layer->name, a, b);
        return;
    }
    nn_finding_set(finding, NN_VERDICT_FAIL, evidence->target_high,
                   "%s cannot give the targets, which go from %s to %s", output->layer->name, a, b);
    snprintf(finding->mend, sizeof finding->mend, "net remove %s", output->name);
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    const struct nn_node *output = nn_net_output(evidence->net);
    const char *name = output->layer->name;
    if (!isnan(evidence->target_low)) {
        check_values(evidence, output, finding);
        return;
    }
    bool fused = evidence->recipe->loss->fuses;
    bool squeezes = range_of(output) && strcmp(name, "sigmoid") != 0 &&
                    strcmp(name, "softmax") != 0 && strcmp(name, "logsoftmax") != 0;
    if (fused && squeezes) {
        nn_finding_set(finding, NN_VERDICT_FAIL, (double)NAN,
                       "%s of %s cuts the scores that %s reads", name, output->name,
                       evidence->recipe->loss->name);
        snprintf(finding->mend, sizeof finding->mend, "net remove %s", output->name);
        return;
    }
    nn_finding_set(finding, NN_VERDICT_OK, (double)NAN, "%s goes with %s", name,
                   evidence->recipe->loss->name);
}

const struct nn_check nn_check_net_output = {
    .name = "output_layer",
    .summary = "whether the last layer can give the answers that the loss compares",
    .why = "A sigmoid cannot predict 250, and a rectified score cannot be negative. The last "
           "activation must cover what the targets cover, and suit the loss.",
    .source = "Goodfellow, Bengio and Courville 2016, Deep learning, section 6.2.2",
    .needs = NN_NEEDS_RECIPE,
    .run = run,
};
