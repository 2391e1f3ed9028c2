/* Folds, and splits along the order of the file. */
#include "base/mem.h"
#include "data_test.h"

/* `count` samples with their number as feature, of `classes` classes in turn (0: no labels). */
static struct nn_dataset *make(size_t count, size_t classes)
{
    struct nn_samples *s;
    struct nn_dataset *dataset;
    struct nn_error error;
    expect_ok(nn_samples_new(&s, &error));
    s->count = count;
    s->shape = (struct nn_shape){1, {1}};
    s->feature_count = 1;
    s->values = nn_calloc_aligned(count, sizeof(float));
    for (size_t i = 0; i < count; i++)
        ((float *)s->values)[i] = (float)i;
    if (classes > 0) {
        s->task = NN_TASK_CLASSIFICATION;
        s->labels = nn_calloc(count, sizeof *s->labels);
        s->classes = nn_calloc(classes, sizeof *s->classes);
        s->class_count = classes;
        for (size_t c = 0; c < classes; c++)
            s->classes[c] = nn_strdup("c");
        /* Class c has about twice as many samples as class c + 1. */
        for (size_t i = 0; i < count; i++)
            for (size_t c = 0; c + 1 < classes && (i >> c & 1); c++)
                s->labels[i]++;
    }
    expect_ok(nn_dataset_new(s, &dataset, &error));
    return dataset;
}

static struct nn_dataset *divide(const struct nn_dataset *all, struct nn_division division)
{
    struct nn_dataset *made = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_divide(all, &division, &made, &error));
    return made;
}

static size_t members(const struct nn_dataset *d, enum nn_split split, int32_t class)
{
    size_t n = 0;
    for (size_t i = 0; i < d->split_count[split]; i++)
        n += nn_dataset_label(d, split, i) == class;
    return n;
}

/* Each sample is a test sample once; folds and their classes differ by one sample at most. */
Test(divide, folds_are_a_partition)
{
    static const struct {
        size_t count, classes, folds;
    } cases[] = {{100, 3, 5}, {101, 4, 10}, {23, 2, 7}, {40, 0, 3}, {10, 3, 10}, {2, 0, 2}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_dataset *all = make(cases[k].count, cases[k].classes);
        unsigned char *seen = nn_calloc(cases[k].count, 1);
        size_t least = SIZE_MAX, most = 0, low[4] = {99, 99, 99, 99}, high[4] = {0};
        for (size_t fold = 1; fold <= cases[k].folds; fold++) {
            struct nn_dataset *d = divide(
                all, (struct nn_division){
                         .stratify = true, .seed = 9, .folds = cases[k].folds, .fold = fold});
            size_t tests = d->split_count[NN_SPLIT_TEST];
            least = tests < least ? tests : least;
            most = tests > most ? tests : most;
            cr_assert(tests + d->split_count[NN_SPLIT_TRAIN] == cases[k].count);
            for (size_t i = 0; i < tests; i++)
                cr_assert(seen[d->index[NN_SPLIT_TEST][i]]++ == 0);
            for (size_t c = 0; c < cases[k].classes; c++) {
                size_t n = members(d, NN_SPLIT_TEST, (int32_t)c);
                low[c] = n < low[c] ? n : low[c];
                high[c] = n > high[c] ? n : high[c];
            }
            nn_dataset_free(d);
        }
        for (size_t i = 0; i < cases[k].count; i++)
            cr_assert(seen[i] == 1, "case %zu: sample %zu", k, i);
        cr_assert(most - least <= 1, "case %zu: folds of %zu to %zu", k, least, most);
        for (size_t c = 0; c < cases[k].classes; c++)
            cr_assert(high[c] - low[c] <= 1, "case %zu: class %zu", k, c);
        nn_free(seen);
        nn_dataset_free(all);
    }
}

Test(divide, folds_depend_on_the_seed_alone)
{
    struct nn_dataset *all = make(60, 3);
    struct nn_division division = {.stratify = true, .seed = 1, .folds = 4, .fold = 2};
    struct nn_dataset *a = divide(all, division), *b = divide(a, division);
    division.seed = 2;
    struct nn_dataset *c = divide(all, division);
    size_t bytes = a->split_count[NN_SPLIT_TEST] * sizeof(size_t);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], b->index[NN_SPLIT_TEST], bytes) == 0);
    cr_assert(memcmp(a->index[NN_SPLIT_TEST], c->index[NN_SPLIT_TEST], bytes) != 0);
    nn_dataset_free(a);
    nn_dataset_free(b);
    nn_dataset_free(c);
    nn_dataset_free(all);
}

Test(divide, a_fold_and_validation)
{
    struct nn_dataset *all = make(100, 2);
    struct nn_dataset *d = divide(
        all,
        (struct nn_division){
            .validation = 0.1, .test = 0.5, .stratify = true, .seed = 1, .folds = 5, .fold = 5});
    cr_assert(d->split_count[NN_SPLIT_TEST] == 20 && d->split_count[NN_SPLIT_VALIDATION] == 10);
    cr_assert(d->split_count[NN_SPLIT_TRAIN] == 70);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

/* Keras: split_at = int(math.floor(n * (1.0 - validation_split))), the rest validates. */
Test(divide, last_samples_as_keras)
{
    static const struct {
        size_t count;
        double validation;
        size_t train;
    } cases[] = {{10, 0.2, 8}, {11, 0.2, 8},       {7, 0.3, 4}, {100, 0.1, 90}, {100, 0.3, 70},
                 {3, 0.33, 2}, {1000, 0.001, 999}, {9, 0.5, 4}, {60, 0.15, 51}};
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_dataset *all = make(cases[k].count, 2);
        struct nn_dataset *d = divide(
            all, (struct nn_division){.validation = cases[k].validation, .order = NN_ORDER_LAST});
        cr_assert(d->split_count[NN_SPLIT_TRAIN] == cases[k].train, "case %zu: %zu", k,
                  d->split_count[NN_SPLIT_TRAIN]);
        cr_assert(d->split_count[NN_SPLIT_VALIDATION] == cases[k].count - cases[k].train);
        cr_assert(d->index[NN_SPLIT_VALIDATION][0] == cases[k].train);
        nn_dataset_free(d);
        nn_dataset_free(all);
    }
}

Test(divide, test_comes_last)
{
    struct nn_dataset *all = make(50, 0);
    struct nn_dataset *d =
        divide(all, (struct nn_division){.test = 0.2, .validation = 0.1, .order = NN_ORDER_LAST});
    cr_assert(d->split_count[NN_SPLIT_TRAIN] == 35 && d->index[NN_SPLIT_TRAIN][34] == 34);
    cr_assert(d->split_count[NN_SPLIT_VALIDATION] == 5 && d->index[NN_SPLIT_VALIDATION][0] == 35);
    cr_assert(d->split_count[NN_SPLIT_TEST] == 10 && d->index[NN_SPLIT_TEST][0] == 40);
    nn_dataset_free(d);
    nn_dataset_free(all);
}

/* The last target of a split is the last row that the first sample of the next split sees: it is
 * known by then, and no sample is left out in vain. */
Test(divide, time_keeps_the_future_out)
{
    for (size_t horizon = 1; horizon <= 5; horizon++) {
        struct nn_dataset *series = make(120, 0), *windows = NULL, *d;
        struct nn_error error;
        size_t length = 7;
        expect_ok(nn_dataset_window(
            series,
            &(struct nn_windows){
                .length = length, .step = 1, .horizon = horizon, .target = NN_WINDOW_COLUMN},
            &windows, &error));
        d = divide(windows,
                   (struct nn_division){.test = 0.2, .validation = 0.2, .order = NN_ORDER_TIME});
        size_t left = windows->samples->count;
        for (int split = 0; split < NN_SPLIT_COUNT; split++) {
            static const enum nn_split in_time[] = {NN_SPLIT_TRAIN, NN_SPLIT_VALIDATION,
                                                    NN_SPLIT_TEST};
            enum nn_split now = in_time[split];
            left -= d->split_count[now];
            if (split == 2)
                break;
            size_t last = d->index[now][d->split_count[now] - 1];
            size_t next = d->index[in_time[split + 1]][0];
            cr_assert(last + horizon == next, "horizon %zu: sample %zu, then %zu", horizon, last,
                      next);
        }
        cr_assert(left == 2 * (horizon - 1), "%zu samples in no split", left);
        /* Holding out and scaling leave them where they are. */
        struct nn_dataset *scaled = NULL, *held = NULL;
        expect_ok(nn_dataset_scale(d, NN_SCALING_STANDARD, &scaled, &error));
        expect_ok(nn_dataset_hold_out(scaled, 0.1, 1, &held, &error));
        cr_assert(scaled->split_count[NN_SPLIT_TRAIN] == d->split_count[NN_SPLIT_TRAIN]);
        cr_assert(held->split_count[NN_SPLIT_TEST] == d->split_count[NN_SPLIT_TEST]);
        nn_dataset_free(held);
        nn_dataset_free(scaled);
        nn_dataset_free(d);
        nn_dataset_free(windows);
        nn_dataset_free(series);
    }
}

Test(divide, refusals)
{
    static const struct nn_division cases[] = {
        {.folds = 1, .fold = 1},
        {.folds = 11, .fold = 1},
        {.folds = 5, .fold = 6},
        {.folds = 5, .fold = 0},
        {.folds = 5, .fold = 1, .order = NN_ORDER_TIME},
        {.folds = 2, .fold = 1, .validation = 0.6},
        {.order = NN_ORDER_LAST, .test = 0.6, .validation = 0.4},
        {.order = NN_ORDER_LAST, .test = 0.99},
        {.order = NN_ORDER_LAST, .validation = 0.95},
    };
    struct nn_dataset *all = make(10, 2);
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_dataset *d = NULL;
        struct nn_error error;
        cr_expect(nn_dataset_divide(all, &cases[k], &d, &error) == NN_ARGUMENT && !d, "case %zu",
                  k);
        nn_dataset_free(d);
    }
    nn_dataset_free(all);
}
