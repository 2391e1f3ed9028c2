/* A script, command by command: each is lexed, its words are parsed against its arguments, and run
 * if it only builds: nets, recipes, settings. What trains, computes or touches files is parsed, not
 * run. */
#include "fuzz/fuzz.h"

#include "base/limits.h"
#include "command/command.h"
#include "command/lexer.h"
#include "command/session.h"

#include <stdlib.h>
#include <string.h>

const char fuzz_name[] = "script";

enum { MOST_PARAMETERS = 100000, MOST_COMMANDS = 64 };

static void ignore_message(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static void ignore_result(void *context, const struct nn_result *result)
{
    (void)context;
    (void)result;
}

static void ignore_error(void *context, const struct nn_error *error)
{
    (void)context;
    (void)error;
}

static bool runs(const char *name)
{
    static const char *const names[] = {"net new",    "add",     "net show", "net set",
                                        "net remove", "compile", "let",      "echo",
                                        "assert",     "get",     "help",     "data info"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static void parse(const struct nn_command *command, const struct nn_words *words, size_t used,
                  struct nn_arena *arena)
{
    const struct nn_word *rest = words->items + used;
    size_t count = words->count - used;
    const struct nn_arg_spec *specs = command->specs ? command->specs(rest, count, arena) : NULL;
    struct nn_args args = {0};
    if (nn_command_parse(&args, specs ? specs : command->args, rest, count, command->name, NULL) ==
        NN_OK)
        nn_args_clear(&args);
}

/* The command that begins at `from`; the text ends with a NUL. */
static void take(struct nn_session *session, struct nn_lexer *lexer, struct nn_arena *arena)
{
    char line[256];
    struct nn_words words = {0};
    size_t from = lexer->next, used = 0;
    if (nn_lex_command(lexer, arena, &words, NULL) != NN_OK) {
        nn_lex_skip_line(lexer, from);
        return;
    }
    const struct nn_command *command =
        words.count > 0 ? nn_command_find(words.items, words.count, &used) : NULL;
    if (!command)
        return;
    parse(command, &words, used, arena);
    size_t length = words.end - from;
    if (!runs(command->name) || length >= sizeof line)
        return;
    memcpy(line, lexer->text + from, length);
    line[length] = '\0';
    nn_session_run_line(session, line, "fuzz", 1, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct nn_output output = {
        .message = ignore_message, .result = ignore_result, .warning = ignore_error};
    struct nn_session *session = NULL;
    struct nn_arena arena;
    struct nn_lexer lexer = {.text = (const char *)data, .length = size};
    nn_limit_set(NN_LIMIT_PARAMETERS, MOST_PARAMETERS);
    if (nn_session_new(&output, &session, NULL) != NN_OK)
        return 0;
    nn_arena_init(&arena);
    for (int i = 0; i < MOST_COMMANDS && lexer.next < size; i++) {
        size_t before = lexer.next;
        take(session, &lexer, &arena);
        if (lexer.next <= before)
            break;
    }
    nn_arena_clear(&arena);
    nn_session_free(session);
    return 0;
}
