#include "base/args.h"

#include "base/mem.h"
#include "base/random.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { EPOCHS, KERNEL, LR, SHUFFLE, LOSS, NAME, FROM, SAMPLE, OUT, LAYER };
static const struct nn_arg_spec specs[] = {
    {.name = "epochs", .type = NN_ARG_INT, .min = 1, .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "kernel", .type = NN_ARG_DIMS, .fallback = "3", .flags = NN_ARG_POSITIONAL},
    {.name = "lr", .type = NN_ARG_REAL, .fallback = "1e-3", .max = 1},
    {.name = "shuffle", .type = NN_ARG_BOOL, .fallback = "yes"},
    {.name = "loss", .type = NN_ARG_CHOICE, .choices = "mse|binary_crossentropy"},
    {.name = "name", .type = NN_ARG_TEXT},
    {.name = "from", .type = NN_ARG_NAMES},
    {.name = "sample", .type = NN_ARG_SAMPLE, .fallback = "0"},
    {.name = "out", .type = NN_ARG_FILE},
    {.name = "layer", .type = NN_ARG_LAYER},
    {0},
};
static const struct nn_arg_spec echo_specs[] = {
    {.name = "times", .type = NN_ARG_INT, .fallback = "1"},
    {.name = "words", .type = NN_ARG_WORDS, .flags = NN_ARG_POSITIONAL},
    {0},
};
static const struct nn_arg_spec no_specs[] = {{0}};

/* Words from a line at single blanks: "10 lr=0.1". The texts live in `store`. */
static size_t split(const char *line, char store[200], struct nn_word words[20])
{
    size_t count = 0;
    snprintf(store, 200, "%s", line);
    for (char *at = store; *at;) {
        size_t length = strcspn(at, " ");
        bool last = at[length] == '\0';
        at[length] = '\0';
        char *equal = strchr(at, '=');
        words[count] = (struct nn_word){.value = at, .column = (size_t)(at - store) + 1};
        if (equal) {
            *equal = '\0';
            words[count].key = at;
            words[count].value = equal + 1;
        }
        count++;
        at += length + !last;
    }
    return count;
}

static enum nn_status parse_line(struct nn_args *args, const struct nn_arg_spec *list,
                                 const char *line, const char *what, struct nn_error *error)
{
    char store[200];
    struct nn_word words[20];
    size_t count = split(line, store, words);
    return nn_args_parse(args, list, words, count, what, error);
}

/* What parsing gives, written out again; freed at the next call. */
static const char *parsed(const struct nn_arg_spec *list, const char *line, bool all)
{
    static char text[500];
    struct nn_args args;
    struct nn_error error;
    struct nn_buffer out;
    if (parse_line(&args, list, line, "train", &error) != NN_OK) {
        snprintf(text, sizeof text, "%s", error.message);
        return text;
    }
    nn_buffer_init(&out, 0);
    nn_args_format(&args, all, &out);
    snprintf(text, sizeof text, "%s", nn_buffer_string(&out));
    nn_buffer_clear(&out);
    nn_args_clear(&args);
    return text;
}

Test(args, values_of_every_type)
{
    struct nn_args args;
    struct nn_error error = {0};
    cr_assert(parse_line(&args, specs,
                         "12 5x3 lr=.5 shuffle=off loss=binary_crossentropy name=c1 from=a,b "
                         "sample=all out=x.npy layer=3",
                         "t", &error) == NN_OK,
              "%s", error.message);
    cr_assert(nn_args_int(&args, EPOCHS) == 12 && nn_args_real(&args, EPOCHS) == 12);
    cr_assert(args.values[KERNEL].dim_count == 2 && nn_args_dim(&args, KERNEL, 0) == 5 &&
              nn_args_dim(&args, KERNEL, 1) == 3);
    cr_assert(nn_args_real(&args, LR) == 0.5 && !nn_args_bool(&args, SHUFFLE));
    cr_assert(nn_args_int(&args, LOSS) == 1 && nn_args_int(&args, SAMPLE) == -1);
    static const char *const texts[] = {"12", "5x3", "0.5", "no",    "binary_crossentropy",
                                        "c1", "a,b", "all", "x.npy", "3"};
    for (int i = 0; i < args.count; i++) {
        cr_assert(nn_args_given(&args, i) && nn_args_is_set(&args, i));
        cr_assert(!strcmp(nn_args_text(&args, i), texts[i]), "%s", nn_args_text(&args, i));
    }
    nn_args_clear(&args);
    nn_args_clear(&args);
}

Test(args, defaults)
{
    struct nn_args args;
    cr_assert(parse_line(&args, specs, "3", "train", NULL) == NN_OK);
    cr_assert(nn_args_is_set(&args, LR) && !nn_args_given(&args, LR));
    cr_assert(nn_args_real(&args, LR) == 0.001 && !strcmp(nn_args_text(&args, LR), "0.001"));
    cr_assert(nn_args_bool(&args, SHUFFLE) && nn_args_dim(&args, KERNEL, 1) == 3);
    cr_assert(!nn_args_is_set(&args, LOSS) && !nn_args_text(&args, LOSS));
    nn_args_clear(&args);

    cr_assert(nn_args_default(&args, specs, NULL) == NN_OK);
    cr_assert(!nn_args_is_set(&args, EPOCHS) && nn_args_is_set(&args, SHUFFLE));
    nn_args_clear(&args);
    cr_assert(parse_line(&args, no_specs, "", "quit", NULL) == NN_OK && args.count == 0);
    nn_args_clear(&args);
}

Test(args, texts_and_what_they_mean)
{
    static const char *const cases[][2] = {
        {"3 shuffle=true", "epochs=3"},
        {"3 shuffle=YES", "epochs=3"},
        {"3 shuffle=0", "epochs=3 shuffle=no"},
        {"+3 kernel=3X4x5", "epochs=3 kernel=3x4x5"},
        {"epochs=3 7", "epochs=3 kernel=7"},
        {"lr=1e-3 3", "epochs=3"},
        {"3 kernel=1x2x3x4x5x6x7x8", "epochs=3 kernel=1x2x3x4x5x6x7x8"},
        {"3 lr=1", "epochs=3 lr=1"},
        {"3 name=", "epochs=3 name=''"},
        {"3 name=a'b$", "epochs=3 name='a'\\''b$'"},
        {"3 sample=00", "epochs=3"},
        {"3 from=a", "epochs=3 from=a"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *result = parsed(specs, cases[i][0], false);
        cr_assert(!strcmp(result, cases[i][1]), "%s: %s", cases[i][0], result);
    }
    cr_assert(!strcmp(parsed(specs, "3", true), "epochs=3 kernel=3 lr=0.001 shuffle=yes sample=0"));
}

Test(args, words_join)
{
    static const char *const cases[][2] = {
        {"", "times=1"},
        {"hello big world", "times=1 hello big world"},
        {"a times=3 b=c d", "times=3 a b=c d"},
        {"words=x", "times=1 words=x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *result = parsed(echo_specs, cases[i][0], true);
        cr_assert(!strcmp(result, cases[i][1]), "%s: %s", cases[i][0], result);
    }
}

#define USAGE                                                                                      \
    "train EPOCHS [KERNEL] [lr=1e-3] [shuffle=yes|no] [loss=mse|binary_crossentropy] [name=TEXT] " \
    "[from=NAMES] [sample=0] [out=FILE] [layer=LAYER]"

Test(args, errors_name_the_key_the_text_and_what_is_needed)
{
    static const struct {
        const char *line;
        size_t column;
        const char *message, *hint;
    } cases[] = {
        {"abc", 1, "train: epochs=abc: a whole number of at least 1 is needed", ""},
        {"0", 1, "train: epochs=0: a whole number of at least 1 is needed", ""},
        {"1e3", 1, "train: epochs=1e3: a whole number of at least 1 is needed", ""},
        {"3 lr=fast", 3, "train: lr=fast: a number from 0 to 1 is needed", ""},
        {"3 lr=1.5", 3, "train: lr=1.5: a number from 0 to 1 is needed", ""},
        {"3 lr=nan", 3, "train: lr=nan: a number from 0 to 1 is needed", ""},
        {"3 lr=", 3, "train: lr=: a number from 0 to 1 is needed", ""},
        {"3 shuffle=2", 3, "train: shuffle=2: yes or no is needed", ""},
        {"3 loss=crossentropy", 3,
         "train: loss=crossentropy: one of mse, binary_crossentropy is needed",
         "did you mean binary_crossentropy?"},
        {"3 3x0", 3,
         "train: kernel=3x0: a whole number of at least 1, or up to 8 of them joined by x (3x5), "
         "is needed",
         ""},
        {"3 from=a,,b", 3, "train: from=a,,b: a list of names joined by commas (a,b) is needed",
         ""},
        {"3 from=", 3, "train: from=: a list of names joined by commas (a,b) is needed", ""},
        {"3 sample=-1", 3, "train: sample=-1: the number of a sample, from 0, or all is needed",
         ""},
        {"3 out=", 3, "train: out=: a file name is needed", ""},
        {"3 layer=", 3, "train: layer=: the name or number of a layer is needed", ""},
        {"3 kernal=5", 3, "train: unknown key \"kernal\"", "did you mean kernel?"},
        {"3 zoom=5", 3, "train: unknown key \"zoom\"",
         "the keys are: epochs, kernel, lr, shuffle, loss, name, from, sample, out, layer"},
        {"epochs=3 lr=0 epochs=4", 15, "train: epochs is given twice", ""},
        {"3 epochs=4", 3, "train: epochs is given twice", ""},
        {"3 5 7", 5, "train: \"7\" is one value too many; usage: " USAGE, ""},
        {"3 5 shuffle", 5, "train: \"shuffle\" is one value too many; usage: " USAGE,
         "did you mean shuffle=...?"},
        {"lr=1", 0, "train: epochs is missing; usage: " USAGE, ""},
        {"\033[2J", 1, "train: epochs=\\x1b[2J: a whole number of at least 1 is needed", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_args args, before;
        struct nn_error error = {0};
        memset(&args, 0x5A, sizeof args);
        before = args;
        cr_assert(parse_line(&args, specs, cases[i].line, "train", &error) == NN_ARGUMENT);
        cr_assert(!strcmp(error.message, cases[i].message), "%s", error.message);
        cr_assert(!strcmp(error.hint, cases[i].hint), "%s: %s", error.message, error.hint);
        cr_assert(error.column == cases[i].column, "%s: %zu", error.message, error.column);
        cr_assert(!memcmp(&args, &before, sizeof args), "%s: changed", cases[i].line);
    }
}

Test(args, nine_dimensions_are_too_many)
{
    cr_assert(strstr(parsed(specs, "3 1x1x1x1x1x1x1x1x1", false), "up to 8"));
    cr_assert(strstr(parsed(specs, "3 99999999999", false), "is needed"));
    cr_assert(strstr(parsed(specs, "3 3x", false), "is needed"));
}

Test(args, no_keys)
{
    struct nn_args args;
    struct nn_error error;
    cr_assert(parse_line(&args, no_specs, "a=1", "quit", &error) == NN_ARGUMENT);
    cr_assert(!strcmp(error.hint, "it takes no keys"), "%s", error.hint);
    cr_assert(parse_line(&args, no_specs, "now", "quit", &error) == NN_ARGUMENT);
    cr_assert(!strcmp(error.message, "quit: \"now\" is one value too many; usage: quit"), "%s",
              error.message);
}

Test(args, set_one)
{
    struct nn_args args;
    struct nn_error error;
    cr_assert(parse_line(&args, specs, "3", "train", NULL) == NN_OK);
    cr_assert(nn_args_set(&args, "lr", "0.25", "net set", &error) == NN_OK);
    cr_assert(nn_args_real(&args, LR) == 0.25 && nn_args_given(&args, LR));
    cr_assert(nn_args_set(&args, "lr", "x", "net set", &error) == NN_ARGUMENT);
    cr_assert(nn_args_real(&args, LR) == 0.25 && !strcmp(nn_args_text(&args, LR), "0.25"));
    cr_assert(nn_args_set(&args, "layr", "x", "net set", &error) == NN_ARGUMENT);
    cr_assert(!strcmp(error.hint, "did you mean layer?"), "%s", error.hint);
    nn_args_clear(&args);
}

Test(args, copies_are_independent)
{
    struct nn_args args, copy;
    cr_assert(parse_line(&args, specs, "3 name=first", "train", NULL) == NN_OK);
    cr_assert(nn_args_copy(&copy, &args, NULL) == NN_OK);
    cr_assert(nn_args_set(&args, "name", "second", "x", NULL) == NN_OK);
    cr_assert(!strcmp(nn_args_text(&copy, NAME), "first") && copy.count == args.count);
    cr_assert(!strcmp(nn_args_text(&args, NAME), "second"));
    nn_args_clear(&args);
    cr_assert(!strcmp(nn_args_text(&copy, NAME), "first"));
    nn_args_clear(&copy);
}

Test(args, synopsis)
{
    static const struct nn_arg_spec list[] = {
        {.name = "method",
         .type = NN_ARG_CHOICE,
         .choices = "none|unit",
         .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
        {.name = "loss", .type = NN_ARG_TEXT, .choices = "@losses", .flags = NN_ARG_REQUIRED},
        {.name = "size", .type = NN_ARG_DIMS},
        {.name = "x", .type = NN_ARG_REAL},
        {.name = "what", .type = NN_ARG_WORDS, .flags = NN_ARG_POSITIONAL},
        {0},
    };
    struct nn_buffer out;
    nn_buffer_init(&out, 0);
    nn_arg_specs_synopsis(list, &out);
    cr_assert(!strcmp(nn_buffer_string(&out), "none|unit loss=NAME [size=SIZE] [x=X] [WHAT...]"),
              "%s", nn_buffer_string(&out));
    nn_buffer_clear(&out);
    nn_arg_specs_synopsis(no_specs, &out);
    cr_assert(out.length == 0);
    cr_assert(nn_args_find(list, "size") == 2 && nn_args_find(list, "siz") == -1);
    nn_buffer_clear(&out);
}

/* What is formatted means the same when it is read again. */
Test(args, format_round_trip)
{
    struct nn_random random;
    nn_random_init(&random, 5, NN_STREAM_GENERATE, 0);
    for (int round = 0; round < 2000; round++) {
        char line[200], once[500];
        snprintf(line, sizeof line, "%u %ux%u lr=%u.%ue-1 shuffle=%u sample=%u",
                 1 + nn_random_below(&random, 1000), 1 + nn_random_below(&random, 9),
                 1 + nn_random_below(&random, 9), 0U, nn_random_below(&random, 1000),
                 nn_random_below(&random, 2), nn_random_below(&random, 3));
        snprintf(once, sizeof once, "%s", parsed(specs, line, false));
        cr_assert(!strcmp(parsed(specs, once, false), once), "%s: %s", line, once);
    }
}

Test(args, every_allocation_may_fail)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    static const char *const lines[] = {"3 5x5 lr=0.1 loss=mse name=a from=b,c", "3 kernal=1",
                                        "3 loss=crossentropy", "3 4 5", "lr=1"};
    for (size_t line = 0; line < sizeof lines / sizeof *lines; line++) {
        for (size_t n = 1;; n++) {
            struct nn_args args = {0}, copy = {0};
            struct nn_error error = {0};
            nn_fault_alloc(n, false);
            enum nn_status status = parse_line(&args, specs, lines[line], "train", &error);
            if (status == NN_OK)
                status = nn_args_copy(&copy, &args, &error);
            bool done = nn_fault_alloc_count() < n;
            nn_fault_alloc(0, false);
            cr_assert(status == NN_OK || error.message[0], "no message");
            cr_assert(status == NN_OK || status == NN_MEMORY || line > 0, "%s", error.message);
            nn_args_clear(&args);
            nn_args_clear(&copy);
            if (done)
                break;
            cr_assert(n < 1000);
        }
    }
}

Test(args, numbers_or_a_word)
{
    static const struct nn_arg_spec list[] = {
        {.name = "weights", .type = NN_ARG_NUMBERS, .max = 10, .choices = "balanced"},
        {.name = "any", .type = NN_ARG_NUMBERS},
        {0},
    };
    struct nn_args args, copy;
    struct nn_error error = {0};
    cr_assert(parse_line(&args, list, "weights=1,0.50,1e0 any=-3", "what", &error) == NN_OK, "%s",
              error.message);
    cr_assert(args.values[0].number_count == 3 && args.values[0].numbers[1] == 0.5);
    cr_assert_str_eq(args.values[0].text, "1,0.5,1");
    cr_assert(args.values[1].number_count == 1 && args.values[1].numbers[0] == -3.0);
    cr_assert(nn_args_copy(&copy, &args, &error) == NN_OK);
    cr_assert(nn_args_set(&args, "weights", "balanced", "what", &error) == NN_OK);
    cr_assert(args.values[0].numbers == NULL && args.values[0].integer == 0);
    cr_assert(copy.values[0].number_count == 3 && copy.values[0].numbers[1] == 0.5);
    const char *const wrong[] = {"weights=",        "weights=1,",   "weights=1,,2", "weights=11",
                                 "weights=1;2",     "weights=-1",   "weights=nan",  "weights=1e999",
                                 "weights=balance", "any=balanced", "any=1,x"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct nn_args none = {0};
        cr_assert(parse_line(&none, list, wrong[i], "what", &error) == NN_ARGUMENT, "%s", wrong[i]);
        cr_assert(strstr(error.message, "a list of numbers"), "%s", error.message);
    }
    nn_args_clear(&args);
    nn_args_clear(&copy);
}
