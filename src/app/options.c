#include "app/options.h"

#include "base/buffer.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct nn_option nn_option_table[] = {
    {'f', NULL, "FILE", "run a script; several -f and -c run in the order given"},
    {'c', NULL, "COMMANDS", "run commands (separated by `;`)"},
    {'i', NULL, NULL, "stay at the prompt after the scripts"},
    {'k', NULL, NULL,
     "go on with the next line (or -c) after a failed command; the exit status still tells"},
    {0, "format", "text|json|csv", "what commands print; json is one object a line"},
    {0, "size", "COLSxROWS",
     "size of printed pictures and screens (default: the terminal's, else 80x24)"},
    {0, "color", "auto|never|16|256|truecolor",
     "colours of pictures; auto: on a terminal, unless NO_COLOR is set"},
    {0, "ascii", NULL, "draw with ASCII characters alone"},
    {0, "plain", NULL,
     "no frames and pictures, line by line: for screen readers, and terminals that cannot move the "
     "cursor"},
    {0, "fps", "N", "most frames a second of the live screen (default: 10, over SSH 4)"},
    {0, "screen", "NAME", "print that screen at the end (`help show` lists them)"},
    {0, "threads", "N", "threads (default: one a processor); results do not depend on it"},
    {0, "kernels", "NAME",
     "set of arithmetic kernels: ref, avx2, avx512 or neon (default: the best that the processor "
     "has)"},
    {0, "seed", "N", "seed of all random numbers (default 1)"},
    {0, "dump-man", NULL, "print the man page, made from the tables of the program"},
    {0, "version", NULL, "print the version"},
    {'h', "help", NULL, "print this help"},
};
const size_t nn_option_count = sizeof nn_option_table / sizeof *nn_option_table;

static enum nn_status add_input(struct nn_options *options, struct nn_input input,
                                struct nn_error *error)
{
    struct nn_input *grown = nn_realloc(options->inputs, options->input_count + 1, sizeof *grown);
    if (!grown)
        return nn_fail_memory(error, sizeof *grown);
    options->inputs = grown;
    options->inputs[options->input_count++] = input;
    return NN_OK;
}

/* A file name as one word of the command language, in single quotes. */
static void quote(struct nn_buffer *out, const char *path)
{
    nn_buffer_char(out, '\'');
    for (; *path; path++)
        if (*path == '\'')
            nn_buffer_text(out, "'\\''");
        else
            nn_buffer_char(out, *path);
    nn_buffer_char(out, '\'');
}

/* A file without an option: a script runs, a model is opened, all else is data. */
static enum nn_status add_file(struct nn_options *options, const char *path, struct nn_error *error)
{
    const char *extension = nn_path_extension(path);
    if (strcmp(path, "-") == 0) {
        options->scripted = true;
        return add_input(options, (struct nn_input){.name = "<stdin>", .standard_input = true},
                         error);
    }
    if (strcmp(extension, ".nns") == 0) {
        options->scripted = true;
        return add_input(options, (struct nn_input){.name = path, .path = path}, error);
    }
    bool model = strcmp(extension, ".safetensors") == 0 || strcmp(extension, ".onnx") == 0;
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    nn_buffer_text(&text, model ? "open " : "data load ");
    quote(&text, path);
    char *command = nn_buffer_take(&text);
    if (!command)
        return nn_fail_memory(error, strlen(path));
    enum nn_status status =
        add_input(options, (struct nn_input){.name = "<command line>", .text = command}, error);
    if (status != NN_OK)
        nn_free(command);
    return status;
}

static enum nn_status add_commands(struct nn_options *options, const char *text,
                                   struct nn_error *error)
{
    char *copy = nn_strdup(text);
    if (!copy)
        return nn_fail_memory(error, strlen(text));
    options->scripted = true;
    enum nn_status status =
        add_input(options, (struct nn_input){.name = "<command line>", .text = copy}, error);
    if (status != NN_OK)
        nn_free(copy);
    return status;
}

/* "COLSxROWS" */
static bool parse_size(const char *text, int *columns, int *rows)
{
    const char *cross = strchr(text, 'x');
    int64_t wide, high;
    if (!cross || !nn_number_parse_int(text, (size_t)(cross - text), &wide) ||
        !nn_number_parse_int(cross + 1, strlen(cross + 1), &high) || wide < 20 || wide > 2000 ||
        high < 6 || high > 1000)
        return false;
    *columns = (int)wide;
    *rows = (int)high;
    return true;
}

static bool one_of(const char *value, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(value, *names) == 0)
            return true;
    return false;
}

static enum nn_status wrong(const char *name, const char *value, const char *wanted,
                            struct nn_error *error)
{
    return nn_fail(error, NN_USAGE, "--%s=%s: %s", name, NN_VISIBLE(value), wanted);
}

static enum nn_status set_long(struct nn_options *options, const char *name, const char *value,
                               struct nn_error *error)
{
    static const char *const formats[] = {"text", "json", "csv", NULL};
    static const char *const colors[] = {"auto", "never", "16", "256", "truecolor", NULL};
    int64_t number = 0;
    if (strcmp(name, "help") == 0)
        options->start = NN_START_HELP;
    else if (strcmp(name, "version") == 0)
        options->start = NN_START_VERSION;
    else if (strcmp(name, "dump-man") == 0)
        options->start = NN_START_MAN;
    else if (strcmp(name, "ascii") == 0)
        options->ascii = true;
    else if (strcmp(name, "plain") == 0)
        options->plain = true;
    else if (strcmp(name, "format") == 0) {
        if (!one_of(value, formats))
            return wrong(name, value, "text, json or csv is wanted", error);
        options->format = value;
    } else if (strcmp(name, "color") == 0) {
        if (!one_of(value, colors))
            return wrong(name, value, "auto, never, 16, 256 or truecolor is wanted", error);
        options->color = value;
    } else if (strcmp(name, "size") == 0) {
        if (!parse_size(value, &options->columns, &options->rows))
            return wrong(name, value, "COLSxROWS is wanted, from 20x6 to 2000x1000", error);
    } else if (strcmp(name, "threads") == 0) {
        if (!nn_number_parse_int(value, strlen(value), &number) || number < 1 || number > 256)
            return wrong(name, value, "a number from 1 to 256 is wanted", error);
        options->threads = (int)number;
    } else if (strcmp(name, "fps") == 0) {
        if (!nn_number_parse_int(value, strlen(value), &number) || number < 1 || number > 60)
            return wrong(name, value, "a number from 1 to 60 is wanted", error);
        options->fps = (int)number;
    } else if (strcmp(name, "seed") == 0) {
        if (!nn_number_parse_int(value, strlen(value), &number) || number < 0)
            return wrong(name, value, "a whole number from 0 is wanted", error);
        options->seeded = true;
        options->seed = (unsigned long long)number;
    } else if (strcmp(name, "screen") == 0)
        options->screen = value;
    else if (strcmp(name, "kernels") == 0)
        options->kernels = value;
    return NN_OK;
}

static enum nn_status set_letter(struct nn_options *options, char letter, const char *value,
                                 struct nn_error *error)
{
    switch (letter) {
    case 'f':
        options->scripted = true;
        if (strcmp(value, "-") == 0)
            return add_input(options, (struct nn_input){.name = "<stdin>", .standard_input = true},
                             error);
        return add_input(options, (struct nn_input){.name = value, .path = value}, error);
    case 'c':
        return add_commands(options, value, error);
    case 'i':
        options->stay = true;
        return NN_OK;
    case 'k':
        options->keep_going = true;
        return NN_OK;
    default:
        options->start = NN_START_HELP;
        return NN_OK;
    }
}

static const struct nn_option *find_long(const char *name, size_t length)
{
    for (size_t i = 0; i < nn_option_count; i++)
        if (nn_option_table[i].name && strlen(nn_option_table[i].name) == length &&
            strncmp(nn_option_table[i].name, name, length) == 0)
            return &nn_option_table[i];
    return NULL;
}

static enum nn_status unknown(const char *argument, struct nn_error *error)
{
    char word[40]; /* without the value */
    snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, "="), argument);
    const char *names[sizeof nn_option_table / sizeof *nn_option_table];
    size_t count = 0;
    enum nn_status status = nn_fail(error, NN_USAGE, "unknown option %s", NN_VISIBLE(argument));
    for (size_t i = 0; i < nn_option_count; i++)
        if (nn_option_table[i].name)
            names[count++] = nn_option_table[i].name;
    const char *near = word[1] == '-' ? nn_text_nearest(word + 2, names, count) : NULL;
    if (near)
        nn_fail_hint(error, "did you mean --%s?", near);
    return status;
}

/* One argument that begins with "--"; *used: the next argument is its value. */
static enum nn_status parse_long(struct nn_options *options, const char *argument, const char *next,
                                 bool *used, struct nn_error *error)
{
    const char *name = argument + 2, *equals = strchr(name, '=');
    size_t length = equals ? (size_t)(equals - name) : strlen(name);
    const struct nn_option *option = find_long(name, length);
    if (!option)
        return unknown(argument, error);
    if (equals && !option->argument)
        return nn_fail(error, NN_USAGE, "--%s takes no value", option->name);
    const char *value = equals ? equals + 1 : NULL;
    if (option->argument && !value) {
        if (!next)
            return nn_fail(error, NN_USAGE, "--%s needs a value: %s", option->name,
                           option->argument);
        value = next;
        *used = true;
    }
    return set_long(options, option->name, value, error);
}

/* Letters behind one "-"; the last may have its value attached or in the next argument. */
static enum nn_status parse_letters(struct nn_options *options, const char *argument,
                                    const char *next, bool *used, struct nn_error *error)
{
    for (const char *letter = argument + 1; *letter; letter++) {
        const struct nn_option *option = NULL;
        for (size_t i = 0; i < nn_option_count && !option; i++)
            if (nn_option_table[i].letter == *letter)
                option = &nn_option_table[i];
        if (!option)
            return unknown(argument, error);
        if (!option->argument) {
            enum nn_status status = set_letter(options, *letter, NULL, error);
            if (status != NN_OK)
                return status;
            continue;
        }
        if (!letter[1] && !next)
            return nn_fail(error, NN_USAGE, "-%c needs a value: %s", *letter, option->argument);
        *used = !letter[1];
        return set_letter(options, *letter, letter[1] ? letter + 1 : next, error);
    }
    return NN_OK;
}

enum nn_status nn_options_parse(int argc, char **argv, struct nn_options *options,
                                struct nn_error *error)
{
    bool only_files = false;
    memset(options, 0, sizeof *options);
    for (int i = 1; i < argc; i++) {
        const char *argument = argv[i], *next = i + 1 < argc ? argv[i + 1] : NULL;
        bool used = false;
        enum nn_status status;
        if (!only_files && strcmp(argument, "--") == 0) {
            only_files = true;
            continue;
        }
        if (only_files || argument[0] != '-' || !argument[1])
            status = add_file(options, argument, error);
        else if (argument[1] == '-')
            status = parse_long(options, argument, next, &used, error);
        else
            status = parse_letters(options, argument, next, &used, error);
        if (status != NN_OK) {
            nn_options_clear(options);
            return status;
        }
        i += used;
    }
    /* Without a script a pipe is the script. */
    bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    bool piped = !options->scripted && !options->stay && !terminal;
    bool dialog = options->plain && terminal && (!options->scripted || options->stay);
    if (dialog)
        return add_input(options, (struct nn_input){.name = "<terminal>", .dialog = true}, error);
    if (piped && (!isatty(STDIN_FILENO) || options->input_count == 0))
        return add_input(options, (struct nn_input){.name = "<stdin>", .standard_input = true},
                         error);
    return NN_OK;
}

void nn_options_clear(struct nn_options *options)
{
    for (size_t i = 0; i < options->input_count; i++)
        nn_free(options->inputs[i].text);
    nn_free(options->inputs);
    options->inputs = NULL;
    options->input_count = 0;
}
