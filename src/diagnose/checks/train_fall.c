/* A loss that does not fall any more, or rises. */
#include "base/number.h"
#include "diagnose/diagnose.h"

#include <math.h>
#include <stdio.h>

#define LEAST_EPOCHS 4
#define FLAT         0.01 /* share of the loss gained in the last half */

static double mean_loss(const struct nn_history *history, size_t column, size_t from, size_t to)
{
    double sum = 0;
    for (size_t i = from; i < to; i++)
        sum += history->rows[i * history->columns + column];
    return sum / (double)(to - from);
}

static void run(const struct nn_evidence *evidence, struct nn_finding *finding)
{
    const struct nn_history *history = evidence->history;
    int column = history ? nn_history_column(history, "loss") : -1;
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    if (column < 0 || history->epochs < LEAST_EPOCHS) {
        nn_finding_skip(finding, "needs the curve of at least 4 epochs");
        return;
    }
    size_t n = history->epochs, quarter = n / 4, half = n / 2;
    double before = mean_loss(history, (size_t)column, half - quarter, half),
           now = mean_loss(history, (size_t)column, n - quarter, n), first = history->rows[column];
    double gained = (before - now) / fabs(before);
    nn_number_short(a, before, 3);
    nn_number_short(b, now, 3);
    if (!isfinite(gained))
        nn_finding_skip(finding, "the curve has gaps");
    else if (now > first)
        nn_finding_set(finding, NN_VERDICT_FAIL, gained, "the loss rises: %s at half time, now %s",
                       a, b);
    else if (gained < FLAT && now > 0.5 * first)
        nn_finding_set(finding, NN_VERDICT_FAIL, gained,
                       "the loss does not fall: %s at half time, now %s", a, b);
    else if (gained < FLAT)
        nn_finding_set(finding, NN_VERDICT_OK, gained, "it has settled: %s at half time, now %s", a,
                       b);
    else
        nn_finding_set(finding, NN_VERDICT_OK, gained, "still falling: %s at half time, now %s", a,
                       b);
}

const struct nn_check nn_check_train_fall = {
    .name = "loss_falls",
    .summary = "loss of the last quarter against the second one: fail if it rises, or stays above "
               "half of the first epoch's",
    .why = "A loss that stays high needs another learning rate, scale, or a net that can express "
           "more. One that has settled low is done.",
    .source = "Karpathy 2019, A recipe for training neural networks",
    .run = run,
};
