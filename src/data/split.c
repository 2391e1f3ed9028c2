/* Splitting: which sample belongs to which split, decided class by class.
 *
 * The totals are exact (the fraction of all samples, rounded). Each class gets the whole part of
 * its share; what is left goes to the classes with the largest remainders, the first class first.
 * So the outcome depends on the labels, the fractions and the seed alone.
 */
#include "base/mem.h"
#include "base/number.h"
#include "base/random.h"
#include "data/parts.h"
#include "data/plan.h"

#include <stdlib.h>
#include <string.h>

void nn_plan_clear(struct nn_plan *plan)
{
    nn_free(plan->groups);
    nn_free(plan->order);
}

static size_t group_of(const struct nn_samples *samples, bool stratify, size_t sample)
{
    return stratify ? (size_t)samples->labels[sample] : 0;
}

enum nn_status nn_plan_make(struct nn_plan *plan, const struct nn_samples *samples,
                            const size_t *members, size_t count, bool stratify,
                            struct nn_error *error)
{
    stratify = stratify && samples->labels;
    *plan = (struct nn_plan){.group_count = stratify ? samples->class_count : 1, .count = count};
    plan->groups = nn_calloc(plan->group_count, sizeof *plan->groups);
    plan->order = nn_calloc(count, sizeof *plan->order);
    if (!plan->groups || !plan->order)
        return nn_fail_memory(error, count * sizeof *plan->order);
    for (size_t i = 0; i < count; i++)
        plan->groups[group_of(samples, stratify, members[i])].count++;
    for (size_t g = 0, begin = 0; g < plan->group_count; g++) {
        plan->groups[g].number = g;
        plan->groups[g].begin = begin;
        begin += plan->groups[g].count;
        plan->groups[g].count = 0;
    }
    for (size_t i = 0; i < count; i++) {
        struct nn_plan_group *group = &plan->groups[group_of(samples, stratify, members[i])];
        plan->order[group->begin + group->count++] = members[i];
    }
    return NN_OK;
}

/* Every class keeps one training sample if that leaves enough; classes of a single sample come
 * last. False when `wanted` samples cannot leave without emptying a class of two or more. */
static bool make_room(struct nn_plan *plan, size_t wanted)
{
    size_t room = 0;
    for (size_t g = 0; g < plan->group_count; g++) {
        struct nn_plan_group *group = &plan->groups[g];
        group->room = group->count > 0 ? group->count - 1 : 0;
        room += group->room;
    }
    for (size_t g = 0; g < plan->group_count && room < wanted; g++) {
        if (plan->groups[g].count == 1) {
            plan->groups[g].room = 1;
            room++;
        }
    }
    return room >= wanted;
}

static int by_remainder(const void *a, const void *b)
{
    const struct nn_plan_group *const x = *(const struct nn_plan_group *const *)a;
    const struct nn_plan_group *const y = *(const struct nn_plan_group *const *)b;
    if (x->remainder != y->remainder)
        return x->remainder > y->remainder ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Distributes `total` samples of a split over the groups. make_room found that they fit. */
static enum nn_status share_out(struct nn_plan *plan, enum nn_split split, double fraction,
                                size_t total, struct nn_error *error)
{
    struct nn_plan_group **sorted = nn_calloc(plan->group_count, sizeof(struct nn_plan_group *));
    if (!sorted)
        return nn_fail_memory(error, plan->group_count * sizeof(struct nn_plan_group *));
    for (size_t g = 0; g < plan->group_count; g++) {
        struct nn_plan_group *group = &plan->groups[g];
        double ideal = fraction * (double)group->count;
        size_t whole = (size_t)ideal;
        if (whole > group->room)
            whole = group->room;
        if (whole > total)
            whole = total;
        group->share[split] = whole;
        group->room -= whole;
        group->remainder = ideal - (double)whole;
        total -= whole;
        sorted[g] = group;
    }
    qsort(sorted, plan->group_count, sizeof(struct nn_plan_group *), by_remainder);
    while (total > 0) {
        size_t before = total;
        for (size_t g = 0; g < plan->group_count && total > 0; g++) {
            if (sorted[g]->room == 0)
                continue;
            sorted[g]->share[split]++;
            sorted[g]->room--;
            total--;
        }
        if (total == before)
            break;
    }
    nn_free(sorted);
    return NN_OK;
}

void nn_plan_shuffle(struct nn_plan *plan, uint64_t seed, uint32_t stream)
{
    for (size_t g = 0; g < plan->group_count; g++) {
        struct nn_random random;
        nn_random_init(&random, seed, NN_STREAM_SPLIT, stream + (uint32_t)g);
        nn_random_shuffle(&random, plan->order + plan->groups[g].begin, plan->groups[g].count);
    }
}

/* Draws each group's members for both splits. */
static void draw(struct nn_plan *plan, uint64_t seed, uint32_t stream, unsigned char *part)
{
    nn_plan_shuffle(plan, seed, stream);
    for (size_t g = 0; g < plan->group_count; g++) {
        const struct nn_plan_group *group = &plan->groups[g];
        const size_t *members = plan->order + group->begin;
        size_t test = group->share[NN_SPLIT_TEST], validation = group->share[NN_SPLIT_VALIDATION];
        for (size_t i = 0; i < test + validation; i++)
            part[members[i]] = i < test ? NN_SPLIT_TEST : NN_SPLIT_VALIDATION;
    }
}

static enum nn_status check_fraction(const char *name, double fraction, struct nn_error *error)
{
    char text[NN_NUMBER_SIZE];
    if (fraction >= 0 && fraction < 1)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT, "%s=%s is not a fraction from 0 to below 1", name,
                   nn_number_short(text, fraction, 6));
}

static enum nn_status take_share(const char *name, double fraction, size_t count, size_t *share,
                                 struct nn_error *error)
{
    char text[NN_NUMBER_SIZE];
    enum nn_status status = check_fraction(name, fraction, error);
    if (status != NN_OK)
        return status;
    *share = (size_t)(fraction * (double)count + 0.5);
    if (fraction > 0 && *share == 0) {
        return nn_fail(error, NN_ARGUMENT, "%s=%s of %zu samples leaves none for the %s split",
                       name, nn_number_short(text, fraction, 6), count, name);
    }
    return NN_OK;
}

/* Both shares, checked to leave training samples. */
static enum nn_status take_shares(double test, double validation, size_t count, size_t *tests,
                                  size_t *validations, struct nn_error *error)
{
    enum nn_status status;
    NN_TRY(take_share("test", test, count, tests, error));
    NN_TRY(take_share("validation", validation, count, validations, error));
    if (test + validation >= 1 || *tests + *validations >= count) {
        status = nn_fail(error, NN_ARGUMENT,
                         "of %zu samples, %zu for test and %zu for validation leave none to train",
                         count, *tests, *validations);
    }
out:
    return status;
}

enum nn_status nn_plan_draw(const struct nn_samples *samples, const size_t *members, size_t count,
                            const struct nn_division *division, uint32_t stream,
                            unsigned char *part, struct nn_error *error)
{
    struct nn_plan plan = {.groups = NULL};
    double test = division->test, validation = division->validation;
    size_t tests = 0, validations = 0;
    enum nn_status status;
    NN_TRY(take_shares(test, validation, count, &tests, &validations, error));
    NN_TRY(nn_plan_make(&plan, samples, members, count, division->stratify, error));
    if (!make_room(&plan, tests + validations)) {
        status = nn_fail(error, NN_ARGUMENT,
                         "%zu training samples are left, too few for each of the %zu classes",
                         count - tests - validations, plan.group_count);
        nn_fail_hint(error, "smaller fractions, or stratify=no");
        goto out;
    }
    NN_TRY(share_out(&plan, NN_SPLIT_TEST, test, tests, error));
    NN_TRY(share_out(&plan, NN_SPLIT_VALIDATION, validation, validations, error));
    draw(&plan, division->seed, stream, part);
out:
    nn_plan_clear(&plan);
    return status;
}

/* A seeded draw among all samples. */
static enum nn_status draw_all(const struct nn_samples *samples, const struct nn_division *division,
                               unsigned char *part, struct nn_error *error)
{
    size_t *all = nn_calloc(samples->count, sizeof *all);
    if (!all)
        return nn_fail_memory(error, samples->count * sizeof *all);
    for (size_t i = 0; i < samples->count; i++)
        all[i] = i;
    enum nn_status status = nn_plan_draw(samples, all, samples->count, division, 0, part, error);
    nn_free(all);
    return status;
}

enum nn_status nn_dataset_divide(const struct nn_dataset *dataset,
                                 const struct nn_division *division, struct nn_dataset **result,
                                 struct nn_error *error)
{
    struct nn_samples *samples = dataset->samples;
    unsigned char *part = nn_calloc(samples->count, 1);
    struct nn_dataset *made = NULL;
    enum nn_status status;
    if (!part) {
        status = nn_fail_memory(error, samples->count);
        goto out;
    }
    if (division->folds > 0)
        NN_TRY(nn_divide_folds(samples, division, part, error));
    else if (division->order != NN_ORDER_RANDOM)
        NN_TRY(nn_divide_ordered(samples, division, part, error));
    else
        NN_TRY(draw_all(samples, division, part, error));
    NN_TRY(nn_dataset_bare(samples, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    NN_TRY(nn_dataset_fit_fill(made, error));
    NN_TRY(nn_dataset_fit(made, dataset->scaling, error));
    made->split_seed = division->seed;
    made->order = division->order;
    made->divided = true;
    *result = made;
    made = NULL;
out:
    nn_free(part);
    nn_dataset_free(made);
    return status;
}

enum nn_status nn_dataset_split(const struct nn_dataset *dataset, double test, double validation,
                                bool stratify, uint64_t seed, struct nn_dataset **result,
                                struct nn_error *error)
{
    struct nn_division division = {
        .test = test, .validation = validation, .stratify = stratify, .seed = seed};
    return nn_dataset_divide(dataset, &division, result, error);
}

enum nn_status nn_dataset_hold_out(const struct nn_dataset *dataset, double validation,
                                   uint64_t seed, struct nn_dataset **result,
                                   struct nn_error *error)
{
    struct nn_division division = {.validation = validation, .stratify = true, .seed = seed};
    const uint32_t own_stream = 0x40000000;
    unsigned char *part = nn_dataset_parts(dataset);
    struct nn_dataset *made = NULL;
    enum nn_status status;
    if (!part) {
        status = nn_fail_memory(error, dataset->samples->count);
        goto out;
    }
    if (dataset->order != NN_ORDER_RANDOM || dataset->samples->series > 0)
        NN_TRY(nn_divide_last(dataset, validation, part, error));
    else
        NN_TRY(nn_plan_draw(dataset->samples, dataset->index[NN_SPLIT_TRAIN],
                            dataset->split_count[NN_SPLIT_TRAIN], &division, own_stream, part,
                            error));
    NN_TRY(nn_dataset_copy(dataset, &made, error));
    NN_TRY(nn_dataset_fill(made, part, error));
    *result = made;
    made = NULL;
out:
    nn_free(part);
    nn_dataset_free(made);
    return status;
}
