#include "app/options.h"

#include <criterion/criterion.h>
#include <string.h>

static enum nn_status parse(struct nn_options *options, struct nn_error *error, int count,
                            const char *const *words)
{
    char *argv[16] = {(char *)"nnscope"};
    for (int i = 0; i < count; i++)
        argv[i + 1] = (char *)words[i];
    memset(error, 0, sizeof *error);
    return nn_options_parse(count + 1, argv, options, error);
}

#define PARSE(...)                                                                                 \
    parse(&options, &error, (int)(sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *)),         \
          (const char *[]){__VA_ARGS__})

Test(options, inputs_keep_their_order)
{
    struct nn_options options;
    struct nn_error error;
    cr_assert(PARSE("-c", "echo a", "-fb.nns", "-ik", "c.nns", "--seed=7", "--threads", "3") ==
                  NN_OK,
              "%s", error.message);
    cr_assert_eq(options.input_count, 3);
    cr_expect_str_eq(options.inputs[0].text, "echo a");
    cr_expect_str_eq(options.inputs[1].path, "b.nns");
    cr_expect_str_eq(options.inputs[2].path, "c.nns");
    cr_expect(options.stay && options.keep_going && options.scripted);
    cr_expect(options.seeded && options.seed == 7 && options.threads == 3);
    nn_options_clear(&options);
}

Test(options, files_by_their_extension)
{
    struct nn_options options;
    struct nn_error error;
    cr_assert(PARSE("-i", "it's a model.safetensors", "table.csv.gz") == NN_OK);
    cr_assert_eq(options.input_count, 2);
    cr_expect_str_eq(options.inputs[0].text, "open 'it'\\''s a model.safetensors'");
    cr_expect_str_eq(options.inputs[1].text, "data load 'table.csv.gz'");
    cr_expect(!options.scripted, "a model or data alone is no script");
    nn_options_clear(&options);
}

Test(options, size)
{
    struct nn_options options;
    struct nn_error error;
    cr_assert(PARSE("-i", "--size=120x36") == NN_OK);
    cr_expect(options.columns == 120 && options.rows == 36);
    nn_options_clear(&options);
}

Test(options, wrong_use_is_told)
{
    static const struct {
        const char *argument, *message, *hint;
    } table[] = {
        {"--formt=json", "unknown option", "--format"},
        {"--format=xml", "text, json or csv", ""},
        {"--threads=0", "1 to 256", ""},
        {"--threads=many", "1 to 256", ""},
        {"--size=80", "COLSxROWS", ""},
        {"--size=5x5", "COLSxROWS", ""},
        {"--seed=-1", "whole number", ""},
        {"--color=red", "truecolor", ""},
        {"--ascii=yes", "takes no value", ""},
        {"--screen", "needs a value", ""},
        {"-f", "needs a value", ""},
        {"-z", "unknown option", ""},
        {"--\033[2J", "\\x1b", ""},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct nn_options options;
        struct nn_error error;
        cr_expect(PARSE(table[i].argument) == NN_USAGE, "%s", table[i].argument);
        cr_expect(strstr(error.message, table[i].message) != NULL, "%s: %s", table[i].argument,
                  error.message);
        cr_expect(strstr(error.hint, table[i].hint) != NULL, "%s: %s", table[i].argument,
                  error.hint);
    }
}

Test(options, every_option_is_explained)
{
    for (size_t i = 0; i < nn_option_count; i++) {
        cr_expect(nn_option_table[i].letter || nn_option_table[i].name);
        cr_expect(nn_option_table[i].help && *nn_option_table[i].help);
    }
}
