#include "base/args.h"

#include "base/args_value.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

#include <string.h>

#define MAX_KEYS 64

static int count_specs(const struct nn_arg_spec *specs)
{
    int count = 0;
    while (specs && specs[count].name)
        count++;
    return count;
}

int nn_args_find(const struct nn_arg_spec *specs, const char *key)
{
    for (int i = 0; i < count_specs(specs); i++)
        if (strcmp(specs[i].name, key) == 0)
            return i;
    return -1;
}

/* ---- a list of words ---- */

/* One parse: what is found so far, and what messages need. */
struct parse {
    struct nn_args args;
    struct nn_buffer joined; /* the words of a WORDS argument */
    const char *what;
};

static int find_words_spec(const struct nn_arg_spec *specs)
{
    int count = count_specs(specs);
    return count > 0 && specs[count - 1].type == NN_ARG_WORDS ? count - 1 : -1;
}

/* The next POSITIONAL spec without a value, -1 if all have theirs. WORDS takes any number. */
static int next_positional(const struct nn_args *args)
{
    for (int i = 0; i < args->count; i++)
        if ((args->specs[i].flags & NN_ARG_POSITIONAL) &&
            (!args->values[i].given || args->specs[i].type == NN_ARG_WORDS))
            return i;
    return -1;
}

static enum nn_status fail_with_synopsis(const struct parse *parse, const char *problem,
                                         struct nn_error *error)
{
    struct nn_buffer synopsis;
    nn_buffer_init(&synopsis, 0);
    nn_arg_specs_synopsis(parse->args.specs, &synopsis);
    nn_fail(error, NN_ARGUMENT, "%s: %s; usage: %s%s%s", parse->what, problem, parse->what,
            synopsis.length > 0 ? " " : "", nn_buffer_string(&synopsis));
    nn_buffer_clear(&synopsis);
    return NN_ARGUMENT;
}

static enum nn_status fail_unknown_key(const struct parse *parse, const char *key,
                                       struct nn_error *error)
{
    const struct nn_arg_spec *specs = parse->args.specs;
    const char *names[MAX_KEYS];
    size_t count = 0;
    for (int i = 0; i < parse->args.count && count < MAX_KEYS; i++)
        if (specs[i].type != NN_ARG_WORDS)
            names[count++] = specs[i].name;
    nn_fail(error, NN_ARGUMENT, "%s: unknown key \"%s\"", parse->what, NN_VISIBLE(key));
    const char *nearest = nn_text_nearest(key, names, count);
    if (nearest) {
        nn_fail_hint(error, "did you mean %s?", nearest);
    } else if (count == 0) {
        nn_fail_hint(error, "it takes no keys");
    } else {
        struct nn_buffer list;
        nn_buffer_init(&list, 0);
        for (size_t i = 0; i < count; i++)
            nn_buffer_printf(&list, "%s%s", i > 0 ? ", " : "", names[i]);
        nn_fail_hint(error, "the keys are: %s", nn_buffer_string(&list));
        nn_buffer_clear(&list);
    }
    return NN_ARGUMENT;
}

static enum nn_status fail_too_many(const struct parse *parse, const char *value,
                                    struct nn_error *error)
{
    struct nn_buffer problem;
    nn_buffer_init(&problem, 0);
    nn_buffer_printf(&problem, "\"%s\" is one value too many", NN_VISIBLE(value));
    fail_with_synopsis(parse, nn_buffer_string(&problem), error);
    nn_buffer_clear(&problem);
    int key = nn_args_find(parse->args.specs, value);
    if (key >= 0 && !parse->args.values[key].given)
        nn_fail_hint(error, "did you mean %s=...?", value);
    return NN_ARGUMENT;
}

/* Appends "word" or "key=word" to the WORDS argument. */
static void join_word(struct parse *parse, const struct nn_word *word)
{
    if (parse->joined.length > 0)
        nn_buffer_char(&parse->joined, ' ');
    if (word->key)
        nn_buffer_printf(&parse->joined, "%s=", word->key);
    nn_buffer_text(&parse->joined, word->value);
}

static enum nn_status parse_word(struct parse *parse, const struct nn_word *word,
                                 struct nn_error *error)
{
    const struct nn_arg_spec *specs = parse->args.specs;
    int words = find_words_spec(specs);
    int index = word->key ? nn_args_find(specs, word->key) : next_positional(&parse->args);
    if (word->key && (index < 0 || index == words))
        index = words; /* `echo a=b` */
    if (index < 0)
        return word->key ? fail_unknown_key(parse, word->key, error)
                         : fail_too_many(parse, word->value, error);
    struct nn_arg *arg = &parse->args.values[index];
    if (index == words) {
        join_word(parse, word);
        arg->given = true;
        return NN_OK;
    }
    if (arg->given)
        return nn_fail(error, NN_ARGUMENT, "%s: %s is given twice", parse->what, specs[index].name);
    enum nn_status status = nn_arg_parse(&specs[index], word->value, parse->what, arg, error);
    arg->given = status == NN_OK;
    return status;
}

/* Gives the absent ones their default. */
static enum nn_status set_defaults(struct nn_args *args, const char *what, struct nn_error *error)
{
    for (int i = 0; i < args->count; i++) {
        const struct nn_arg_spec *spec = &args->specs[i];
        if (args->values[i].set || !spec->fallback)
            continue;
        enum nn_status status = nn_arg_parse(spec, spec->fallback, what, &args->values[i], error);
        if (status != NN_OK)
            return status;
    }
    return NN_OK;
}

static enum nn_status check_required(const struct parse *parse, struct nn_error *error)
{
    const struct nn_args *args = &parse->args;
    for (int i = 0; i < args->count; i++) {
        if ((args->specs[i].flags & NN_ARG_REQUIRED) && !args->values[i].set) {
            struct nn_buffer text;
            nn_buffer_init(&text, 0);
            nn_buffer_printf(&text, "%s is missing", args->specs[i].name);
            enum nn_status status = fail_with_synopsis(parse, nn_buffer_string(&text), error);
            nn_buffer_clear(&text);
            return status;
        }
    }
    return NN_OK;
}

static enum nn_status allocate(struct nn_args *args, const struct nn_arg_spec *specs,
                               struct nn_error *error)
{
    size_t count = (size_t)count_specs(specs);
    struct nn_arg *values = nn_calloc(count, sizeof *values);
    if (!values)
        return nn_fail_memory(error, count * sizeof *values);
    *args = (struct nn_args){.specs = specs, .values = values, .count = (int)count};
    return NN_OK;
}

enum nn_status nn_args_parse(struct nn_args *args, const struct nn_arg_spec *specs,
                             const struct nn_word *words, size_t word_count, const char *what,
                             struct nn_error *error)
{
    struct parse parse = {.what = what ? what : ""};
    enum nn_status status = NN_OK;
    int last = find_words_spec(specs);
    nn_buffer_init(&parse.joined, 0);
    NN_TRY(allocate(&parse.args, specs, error));
    for (size_t i = 0; i < word_count; i++) {
        status = parse_word(&parse, &words[i], error);
        if (status != NN_OK) {
            nn_fail_at(error, NULL, 0, words[i].column);
            goto out;
        }
    }
    NN_TRY(nn_buffer_check(&parse.joined, error));
    if (last >= 0 && parse.args.values[last].given) {
        struct nn_arg *arg = &parse.args.values[last];
        NN_TRY(nn_arg_parse(&specs[last], nn_buffer_string(&parse.joined), parse.what, arg, error));
        arg->given = true;
    }
    NN_TRY(set_defaults(&parse.args, parse.what, error));
    NN_TRY(check_required(&parse, error));
    *args = parse.args;
    parse.args = (struct nn_args){0};
out:
    nn_buffer_clear(&parse.joined);
    nn_args_clear(&parse.args);
    return status;
}

enum nn_status nn_args_default(struct nn_args *args, const struct nn_arg_spec *specs,
                               struct nn_error *error)
{
    struct nn_args fresh = {0};
    enum nn_status status = NN_OK;
    NN_TRY(allocate(&fresh, specs, error));
    NN_TRY(set_defaults(&fresh, "default", error));
    *args = fresh;
    fresh = (struct nn_args){0};
out:
    nn_args_clear(&fresh);
    return status;
}

enum nn_status nn_args_set(struct nn_args *args, const char *key, const char *value,
                           const char *what, struct nn_error *error)
{
    struct parse parse = {.args = *args, .what = what ? what : ""};
    struct nn_arg fresh;
    int index = nn_args_find(args->specs, key);
    if (index < 0)
        return fail_unknown_key(&parse, key, error);
    enum nn_status status = nn_arg_parse(&args->specs[index], value, parse.what, &fresh, error);
    if (status == NN_OK) {
        nn_arg_clear(&args->values[index]);
        args->values[index] = fresh;
        args->values[index].given = true;
    }
    return status;
}

enum nn_status nn_args_copy(struct nn_args *to, const struct nn_args *from, struct nn_error *error)
{
    struct nn_args fresh = {0};
    enum nn_status status = NN_OK;
    NN_TRY(allocate(&fresh, from->specs, error));
    for (int i = 0; i < from->count; i++) {
        NN_TRY(nn_arg_copy(&fresh.values[i], &from->values[i], error));
    }
    *to = fresh;
    fresh = (struct nn_args){0};
out:
    nn_args_clear(&fresh);
    return status;
}

void nn_args_clear(struct nn_args *args)
{
    for (int i = 0; i < args->count; i++)
        nn_arg_clear(&args->values[i]);
    nn_free(args->values);
    *args = (struct nn_args){0};
}

/* ---- back to text ---- */

bool nn_arg_differs(const struct nn_arg_spec *spec, const struct nn_arg *arg)
{
    struct nn_arg fallback = {0};
    if (spec->fallback && strcmp(spec->fallback, arg->text) == 0)
        return false;
    if (!spec->fallback || nn_arg_parse(spec, spec->fallback, "", &fallback, NULL) != NN_OK)
        return true;
    bool differs = strcmp(fallback.text, arg->text) != 0;
    nn_arg_clear(&fallback);
    return differs;
}

/* Quoted as the command language (and sh) reads it, if need be. */
static void append_quoted(struct nn_buffer *out, const char *text)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-+.,:/@%";
    if (*text && text[strspn(text, plain)] == '\0') {
        nn_buffer_text(out, text);
        return;
    }
    nn_buffer_char(out, '\'');
    for (; *text; text++) {
        if (*text == '\'')
            nn_buffer_text(out, "'\\''");
        else
            nn_buffer_char(out, *text);
    }
    nn_buffer_char(out, '\'');
}

void nn_args_format(const struct nn_args *args, bool all, struct nn_buffer *out)
{
    const char *separator = "";
    for (int i = 0; i < args->count; i++) {
        const struct nn_arg_spec *spec = &args->specs[i];
        const struct nn_arg *arg = &args->values[i];
        if (!arg->set || !(all || nn_arg_differs(spec, arg)))
            continue;
        nn_buffer_text(out, separator);
        separator = " ";
        if (spec->type == NN_ARG_WORDS) {
            nn_buffer_text(out, arg->text);
        } else {
            nn_buffer_printf(out, "%s=", spec->name);
            append_quoted(out, arg->text);
        }
    }
}

static const char *placeholder(const struct nn_arg_spec *spec)
{
    switch (spec->type) {
    case NN_ARG_INT:
        return "N";
    case NN_ARG_REAL:
        return "X";
    case NN_ARG_BOOL:
        return "yes|no";
    case NN_ARG_CHOICE: /* many choices are for the list of arguments */
        return strlen(spec->choices) < 60 ? spec->choices : "NAME";
    case NN_ARG_DIMS:
        return "SIZE";
    case NN_ARG_FILE:
        return "FILE";
    case NN_ARG_LAYER:
        return "LAYER";
    case NN_ARG_NAMES:
        return "NAMES";
    case NN_ARG_NUMBERS:
        return "X,X...";
    case NN_ARG_SAMPLE:
        return "N|all";
    case NN_ARG_TEXT:
    case NN_ARG_WORDS:
        break;
    }
    if (spec->choices && strcmp(spec->choices, "@layers") == 0)
        return "LAYER";
    if (spec->choices && strcmp(spec->choices, "@classes") == 0)
        return "CLASS";
    return spec->choices && spec->choices[0] == '@' ? "NAME" : "TEXT";
}

/* EPOCHS, WORD..., or a|b|c where that says more than the name. */
static void append_positional(const struct nn_arg_spec *spec, struct nn_buffer *out)
{
    if (spec->type == NN_ARG_CHOICE || spec->type == NN_ARG_BOOL) {
        nn_buffer_text(out, placeholder(spec));
        return;
    }
    for (const char *at = spec->name; *at; at++)
        nn_buffer_char(out, *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at);
    if (spec->type == NN_ARG_WORDS)
        nn_buffer_text(out, "...");
}

void nn_arg_specs_synopsis(const struct nn_arg_spec *specs, struct nn_buffer *out)
{
    for (const struct nn_arg_spec *spec = specs; spec && spec->name; spec++) {
        bool required = (spec->flags & NN_ARG_REQUIRED) && !spec->fallback;
        bool listed = spec->type == NN_ARG_BOOL || spec->type == NN_ARG_CHOICE;
        if (spec != specs)
            nn_buffer_char(out, ' ');
        if (!required)
            nn_buffer_char(out, '[');
        if (spec->flags & NN_ARG_POSITIONAL)
            append_positional(spec, out);
        else
            nn_buffer_printf(out, "%s=%s", spec->name,
                             spec->fallback && !listed ? spec->fallback : placeholder(spec));
        if (!required)
            nn_buffer_char(out, ']');
    }
}
