#include "base/args_value.h"

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define MAX_DIMS    8
#define MAX_CHOICES 64

/* ---- bounds ---- */

struct bounds {
    double min, max;
};

static struct bounds bounds_of(const struct nn_arg_spec *spec)
{
    struct bounds bounds = {-INFINITY, INFINITY};
    if (spec->type == NN_ARG_DIMS)
        bounds = (struct bounds){1, INT32_MAX};
    if (spec->min != 0 || spec->max != 0)
        bounds = (struct bounds){spec->min, spec->max >= spec->min ? spec->max : INFINITY};
    return bounds;
}

/* " from 1 to 10", " of at least 1", " of at most 0" or nothing. */
static void describe_bounds(const struct nn_arg_spec *spec, struct nn_buffer *out)
{
    struct bounds bounds = bounds_of(spec);
    char min[NN_NUMBER_SIZE], max[NN_NUMBER_SIZE];
    nn_number_double(min, bounds.min);
    nn_number_double(max, bounds.max);
    bool above = bounds.max < INT32_MAX, below = isfinite(bounds.min) != 0;
    if (above && below)
        nn_buffer_printf(out, " from %s to %s", min, max);
    else if (below)
        nn_buffer_printf(out, " of at least %s", min);
    else if (above)
        nn_buffer_printf(out, " of at most %s", max);
}

/* ---- choices ---- */

/* The choices of "a|b|c" as pointers into `copy`, which the caller owns; at most MAX_CHOICES. */
static size_t split_choices(char *copy, const char *list[MAX_CHOICES])
{
    size_t count = 0;
    for (char *at = copy; at && count < MAX_CHOICES;) {
        char *bar = strchr(at, '|');
        list[count++] = at;
        if (bar)
            *bar++ = '\0';
        at = bar;
    }
    return count;
}

/* "a, b, c" */
static void describe_choices(const char *choices, struct nn_buffer *out)
{
    for (const char *at = choices; *at; at++) {
        nn_buffer_char(out, *at == '|' ? ',' : *at);
        if (*at == '|')
            nn_buffer_char(out, ' ');
    }
}

/* The candidate nearest to `word` in "a|b|c" as a hint. */
static void hint_choice(struct nn_error *error, const char *word, const char *choices)
{
    const char *list[MAX_CHOICES];
    char *copy = nn_strdup(choices);
    if (copy) {
        const char *nearest = nn_text_nearest(word, list, split_choices(copy, list));
        if (nearest)
            nn_fail_hint(error, "did you mean %s?", nearest);
    }
    nn_free(copy);
}

/* ---- values: each reads `text` into arg (numbers) and out (canonical text) ---- */

static bool read_int(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                     struct nn_buffer *out)
{
    struct bounds bounds = bounds_of(spec);
    if (!nn_number_parse_int(text, strlen(text), &arg->integer))
        return false;
    arg->real = (double)arg->integer;
    nn_buffer_printf(out, "%" PRId64, arg->integer);
    return arg->real >= bounds.min && arg->real <= bounds.max;
}

static bool read_real(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                      struct nn_buffer *out)
{
    struct bounds bounds = bounds_of(spec);
    char number[NN_NUMBER_SIZE];
    if (!nn_number_parse(text, strlen(text), &arg->real) || !isfinite(arg->real))
        return false;
    nn_buffer_text(out, nn_number_double(number, arg->real));
    return arg->real >= bounds.min && arg->real <= bounds.max;
}

static bool read_bool(const char *text, struct nn_arg *arg, struct nn_buffer *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (nn_text_equal_nocase(text, words[i])) {
            arg->integer = i % 2;
            nn_buffer_text(out, words[i % 2]);
            return true;
        }
    }
    return false;
}

static bool read_choice(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                        struct nn_buffer *out)
{
    size_t length = strlen(text);
    int64_t index = 0;
    for (const char *at = spec->choices; at; index++) {
        size_t size = strcspn(at, "|");
        if (size == length && strncmp(at, text, size) == 0) {
            arg->integer = index;
            nn_buffer_append(out, at, size);
            return true;
        }
        at = at[size] == '|' ? at + size + 1 : NULL;
    }
    return false;
}

static bool read_dims(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                      struct nn_buffer *out)
{
    struct bounds bounds = bounds_of(spec);
    for (const char *at = text; at;) {
        size_t size = strcspn(at, "xX");
        int64_t dim;
        if (arg->dim_count == MAX_DIMS || !nn_number_parse_int(at, size, &dim) ||
            (double)dim < bounds.min || (double)dim > bounds.max)
            return false;
        nn_buffer_printf(out, at == text ? "%" PRId64 : "x%" PRId64, dim);
        arg->dims[arg->dim_count++] = dim;
        at = at[size] != '\0' ? at + size + 1 : NULL;
    }
    return true;
}

static bool read_names(const char *text, struct nn_buffer *out)
{
    for (const char *at = text; at;) {
        size_t size = strcspn(at, ",");
        if (size == 0)
            return false;
        at = at[size] == ',' ? at + size + 1 : NULL;
    }
    nn_buffer_text(out, text);
    return true;
}

/* One of the choices, or numbers: as many as there are commas, and one. */
static bool read_numbers(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                         struct nn_buffer *out)
{
    struct bounds bounds = bounds_of(spec);
    char number[NN_NUMBER_SIZE];
    size_t count = 1;
    if (read_choice(spec, text, arg, out))
        return true;
    for (const char *at = text; *at; at++)
        count += *at == ',';
    arg->numbers = nn_calloc(count, sizeof *arg->numbers);
    if (!arg->numbers) {
        out->failed = true;
        return true;
    }
    for (const char *at = text; at;) {
        size_t size = strcspn(at, ",");
        double value;
        if (!nn_number_parse(at, size, &value) || !isfinite(value) || value < bounds.min ||
            value > bounds.max)
            return false;
        nn_buffer_printf(out, "%s%s", at == text ? "" : ",", nn_number_double(number, value));
        arg->numbers[arg->number_count++] = value;
        at = at[size] == ',' ? at + size + 1 : NULL;
    }
    return true;
}

static bool read_sample(const char *text, struct nn_arg *arg, struct nn_buffer *out)
{
    if (nn_text_equal_nocase(text, "all"))
        arg->integer = -1;
    else if (!nn_number_parse_int(text, strlen(text), &arg->integer) || arg->integer < 0)
        return false;
    if (arg->integer < 0)
        nn_buffer_text(out, "all");
    else
        nn_buffer_printf(out, "%" PRId64, arg->integer);
    return true;
}

static bool read_value(const struct nn_arg_spec *spec, const char *text, struct nn_arg *arg,
                       struct nn_buffer *out)
{
    switch (spec->type) {
    case NN_ARG_INT:
        return read_int(spec, text, arg, out);
    case NN_ARG_REAL:
        return read_real(spec, text, arg, out);
    case NN_ARG_BOOL:
        return read_bool(text, arg, out);
    case NN_ARG_CHOICE:
        return read_choice(spec, text, arg, out);
    case NN_ARG_DIMS:
        return read_dims(spec, text, arg, out);
    case NN_ARG_NAMES:
        return read_names(text, out);
    case NN_ARG_NUMBERS:
        return read_numbers(spec, text, arg, out);
    case NN_ARG_SAMPLE:
        return read_sample(text, arg, out);
    case NN_ARG_FILE:
    case NN_ARG_LAYER:
        nn_buffer_text(out, text);
        return *text != '\0';
    case NN_ARG_TEXT:
    case NN_ARG_WORDS:
        nn_buffer_text(out, text);
        return true;
    }
    return false;
}

/* What would have been right: "a whole number from 1 to 10 is needed". */
static void describe_wanted(const struct nn_arg_spec *spec, struct nn_buffer *out)
{
    switch (spec->type) {
    case NN_ARG_INT:
        nn_buffer_text(out, "a whole number");
        describe_bounds(spec, out);
        break;
    case NN_ARG_REAL:
        nn_buffer_text(out, "a number");
        describe_bounds(spec, out);
        break;
    case NN_ARG_BOOL:
        nn_buffer_text(out, "yes or no");
        break;
    case NN_ARG_CHOICE:
        nn_buffer_text(out, strchr(spec->choices, '|') ? "one of " : "");
        describe_choices(spec->choices, out);
        break;
    case NN_ARG_DIMS:
        nn_buffer_text(out, "a whole number");
        describe_bounds(spec, out);
        nn_buffer_text(out, ", or up to 8 of them joined by x (3x5),");
        break;
    case NN_ARG_FILE:
        nn_buffer_text(out, "a file name");
        break;
    case NN_ARG_LAYER:
        nn_buffer_text(out, "the name or number of a layer");
        break;
    case NN_ARG_NAMES:
        nn_buffer_text(out, "a list of names joined by commas (a,b)");
        break;
    case NN_ARG_NUMBERS:
        if (spec->choices) {
            describe_choices(spec->choices, out);
            nn_buffer_text(out, " or ");
        }
        nn_buffer_text(out, "a list of numbers");
        describe_bounds(spec, out);
        nn_buffer_text(out, " joined by commas (1,0.5)");
        break;
    case NN_ARG_SAMPLE:
        nn_buffer_text(out, "the number of a sample, from 0, or all");
        break;
    case NN_ARG_TEXT:
    case NN_ARG_WORDS:
        nn_buffer_text(out, "a text");
        break;
    }
    nn_buffer_text(out, " is needed");
}

enum nn_status nn_arg_parse(const struct nn_arg_spec *spec, const char *text, const char *what,
                            struct nn_arg *arg, struct nn_error *error)
{
    struct nn_arg parsed = {.set = true};
    struct nn_buffer out;
    enum nn_status status = NN_OK;
    nn_buffer_init(&out, 0);
    bool right = read_value(spec, text, &parsed, &out);
    NN_TRY(nn_buffer_check(&out, error));
    if (!right) {
        nn_buffer_clear(&out);
        describe_wanted(spec, &out);
        NN_TRY(nn_buffer_check(&out, error));
        status = nn_fail(error, NN_ARGUMENT, "%s: %s=%s: %s", what, spec->name, NN_VISIBLE(text),
                         nn_buffer_string(&out));
        if (spec->type == NN_ARG_CHOICE)
            hint_choice(error, text, spec->choices);
        goto out;
    }
    parsed.text = nn_buffer_take(&out);
    if (!parsed.text)
        NN_TRY(nn_fail_memory(error, strlen(text) + 1));
    *arg = parsed;
    parsed = (struct nn_arg){0};
out:
    nn_arg_clear(&parsed);
    nn_buffer_clear(&out);
    return status;
}

enum nn_status nn_arg_copy(struct nn_arg *to, const struct nn_arg *from, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_arg copy = *from;
    copy.text = nn_strdup(from->text);
    copy.numbers = NULL;
    if (from->text && !copy.text)
        NN_TRY(nn_fail_memory(error, strlen(from->text) + 1));
    if (from->numbers) {
        copy.numbers = nn_calloc(from->number_count, sizeof *copy.numbers);
        if (!copy.numbers)
            NN_TRY(nn_fail_memory(error, from->number_count * sizeof *copy.numbers));
        memcpy(copy.numbers, from->numbers, from->number_count * sizeof *copy.numbers);
    }
    *to = copy;
    copy = (struct nn_arg){0};
out:
    nn_arg_clear(&copy);
    return status;
}

void nn_arg_clear(struct nn_arg *arg)
{
    nn_free(arg->text);
    nn_free(arg->numbers);
    *arg = (struct nn_arg){0};
}
