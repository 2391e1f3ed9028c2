/* A net that knows its training samples better than what they stand for. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define WARN 0.05 /* accuracy of training less that of held out samples */
#define FAIL 0.15
#define RISE 1.1 /* validation loss by its lowest */

/* Epoch of the lowest validation loss, and the last one by it; false without a curve. */
static bool turned(const struct nn_history *history, size_t *epoch, double *rise)
{
    int column = history ? nn_history_column(history, "val_loss") : -1;
    double lowest = INFINITY;
    if (column < 0 || history->epochs < 3)
        return false;
    for (size_t i = 0; i < history->epochs; i++) {
        double loss = history->rows[i * history->columns + (size_t)column];
        if (loss < lowest) {
            lowest = loss;
            *epoch = i + 1;
        }
    }
    *rise = history->rows[(history->epochs - 1) * history->columns + (size_t)column] / lowest;
    return isfinite(*rise);
}

static void mend(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    size_t epochs = evidence->history->epochs;
    if (finding->verdict != NN_VERDICT_OK)
        snprintf(finding->mend, sizeof finding->mend,
                 "net init; train %zu validation=0.2 patience=5", epochs > 10 ? epochs : 10);
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    size_t epoch = 0;
    double rise = 0;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    if (!evidence->held_out || !evidence->history || evidence->history->epochs == 0) {
        nn_finding_skip(finding,
                        evidence->held_out ? "not trained yet" : "no samples are held out");
        return;
    }
    if (turned(evidence->history, &epoch, &rise) && rise > RISE) {
        nn_finding_set(finding, rise > 2 ? NN_VERDICT_FAIL : NN_VERDICT_WARN, rise,
                       "validation loss was lowest in epoch %zu, and is %s times that now", epoch,
                       nn_number_short(a, rise, 3));
        mend(evidence, finding);
        return;
    }
    if (!isnan(evidence->accuracy)) {
        double gap = evidence->accuracy - evidence->held_out_accuracy;
        nn_finding_set(finding, nn_verdict_of(gap, WARN, FAIL), gap,
                       "accuracy %s of training samples, %s of %s samples",
                       nn_number_fixed(a, evidence->accuracy, 3),
                       nn_number_fixed(b, evidence->held_out_accuracy, 3), evidence->held_out);
    } else {
        double gap = evidence->held_out_loss / evidence->loss;
        nn_finding_set(finding, nn_verdict_of(gap, 2, 4), gap,
                       "loss %s of training samples, %s of %s samples",
                       nn_number_short(a, evidence->loss, 3),
                       nn_number_short(b, evidence->held_out_loss, 3), evidence->held_out);
    }
    mend(evidence, finding);
}

const struct nn_check nn_check_train_gap = {
    .name = "overfit",
    .summary =
        "accuracy of training less that of held out samples: warn from 0.05, fail from 0.15; "
        "or a validation loss that has turned",
    .why =
        "It learns samples by heart. More data, `data augment`, dropout, weight decay, a smaller "
        "net, or stopping at the lowest validation loss help.",
    .source = "Prechelt 1998, Early stopping, but when?",
    .needs = NN_NEEDS_RECIPE,
    .run = run,
};
