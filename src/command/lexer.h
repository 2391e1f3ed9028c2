/* Lexer of the command language: one command a line, `;` separates, `#` comments, `\` at the end of
 * a line continues, quoting as in sh, `$name` and `${name}` inside words and double quotes. A word
 * that begins with [a-z][a-z0-9_.]*= outside quotes is keyed.
 *
 * Ownership: words live in the arena; the text is borrowed.
 * Errors:    NN_SYNTAX with error->column = byte offset + 1 in the text (nn_lex_position makes line
 * and column of it). Threads:   reentrant.
 */
#ifndef NN_COMMAND_LEXER_H
#define NN_COMMAND_LEXER_H

#include "base/arena.h"
#include "base/args.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

struct nn_variable {
    char *name, *value;
};

struct nn_lexer {
    const char *text;
    size_t length;
    size_t next; /* where the next command begins */
    const struct nn_variable *variables;
    size_t variable_count;
    bool tolerant; /* for completion: open quotes and undefined variables are no errors */
};

struct nn_words {
    struct nn_word *items; /* column = byte offset + 1 in the lexer's text */
    size_t count;
    size_t end; /* offset after the last word */
};

/* The words of the next command; count 0: an empty one or the end of the text (lexer->next tells).
 */
enum nn_status nn_lex_command(struct nn_lexer *lexer, struct nn_arena *arena,
                              struct nn_words *words, struct nn_error *error);
/* Goes on after the line in which the byte `from` stands, its continuations included (after an
 * error). */
void nn_lex_skip_line(struct nn_lexer *lexer, size_t from);
/* True when the text ends in `\` so that the next line belongs to it. */
bool nn_lex_continues(const char *text, size_t length);
/* Line and column, both from 1, of a byte offset; *start and *end are the bounds of its line. */
void nn_lex_position(const char *text, size_t length, size_t offset, size_t *line, size_t *column,
                     size_t *start, size_t *end);

#endif
