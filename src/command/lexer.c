#include "command/lexer.h"

#include "base/buffer.h"
#include "base/text.h"

#include <string.h>

#define NN_MAX_WORDS 4096
#define NN_MAX_WORD  (1u << 20)

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* A blank, or the carriage return of a line end as Windows writes it. */
static bool blank_at(const char *text, size_t length, size_t i)
{
    return is_blank(text[i]) || (text[i] == '\r' && (i + 1 == length || text[i + 1] == '\n'));
}

static bool is_name(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static bool is_key(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '_' || c == '.'));
}

static enum nn_status fail_at(struct nn_error *error, size_t offset, const char *message)
{
    enum nn_status status = nn_fail(error, NN_SYNTAX, "%s", message);
    if (error)
        error->column = offset + 1;
    return status;
}

/* One word in the making. */
struct word {
    struct nn_buffer text;
    const char *key;
    bool literal; /* so far only unquoted letters that a key may have */
    size_t offset;
};

/* Bytes of a `\` with its line end at i, 0 if there is none. */
static size_t continuation(const struct nn_lexer *lexer, size_t i)
{
    const char *text = lexer->text + i;
    size_t left = lexer->length - i;
    if (left >= 2 && text[0] == '\\' && text[1] == '\n')
        return 2;
    return left >= 3 && text[0] == '\\' && text[1] == '\r' && text[2] == '\n' ? 3 : 0;
}

static enum nn_status undefined(const struct nn_lexer *lexer, size_t offset, const char *name,
                                struct nn_error *error)
{
    enum nn_status status =
        nn_fail(error, NN_SYNTAX, "variable `%s` is not defined", NN_VISIBLE(name));
    if (error)
        error->column = offset + 1;
    const char *nearest = NULL;
    for (size_t i = 0; i < lexer->variable_count && !nearest; i++) {
        const char *candidate = lexer->variables[i].name;
        nearest = nn_text_nearest(name, &candidate, 1);
    }
    if (nearest)
        nn_fail_hint(error, "did you mean `$%s`?", nearest);
    else
        nn_fail_hint(error, "define it with `let %s=...`", NN_VISIBLE(name));
    return status;
}

/* `$name` or `${name}` at *i; a `$` before anything else stands for itself. */
static enum nn_status lex_variable(struct nn_lexer *lexer, size_t *i, struct word *word,
                                   struct nn_error *error)
{
    size_t start = *i + 1;
    bool braced = start < lexer->length && lexer->text[start] == '{';
    if (braced)
        start++;
    size_t end = start;
    while (end < lexer->length &&
           (is_name(lexer->text[end], end == start) || (braced && lexer->text[end] == '.')))
        end++;
    if (braced && (end == start || end >= lexer->length || lexer->text[end] != '}')) {
        if (!lexer->tolerant)
            return fail_at(error, *i, "`${` needs a name and a closing `}`");
        braced = false;
        end = start;
    }
    if (end == start) {
        nn_buffer_char(&word->text, '$');
        *i += 1;
        return NN_OK;
    }
    char name[64];
    size_t length = end - start < sizeof name ? end - start : sizeof name - 1;
    memcpy(name, lexer->text + start, length);
    name[length] = '\0';
    const char *value = NULL;
    for (size_t v = 0; v < lexer->variable_count && length == end - start; v++)
        if (strcmp(lexer->variables[v].name, name) == 0)
            value = lexer->variables[v].value;
    if (!value && !lexer->tolerant)
        return undefined(lexer, *i, name, error);
    nn_buffer_text(&word->text, value ? value : "");
    *i = end + (braced ? 1 : 0);
    return NN_OK;
}

static enum nn_status lex_single(struct nn_lexer *lexer, size_t *i, struct word *word,
                                 struct nn_error *error)
{
    size_t open = *i;
    for (*i += 1; *i < lexer->length && lexer->text[*i] != '\n'; *i += 1) {
        if (lexer->text[*i] == '\'') {
            *i += 1;
            return NN_OK;
        }
        nn_buffer_char(&word->text, lexer->text[*i]);
    }
    return lexer->tolerant ? NN_OK : fail_at(error, open, "the quote ' is not closed on its line");
}

static enum nn_status lex_double(struct nn_lexer *lexer, size_t *i, struct word *word,
                                 struct nn_error *error)
{
    size_t open = *i;
    *i += 1;
    while (*i < lexer->length && lexer->text[*i] != '\n') {
        char c = lexer->text[*i];
        char next = *i + 1 < lexer->length ? lexer->text[*i + 1] : '\0';
        if (c == '"') {
            *i += 1;
            return NN_OK;
        }
        if (continuation(lexer, *i)) {
            *i += continuation(lexer, *i);
        } else if (c == '\\' && (next == '"' || next == '\\' || next == '$')) {
            nn_buffer_char(&word->text, next);
            *i += 2;
        } else if (c == '$') {
            enum nn_status status = lex_variable(lexer, i, word, error);
            if (status != NN_OK)
                return status;
        } else {
            nn_buffer_char(&word->text, c);
            *i += 1;
        }
    }
    return lexer->tolerant ? NN_OK : fail_at(error, open, "the quote \" is not closed on its line");
}

/* An unquoted character: ends a key at `=`, else belongs to the text. */
static enum nn_status lex_plain(struct nn_arena *arena, char c, struct word *word,
                                struct nn_error *error)
{
    if (c == '=' && word->literal && word->text.length > 0 && !word->text.failed) {
        word->key = nn_arena_strdup(arena, nn_buffer_string(&word->text));
        if (!word->key)
            return nn_fail_memory(error, word->text.length);
        nn_buffer_clear(&word->text);
        nn_buffer_init(&word->text, NN_MAX_WORD);
        word->literal = false;
        return NN_OK;
    }
    word->literal = word->literal && is_key(c, word->text.length == 0);
    nn_buffer_char(&word->text, c);
    return NN_OK;
}

static enum nn_status lex_word(struct nn_lexer *lexer, struct nn_arena *arena, size_t *i,
                               struct word *word, struct nn_error *error)
{
    while (*i < lexer->length) {
        char c = lexer->text[*i];
        enum nn_status status = NN_OK;
        if (blank_at(lexer->text, lexer->length, *i) || c == '\n' || c == ';')
            break;
        if (continuation(lexer, *i)) {
            *i += continuation(lexer, *i);
            continue;
        }
        if (c == '\'' || c == '"' || c == '$' || c == '\\')
            word->literal = false;
        if (c == '\'') {
            status = lex_single(lexer, i, word, error);
        } else if (c == '"') {
            status = lex_double(lexer, i, word, error);
        } else if (c == '$') {
            status = lex_variable(lexer, i, word, error);
        } else if (c == '\\' && *i + 1 < lexer->length) {
            nn_buffer_char(&word->text, lexer->text[*i + 1]);
            *i += 2;
        } else {
            status = lex_plain(arena, c, word, error);
            *i += 1;
        }
        if (status != NN_OK)
            return status;
    }
    return nn_buffer_check(&word->text, error);
}

/* Control bytes have no meaning in a command and would be invisible in it. */
static enum nn_status check_bytes(const struct nn_lexer *lexer, size_t begin, size_t end,
                                  struct nn_error *error)
{
    for (size_t i = begin; i < end; i++) {
        unsigned char c = (unsigned char)lexer->text[i];
        bool allowed = c == '\n' || blank_at(lexer->text, lexer->length, i);
        if ((c < 0x20 && !allowed) || c == 0x7f) {
            enum nn_status status =
                nn_fail(error, NN_SYNTAX, "the line holds the control byte \\x%02x", c);
            if (error)
                error->column = i + 1;
            return status;
        }
    }
    return NN_OK;
}

static enum nn_status add_word(struct nn_arena *arena, struct nn_words *words, size_t *capacity,
                               const struct word *word, struct nn_error *error)
{
    if (words->count == NN_MAX_WORDS)
        return fail_at(error, word->offset, "more than 4096 words in one command");
    if (words->count == *capacity) {
        size_t more = *capacity ? *capacity * 2 : 16;
        struct nn_word *items = nn_arena_alloc(arena, more, sizeof *items);
        if (!items)
            return nn_fail_memory(error, more * sizeof *items);
        if (words->count)
            memcpy(items, words->items, words->count * sizeof *items);
        words->items = items;
        *capacity = more;
    }
    char *value = nn_arena_strdup(arena, nn_buffer_string(&word->text));
    if (!value)
        return nn_fail_memory(error, word->text.length);
    words->items[words->count++] =
        (struct nn_word){.key = word->key, .value = value, .column = word->offset + 1};
    return NN_OK;
}

static enum nn_status lex_one(struct nn_lexer *lexer, struct nn_arena *arena, size_t *i,
                              struct nn_words *words, size_t *capacity, struct nn_error *error)
{
    struct word word = {.literal = true, .offset = *i};
    nn_buffer_init(&word.text, NN_MAX_WORD);
    enum nn_status status = lex_word(lexer, arena, i, &word, error);
    if (status == NN_OK)
        status = check_bytes(lexer, word.offset, *i, error);
    if (status == NN_OK)
        status = add_word(arena, words, capacity, &word, error);
    nn_buffer_clear(&word.text);
    return status;
}

enum nn_status nn_lex_command(struct nn_lexer *lexer, struct nn_arena *arena,
                              struct nn_words *words, struct nn_error *error)
{
    struct nn_words found = {0};
    size_t capacity = 0;
    size_t i = lexer->next;
    while (i < lexer->length) {
        char c = lexer->text[i];
        if (c == '\n' || c == ';') {
            i++;
            break;
        }
        if (blank_at(lexer->text, lexer->length, i)) {
            i++;
        } else if (continuation(lexer, i)) {
            i += continuation(lexer, i);
        } else if (c == '#') {
            while (i < lexer->length && lexer->text[i] != '\n')
                i++;
        } else {
            enum nn_status status = lex_one(lexer, arena, &i, &found, &capacity, error);
            if (status != NN_OK)
                return status;
            found.end = i;
        }
    }
    lexer->next = i;
    *words = found;
    return NN_OK;
}

void nn_lex_skip_line(struct nn_lexer *lexer, size_t from)
{
    bool comment = false;
    size_t i = from;
    while (i < lexer->length && lexer->text[i] != '\n') {
        comment = comment || (lexer->text[i] == '#' && (i == 0 || is_blank(lexer->text[i - 1])));
        size_t joined = comment ? 0 : continuation(lexer, i);
        i += joined ? joined : 1;
    }
    lexer->next = i < lexer->length ? i + 1 : lexer->length;
}

bool nn_lex_continues(const char *text, size_t length)
{
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    char quote = '\0';
    bool word = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (quote == '\'') {
            quote = c == '\'' ? '\0' : quote;
        } else if (c == '\\') {
            if (i + 1 == length)
                return true;
            i++;
        } else if (quote) {
            quote = c == quote ? '\0' : quote;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '#' && !word) {
            while (i < length && text[i] != '\n')
                i++;
        }
        word = !(is_blank(c) || c == ';' || c == '\n');
    }
    return false;
}

void nn_lex_position(const char *text, size_t length, size_t offset, size_t *line, size_t *column,
                     size_t *start, size_t *end)
{
    if (offset > length)
        offset = length;
    *line = 1;
    *start = 0;
    for (size_t i = 0; i < offset; i++)
        if (text[i] == '\n') {
            *line += 1;
            *start = i + 1;
        }
    *column = offset - *start + 1;
    *end = *start;
    while (*end < length && text[*end] != '\n' && text[*end] != '\r')
        *end += 1;
}
