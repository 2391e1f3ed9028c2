/* Windows over a series. */
#include "base/mem.h"
#include "data_test.h"

/* A table read from a text, with the options of the test. */
static struct nn_dataset *table_with(const char *text, const char *label, enum nn_missing missing)
{
    return read_table(text, (struct nn_read_options){
                                .label = label, .missing = missing, .header = -1, .split = -1});
}

static struct nn_dataset *table(const char *text, const char *label)
{
    return table_with(text, label, NN_MISSING_REFUSE);
}

static struct nn_dataset *window(const struct nn_dataset *d, struct nn_windows windows)
{
    struct nn_dataset *made = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_window(d, &windows, &made, &error));
    return made;
}

static float value(const struct nn_dataset *d, size_t i, size_t j)
{
    return ((float *)d->samples->values)[i * nn_shape_size(&d->samples->shape) + j];
}

Test(window, one_column_and_its_future)
{
    struct nn_dataset *d = table("close\n1\n2\n4\n3\n5\n6\n", "none");
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 3, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN});
    static const float want[3][4] = {{1, 2, 4, 3}, {2, 4, 3, 5}, {4, 3, 5, 6}};
    const struct nn_samples *s = w->samples;
    cr_assert(s->count == 3 && s->shape.rank == 1 && s->shape.dim[0] == 3);
    cr_assert(s->task == NN_TASK_REGRESSION && s->target_width == 1 && s->horizon == 1);
    cr_assert(strcmp(s->target_name, "close") == 0);
    cr_assert(strcmp(s->features[0], "close[t-2]") == 0 && strcmp(s->features[2], "close[t]") == 0);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j < 3; j++)
            cr_assert(value(w, i, j) == want[i][j]);
        cr_assert(s->targets[i] == want[i][3]);
    }
    nn_dataset_free(w);
    w = window(
        d,
        (struct nn_windows){
            .length = 3, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN, .direction = true});
    cr_assert(w->samples->task == NN_TASK_CLASSIFICATION && w->samples->class_count == 2);
    cr_assert(strcmp(w->samples->classes[1], "up") == 0);
    cr_assert(w->samples->labels[0] == 0 && w->samples->labels[1] == 1 &&
              w->samples->labels[2] == 1);
    nn_dataset_free(w);
    nn_dataset_free(d);
}

Test(window, several_columns_stand_one_after_the_other)
{
    struct nn_dataset *d = table("a,b,y\n1,10,p\n2,20,q\n3,30,p\n4,40,q\n5,50,r\n", NULL);
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 2, .step = 2, .horizon = 1, .target = NN_WINDOW_LABEL});
    const struct nn_samples *s = w->samples;
    static const float want[2][4] = {{1, 2, 10, 20}, {3, 4, 30, 40}};
    cr_assert(s->count == 2 && s->shape.rank == 2 && s->shape.dim[0] == 2 && s->shape.dim[1] == 2);
    for (size_t i = 0; i < 2; i++)
        for (size_t j = 0; j < 4; j++)
            cr_assert(value(w, i, j) == want[i][j], "%zu %zu: %f", i, j, (double)value(w, i, j));
    cr_assert(s->class_count == 3 && s->labels[0] == 0 && s->labels[1] == 2);
    cr_assert(strcmp(s->features[1], "a[t]") == 0 && strcmp(s->features[2], "b[t-1]") == 0);
    /* One scale for each column, however long the window. */
    struct nn_dataset *scaled = NULL;
    struct nn_error error;
    expect_ok(nn_dataset_scale(w, NN_SCALING_MINMAX, &scaled, &error));
    cr_assert(scaled->scale_count == 2 && scaled->offset[0] == 1.0F && scaled->offset[1] == 10.0F);
    nn_dataset_free(scaled);
    nn_dataset_free(w);
    /* The label of the window's own last row. */
    w = window(
        d, (struct nn_windows){.length = 2, .step = 1, .horizon = 0, .target = NN_WINDOW_LABEL});
    cr_assert(w->samples->count == 4 && w->samples->labels[3] == 2 && w->samples->labels[0] == 1);
    nn_dataset_free(w);
    nn_dataset_free(d);
}

Test(window, a_single_series_has_one_scale)
{
    struct nn_dataset *d = table("close\n0\n1\n2\n3\n4\n5\n", "none"), *scaled = NULL;
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 3, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN});
    struct nn_error error;
    float x[3];
    expect_ok(nn_dataset_scale(w, NN_SCALING_MINMAX, &scaled, &error));
    cr_assert(scaled->scale_count == 1 && scaled->offset[0] == 0 && scaled->factor[0] == 0.25);
    nn_dataset_sample(scaled, NN_SPLIT_TRAIN, 1, x);
    cr_assert(x[0] == 0.25F && x[1] == 0.5F && x[2] == 0.75F);
    nn_dataset_unscale(scaled, x);
    cr_assert(x[0] == 1 && x[1] == 2 && x[2] == 3);
    nn_dataset_free(scaled);
    nn_dataset_free(w);
    nn_dataset_free(d);
}

Test(window, none_reaches_across_rows_that_were_left_out)
{
    /* Row 5 of 10 is dropped: 0 1 2 3 4 | 6 7 8 9. */
    static const char text[] = "a\n0\n1\n2\n3\n4\n?\n6\n7\n8\n9\n";
    struct nn_dataset *d = table_with(text, "none", NN_MISSING_DROP);
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 3, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN});
    static const float first[3] = {0, 1, 6};
    const struct nn_samples *s = w->samples;
    cr_assert(s->count == 3 && s->left_out == 3, "%zu, %zu", s->count, s->left_out);
    for (size_t i = 0; i < 3; i++)
        cr_assert(value(w, i, 0) == first[i] && s->targets[i] == first[i] + 3);
    cr_assert(s->dropped == 1 && s->missing_rule == NN_MISSING_DROP && s->missing[0] == 1);
    nn_dataset_free(w);
    struct nn_windows five = {.length = 5, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN};
    struct nn_error error;
    w = NULL;
    cr_assert(nn_dataset_window(d, &five, &w, &error) == NN_ARGUMENT && !w);
    cr_assert(strstr(error.message, "no window is left"), "%s", error.message);
    nn_dataset_free(d);
}

Test(window, a_filled_cell_is_no_target)
{
    /* The cell of row 3 is missing; in windows it is filled. */
    static const char text[] = "a,b\n0,1\n2,1\n4,1\n?,1\n6,1\n8,1\n";
    struct nn_dataset *d = table_with(text, "none", NN_MISSING_MEAN);
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 2, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN});
    const struct nn_samples *s = w->samples;
    float x[4];
    cr_assert(s->count == 3 && s->left_out == 1 && s->missing[0] == 1 && s->gaps);
    cr_assert(s->targets[0] == 4 && s->targets[1] == 6 && s->targets[2] == 8);
    nn_dataset_sample(w, NN_SPLIT_TRAIN, 1, x);
    /* The mean of what the windows know: 0 2, 4 and 6. */
    cr_assert(x[0] == 4 && x[1] == 3 && x[2] == 1 && x[3] == 1, "%g %g", (double)x[0],
              (double)x[1]);
    nn_dataset_free(w);
    w = window(
        d,
        (struct nn_windows){
            .length = 2, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN, .direction = true});
    cr_assert(w->samples->count == 2 && w->samples->left_out == 2, "nor is it what to compare");
    nn_dataset_free(w);
    nn_dataset_free(d);
}

Test(window, regression_and_none)
{
    struct nn_dataset *d = table("a,y\n1,0.5\n2,1.5\n3,2.5\n4,3.5\n", NULL);
    struct nn_dataset *w = window(
        d, (struct nn_windows){.length = 2, .step = 1, .horizon = 2, .target = NN_WINDOW_LABEL});
    cr_assert(w->samples->count == 1 && w->samples->targets[0] == 3.5F);
    nn_dataset_free(w);
    w = window(d,
               (struct nn_windows){.length = 4, .step = 1, .horizon = 0, .target = NN_WINDOW_NONE});
    cr_assert(w->samples->count == 1 && w->samples->task == NN_TASK_NONE);
    nn_dataset_free(w);
    nn_dataset_free(d);
}

Test(window, refusals)
{
    struct nn_dataset *d = table("a,b\n1,2\n3,4\n5,6\n", "none"), *w = NULL;
    struct nn_error error;
    static const struct {
        struct nn_windows windows;
        enum nn_status status;
    } cases[] = {
        {{.length = 3, .step = 1, .horizon = 1, .target = NN_WINDOW_COLUMN}, NN_ARGUMENT},
        {{.length = 4, .step = 1, .target = NN_WINDOW_NONE}, NN_ARGUMENT},
        {{.length = 0, .step = 1, .target = NN_WINDOW_NONE}, NN_ARGUMENT},
        {{.length = 1, .step = 0, .target = NN_WINDOW_NONE}, NN_ARGUMENT},
        {{.length = 1, .step = 1, .target = NN_WINDOW_COLUMN, .column = 2}, NN_ARGUMENT},
        {{.length = 1, .step = 1, .target = NN_WINDOW_LABEL}, NN_STATE},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
        cr_expect(nn_dataset_window(d, &cases[k].windows, &w, &error) == cases[k].status && !w,
                  "case %zu: %s", k, error.message);
    nn_dataset_free(d);
}

Test(window, out_of_memory)
{
    struct nn_dataset *d =
        table_with("a,b,y\n1,,p\n2,20,q\n3,30,p\n4,40,q\n5,50,r\n", NULL, NN_MISSING_MEAN);
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    for (size_t n = 1;; n++) {
        struct nn_dataset *w = NULL;
        struct nn_error error;
        struct nn_windows windows = {
            .length = 2, .step = 1, .horizon = 1, .target = NN_WINDOW_LABEL};
        nn_fault_alloc(n, false);
        enum nn_status status = nn_dataset_window(d, &windows, &w, &error);
        size_t calls = nn_fault_alloc_count();
        nn_fault_alloc(0, false);
        cr_assert(status == (calls < n ? NN_OK : NN_MEMORY), "n=%zu: %d", n, (int)status);
        cr_assert((status == NN_OK) == (w != NULL));
        nn_dataset_free(w);
        if (calls < n)
            break;
    }
    nn_dataset_free(d);
}
