/* Divisions that do not draw every sample anew: folds, and splits along the order of the file. */
#include "base/mem.h"
#include "base/number.h"
#include "data/parts.h"
#include "data/plan.h"

#include <math.h>

/* ---- folds ---- */

/* Deals the members of each class to the folds in turn, going on from class to class, so that all
 * folds and their shares of each class differ by one sample at most. */
static void deal(struct nn_plan *plan, const struct nn_division *division, unsigned char *part)
{
    const uint32_t own_stream = 0x80000000;
    nn_plan_shuffle(plan, division->seed, own_stream);
    for (size_t i = 0; i < plan->count; i++) {
        if (i % division->folds == division->fold - 1)
            part[plan->order[i]] = NN_SPLIT_TEST;
    }
}

static enum nn_status check_folds(const struct nn_division *division, size_t count,
                                  struct nn_error *error)
{
    if (division->folds < 2 || division->folds > count)
        return nn_fail(error, NN_ARGUMENT, "folds=%zu: from 2 to %zu folds can be made",
                       division->folds, count);
    if (division->fold < 1 || division->fold > division->folds)
        return nn_fail(error, NN_ARGUMENT, "fold=%zu: the folds are 1 to %zu", division->fold,
                       division->folds);
    if (division->order != NN_ORDER_RANDOM)
        return nn_fail(error, NN_ARGUMENT, "folds are drawn at random; order= has none");
    return NN_OK;
}

/* What the test fold leaves, of which `validation` (a share of all samples) is held out. */
static enum nn_status hold_out_rest(const struct nn_samples *samples,
                                    const struct nn_division *division, size_t *rest,
                                    unsigned char *part, struct nn_error *error)
{
    size_t left = 0;
    for (size_t i = 0; i < samples->count; i++) {
        if (part[i] == NN_SPLIT_TRAIN)
            rest[left++] = i;
    }
    double share = division->validation * (double)samples->count / (double)left;
    struct nn_division own = *division;
    own.test = 0;
    own.validation = share < 1 ? share : 1;
    return division->validation > 0 ? nn_plan_draw(samples, rest, left, &own, 0, part, error)
                                    : NN_OK;
}

enum nn_status nn_divide_folds(const struct nn_samples *samples, const struct nn_division *division,
                               unsigned char *part, struct nn_error *error)
{
    struct nn_plan plan = {.groups = NULL};
    size_t *all = nn_calloc(samples->count, sizeof *all);
    enum nn_status status;
    if (!all) {
        status = nn_fail_memory(error, samples->count * sizeof *all);
        goto out;
    }
    NN_TRY(check_folds(division, samples->count, error));
    for (size_t i = 0; i < samples->count; i++)
        all[i] = i;
    NN_TRY(nn_plan_make(&plan, samples, all, samples->count, division->stratify, error));
    deal(&plan, division, part);
    NN_TRY(hold_out_rest(samples, division, all, part, error));
out:
    nn_plan_clear(&plan);
    nn_free(all);
    return status;
}

/* ---- the order of the file ---- */

/* Keras' rule for validation_split: the first floor(n (1 - share)) samples stay. */
static size_t staying(size_t count, double share)
{
    return (size_t)floor((double)count * (1.0 - share));
}

/* How many samples before a border have a target behind it: in time that is not known yet when the
 * first sample behind the border is. */
static size_t time_gap(const struct nn_samples *samples)
{
    size_t step = samples->step ? samples->step : 1;
    return samples->horizon > step ? (samples->horizon - 1) / step : 0;
}

enum nn_status nn_divide_ordered(const struct nn_samples *samples,
                                 const struct nn_division *division, unsigned char *part,
                                 struct nn_error *error)
{
    size_t count = samples->count;
    size_t gap = division->order == NN_ORDER_TIME ? time_gap(samples) : 0;
    size_t tests = staying(count, division->test);
    size_t validations = staying(count, division->test + division->validation);
    size_t train = validations > gap ? validations - gap : 0;
    size_t known = division->validation > 0 && tests > gap ? tests - gap : tests;
    bool empty = train == 0 || (division->test > 0 && tests == count) ||
                 (division->validation > 0 && known <= validations);
    if (empty || division->test + division->validation >= 1) {
        return nn_fail(error, NN_ARGUMENT,
                       "%zu samples are too few for these shares: a split would be empty", count);
    }
    if (division->validation <= 0 && division->test <= 0)
        train = count;
    for (size_t i = 0; i < count; i++) {
        part[i] = i < train                               ? NN_SPLIT_TRAIN
                  : i < validations                       ? NN_NO_SPLIT
                  : division->validation > 0 && i < known ? NN_SPLIT_VALIDATION
                  : i < tests                             ? NN_NO_SPLIT
                                                          : NN_SPLIT_TEST;
    }
    return NN_OK;
}

enum nn_status nn_divide_last(const struct nn_dataset *dataset, double validation,
                              unsigned char *part, struct nn_error *error)
{
    char text[NN_NUMBER_SIZE];
    size_t count = dataset->split_count[NN_SPLIT_TRAIN];
    const size_t *index = dataset->index[NN_SPLIT_TRAIN];
    size_t gap = dataset->order == NN_ORDER_LAST ? 0 : time_gap(dataset->samples);
    size_t stay = validation < 1 ? staying(count, validation) : 0;
    if (stay <= gap || stay == count)
        return nn_fail(error, NN_ARGUMENT,
                       "validation=%s: %zu training samples are too few for that",
                       nn_number_short(text, validation, 6), count);
    for (size_t i = 0; i < count; i++)
        part[index[i]] = i >= stay                       ? NN_SPLIT_VALIDATION
                         : index[stay] - index[i] <= gap ? NN_NO_SPLIT
                                                         : NN_SPLIT_TRAIN;
    return NN_OK;
}
