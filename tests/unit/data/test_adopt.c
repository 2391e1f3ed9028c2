/* Tables read as a model knows them. */
#include "base/mem.h"
#include "data_test.h"

static char *const known[] = {"a", "c=blue", "c=red", "c=?", "b"};

static struct nn_samples *read_known(const char *text, bool alone)
{
    struct nn_read_options options = plain_options();
    struct nn_samples *samples = NULL;
    struct nn_error error;
    options.known = known;
    options.known_count = sizeof known / sizeof known[0];
    options.known_alone = alone;
    expect_ok(read_bytes("csv", "t.csv", text, strlen(text), &options, &samples, &error));
    return samples;
}

static void expect_row(const struct nn_samples *s, size_t i, const float want[5])
{
    for (size_t j = 0; j < 5; j++)
        cr_assert(((float *)s->values)[5 * i + j] == want[j], "sample %zu, input %zu: %f", i, j,
                  (double)((float *)s->values)[5 * i + j]);
}

Test(adopt, the_same_inputs_whatever_the_file)
{
    /* Another order, a value never seen, only one of the known ones, a column more, no label. */
    static const char text[] = "b,id,c,a\n5,AB,green,1\n6,CD,red,2\n";
    struct nn_samples *s = read_known(text, true);
    cr_assert(s->feature_count == 5 && s->task == NN_TASK_NONE);
    for (size_t j = 0; j < 5; j++)
        cr_assert(strcmp(s->features[j], known[j]) == 0, "%s", s->features[j]);
    expect_row(s, 0, (float[]){1, 0, 0, 1, 5});
    expect_row(s, 1, (float[]){2, 0, 1, 0, 6});
    nn_samples_free(s);
}

Test(adopt, with_its_label)
{
    struct nn_samples *s = read_known("a,b,c,y\n1,5,blue,p\n2,6,red,q\n", false);
    cr_assert(s->feature_count == 5 && s->class_count == 2);
    expect_row(s, 0, (float[]){1, 1, 0, 0, 5});
    nn_samples_free(s);
}

/* Files for something else are read as they are. */
Test(adopt, only_when_all_are_there)
{
    static const char *const texts[] = {
        "a,b,y\n1,5,p\n",                 /* c is missing */
        "a,c,y\n1,red,p\n",               /* b is missing */
        "a,b,c,d,y\n1,5,red,7,p\n",       /* d is more, and may be wanted */
        "x1,x2,x3,x4,x5,y\n1,2,3,4,5,p\n" /* others */
    };
    static const size_t widths[] = {2, 3, 5, 5}; /* c=red and c=? */
    for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++) {
        struct nn_samples *s = read_known(texts[k], false);
        cr_assert(s->feature_count == widths[k], "case %zu: %zu", k, s->feature_count);
        cr_assert(strcmp(s->features[1], known[1]) != 0, "case %zu: as it is", k);
        nn_samples_free(s);
    }
}

Test(adopt, a_label_that_is_asked_for)
{
    static const char text[] = "a,c,b\n1,red,5\n2,blue,6\n";
    struct nn_read_options options = plain_options();
    struct nn_samples *samples = NULL;
    struct nn_error error;
    options.known = known;
    options.known_count = 5;
    options.label = "b";
    expect_ok(read_bytes("csv", "t.csv", text, strlen(text), &options, &samples, &error));
    cr_assert(samples->feature_count == 4 && samples->task == NN_TASK_REGRESSION);
    nn_samples_free(samples);
}

Test(adopt, numbers_must_be_numbers)
{
    static const char text[] = "a,b,c\nx,5,red\n";
    struct nn_read_options options = plain_options();
    struct nn_samples *samples = NULL;
    struct nn_error error;
    options.known = known;
    options.known_count = 5;
    options.header = 1;
    cr_assert(read_bytes("csv", "t.csv", text, strlen(text), &options, &samples, &error) ==
              NN_DAMAGED);
    cr_assert(error.line == 2 && error.column == 1, "%s", error.message);
}

/* Whatever names a model file claims to know. */
Test(adopt, odd_names)
{
    static char *const odd[][3] = {
        {"a", "a", "b"},       {"c=?", "c=red", "b"},
        {"c=red", "b", "c=?"}, {"c=red", "c=blue", "c=?"},
        {"c=", "c=?", "b"},    {"=", "==", "=?"},
        {"c=?", "c=?", "b"},   {"b", "b=?", "b=x"},
    };
    for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
        static const char text[] = "a,b,c\n1,5,red\n2,6,blue\n";
        struct nn_read_options options = plain_options();
        struct nn_samples *samples = NULL;
        struct nn_error error;
        options.label = "none";
        options.known = odd[k];
        options.known_count = 3;
        options.known_alone = true;
        expect_ok(read_bytes("csv", "t.csv", text, strlen(text), &options, &samples, &error));
        cr_assert(samples->feature_count == 5, "case %zu: as it is", k);
        nn_samples_free(samples);
    }
}
