#include "base/mem.h"
#include "base/random.h"
#include "data_test.h"

/* `count` samples of one feature (their number), of the given classes (counts[c] of class c,
 * mixed). */
static struct nn_dataset *make(size_t class_count, const size_t *counts)
{
    struct nn_samples *s;
    struct nn_dataset *dataset;
    struct nn_error error;
    size_t left[64], count = 0;
    for (size_t c = 0; c < class_count; c++)
        count += left[c] = counts[c];
    expect_ok(nn_samples_new(&s, &error));
    s->count = count;
    s->shape = (struct nn_shape){1, {1}};
    s->feature_count = 1;
    s->values = nn_calloc_aligned(count, sizeof(float));
    s->task = NN_TASK_CLASSIFICATION;
    s->labels = nn_calloc(count, sizeof *s->labels);
    s->classes = nn_calloc(class_count, sizeof *s->classes);
    s->class_count = class_count;
    for (size_t c = 0; c < class_count; c++)
        s->classes[c] = nn_strdup("c");
    for (size_t i = 0, c = 0; i < count; c = (c + 1) % class_count) {
        if (left[c] == 0)
            continue;
        left[c]--;
        ((float *)s->values)[i] = (float)i;
        s->labels[i++] = (int32_t)c;
    }
    expect_ok(nn_dataset_new(s, &dataset, &error));
    return dataset;
}

static size_t members(const struct nn_dataset *d, enum nn_split split, int32_t class)
{
    size_t n = 0;
    for (size_t i = 0; i < d->split_count[split]; i++)
        n += nn_dataset_label(d, split, i) == class;
    return n;
}

/* Every sample in exactly one split, each split in the order of the samples. */
static void check_partition(const struct nn_dataset *d)
{
    size_t total = 0;
    unsigned char *seen = nn_calloc(d->samples->count, 1);
    for (int split = 0; split < NN_SPLIT_COUNT; split++) {
        total += d->split_count[split];
        for (size_t i = 0; i < d->split_count[split]; i++) {
            cr_assert(i == 0 || d->index[split][i] > d->index[split][i - 1]);
            cr_assert(seen[d->index[split][i]]++ == 0);
        }
    }
    cr_assert(total == d->samples->count);
    nn_free(seen);
}

Test(split, stratified_shares_are_exact)
{
    struct nn_dataset *all = make(3, (size_t[]){50, 50, 50}), *d;
    struct nn_error error;
    expect_ok(nn_dataset_split(all, 0.2, 0.1, true, 1, &d, &error));
    check_partition(d);
    for (int32_t c = 0; c < 3; c++) {
        cr_assert(members(d, NN_SPLIT_TEST, c) == 10);
        cr_assert(members(d, NN_SPLIT_VALIDATION, c) == 5);
        cr_assert(members(d, NN_SPLIT_TRAIN, c) == 35);
    }
    cr_assert(d->split_seed == 1);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

/* Random class sizes and fractions: totals are the rounded fractions, each class is within one of
 * its share (if it has room), and every class of two or more keeps a training sample. */
Test(split, random_sets)
{
    struct nn_random random;
    nn_random_init(&random, 5, NN_STREAM_GENERATE, 0);
    for (int round = 0; round < 400; round++) {
        size_t counts[12], classes = 1 + nn_random_below(&random, 12), total = 0;
        for (size_t c = 0; c < classes; c++)
            total += counts[c] = nn_random_below(&random, 4) ? nn_random_below(&random, 60) : 1;
        if (total < 4)
            continue;
        double test = (double)nn_random_float(&random) * 0.6;
        double validation = (double)nn_random_float(&random) * 0.3;
        struct nn_dataset *all = make(classes, counts), *d = NULL;
        struct nn_error error;
        enum nn_status status =
            nn_dataset_split(all, test, validation, true, (uint64_t)round, &d, &error);
        if (status != NN_OK) {
            cr_assert(status == NN_ARGUMENT && !d, "%s", error.message);
            nn_dataset_free(all);
            continue;
        }
        check_partition(d);
        cr_assert(d->split_count[NN_SPLIT_TEST] == (size_t)(test * (double)total + 0.5));
        cr_assert(d->split_count[NN_SPLIT_VALIDATION] ==
                  (size_t)(validation * (double)total + 0.5));
        for (size_t c = 0; c < classes; c++)
            cr_assert(counts[c] < 2 || members(d, NN_SPLIT_TRAIN, (int32_t)c) > 0);
        for (size_t c = 0; c < classes; c++) {
            double share = test * (double)counts[c];
            double got = (double)members(d, NN_SPLIT_TEST, (int32_t)c);
            cr_assert(counts[c] < 4 || fabs(got - share) < 2.5, "%zu of %g", c, share);
        }
        nn_dataset_free(d);
        nn_dataset_free(all);
    }
}

Test(split, seeds)
{
    struct nn_dataset *all = make(2, (size_t[]){40, 60}), *a, *b, *c;
    struct nn_error error;
    expect_ok(nn_dataset_split(all, 0.25, 0, true, 1, &a, &error));
    expect_ok(nn_dataset_split(a, 0.25, 0, true, 1, &b, &error)); /* of all samples again */
    expect_ok(nn_dataset_split(all, 0.25, 0, true, 2, &c, &error));
    size_t bytes = 25 * sizeof(size_t);
    cr_assert(a->split_count[NN_SPLIT_TEST] == 25 && c->split_count[NN_SPLIT_TEST] == 25);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], b->index[NN_SPLIT_TEST], bytes) == 0);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], c->index[NN_SPLIT_TEST], bytes) != 0);
    nn_dataset_free(a);
    nn_dataset_free(b);
    nn_dataset_free(c);
    nn_dataset_free(all);
}

/* Fixed per version of the format: a change here changes what users reproduce. */
Test(split, is_stable)
{
    static const size_t want[] = {1, 6, 9, 10, 16, 19};
    struct nn_dataset *all = make(2, (size_t[]){10, 10}), *d;
    struct nn_error error;
    expect_ok(nn_dataset_split(all, 0.3, 0, true, 42, &d, &error));
    cr_assert(d->split_count[NN_SPLIT_TEST] == 6);
    for (size_t i = 0; i < 6; i++)
        cr_assert(d->index[NN_SPLIT_TEST][i] == want[i], "%zu: %zu", i, d->index[NN_SPLIT_TEST][i]);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

Test(split, plain)
{
    struct nn_dataset *all = make(2, (size_t[]){5, 95}), *d;
    struct nn_error error;
    expect_ok(nn_dataset_split(all, 0.5, 0.25, false, 3, &d, &error));
    check_partition(d);
    cr_assert(d->split_count[NN_SPLIT_TEST] == 50 && d->split_count[NN_SPLIT_VALIDATION] == 25);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

Test(split, refusals)
{
    static const struct {
        double test, validation;
        const char *part;
    } cases[] = {
        {-0.1, 0, "test=-0.1"},
        {1, 0, "test=1"},
        {(double)NAN, 0, "test=nan"},
        {0.2, 1.5, "validation"},
        {0.001, 0, "leaves none for the test split"},
        {0.5, 0.5, "none to train"},
        {0.99, 0, "none to train"},
        {0.7, 0.2, "each of the 3"},
    };
    struct nn_dataset *all = make(3, (size_t[]){4, 4, 4}), *d = NULL;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_error error;
        cr_assert(nn_dataset_split(all, cases[k].test, cases[k].validation, true, 1, &d, &error) ==
                  NN_ARGUMENT);
        cr_assert(!d && strstr(error.message, cases[k].part), "case %zu: %s", k, error.message);
    }
    nn_dataset_free(all);
}

Test(split, hold_out)
{
    struct nn_dataset *all = make(2, (size_t[]){40, 60}), *split, *scaled, *held;
    struct nn_error error;
    expect_ok(nn_dataset_split(all, 0.2, 0, true, 1, &split, &error));
    expect_ok(nn_dataset_scale(split, NN_SCALING_STANDARD, &scaled, &error));
    expect_ok(nn_dataset_hold_out(scaled, 0.1, 9, &held, &error));
    check_partition(held);
    cr_assert(held->split_count[NN_SPLIT_TEST] == 20);
    cr_assert(members(held, NN_SPLIT_VALIDATION, 0) == 3 ||
              members(held, NN_SPLIT_VALIDATION, 1) == 5);
    cr_assert(held->split_count[NN_SPLIT_VALIDATION] == 8);
    cr_assert(
        memcmp(held->index[NN_SPLIT_TEST], split->index[NN_SPLIT_TEST], 20 * sizeof(size_t)) == 0);
    cr_assert(held->scaling == NN_SCALING_STANDARD && held->offset[0] == scaled->offset[0] &&
              held->factor[0] == scaled->factor[0]);
    cr_assert(nn_dataset_hold_out(scaled, 1.0, 9, &held, &error) == NN_ARGUMENT);
    nn_dataset_free(all);
    nn_dataset_free(split);
    nn_dataset_free(scaled);
    nn_dataset_free(held);
}

/* Data in the order of time, and windows, give their last training samples. */
Test(split, hold_out_takes_the_last_of_a_series)
{
    static const struct {
        enum nn_order order;
        size_t series, horizon, step;
        size_t train, left; /* training samples, and those in no split */
    } cases[] = {
        {NN_ORDER_TIME, 1, 1, 1, 64, 0}, {NN_ORDER_TIME, 1, 3, 1, 60, 4},
        {NN_ORDER_TIME, 1, 3, 2, 62, 2}, {NN_ORDER_TIME, 0, 0, 0, 64, 0},
        {NN_ORDER_LAST, 0, 0, 0, 64, 0}, {NN_ORDER_LAST, 1, 3, 1, 64, 0},
    };
    struct nn_error error;
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_dataset *all = make(2, (size_t[]){40, 60}), *split, *held;
        struct nn_division division = {.test = 0.2, .order = cases[k].order};
        all->samples->series = cases[k].series;
        all->samples->horizon = cases[k].horizon;
        all->samples->step = cases[k].step;
        expect_ok(nn_dataset_divide(all, &division, &split, &error));
        expect_ok(nn_dataset_hold_out(split, 0.2, 9, &held, &error));
        size_t train = held->split_count[NN_SPLIT_TRAIN],
               n = held->split_count[NN_SPLIT_VALIDATION];
        cr_assert(train == cases[k].train, "case %zu: %zu train", k, train);
        cr_assert(100 - train - n - 20 == cases[k].left, "case %zu: %zu", k, n);
        for (size_t i = 0; i < n; i++)
            cr_assert(held->index[NN_SPLIT_VALIDATION][i] ==
                      split->index[NN_SPLIT_TRAIN][split->split_count[NN_SPLIT_TRAIN] - n + i]);
        cr_assert(held->index[NN_SPLIT_TRAIN][train - 1] == train - 1, "the first stay");
        nn_dataset_free(held);
        held = NULL;
        cr_assert(nn_dataset_hold_out(split, 0.999, 9, &held, &error) == NN_ARGUMENT && !held);
        nn_dataset_free(all);
        nn_dataset_free(split);
    }
}

Test(split, given_by_the_samples)
{
    struct nn_dataset *all = make(1, (size_t[]){10}), *d;
    struct nn_error error;
    struct nn_samples *s = all->samples;
    s->train_count = 7;
    atomic_fetch_add(&s->references, 1);
    expect_ok(nn_dataset_new(s, &d, &error));
    cr_assert(d->split_count[NN_SPLIT_TRAIN] == 7 && d->split_count[NN_SPLIT_TEST] == 3);
    cr_assert(d->index[NN_SPLIT_TEST][0] == 7);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

Test(split, out_of_memory)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    struct nn_dataset *all = make(2, (size_t[]){10, 10}), *scaled;
    struct nn_error error;
    expect_ok(nn_dataset_scale(all, NN_SCALING_STANDARD, &scaled, &error));
    for (size_t n = 1;; n++) {
        struct nn_dataset *d = NULL;
        nn_fault_alloc(n, false);
        enum nn_status status = nn_dataset_split(scaled, 0.2, 0.2, true, 1, &d, &error);
        size_t calls = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        cr_assert(status == (calls < n ? NN_OK : NN_MEMORY) && (status == NN_OK) == (d != NULL));
        nn_dataset_free(d);
        if (status == NN_OK)
            break;
    }
    nn_dataset_free(all);
    nn_dataset_free(scaled);
}
