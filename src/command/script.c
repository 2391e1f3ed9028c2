/* Running commands: from a text to words, from words to a command, from an error to its place. */
#include "base/arena.h"
#include "base/text.h"
#include "command/command.h"
#include "command/job.h"
#include "command/record.h"
#include "command/report.h"
#include "command/session.h"

#include <string.h>

/* The first word of a command of two (`data` of `data load`) if it is near. */
static const char *nearest_first_word(const char *name)
{
    static char word[32];
    for (size_t i = 0; i < nn_command_count; i++) {
        size_t length = strcspn(nn_commands[i]->name, " ");
        const char *candidate = word;
        if (nn_commands[i]->name[length] == '\0' || length >= sizeof word)
            continue;
        memcpy(word, nn_commands[i]->name, length);
        word[length] = '\0';
        if (nn_text_nearest(name, &candidate, 1))
            return word;
    }
    return NULL;
}

/* What other programs call a command, and the command of two whose second word it is (`load`). */
static const char *other_name(const char *name)
{
    static const char *const others[][2] = {
        {"exit", "quit"}, {"fit", "train"}, {"summary", "net show"}};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(name, others[i][0]) == 0)
            return others[i][1];
    for (size_t i = 0; i < nn_command_count; i++) {
        const char *second = strchr(nn_commands[i]->name, ' ');
        if (second && strcmp(name, second + 1) == 0)
            return nn_commands[i]->name;
    }
    return NULL;
}

/* Names that the words could have meant, for the hint of an unknown command. */
static const char *nearest_command(const char *name)
{
    const char *first = other_name(name);
    if (!first)
        first = nearest_first_word(name);
    if (first)
        return first;
    for (int pass = 0; pass < 2; pass++) { /* near ones first, then those that begin so */
        for (size_t i = 0; i < nn_command_count; i++) {
            const char *candidate = nn_commands[i]->name;
            if (pass == 0
                    ? nn_text_nearest(name, &candidate, 1) && nn_text_distance(name, candidate) <= 2
                    : nn_text_starts(candidate, name))
                return candidate;
        }
    }
    return nn_command_nearest_short(name);
}

static enum nn_status unknown_command(const struct nn_words *words, struct nn_error *error)
{
    const struct nn_word *first = &words->items[0];
    struct nn_buffer group;
    nn_buffer_init(&group, sizeof error->hint);
    for (size_t i = 0; i < nn_command_count; i++) {
        const char *name = nn_commands[i]->name;
        size_t length = strlen(first->value);
        if (!first->key && nn_text_starts(name, first->value) && name[length] == ' ')
            nn_buffer_printf(&group, "%s%s", group.length ? ", " : "", name + length + 1);
    }
    char name[128];
    bool two = group.length > 0 && words->count > 1 && !words->items[1].key;
    nn_text_visible(name, sizeof name, first->value, strlen(first->value), 40);
    enum nn_status status;
    if (first->key)
        status =
            nn_fail(error, NN_SYNTAX, "a command must come before `%s=`", NN_VISIBLE(first->key));
    else if (two)
        status = nn_fail(error, NN_SYNTAX, "unknown command `%s %s`", name,
                         NN_VISIBLE(words->items[1].value));
    else if (group.length)
        status = nn_fail(error, NN_SYNTAX, "`%s` is not a whole command", name);
    else
        status = nn_fail(error, NN_SYNTAX, "unknown command `%s`", name);
    if (group.length) {
        nn_fail_hint(error, "`%s` goes with %s", name, nn_buffer_string(&group));
    } else if (!first->key) {
        const char *nearest = nearest_command(first->value);
        if (nearest)
            nn_fail_hint(error, "did you mean `%s`?", nearest);
    }
    if (error)
        error->column = (two ? &words->items[1] : first)->column;
    nn_buffer_clear(&group);
    return status;
}

/* Whether the running job permits the command. */
static enum nn_status check_allowed(const struct nn_session *session,
                                    const struct nn_command *command, struct nn_error *error)
{
    const char *job = nn_job_name(session);
    if (!job && (command->flags & NN_COMMAND_CONTROL))
        return nn_fail(error, NN_STATE, "nothing runs that `%s` could act on", command->name);
    if (job && (command->flags & (NN_COMMAND_NET | NN_COMMAND_DATA)))
        return nn_fail(error, NN_STATE, "`%s` has to wait: %s runs (`stop` ends it)", command->name,
                       job);
    return NN_OK;
}

static enum nn_status run_command(struct nn_session *session, const struct nn_words *words,
                                  struct nn_error *error)
{
    size_t used = 0;
    const struct nn_command *command = nn_command_find(words->items, words->count, &used);
    if (!command)
        return unknown_command(words, error);
    struct nn_args args = {0};
    struct nn_invocation invocation = {.session = session,
                                       .command = command,
                                       .args = &args,
                                       .words = words->items + used,
                                       .word_count = words->count - used};
    enum nn_status status = check_allowed(session, command, error);
    if (status == NN_OK && !(command->flags & NN_COMMAND_RAW))
        status = nn_command_parse(&args, command->args, invocation.words, invocation.word_count,
                                  command->name, error);
    if (status == NN_OK)
        status = command->run(&invocation, error);
    nn_args_clear(&args);
    return status;
}

/* Gives an error without a file of its own the place of its command. */
static void place_error(struct nn_session *session, const struct nn_script *script, size_t offset,
                        bool innermost, struct nn_error *error)
{
    if (!innermost)
        return;
    bool own = error->file[0] == '\0' && error->column > 0;
    nn_place_set(&session->failed, script, own ? error->column - 1 : offset);
    if (error->file[0] == '\0') {
        error->line = error->column = 0;
        nn_fail_at(error, session->failed.file, session->failed.line, session->failed.column);
    }
}

/* Runs the next command of the lexer; *from is where it begins. */
static enum nn_status run_next(struct nn_session *session, struct nn_lexer *lexer,
                               const struct nn_script *script, size_t *from, struct nn_error *error)
{
    struct nn_arena arena;
    struct nn_words words = {0};
    nn_arena_init(&arena);
    *from = lexer->next;
    lexer->variables = session->variables;
    lexer->variable_count = session->variable_count;
    enum nn_status status = nn_lex_command(lexer, &arena, &words, error);
    if (status == NN_OK && words.count > 0) {
        *from = words.items[0].column - 1;
        bool foreground = session->foreground;
        session->foreground = foreground || lexer->next < lexer->length;
        status = run_command(session, &words, error);
        session->foreground = foreground;
        if (status == NN_OK && session->source_depth == 0)
            status = nn_record(session, script->text + *from, words.end - *from, error);
    }
    if (status == NN_OK && nn_interrupted())
        status = nn_fail(error, NN_CANCELLED, "interrupted");
    nn_arena_clear(&arena);
    return status;
}

static enum nn_status run(struct nn_session *session, const struct nn_script *script,
                          bool keep_going, struct nn_error *error)
{
    struct nn_lexer lexer = {.text = script->text, .length = script->length};
    enum nn_status first = NN_OK;
    struct nn_error local, *found = error ? error : &local;
    while (lexer.next < lexer.length && !session->quit) {
        size_t from;
        struct nn_error now = {0};
        session->failed.line = 0;
        enum nn_status status = run_next(session, &lexer, script, &from, &now);
        if (status == NN_OK)
            continue;
        place_error(session, script, from, session->failed.line == 0, &now);
        if (first == NN_OK) {
            first = status;
            *found = now;
        }
        if (!keep_going || nn_interrupted())
            break;
        if (session->output.warning)
            session->output.warning(session->output.context, &now);
        nn_lex_skip_line(&lexer, from);
    }
    return first;
}

enum nn_status nn_session_run_line(struct nn_session *session, const char *text, const char *file,
                                   size_t line, struct nn_error *error)
{
    struct nn_script script = {text, strlen(text), file, line ? line : 1};
    return run(session, &script, false, error);
}

enum nn_status nn_session_run_script(struct nn_session *session, const char *text, size_t length,
                                     const char *file, bool keep_going, struct nn_error *error)
{
    bool bom = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0;
    struct nn_script script = {text + (bom ? 3 : 0), length - (bom ? 3 : 0), file, 1};
    return run(session, &script, keep_going, error);
}
