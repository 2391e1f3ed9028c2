#include "base/mem.h"
#include "data_test.h"

#include <float.h>

/* A table of floats, or images of the given shape, from numbers; all training but the last sample.
 */
static struct nn_dataset *make(struct nn_shape shape, size_t count, const float *values, bool bytes)
{
    struct nn_samples *s;
    struct nn_dataset *dataset;
    struct nn_error error;
    size_t width = nn_shape_size(&shape);
    expect_ok(nn_samples_new(&s, &error));
    s->count = count;
    s->shape = shape;
    s->feature_count = width;
    s->storage = bytes ? NN_STORAGE_BYTE : NN_STORAGE_FLOAT;
    s->values = nn_calloc_aligned(count * width, bytes ? 1 : sizeof(float));
    for (size_t i = 0; i < count * width; i++) {
        if (bytes)
            ((unsigned char *)s->values)[i] = (unsigned char)values[i];
        else
            ((float *)s->values)[i] = values[i];
    }
    s->task = NN_TASK_REGRESSION;
    s->target_width = 2;
    s->targets = nn_calloc(2 * count, sizeof *s->targets);
    for (size_t i = 0; i < 2 * count; i++)
        s->targets[i] = (float)i;
    s->train_count = count - 1;
    expect_ok(nn_dataset_new(s, &dataset, &error));
    return dataset;
}

/* Columns: 1 3 5 | 10 10 10 | -8 4 0; the test sample lies far away and must not count. */
static const float table[12] = {1, 10, -8, 3, 10, 4, 5, 10, 0, 1000, -1000, 1000};
static const struct nn_shape row = {1, {3}};

static void expect_scaling(enum nn_scaling scaling, const double *offset, const double *factor)
{
    struct nn_dataset *raw = make(row, 4, table, false), *scaled;
    struct nn_error error;
    float x[3];
    expect_ok(nn_dataset_scale(raw, scaling, &scaled, &error));
    cr_assert(scaled->scale_count == 3 && scaled->scaling == scaling);
    for (size_t j = 0; j < 3; j++) {
        cr_assert(scaled->offset[j] == offset[j], "%zu: offset %g", j, scaled->offset[j]);
        cr_assert(fabs(scaled->factor[j] - factor[j]) <= DBL_EPSILON * factor[j],
                  "%zu: factor %.9g", j, scaled->factor[j]);
    }
    nn_dataset_sample(scaled, NN_SPLIT_TEST, 0, x);
    for (size_t j = 0; j < 3; j++) {
        cr_assert(x[j] == (float)(((double)table[9 + j] - scaled->offset[j]) * scaled->factor[j]));
        cr_assert(isfinite(x[j]));
    }
    nn_dataset_unscale(scaled, x);
    for (size_t j = 0; j < 3; j++)
        cr_assert(fabsf(x[j] - table[9 + j]) < 1e-3F);
    nn_dataset_free(raw);
    nn_dataset_free(scaled);
}

Test(dataset, unit)
{
    expect_scaling(NN_SCALING_UNIT, (double[]){0, 0, 0}, (double[]){0.2, 0.1, 0.125});
}

Test(dataset, minmax)
{
    expect_scaling(NN_SCALING_MINMAX, (double[]){1, 10, -8}, (double[]){0.25, 1, 1.0 / 12});
}

Test(dataset, standard)
{
    double first = 1 / sqrt(8.0 / 3), last = 1 / sqrt(80.0 / 3 - 16.0 / 9);
    expect_scaling(NN_SCALING_STANDARD, (double[]){3, 10, -4.0 / 3}, (double[]){first, 1, last});
}

Test(dataset, images_scale_by_channel)
{
    /* Two channels of two pixels. */
    static const float pixels[12] = {0, 2, 10, 30, 4, 1, 20, 5, 99, 99, 99, 99};
    const struct nn_shape shape = {3, {2, 1, 2}};
    struct nn_dataset *raw = make(shape, 3, pixels, false), *scaled;
    struct nn_error error;
    float x[4];
    expect_ok(nn_dataset_scale(raw, NN_SCALING_UNIT, &scaled, &error));
    cr_assert(scaled->scale_count == 2);
    cr_assert(scaled->factor[0] == 0.25 && scaled->factor[1] == 1.0 / 30);
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 1, x);
    cr_assert(x[0] == 1.0F && x[1] == 0.25F && x[2] == 20 * (1.0F / 30));
    nn_dataset_free(scaled);
    expect_ok(nn_dataset_scale(raw, NN_SCALING_STANDARD, &scaled, &error));
    cr_assert(scaled->offset[0] == 1.75 && scaled->offset[1] == 16.25);
    nn_dataset_free(scaled);
    nn_dataset_free(raw);
}

Test(dataset, bytes)
{
    static const float pixels[8] = {0, 255, 51, 102, 1, 2, 3, 4};
    struct nn_dataset *raw = make((struct nn_shape){3, {1, 2, 2}}, 2, pixels, true), *scaled;
    struct nn_error error;
    float x[4];
    nn_dataset_sample(raw, NN_SPLIT_TRAIN, 0, x);
    cr_assert(x[1] == 255.0F && x[2] == 51.0F);
    expect_ok(nn_dataset_scale(raw, NN_SCALING_UNIT, &scaled, &error));
    cr_assert(scaled->scale_count == 1 && (float)scaled->factor[0] == 1.0F / 255);
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 0, x);
    cr_assert(x[0] == 0 && x[1] == 1 && fabsf(x[2] - 0.2F) < 1e-7F);
    nn_dataset_free(scaled);
    expect_ok(nn_dataset_scale(raw, NN_SCALING_MINMAX, &scaled, &error));
    cr_assert((float)scaled->factor[0] == 1.0F / 255 && scaled->offset[0] == 0);
    nn_dataset_free(scaled);
    nn_dataset_free(raw);
}

/* Values of one column, of which the last is a test sample, and what standard makes of the others.
 */
static void expect_standard(const float *values, size_t count, const float *want)
{
    struct nn_dataset *raw = make((struct nn_shape){1, {1}}, count + 1, values, false), *scaled;
    struct nn_error error;
    float x;
    expect_ok(nn_dataset_scale(raw, NN_SCALING_STANDARD, &scaled, &error));
    for (size_t i = 0; i < count; i++) {
        nn_dataset_sample(scaled, NN_SPLIT_TRAIN, i, &x);
        cr_assert(fabsf(x - want[i]) <= 1e-6F, "%zu: %.9g, not %.9g", i, (double)x,
                  (double)want[i]);
        nn_dataset_unscale(scaled, &x);
        cr_assert(fabsf(x - values[i]) <= 2 * FLT_EPSILON * fabsf(values[i]), "%zu: %.9g", i,
                  (double)x);
    }
    nn_dataset_free(scaled);
    nn_dataset_free(raw);
}

Test(dataset, standard_keeps_small_differences_and_large_numbers)
{
    const float near = 1.3416408F, nearer = 0.4472136F;
    expect_standard((float[]){1e7F, 1e7F + 1, 1e7F + 2, 1e7F + 3, 0}, 4,
                    (float[]){-near, -nearer, nearer, near});
    expect_standard((float[]){-3e38F, 3e38F, 0}, 2, (float[]){-1, 1});
    expect_standard((float[]){-FLT_MAX, FLT_MAX, FLT_MAX, -FLT_MAX, 0}, 4, (float[]){-1, 1, 1, -1});
    expect_standard((float[]){0.1F, 0.1F, 0.1F, 5}, 3, (float[]){0, 0, 0});
}

Test(dataset, scaling_needs_training_samples)
{
    static const float extreme[3] = {-FLT_MAX, FLT_MAX, 0};
    struct nn_dataset *raw = make((struct nn_shape){1, {1}}, 3, extreme, false), *scaled = NULL;
    struct nn_error error;
    float x;
    expect_ok(nn_dataset_scale(raw, NN_SCALING_MINMAX, &scaled, &error));
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 1, &x);
    cr_assert(x == 1);
    nn_dataset_free(scaled);
    scaled = NULL;
    raw->samples->given_split = NN_SPLIT_TEST;
    atomic_fetch_add(&raw->samples->references, 1);
    struct nn_dataset *tests;
    expect_ok(nn_dataset_new(raw->samples, &tests, &error));
    cr_assert(nn_dataset_scale(tests, NN_SCALING_STANDARD, &scaled, &error) == NN_STATE && !scaled);
    nn_dataset_free(tests);
    nn_dataset_free(raw);
}

Test(dataset, tiny_spread_never_divides_by_zero)
{
    static const float tiny[4] = {FLT_TRUE_MIN, 0, FLT_TRUE_MIN, 5};
    static const enum nn_scaling all[] = {NN_SCALING_UNIT, NN_SCALING_MINMAX, NN_SCALING_STANDARD};
    for (size_t k = 0; k < 3; k++) {
        struct nn_dataset *raw = make((struct nn_shape){1, {1}}, 4, tiny, false), *scaled;
        struct nn_error error;
        float x;
        expect_ok(nn_dataset_scale(raw, all[k], &scaled, &error));
        cr_assert(scaled->factor[0] == 1);
        nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 0, &x);
        cr_assert(isfinite(x));
        nn_dataset_free(raw);
        nn_dataset_free(scaled);
    }
}

Test(dataset, given_scaling)
{
    struct nn_dataset *raw = make(row, 4, table, false), *scaled, *none;
    const double offset[3] = {1, 2, 3}, factor[3] = {2, 0.5, -1}, zero[3] = {1, 0, 1},
                 odd[3] = {1, (double)NAN, 1};
    struct nn_error error;
    float x[3];
    expect_ok(nn_dataset_scale_with(raw, NN_SCALING_STANDARD, offset, factor, 3, &scaled, &error));
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 1, x);
    cr_assert(x[0] == 4 && x[1] == 4 && x[2] == -1);
    expect_ok(nn_dataset_scale_with(scaled, NN_SCALING_NONE, NULL, NULL, 0, &none, &error));
    nn_dataset_sample(none, NN_SPLIT_TRAIN, 1, x);
    cr_assert(x[0] == 3 && none->scale_count == 0);
    nn_dataset_free(scaled);
    nn_dataset_free(none);
    scaled = NULL;
    cr_assert(nn_dataset_scale_with(raw, NN_SCALING_UNIT, offset, factor, 2, &scaled, &error) ==
              NN_SHAPE);
    cr_assert(nn_dataset_scale_with(raw, NN_SCALING_UNIT, offset, zero, 3, &scaled, &error) ==
              NN_ARGUMENT);
    cr_assert(nn_dataset_scale_with(raw, NN_SCALING_UNIT, odd, factor, 3, &scaled, &error) ==
              NN_ARGUMENT);
    cr_assert(!scaled);
    nn_dataset_free(raw);
}

Test(dataset, source)
{
    struct nn_dataset *raw = make(row, 4, table, false), *scaled;
    struct nn_source train, test;
    struct nn_error error;
    float x[9], one[3], values[6];
    int32_t classes[3] = {5, 5, 5};
    expect_ok(nn_dataset_scale(raw, NN_SCALING_STANDARD, &scaled, &error));
    nn_dataset_source(scaled, NN_SPLIT_TRAIN, &train);
    nn_dataset_source(scaled, NN_SPLIT_TEST, &test);
    cr_assert(train.count == 3 && test.count == 1 && train.shape.dim[0] == 3);
    cr_assert(train.classes == 0 && train.target_width == 2 && train.labelled);
    train.fetch(&train, (size_t[]){2, 0, 2}, 3, x, classes, values);
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 2, one);
    cr_assert(memcmp(x, one, sizeof one) == 0 && memcmp(x + 6, one, sizeof one) == 0);
    cr_assert(classes[0] == -1 && values[0] == 4 && values[1] == 5 && values[2] == 0);
    test.fetch(&test, (size_t[]){0}, 1, x, NULL, NULL);
    nn_dataset_sample(scaled, NN_SPLIT_TEST, 0, one);
    cr_assert(memcmp(x, one, sizeof one) == 0);
    nn_dataset_free(scaled);
    nn_dataset_free(raw);
}

Test(dataset, reshape_shares_the_samples)
{
    static const float pixels[12] = {0, 2, 10, 30, 4, 1, 20, 5, 99, 99, 99, 99};
    struct nn_dataset *flat = make((struct nn_shape){1, {4}}, 3, pixels, false), *scaled, *image;
    struct nn_error error;
    float x[4];
    expect_ok(nn_dataset_scale(flat, NN_SCALING_UNIT, &scaled, &error));
    expect_ok(nn_dataset_reshape(scaled, &(struct nn_shape){3, {1, 2, 2}}, &image, &error));
    cr_assert(nn_dataset_is_image(image) && !nn_dataset_is_image(scaled));
    cr_assert(image->samples->values == flat->samples->values);
    cr_assert(image->scale_count == 1 && image->factor[0] == 1.0 / 30);
    nn_dataset_free(flat);
    nn_dataset_free(scaled);
    nn_dataset_sample(image, NN_SPLIT_TRAIN, 0, x);
    cr_assert(x[3] == 1.0F && image->split_count[NN_SPLIT_TEST] == 1);
    struct nn_dataset *again, *wrong = NULL;
    expect_ok(nn_dataset_reshape(image, &(struct nn_shape){2, {2, 2}}, &again, &error));
    cr_assert(nn_dataset_reshape(image, &(struct nn_shape){2, {2, 3}}, &wrong, &error) == NN_SHAPE);
    cr_assert(!wrong && strstr(error.message, "2x3 would need 6"), "%s", error.message);
    nn_dataset_free(image);
    nn_dataset_sample(again, NN_SPLIT_TRAIN, 0, x);
    cr_assert(x[3] == 1.0F);
    nn_dataset_free(again);
}

Test(dataset, find_split)
{
    struct nn_dataset *dataset = make(row, 4, table, false);
    enum nn_split split = NN_SPLIT_VALIDATION;
    struct nn_error error;
    expect_ok(nn_dataset_find_split(dataset, "test", &split, &error));
    cr_assert(split == NN_SPLIT_TEST);
    cr_assert(nn_dataset_find_split(dataset, "validation", &split, &error) == NN_STATE);
    cr_assert(strstr(error.message, "empty") && strstr(error.hint, "data split"));
    cr_assert(nn_dataset_find_split(dataset, "tset", &split, &error) == NN_ARGUMENT);
    cr_assert(strstr(error.hint, "test") && split == NN_SPLIT_TEST);
    nn_dataset_free(dataset);
}
