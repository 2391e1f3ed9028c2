/* Missing cells: what stands for them, and who says so. */
#include "base/mem.h"
#include "data_test.h"

static struct nn_dataset *table(const char *text, enum nn_missing missing)
{
    return read_table(text, (struct nn_read_options){.missing = missing, .header = 1, .split = -1});
}

/* Sample `at` of the file, unscaled. */
static void expect_raw(const struct nn_dataset *d, size_t at, const float *want)
{
    float x[8];
    nn_dataset_raw(d, at, x);
    for (size_t j = 0; j < nn_shape_size(&d->samples->shape); j++)
        cr_assert(x[j] == want[j], "sample %zu, input %zu: %g, not %g", at, j, (double)x[j],
                  (double)want[j]);
}

static struct nn_dataset *last(const struct nn_dataset *d, double test)
{
    struct nn_division division = {.test = test, .order = NN_ORDER_LAST};
    struct nn_dataset *made = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_divide(d, &division, &made, &error));
    return made;
}

static const char numbers[] = "a,b,y\n1,5,p\n3,?,q\n,5,p\n8,6,q\n100,7,q\n";

Test(fill, the_training_split_decides)
{
    struct nn_dataset *d = table(numbers, NN_MISSING_MEAN), *split = last(d, 0.4);
    expect_raw(d, 2, (float[]){28, 5});
    expect_raw(split, 2, (float[]){2, 5});
    expect_raw(split, 1, (float[]){3, 5});
    expect_raw(split, 4, (float[]){100, 7});
    struct nn_dataset *again = last(split, 0.2), *scaled = NULL;
    struct nn_error error;
    expect_raw(again, 2, (float[]){4, 5});
    /* The scaling is that of the filled training samples: 1 3 2. */
    expect_ok(nn_dataset_scale(split, NN_SCALING_STANDARD, &scaled, &error));
    cr_assert(scaled->offset[0] == 2 && fabs(scaled->factor[0] - sqrt(1.5)) < 1e-15);
    float x[2];
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 2, x);
    cr_assert(x[0] == 0);
    nn_dataset_free(scaled);
    nn_dataset_free(again);
    nn_dataset_free(split);
    nn_dataset_free(d);
    d = table(numbers, NN_MISSING_MOST_FREQUENT);
    split = last(d, 0.4);
    expect_raw(split, 2, (float[]){1, 5});
    nn_dataset_free(split);
    nn_dataset_free(d);
}

Test(fill, a_category)
{
    static const char text[] = "c,y\nred,p\nred,q\n,p\nblue,q\nblue,p\nblue,p\n";
    struct nn_dataset *d = table(text, NN_MISSING_MOST_FREQUENT), *split = last(d, 0.5);
    expect_raw(d, 2, (float[]){1, 0, 0});
    expect_raw(split, 2, (float[]){0, 1, 0});
    nn_dataset_free(split);
    nn_dataset_free(d);
    d = table(text, NN_MISSING_MEAN);
    expect_raw(d, 2, (float[]){0, 0, 1});
    nn_dataset_free(d);
}

Test(fill, a_column_without_values)
{
    struct nn_dataset *d = table("a,b,y\n,1,p\n?,2,q\n,3,q\n7,4,p\n", NN_MISSING_MEAN);
    struct nn_dataset *split = last(d, 0.25), *filled = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_check_fill(d, &error));
    cr_assert(nn_dataset_check_fill(split, &error) == NN_DAMAGED);
    cr_assert(strstr(error.message, "\"a\" has no values at all in the training split"), "%s",
              error.message);
    cr_assert(strstr(error.hint, "columns="));
    expect_ok(nn_dataset_fill_with(split, NN_MISSING_MEAN, (float[]){9, 0}, 2, &filled, &error));
    expect_ok(nn_dataset_check_fill(filled, &error));
    expect_raw(filled, 1, (float[]){9, 2});
    nn_dataset_free(filled);
    filled = NULL;
    cr_assert(nn_dataset_fill_with(split, NN_MISSING_MEAN, (float[]){9, 0, 1}, 3, &filled,
                                   &error) == NN_SHAPE &&
              !filled);
    nn_dataset_free(split);
    nn_dataset_free(d);
    d = table("a,b,y\n,1,p\n?,2,q\n", NN_MISSING_MOST_FREQUENT);
    cr_assert(nn_dataset_check_fill(d, &error) == NN_DAMAGED);
    nn_dataset_free(d);
}

Test(fill, given_values_stay_when_scaled_and_held_out)
{
    struct nn_dataset *d = table(numbers, NN_MISSING_MEAN), *filled = NULL, *scaled = NULL;
    struct nn_dataset *held = NULL, *with = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_fill_with(d, NN_MISSING_MEAN, (float[]){50, 60}, 2, &filled, &error));
    expect_ok(nn_dataset_scale(filled, NN_SCALING_STANDARD, &scaled, &error));
    cr_assert(scaled->offset[0] == (1 + 3 + 50 + 8 + 100) / 5.0);
    expect_ok(nn_dataset_hold_out(scaled, 0.2, 1, &held, &error));
    expect_ok(nn_dataset_scale_with(held, NN_SCALING_MINMAX, (double[]){1, 2}, (double[]){3, 4}, 2,
                                    &with, &error));
    expect_raw(with, 1, (float[]){3, 60});
    expect_raw(with, 2, (float[]){50, 5});
    cr_assert(with->fill_given && with->scaling == NN_SCALING_MINMAX && with->factor[1] == 4);
    nn_dataset_free(with);
    nn_dataset_free(held);
    nn_dataset_free(scaled);
    nn_dataset_free(filled);
    nn_dataset_free(d);
}

Test(fill, joined_tables_are_filled_from_the_training_one)
{
    struct nn_dataset *a = table("a,y\n1,p\n?,q\n3,p\n", NN_MISSING_MEAN), *both = NULL;
    struct nn_dataset *b = table("a,y\n100,p\n?,q\n", NN_MISSING_MEAN);
    struct nn_error error;
    expect_ok(nn_dataset_join(a, b, NN_SPLIT_TEST, &both, &error));
    expect_raw(both, 1, (float[]){2});
    expect_raw(both, 4, (float[]){2});
    cr_assert(both->samples->missing[0] == 2 && both->samples->cut[3] == 1);
    nn_dataset_free(both);
    nn_dataset_free(b);
    nn_dataset_free(a);
}

/* Windows may be read as a table of their lags, and the other way round. */
Test(fill, counts_that_fit)
{
    struct nn_dataset *d = table(numbers, NN_MISSING_MEAN), *made = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_scale_with(d, NN_SCALING_STANDARD, (double[]){1}, (double[]){2}, 1, &made,
                                    &error));
    float x[2];
    nn_dataset_sample(made, NN_SPLIT_TRAIN, 0, x);
    cr_assert(x[0] == 0 && x[1] == 8);
    nn_dataset_free(made);
    nn_dataset_free(d);
}

Test(fill, out_of_memory)
{
    struct nn_dataset *d = table(numbers, NN_MISSING_MOST_FREQUENT);
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    for (size_t n = 1;; n++) {
        struct nn_division division = {.test = 0.2, .order = NN_ORDER_LAST};
        struct nn_dataset *made = NULL, *filled = NULL;
        struct nn_error error;
        nn_fault_alloc(n, false);
        enum nn_status status = nn_dataset_divide(d, &division, &made, &error);
        if (status == NN_OK)
            status =
                nn_dataset_fill_with(made, NN_MISSING_MEAN, (float[]){9, 0}, 2, &filled, &error);
        size_t calls = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        cr_assert(status == (calls < n ? NN_OK : NN_MEMORY), "n=%zu: %d", n, (int)status);
        cr_assert((status == NN_OK) == (filled != NULL));
        nn_dataset_free(filled);
        nn_dataset_free(made);
        if (calls < n)
            break;
    }
    nn_dataset_free(d);
}
