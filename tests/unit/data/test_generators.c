/* Generated sets: the same for everybody, balanced, and with a truth that holds. */
#include "base/mem.h"
#include "data/demo.h"
#include "data_test.h"

static const char *const generators[] = {"circles", "lesions", "market",
                                         "moons",   "signs",   "spirals"};
enum { GENERATORS = sizeof generators / sizeof generators[0] };

static size_t sample_bytes(const struct nn_samples *s)
{
    return nn_shape_size(&s->shape) * (s->storage == NN_STORAGE_BYTE ? 1 : sizeof(float));
}

static struct nn_dataset *generate(const char *name, size_t count, uint64_t seed)
{
    struct nn_dataset *dataset = NULL;
    struct nn_error error;
    expect_ok(nn_data_demo(name, count, seed, &dataset, &error));
    return dataset;
}

Test(generators, sample_i_is_the_same_however_many_are_made)
{
    for (size_t k = 0; k < GENERATORS; k++) {
        struct nn_dataset *few = generate(generators[k], 60, 1);
        struct nn_dataset *more = generate(generators[k], 80, 1);
        struct nn_dataset *other = generate(generators[k], 60, 2);
        const struct nn_samples *s = few->samples;
        size_t bytes = 60 * sample_bytes(s);
        cr_assert(s->count == 60 && more->samples->count == 80, "%s", generators[k]);
        cr_assert(memcmp(s->values, more->samples->values, bytes) == 0, "%s", generators[k]);
        cr_assert(memcmp(s->labels, more->samples->labels, 60 * sizeof *s->labels) == 0);
        cr_assert(memcmp(s->values, other->samples->values, bytes) != 0, "%s", generators[k]);
        nn_dataset_free(few);
        nn_dataset_free(more);
        nn_dataset_free(other);
    }
}

Test(generators, classes_are_balanced_and_split)
{
    for (size_t k = 0; k < GENERATORS; k++) {
        struct nn_dataset *d = generate(generators[k], 400, 3);
        const struct nn_samples *s = d->samples;
        size_t counts[10] = {0}, share = s->count / s->class_count;
        for (size_t i = 0; i < s->count; i++)
            counts[s->labels[i]]++;
        for (size_t c = 0; c < s->class_count; c++)
            cr_assert(counts[c] > share * 3 / 4 && counts[c] < share * 5 / 4, "%s, class %zu: %zu",
                      generators[k], c, counts[c]);
        cr_assert(d->split_count[NN_SPLIT_TEST] == 80 && d->split_count[NN_SPLIT_TRAIN] == 320);
        cr_assert(d->scaling == (s->shape.rank == 3 ? NN_SCALING_UNIT : NN_SCALING_STANDARD));
        nn_dataset_free(d);
    }
}

/* Masks mark a part of each picture, which is what differs from the background. */
Test(generators, masks_of_pictures)
{
    static const char *const names[] = {"lesions", "signs"};
    for (size_t k = 0; k < 2; k++) {
        struct nn_dataset *d = generate(names[k], 200, 5);
        size_t pixels = 32 * 32;
        cr_assert(d->samples->mask_size == pixels);
        for (size_t i = 0; i < d->split_count[NN_SPLIT_TEST]; i++) {
            const unsigned char *mask = nn_dataset_mask(d, NN_SPLIT_TEST, i);
            size_t marked = 0;
            for (size_t p = 0; p < pixels; p++) {
                cr_assert(mask[p] <= 1);
                marked += mask[p];
            }
            cr_assert(marked > pixels / 25 && marked < pixels / 2, "%s %zu: %zu pixels", names[k],
                      i, marked);
        }
        nn_dataset_free(d);
    }
}

Test(generators, lesions_are_the_brightest)
{
    struct nn_dataset *d = generate("lesions", 200, 5);
    const struct nn_samples *s = d->samples;
    for (size_t i = 0; i < s->count; i++) {
        double sum[2] = {0};
        size_t n[2] = {0};
        for (size_t p = 0; p < s->mask_size; p++) {
            int in = s->mask[i * s->mask_size + p];
            sum[in] += ((unsigned char *)s->values)[i * s->mask_size + p];
            n[in]++;
        }
        cr_assert(sum[1] / (double)n[1] > sum[0] / (double)n[0] + 25, "%zu", i);
    }
    nn_dataset_free(d);
}

/* How often the rule "up if the returns at a and b days had the same sign" is right; b = 0: the
 * sign of day a alone. */
static double rule_share(const struct nn_samples *s, size_t a, size_t b)
{
    size_t width = nn_shape_size(&s->shape), right = 0;
    for (size_t i = 0; i < s->count; i++) {
        const float *window = (const float *)s->values + i * width;
        bool same = b ? (window[width - a] > 0) == (window[width - b] > 0) : window[width - a] > 0;
        right += same == (s->labels[i] == 1);
    }
    return (double)right / (double)s->count;
}

Test(generators, market_obeys_its_lags_and_no_others)
{
    struct nn_dataset *d = generate("market", 6000, 1);
    const struct nn_samples *s = d->samples;
    size_t near = 0, far = 0, width = nn_shape_size(&s->shape);
    for (size_t lag = 1; lag <= width; lag++) {
        if (!s->mask[width - lag])
            continue;
        if (near)
            far = lag;
        else
            near = lag;
    }
    cr_assert(near > 0 && far > near);
    cr_assert(2 * near > width && 2 * far - near > width, "other days could stand in");
    double right = rule_share(s, near, far);
    cr_assert(right > 0.92 && right < 0.96, "%f", right);
    for (size_t a = 1; a <= width; a++) {
        for (size_t b = 0; b < a; b++) {
            if (a == far && b == near)
                continue;
            double share = rule_share(s, a, b);
            cr_assert(fabs(share - 0.5) < 0.035, "days %zu, %zu: %f", a, b, share);
        }
    }
    /* Windows overlap, and the next return is the one that the label tells. */
    const float *values = s->values;
    for (size_t i = 0; i + 1 < s->count; i++) {
        cr_assert(memcmp(values + i * width + 1, values + (i + 1) * width,
                         (width - 1) * sizeof *values) == 0);
        cr_assert((values[(i + 1) * width + width - 1] > 0) == (s->labels[i] == 1));
    }
    /* The test split is the end of the series. */
    cr_assert(d->index[NN_SPLIT_TEST][0] == d->split_count[NN_SPLIT_TRAIN]);
    nn_dataset_free(d);
}

Test(generators, wrong_counts)
{
    struct nn_dataset *d = NULL;
    struct nn_error error;
    cr_assert(nn_data_demo("moons", 10, 1, &d, &error) == NN_ARGUMENT && !d);
    cr_assert(nn_data_demo("moons", 2000000, 1, &d, &error) == NN_ARGUMENT && !d);
    cr_assert(nn_data_demo("iris", 100, 1, &d, &error) == NN_ARGUMENT && !d);
    cr_assert(strstr(error.message, "not generated"), "%s", error.message);
}

Test(generators, out_of_memory)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    for (size_t k = 0; k < GENERATORS; k++) {
        for (size_t n = 1;; n++) {
            struct nn_dataset *d = NULL;
            struct nn_error error;
            nn_fault_alloc(n, false);
            enum nn_status status = nn_data_demo(generators[k], 50, 1, &d, &error);
            size_t calls = nn_fault_alloc_count();
            nn_fault_alloc(0, false);
            cr_assert(status == (calls < n ? NN_OK : NN_MEMORY), "%s, n=%zu: %d", generators[k], n,
                      (int)status);
            cr_assert((status == NN_OK) == (d != NULL));
            nn_dataset_free(d);
            if (calls < n)
                break;
        }
    }
}
