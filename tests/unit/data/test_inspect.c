/* Figures of columns, and duplicates. */
#include "base/mem.h"
#include "data/demo.h"
#include "data/inspect.h"
#include "data_test.h"

static struct nn_dataset *table(const char *text, enum nn_missing missing)
{
    return read_table(text,
                      (struct nn_read_options){.missing = missing, .header = -1, .split = -1});
}

Test(inspect, figures_of_columns)
{
    struct nn_dataset *d = table("a,b,y\n1,-2,p\n2,,q\n2,-4,p\n7,0,q\n", NN_MISSING_MEAN);
    struct nn_column_figures f[2];
    struct nn_error error;
    cr_assert(nn_dataset_column_count(d) == 2);
    expect_ok(nn_dataset_columns(d, f, NULL, &error));
    cr_assert(f[0].minimum == 1 && f[0].mean == 3 && f[0].maximum == 7 && f[0].distinct == 3);
    cr_assert(fabs(f[0].deviation - sqrt(22.0 / 4)) < 1e-12 && f[0].missing == 0);
    cr_assert(f[1].minimum == -4 && f[1].mean == -2 && f[1].maximum == 0 && f[1].missing == 1);
    cr_assert(fabs(f[1].deviation - sqrt(8.0 / 3)) < 1e-12, "of the three that are there");
    nn_dataset_free(d);
}

Test(inspect, figures_of_channels)
{
    struct nn_dataset *d = NULL;
    struct nn_column_figures f[3];
    struct nn_error error;
    expect_ok(nn_data_demo("signs", 60, 1, &d, &error));
    cr_assert(nn_dataset_column_count(d) == 3);
    expect_ok(nn_dataset_columns(d, f, NULL, &error));
    for (int c = 0; c < 3; c++)
        cr_assert(f[c].minimum >= 0 && f[c].maximum <= 255 && f[c].distinct <= 256 &&
                  f[c].mean > 20 && f[c].mean < 200);
    struct nn_progress progress = {.cancel = true};
    cr_assert(nn_dataset_columns(d, f, &progress, &error) == NN_CANCELLED);
    nn_dataset_free(d);
}

Test(inspect, duplicates)
{
    static const struct {
        const char *text;
        size_t copies, conflicts;
    } cases[] = {
        {"a,b,y\n1,2,p\n3,4,q\n", 0, 0},
        {"a,b,y\n1,2,p\n3,4,q\n1,2,p\n", 1, 0},
        {"a,b,y\n1,2,p\n3,4,q\n1,2,q\n1,2,p\n", 2, 1},
        {"a,b,y\n1,2,0.5\n1,2,0.5\n1,2,1.5\n", 2, 1},
        {"a,b,y\n1,2,p\n1,2,q\n3,4,p\n3,4,q\n2,1,p\n", 2, 2},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        struct nn_dataset *d = table(cases[k].text, NN_MISSING_REFUSE);
        struct nn_duplicates found;
        struct nn_error error;
        expect_ok(nn_dataset_duplicates(d, &found, &error));
        cr_assert(found.copies == cases[k].copies && found.conflicts == cases[k].conflicts,
                  "case %zu: %zu, %zu", k, found.copies, found.conflicts);
        cr_assert(found.leaked == 0);
        nn_dataset_free(d);
    }
}

Test(inspect, samples_that_leak)
{
    struct nn_dataset *d = table("a,y\n1,p\n2,q\n3,p\n4,q\n5,p\n6,q\n1,p\n2,q\n7,p\n7,p\n",
                                 NN_MISSING_REFUSE),
                      *split = NULL;
    struct nn_duplicates found;
    struct nn_error error;
    struct nn_division division = {.test = 0.4, .order = NN_ORDER_LAST};
    expect_ok(nn_dataset_divide(d, &division, &split, &error));
    expect_ok(nn_dataset_duplicates(split, &found, &error));
    cr_assert(found.copies == 3 && found.leaked == 2, "%zu %zu", found.copies, found.leaked);
    nn_dataset_free(split);
    nn_dataset_free(d);
}

/* The published set of iris has one flower twice. */
Test(inspect, iris_has_a_twin)
{
    struct nn_dataset *d = NULL;
    struct nn_duplicates found;
    struct nn_error error;
    expect_ok(nn_data_demo("iris", 0, 1, &d, &error));
    expect_ok(nn_dataset_duplicates(d, &found, &error));
    cr_assert(found.copies == 1 && found.conflicts == 0);
    nn_dataset_free(d);
}
