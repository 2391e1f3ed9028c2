/* Completion and hints at the prompt, derived from the command table and from what the session
 * holds: commands, keys, values, layer names, classes, files.
 *
 * Ownership: nn_completions_clear frees.
 * Threads:   main thread.
 */
#ifndef NN_COMMAND_COMPLETE_H
#define NN_COMMAND_COMPLETE_H

#include "command/session.h"

struct nn_completion {
    char *text;  /* what the word becomes: "optimizer=", "dense", "data/" */
    char *help;  /* one line, safe; may be NULL */
    bool closed; /* the word is complete: a blank follows (not after "key=" or a folder) */
};

struct nn_completions {
    size_t start; /* byte offset in the line of the word (or of the value after key=) that is
                     replaced */
    struct nn_completion *items; /* sorted as they should be shown */
    size_t count;
};

/* What could stand at `cursor` (byte offset) of a line that is being typed. No match: count 0. */
enum nn_status nn_complete(struct nn_session *session, const char *line, size_t cursor,
                           struct nn_completions *completions, struct nn_error *error);
void nn_completions_clear(struct nn_completions *completions);

/* The argument list of the command in which the cursor stands ("train EPOCHS [batch=32] ..."), safe
 * text, empty if there is none. */
#define NN_HINT_SIZE 400
void nn_complete_hint(struct nn_session *session, const char *line, size_t cursor,
                      char out[NN_HINT_SIZE]);

#endif
