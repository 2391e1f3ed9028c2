/* rest: settings, variables, assertions, help, the end. */
#include "base/buffer.h"
#include "base/text.h"
#include "command/command.h"
#include "command/evaluation.h"
#include "command/help.h"
#include "command/settings.h"

#include <string.h>

/* The words as one text again. */
static void join_words(const struct nn_invocation *invocation, struct nn_buffer *out)
{
    for (size_t i = 0; i < invocation->word_count; i++) {
        const struct nn_word *word = &invocation->words[i];
        nn_buffer_printf(out, "%s%s%s", i ? " " : "", word->key ? word->key : "",
                         word->key ? "=" : "");
        nn_buffer_text(out, word->value);
    }
}

static enum nn_status missing(const struct nn_invocation *invocation, const char *what,
                              struct nn_error *error)
{
    return nn_fail(error, NN_SYNTAX, "`%s` needs %s", invocation->command->name, what);
}

/* ---- set, get ---- */

static const struct nn_arg_spec set_args[] = {
    {.name = "key",
     .type = NN_ARG_TEXT,
     .choices = "@settings",
     .help = "name of the setting",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {.name = "value",
     .type = NN_ARG_TEXT,
     .help = "its new value",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status run_set(const struct nn_invocation *invocation, struct nn_error *error)
{
    enum nn_status status = nn_setting_set(invocation->session, nn_args_text(invocation->args, 0),
                                           nn_args_text(invocation->args, 1), error);
    if (status == NN_SYNTAX && error && error->column == 0)
        error->column = invocation->words[0].column;
    return status;
}

const struct nn_command nn_command_set = {
    .name = "set",
    .group = "rest",
    .summary = "Changes a setting",
    .args = set_args,
    .examples =
        (const struct nn_example[]){
            {"set seed 7", NULL, "Everything random begins from another seed"},
            {"set format json", NULL, "Results as one JSON object a line"},
            {0}},
    .flags = NN_COMMAND_READS, /* settings.c refuses those that a running job needs */
    .run = run_set,
};

static const struct nn_arg_spec get_args[] = {
    {.name = "key",
     .type = NN_ARG_TEXT,
     .choices = "@settings",
     .help = "name of the setting; else all of them",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status get_all(struct nn_session *session, struct nn_error *error)
{
    static const char *const columns[] = {"setting", "value", "meaning"};
    struct nn_result *result = NULL;
    struct nn_buffer value;
    enum nn_status status = NN_OK;
    nn_buffer_init(&value, 4096);
    NN_TRY(nn_result_new(NN_RESULT_TABLE, "get", &result, error));
    NN_TRY(nn_result_table(result, columns, 3, nn_setting_count, error));
    for (size_t i = 0; i < nn_setting_count; i++) {
        nn_buffer_clear(&value);
        nn_settings[i].get(session, &value);
        NN_TRY(nn_buffer_check(&value, error));
        NN_TRY(nn_result_set_text(result, i, 0, nn_settings[i].spec.name, error));
        NN_TRY(nn_result_set_text(result, i, 1, nn_buffer_string(&value), error));
        NN_TRY(nn_result_set_text(result, i, 2, nn_settings[i].spec.help, error));
    }
    result->sample = -1;
    nn_session_give(session, result);
    result = NULL;
out:
    nn_result_free(result);
    nn_buffer_clear(&value);
    return status;
}

static enum nn_status run_get(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    const char *key = nn_args_text(invocation->args, 0);
    struct nn_buffer value;
    if (!key)
        return get_all(session, error);
    nn_buffer_init(&value, 4096);
    enum nn_status status = nn_setting_get(session, key, &value, error);
    if (status == NN_OK)
        nn_say(&session->output, "%s", nn_buffer_string(&value));
    else if (error && error->column == 0)
        error->column = invocation->words[0].column;
    nn_buffer_clear(&value);
    return status;
}

const struct nn_command nn_command_get = {
    .name = "get",
    .group = "rest",
    .summary = "Prints a setting, or all of them",
    .args = get_args,
    .examples = (const struct nn_example[]){{"get seed", NULL, "The seed"},
                                            {"get", NULL, "All settings"},
                                            {0}},
    .flags = NN_COMMAND_READS,
    .run = run_get,
};

/* ---- let ---- */

static const struct nn_arg_spec let_args[] = {
    {.name = "assignment",
     .type = NN_ARG_WORDS,
     .help = "NAME=VALUE; later `$NAME` stands for the value",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static bool is_variable_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789.";
    return *name && strchr(first, *name) && name[strspn(name, more)] == '\0' && strlen(name) < 64;
}

static enum nn_status run_let(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_buffer text;
    enum nn_status status = NN_OK;
    if (invocation->word_count == 0)
        return missing(invocation, "NAME=VALUE", error);
    nn_buffer_init(&text, 1u << 20);
    join_words(invocation, &text);
    NN_TRY(nn_buffer_check(&text, error));
    char *equals = strchr(text.data, '=');
    if (!equals)
        NN_TRY(missing(invocation, "NAME=VALUE", error));
    *equals = '\0';
    if (!is_variable_name(text.data))
        NN_TRY(nn_fail(error, NN_SYNTAX,
                       "`%s` is no name for a variable: letters, digits, _ and . after a letter",
                       NN_VISIBLE(text.data)));
    status = nn_session_let(invocation->session, text.data, equals + 1, error);
out:
    if (status == NN_SYNTAX && error && invocation->word_count)
        error->column = invocation->words[0].column;
    nn_buffer_clear(&text);
    return status;
}

const struct nn_command nn_command_let = {
    .name = "let",
    .group = "rest",
    .summary = "Defines a variable",
    .args = let_args,
    .examples = (const struct nn_example[]){{"let width=32; net new input=4; add dense $width relu",
                                             NULL, "The number of units in one place"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_let,
};

/* ---- assert ---- */

static const struct nn_arg_spec assert_args[] = {
    {.name = "expression",
     .type = NN_ARG_WORDS,
     .help = "NAME OP NUMBER, joined by && and ||; names: SPLIT.METRIC, SPLIT.loss, epoch, params, "
             "variables, "
             "figures of the last result",
     .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

/* Column in the script of a column in the joined words. */
static size_t column_of(const struct nn_invocation *invocation, size_t column)
{
    size_t at = 1;
    for (size_t i = 0; i < invocation->word_count; i++) {
        const struct nn_word *word = &invocation->words[i];
        size_t length = (word->key ? strlen(word->key) + 1 : 0) + strlen(word->value);
        if (column <= at + length)
            return word->column + (column > at ? column - at : 0);
        at += length + 1;
    }
    return column;
}

static enum nn_status run_assert(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_buffer text;
    char shown[200];
    bool holds = false;
    enum nn_status status = NN_OK;
    if (invocation->word_count == 0)
        return missing(invocation, "an expression such as test.accuracy >= 0.97", error);
    nn_buffer_init(&text, 1u << 20);
    join_words(invocation, &text);
    NN_TRY(nn_buffer_check(&text, error));
    NN_TRY(nn_expression_check(invocation->session, text.data, &holds, shown, error));
    if (!holds)
        status = nn_fail(error, NN_ASSERTION, "%s does not hold%s%s", NN_VISIBLE(text.data),
                         *shown ? ": " : "", shown);
out:
    if (status == NN_SYNTAX && error && error->column)
        error->column = column_of(invocation, error->column);
    nn_buffer_clear(&text);
    return status;
}

const struct nn_command nn_command_assert = {
    .name = "assert",
    .group = "rest",
    .summary = "Ends the script with exit status 4 unless an expression holds",
    .details = "A split that has not been evaluated since the net changed is evaluated.",
    .args = assert_args,
    .examples =
        (const struct nn_example[]){{"assert test.accuracy >= 0.5 && params < 1000",
                                     "data demo iris; add dense 16 relu; add dense 3 softmax; "
                                     "compile loss=categorical_crossentropy lr=0.02; "
                                     "train epochs=20",
                                     "A small net that is good enough"},
                                    {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_assert,
};

/* ---- echo ---- */

static const struct nn_arg_spec echo_args[] = {
    {.name = "text", .type = NN_ARG_WORDS, .help = "what to print", .flags = NN_ARG_POSITIONAL},
    {0}};

static enum nn_status run_echo(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_buffer text;
    nn_buffer_init(&text, 1u << 20);
    join_words(invocation, &text);
    enum nn_status status = nn_buffer_check(&text, error);
    if (status == NN_OK) {
        char visible[1024];
        nn_text_visible(visible, sizeof visible, nn_buffer_string(&text), text.length, 0);
        nn_say(&invocation->session->output, "%s", visible);
    }
    nn_buffer_clear(&text);
    return status;
}

const struct nn_command nn_command_echo = {
    .name = "echo",
    .group = "rest",
    .summary = "Prints a text",
    .args = echo_args,
    .examples = (const struct nn_example[]){{"let n=3; echo \"run $n\"", NULL,
                                             "Variables are replaced, also between double quotes"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_echo,
};

/* ---- help ---- */

static const struct nn_arg_spec help_args[] = {
    {.name = "name",
     .type = NN_ARG_WORDS,
     .choices = "@commands",
     .help = "a command, layer, loss, optimizer, metric or method; else what there is",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

static enum nn_status run_help(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_buffer name, text;
    enum nn_status status = NN_OK;
    nn_buffer_init(&name, 1u << 16);
    nn_buffer_init(&text, 1u << 20);
    join_words(invocation, &name);
    NN_TRY(nn_buffer_check(&name, error));
    status = nn_help(nn_buffer_string(&name), &text, error);
    if (status == NN_SYNTAX && error && invocation->word_count)
        error->column = invocation->words[0].column;
    NN_TRY(status);
    NN_TRY(nn_buffer_check(&text, error));
    if (invocation->session->output.message)
        invocation->session->output.message(invocation->session->output.context,
                                            nn_buffer_string(&text));
out:
    nn_buffer_clear(&name);
    nn_buffer_clear(&text);
    return status;
}

const struct nn_command nn_command_help = {
    .name = "help",
    .group = "rest",
    .summary = "Explains a command, a layer, a loss, an optimizer or a method",
    .args = help_args,
    .examples = (const struct nn_example[]){{"help", NULL, "What there is"},
                                            {"help data load", NULL, "A command"},
                                            {"help dense", NULL, "A layer"},
                                            {0}},
    .flags = NN_COMMAND_READS | NN_COMMAND_RAW,
    .run = run_help,
};

/* ---- quit ---- */

static const struct nn_arg_spec no_args[] = {{0}};

static enum nn_status run_quit(const struct nn_invocation *invocation, struct nn_error *error)
{
    (void)error;
    invocation->session->quit = true;
    return NN_OK;
}

const struct nn_command nn_command_quit = {
    .name = "quit",
    .group = "rest",
    .summary = "Ends the session, or the script",
    .args = no_args,
    .examples = (const struct nn_example[]){{"quit", NULL, "Commands after it do not run"}, {0}},
    .flags = NN_COMMAND_READS,
    .run = run_quit,
};
