#include "base/mem.h"
#include "data_test.h"

static enum nn_status read_text(const char *reader, const char *text, size_t length,
                                const struct nn_read_options *options, struct nn_samples **samples,
                                struct nn_error *error)
{
    char *copy = nn_calloc(length + 1, 1);
    memcpy(copy, text, length);
    enum nn_status status = read_bytes(reader, "a", copy, length, options, samples, error);
    nn_free(copy);
    return status;
}

static const char file[] = "# a comment\n"
                           "+1 1:0.5 3:-2 # another\n"
                           "-1 qid:7 2:1e1\n"
                           "\n"
                           "+1\n"
                           "-1 1:1 2:2 3:3\n";

Test(libsvm, dense_with_zeros)
{
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_error error;
    static const float want[12] = {0.5F, 0, -2, 0, 10, 0, 0, 0, 0, 1, 2, 3};
    expect_ok(read_text("libsvm", file, strlen(file), &options, &s, &error));
    cr_assert(s->count == 4 && s->shape.rank == 1 && s->shape.dim[0] == 3);
    cr_assert(memcmp(s->values, want, sizeof want) == 0);
    cr_assert(s->class_count == 2 && strcmp(s->classes[0], "-1") == 0 && s->labels[0] == 1);
    nn_samples_free(s);
    /* More features than it names; indices from 0; targets. */
    options.shape = nn_shape_make(1, (size_t[]){5});
    expect_ok(read_text("libsvm", file, strlen(file), &options, &s, &error));
    cr_assert(s->shape.dim[0] == 5 && ((float *)s->values)[6] == 10);
    nn_samples_free(s);
    options = plain_options();
    static const char zero[] = "0.5 0:1\n1.25 1:2\n";
    expect_ok(read_text("libsvm", zero, strlen(zero), &options, &s, &error));
    cr_assert(s->shape.dim[0] == 2 && s->task == NN_TASK_REGRESSION &&
              ((float *)s->values)[3] == 2);
    nn_samples_free(s);
    options.label = "none";
    expect_ok(read_text("libsvm", zero, strlen(zero), &options, &s, &error));
    cr_assert(!s->labels && !s->targets);
    nn_samples_free(s);
}

Test(libsvm, known_by_content)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"+1 1:0.5\n", true}, {"-1.5\t12:3 13:4", true}, {"3 0:1", true},   {"1,2,3\n", false},
        {"a 1:2\n", false},   {"1 a:2\n", false},        {"1 12\n", false}, {"", false},
    };
    const struct nn_reader *reader = find_reader("libsvm");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(reader->probe((const unsigned char *)cases[i].text, strlen(cases[i].text)) ==
                      cases[i].is,
                  "%s", cases[i].text);
}

Test(libsvm, mistakes_and_their_places)
{
    static const struct {
        const char *text, *message;
        size_t line;
        enum nn_status status;
    } cases[] = {
        {"1 1:2\n1 2:x\n", "INDEX:VALUE", 2, NN_DAMAGED},
        {"1 2:1 1:2\n", "must ascend", 1, NN_DAMAGED},
        {"1 2:1 2:2\n", "must ascend", 1, NN_DAMAGED},
        {"1 1:1e99\n", "finite", 1, NN_DAMAGED},
        {"1 1:nan\n", "finite", 1, NN_DAMAGED},
        {"1 -1:1\n", "INDEX:VALUE", 1, NN_DAMAGED},
        {"1 99999999999999999999:1\n", "INDEX:VALUE", 1, NN_DAMAGED},
        {"1 1000001:1\n", "at most 1000000", 1, NN_DAMAGED},
        {"1,2 1:1\n", "several labels", 1, NN_DAMAGED},
        {"1:1\n", "no label", 1, NN_DAMAGED},
        {"yes 1:1\n", "not a number", 1, NN_DAMAGED},
        {"# only\n", "no lines", 0, NN_DAMAGED},
        {"1\n2\n", "no line has a feature", 0, NN_DAMAGED},
    };
    struct nn_read_options options = plain_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_samples *s = NULL;
        struct nn_error error = {0};
        enum nn_status status =
            read_text("libsvm", cases[i].text, strlen(cases[i].text), &options, &s, &error);
        cr_assert(status == cases[i].status && !s && strstr(error.message, cases[i].message) &&
                      error.line == cases[i].line,
                  "%s: %d %s (line %zu)", cases[i].text, (int)status, error.message, error.line);
    }
}

/* 100 lines would become 400 MB. */
Test(libsvm, sparse_beyond_reason)
{
    char text[2000] = "";
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_error error = {0};
    for (size_t i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%zu 1000000:1\n", i % 2);
    cr_assert(read_text("libsvm", text, strlen(text), &options, &s, &error) == NN_LIMIT && !s);
    cr_assert(strstr(error.message, "nearly all of them 0"), "%s", error.message);
}

/* ---- ARFF ---- */

static const char weather[] = "% A comment\n"
                              "@RELATION 'the weather'\n"
                              "\n"
                              "@ATTRIBUTE 'out look' {sunny, \"over cast\", rainy}\n"
                              "@attribute temperature REAL\n"
                              "@attribute \"a \\\"b\\\"\" integer % text behind it\n"
                              "@attribute play {yes,no,maybe}\n"
                              "@DATA\n"
                              "sunny, 85.5, 1, no\n"
                              "'over cast',64,2,yes % why\n"
                              "% a line between\n"
                              "rainy,70,3,yes\n"
                              "sunny,71,?,no\n";

Test(arff, types_names_and_classes)
{
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_error error;
    options.missing = NN_MISSING_MEAN;
    expect_ok(read_text("arff", weather, strlen(weather), &options, &s, &error));
    /* rainy, sunny, "over cast" and unknown; temperature; a "b" */
    cr_assert(s->count == 4 && s->shape.dim[0] == 6, "%zu", s->shape.dim[0]);
    cr_assert(strcmp(s->features[0], "out look=over cast") == 0, "%s", s->features[0]);
    cr_assert(strcmp(s->features[5], "a \"b\"") == 0, "%s", s->features[5]);
    cr_assert(((float *)s->values)[4] == 85.5F && isnan(((float *)s->values)[3 * 6 + 5]));
    cr_assert(s->class_count == 3 && strcmp(s->classes[0], "yes") == 0);
    cr_assert(strcmp(s->classes[2], "maybe") == 0 && strcmp(s->target_name, "play") == 0);
    cr_assert(s->labels[0] == 1 && s->labels[1] == 0);
    nn_samples_free(s);
}

Test(arff, known_by_content)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {weather, true},
        {"\n\n  @Relation x\n", true},
        {"@attribute a real\n", true},
        {"% nothing more", false},
        {"@relation", false},
        {"a,b\n@relation\n", false},
        {"", false},
    };
    const struct nn_reader *reader = find_reader("arff");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(reader->probe((const unsigned char *)cases[i].text, strlen(cases[i].text)) ==
                      cases[i].is,
                  "%s", cases[i].text);
}

/* What the header says is true also where the values would look otherwise. */
Test(arff, the_header_decides_the_task)
{
    static const char text[] =
        "@relation r\n@attribute a numeric\n@attribute b numeric\n"
        "@attribute c {10,20,30.5}\n@data\n1,1,10\n2,2,20\n3,1,30.5\n4,2,10\n";
    struct nn_read_options options = plain_options();
    struct nn_samples *s = NULL;
    struct nn_error error;
    expect_ok(read_text("arff", text, strlen(text), &options, &s, &error));
    cr_assert(s->task == NN_TASK_CLASSIFICATION && s->class_count == 3);
    cr_assert(strcmp(s->classes[2], "30.5") == 0 && s->shape.dim[0] == 2);
    nn_samples_free(s);
    options.label = "b";
    expect_ok(read_text("arff", text, strlen(text), &options, &s, &error));
    cr_assert(s->task == NN_TASK_REGRESSION && s->targets[1] == 2 && s->shape.dim[0] == 5);
    nn_samples_free(s);
}

Test(arff, mistakes_and_their_places)
{
    static const struct {
        const char *text, *message;
        size_t line;
    } cases[] = {
        {"@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n1,z\n", "declares for b",
         5},
        {"@attribute a numeric\n@attribute b {x,y}\n@data\nx,x\n", "is no number", 4},
        {"@attribute a numeric\n@data\n{0 1}\n", "sparse", 3},
        {"@attribute a real\n@attribute b real\n@data\n1,2,3\n", "the row has 3 fields where 2", 4},
        {"@attribute a what\n@data\n1\n", "the type of an attribute", 1},
        {"@attribute a {x,y\n@data\n1\n", "end with }", 1},
        {"@attribute a {x,x}\n@data\n1\n", "declared twice", 1},
        {"@attribute 'a numeric\n@data\n", "not closed", 1},
        {"@attribute\n@data\n", "without a name", 1},
        {"@attribute a real more\n", "text follows", 1},
        {"@relation r\n1,2\n", "begins with @relation", 2},
        {"@relation r\n@attribute a real\n", "does not end with @data", 3},
        {"@data\n1\n", "no attributes", 2},
        {"@attribute a real\n@attribute b real\n@data\n1 2,3\n", "blank inside", 4},
        {"@attribute a real\n@attribute b real\n@data\n?,3\n", "missing", 4},
    };
    struct nn_read_options options = plain_options();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_samples *s = NULL;
        struct nn_error error = {0};
        enum nn_status status =
            read_text("arff", cases[i].text, strlen(cases[i].text), &options, &s, &error);
        cr_assert(status == NN_DAMAGED && !s && strstr(error.message, cases[i].message) &&
                      error.line == cases[i].line,
                  "%s: %d %s (line %zu)", cases[i].text, (int)status, error.message, error.line);
    }
}

/* Cut anywhere, and with every byte changed: an error or fewer rows, never a crash. */
Test(arff_and_libsvm, hostile)
{
    static const char *const readers[] = {"arff", "libsvm"};
    static const char *const texts[] = {weather, file};
    struct nn_read_options options = plain_options();
    for (int r = 0; r < 2; r++) {
        size_t length = strlen(texts[r]);
        for (size_t at = 0; at <= length; at++)
            for (int kind = 0; kind < 7; kind++) {
                char copy[600];
                struct nn_samples *s = NULL;
                struct nn_error error;
                memcpy(copy, texts[r], length + 1);
                if (kind > 0)
                    copy[at] = "'{,\xff\n9"[kind - 1];
                read_text(readers[r], copy, kind > 0 ? length : at, &options, &s, &error);
                nn_samples_free(s);
            }
    }
}
