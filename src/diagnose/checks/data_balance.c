/* Classes of very different size. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WARN 3.0
#define FAIL 10.0

static bool takes_weights(const struct nn_recipe *recipe)
{
    const struct nn_arg_spec *spec = recipe ? recipe->loss->args : NULL;
    for (; spec && spec->name; spec++)
        if (strcmp(spec->name, "class_weights") == 0)
            return true;
    return false;
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    size_t least = 0, most = 0;
    char ratio[NN_NUMBER_SIZE];
    if (!evidence->classes || evidence->class_count < 2) {
        nn_finding_skip(finding, "the data have no classes");
        return;
    }
    for (size_t c = 1; c < evidence->class_count; c++) {
        least = evidence->classes[c] < evidence->classes[least] ? c : least;
        most = evidence->classes[c] > evidence->classes[most] ? c : most;
    }
    double low = (double)evidence->classes[least], high = (double)evidence->classes[most];
    double figure = low > 0 ? high / low : (double)INFINITY;
    nn_number_short(ratio, figure, 3);
    if (low < 1)
        nn_finding_set(finding, NN_VERDICT_FAIL, figure,
                       "no training sample of class %zu: it cannot be learned", least);
    else
        nn_finding_set(finding, nn_verdict_of(figure, WARN, FAIL), figure,
                       "largest class %.0f, smallest %.0f samples: %s times", high, low, ratio);
    if (figure < WARN)
        return;
    if (low < 1)
        snprintf(finding->mend, sizeof finding->mend, "data split test=0.2 stratify=yes");
    else if (takes_weights(evidence->recipe))
        snprintf(finding->mend, sizeof finding->mend,
                 "compile loss=%s optimizer=%s lr=%s class_weights=balanced",
                 evidence->recipe->loss->name, evidence->recipe->optimizer->name,
                 nn_number_short(ratio, evidence->recipe->lr, 6));
}

const struct nn_check nn_check_data_balance = {
    .name = "class_balance",
    .summary = "largest class by smallest: warn from 3, fail from 10 or with an empty one",
    .why = "A net that always says the frequent class is right most of the time. Look at recall by "
           "class, and weigh the classes.",
    .source = "He and Garcia 2009, Learning from imbalanced data",
    .run = run,
};
