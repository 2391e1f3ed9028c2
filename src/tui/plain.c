#include "tui/plain.h"

#include "base/mem.h"
#include "command/complete.h"
#include "tui/history.h"

#include <stdio.h>
#include <string.h>

#include <readline/readline.h>

static struct nn_session *about; /* the session whose words are completed */

/* What stands before the completed part of the word, and the completion. */
static char *join(const char *before, size_t length, const char *text)
{
    struct nn_buffer made;
    nn_buffer_init(&made, 0);
    nn_buffer_append(&made, before, length);
    nn_buffer_text(&made, text);
    return nn_buffer_take(&made);
}

static size_t common(const char *a, const char *b)
{
    size_t same = 0;
    while (a[same] && a[same] == b[same])
        same++;
    while (same > 0 && ((unsigned char)a[same] & 0xc0) == 0x80) /* whole characters */
        same--;
    return same;
}

/* As readline wants it: what all have in common, then each, then NULL. It frees them. */
static char **matches_of(const struct nn_completions *found, const char *word, size_t kept)
{
    char **matches = nn_calloc(found->count + 2, sizeof *matches);
    if (!matches)
        return NULL;
    for (size_t i = 0; i < found->count; i++) {
        matches[i + 1] = join(word, kept, found->items[i].text);
        if (!matches[i + 1]) { /* the list ends here */
            break;
        }
        if (i > 0)
            matches[0][common(matches[0], matches[i + 1])] = '\0';
        else
            matches[0] = nn_strdup(matches[1]);
        if (!matches[0])
            break;
    }
    if (found->count == 1 && matches[1]) {
        nn_free(matches[1]);
        matches[1] = NULL;
    }
    return matches;
}

static char **complete(const char *word, int start, int end)
{
    struct nn_completions found = {0};
    char **matches = NULL;
    rl_attempted_completion_over = 1; /* no file names of readline's own */
    if (nn_complete(about, rl_line_buffer, (size_t)end, &found, NULL) == NN_OK && found.count > 0 &&
        found.start >= (size_t)start && found.start <= (size_t)end) {
        matches = matches_of(&found, word, found.start - (size_t)start);
        rl_completion_append_character = found.items[0].closed ? ' ' : '\0';
    }
    nn_completions_clear(&found);
    return matches;
}

void nn_plain_open(struct nn_session *session)
{
    about = session;
    rl_readline_name = "nnscope";
    rl_completer_word_break_characters = " \t\n;";
    rl_attempted_completion_function = complete;
    rl_catch_signals = 1;
    nn_history_open();
}

char *nn_plain_read(const char *prompt)
{
    char *line = readline(prompt);
    if (line && *line)
        nn_history_add(line);
    return line;
}

void nn_plain_close(void)
{
    nn_history_close();
    about = NULL;
}
