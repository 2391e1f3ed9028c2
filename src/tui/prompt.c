#include "tui/prompt.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "tui/history.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/readline.h>

static const char prompt_text[] = "> ";

static struct {
    struct nn_session *session;
    nn_prompt_accept *accept;
    void *context;
    const char *queue; /* bytes that readline has not read yet */
    size_t queued;
    FILE *nowhere; /* readline's output */
    struct nn_completions choices;
    size_t page; /* of them */
    char hint[NN_HINT_SIZE];
    bool hint_due; /* for what is typed now: only when it is looked at, it takes its time */
    char *line;    /* entered, not yet given to accept */
    bool pasting, end_of_file;
} prompt;

/* ---- readline's hooks ---- */

static int next_byte(FILE *stream)
{
    (void)stream;
    if (prompt.queued == 0)
        return EOF; /* never happens: whole units only */
    prompt.queued--;
    return (unsigned char)*prompt.queue++;
}

static int input_available(void)
{
    return prompt.queued > 0;
}

static void draw_nothing(void)
{
}

static void set_no_terminal(int meta)
{
    (void)meta;
}

static void unset_no_terminal(void)
{
}

static void take_line(char *line)
{
    if (!line) {
        prompt.end_of_file = true;
        return;
    }
    const char *text = line;
    while (*text == ' ' || *text == '\t')
        text++;
    if (*text == ':') /* the habit of vi: `:train` is `train` */
        text++;
    if (*text) {
        nn_history_add(text);
        prompt.line = nn_strdup(text);
    }
    nn_free(line);
}

/* ---- completion ---- */

static size_t common_prefix(const struct nn_completions *choices)
{
    const char *first = choices->items[0].text;
    size_t length = strlen(first);
    for (size_t i = 1; i < choices->count; i++) {
        size_t same = 0;
        while (same < length && choices->items[i].text[same] == first[same])
            same++;
        length = same;
    }
    while (length > 0 && ((unsigned char)first[length] & 0xc0) == 0x80) /* whole characters */
        length--;
    return length;
}

static void replace_word(size_t start, const char *text, size_t length, bool closed)
{
    char *word = nn_strndup(text, length);
    if (!word)
        return;
    rl_begin_undo_group();
    rl_delete_text((int)start, rl_point);
    rl_point = (int)start;
    rl_insert_text(word);
    if (closed)
        rl_insert_text(" ");
    rl_end_undo_group();
    nn_free(word);
}

static int complete(int count, int key)
{
    (void)count;
    (void)key;
    bool open = prompt.choices.count > 1;
    nn_completions_clear(&prompt.choices);
    struct nn_completions found = {0};
    if (nn_complete(prompt.session, rl_line_buffer, (size_t)rl_point, &found, NULL) != NN_OK)
        return 0;
    if (found.count == 1)
        replace_word(found.start, found.items[0].text, strlen(found.items[0].text),
                     found.items[0].closed);
    else if (found.count > 1) {
        size_t length = common_prefix(&found);
        prompt.page = open ? prompt.page + 1 : 0;
        if (length > (size_t)rl_point - found.start) {
            replace_word(found.start, found.items[0].text, length, false);
            prompt.page = 0;
        }
        prompt.choices = found;
        return 0;
    }
    nn_completions_clear(&found);
    return 0;
}

/* ---- opening and feeding ---- */

enum nn_status nn_prompt_open(struct nn_session *session, nn_prompt_accept *accept, void *context,
                              struct nn_error *error)
{
    prompt.nowhere = fopen("/dev/null", "r+");
    if (!prompt.nowhere)
        return nn_fail(error, NN_IO, "cannot open /dev/null: %s", strerror(errno));
    prompt.session = session;
    prompt.accept = accept;
    prompt.context = context;
    rl_readline_name = "nnscope";
    rl_instream = prompt.nowhere;
    rl_outstream = prompt.nowhere; /* bells and newlines of its own must not reach the screen */
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0; /* else it exports LINES and COLUMNS, which ncurses obeys */
    rl_prep_term_function = set_no_terminal;
    rl_deprep_term_function = unset_no_terminal;
    rl_getc_function = next_byte;
    rl_input_available_hook = input_available;
    rl_redisplay_function = draw_nothing;
    rl_initialize(); /* reads the user's inputrc, so that what follows wins */
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("bell-style", "none");
    rl_bind_key('\t', complete);
    nn_history_open();
    rl_callback_handler_install(prompt_text, take_line);
    return NN_OK;
}

void nn_prompt_close(void)
{
    rl_callback_handler_remove();
    nn_history_close();
    nn_completions_clear(&prompt.choices);
    fclose(prompt.nowhere);
    prompt.nowhere = NULL;
}

/* Runs the entered line. Only now, outside readline: the command may wait for its job, and keys
 * that arrive meanwhile are fed to readline again. */
static void give_line(void)
{
    char *line = prompt.line;
    const char *queue = prompt.queue;
    size_t queued = prompt.queued;
    prompt.line = NULL;
    prompt.queued = 0;
    prompt.accept(prompt.context, line, prompt.pasting);
    nn_free(line);
    prompt.queue = queue;
    prompt.queued = queued;
}

void nn_prompt_feed(const char *bytes, size_t length)
{
    if (length != 1 || *bytes != '\t')
        nn_completions_clear(&prompt.choices);
    prompt.queue = bytes;
    prompt.queued = length;
    while (prompt.queued > 0) {
        rl_callback_read_char();
        if (prompt.line)
            give_line();
    }
    prompt.hint_due = true;
}

/* Characters of pasted text that may stand in a command line. */
static void insert_visible(const char *text, size_t length)
{
    struct nn_buffer line;
    nn_buffer_init(&line, 0);
    for (size_t i = 0; i < length;) {
        uint32_t point;
        size_t used = nn_utf8_decode(text + i, length - i, &point);
        if (used > 0 && nn_text_point_width(point) >= 0)
            nn_buffer_append(&line, text + i, used);
        else if (text[i] == '\t')
            nn_buffer_char(&line, ' ');
        i += used > 0 ? used : 1;
    }
    if (!line.failed && line.length > 0)
        rl_insert_text(nn_buffer_string(&line));
    nn_buffer_clear(&line);
}

void nn_prompt_paste(const char *text, size_t length)
{
    prompt.pasting = true;
    while (length > 0) {
        size_t end = 0;
        while (end < length && text[end] != '\n' && text[end] != '\r')
            end++;
        insert_visible(text, end);
        if (end == length)
            break;
        nn_prompt_feed("\r", 1);
        size_t used =
            end + 1 < length && text[end] == '\r' && text[end + 1] == '\n' ? end + 2 : end + 1;
        text += used;
        length -= used;
    }
    prompt.pasting = false;
    prompt.hint_due = true;
}

bool nn_prompt_empty(void)
{
    return rl_end == 0 && !RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH | RL_STATE_NUMERICARG |
                                      RL_STATE_METANEXT | RL_STATE_MULTIKEY);
}

bool nn_prompt_uses_escape(void)
{
    return rl_editing_mode == 0 || RL_ISSTATE(RL_STATE_ISEARCH | RL_STATE_NSEARCH);
}

void nn_prompt_cancel(void)
{
    nn_prompt_feed("\a", 1); /* Ctrl-G: leaves a search or a half-typed key */
    rl_replace_line("", 1);
    rl_point = rl_end = 0;
    prompt.hint[0] = '\0';
    prompt.hint_due = false;
}

void nn_prompt_dismiss(void)
{
    nn_completions_clear(&prompt.choices);
}

bool nn_prompt_end_of_file(void)
{
    bool ended = prompt.end_of_file;
    prompt.end_of_file = false;
    if (ended) {
        rl_callback_handler_remove();
        rl_callback_handler_install(prompt_text, take_line);
    }
    return ended;
}

/* ---- drawing ---- */

/* One character of the line as it is shown, with the marks that combine with it; ^A for controls,
 * octal for invalid bytes. */
#define SHOWN_SIZE 32

static size_t shown(const char *text, size_t length, char out[SHOWN_SIZE], int *cells)
{
    uint32_t point;
    size_t used = nn_utf8_decode(text, length, &point);
    int width = used > 0 ? nn_text_point_width(point) : -1;
    if (used == 0 || width < 0) {
        unsigned char byte = (unsigned char)*text;
        snprintf(out, SHOWN_SIZE, byte < 0x20 || byte == 0x7f ? "^%c" : "\\%03o",
                 byte < 0x20 || byte == 0x7f ? byte ^ 0x40 : byte);
        *cells = (int)strlen(out);
        return used > 0 ? used : 1;
    }
    size_t end = used;
    for (size_t next; end < length && end < SHOWN_SIZE - 8; end += next) {
        next = nn_utf8_decode(text + end, length - end, &point);
        if (next == 0 || nn_text_point_width(point) != 0)
            break;
    }
    memcpy(out, text, end);
    out[end] = '\0';
    *cells = width;
    return end;
}

void nn_prompt_draw(struct nn_canvas *canvas, int column, int row, int columns, bool focused)
{
    const char *head = rl_display_prompt ? rl_display_prompt : prompt_text;
    struct nn_style style = nn_plain;
    style.attributes = focused ? NN_BOLD : NN_DIM;
    int used = nn_canvas_text(canvas, column, row, columns / 2, style, head);
    column += used;
    columns -= used;
    if (columns < 4)
        return;
    /* Cells from the start of the line to the cursor decide how far it is scrolled. */
    char text[SHOWN_SIZE];
    int cells = 0, cursor = 0, end = 0;
    for (size_t i = 0; i < (size_t)rl_end;) {
        size_t step = shown(rl_line_buffer + i, (size_t)rl_end - i, text, &cells);
        if (i < (size_t)rl_point)
            cursor += cells;
        end += cells;
        i += step;
    }
    int first = cursor > columns - 2 ? cursor - (columns - 2) : 0;
    int at = 0;
    for (size_t i = 0; i < (size_t)rl_end;) {
        size_t step = shown(rl_line_buffer + i, (size_t)rl_end - i, text, &cells);
        if (at >= first && at + cells - first <= columns - 1 && cells > 0)
            nn_canvas_text(canvas, column + at - first, row, cells, nn_plain, text);
        at += cells;
        i += step;
    }
    struct nn_style mark = nn_plain;
    mark.attributes = NN_REVERSE;
    if (first > 0)
        nn_canvas_put(canvas, column, row, canvas->medium.ascii ? '<' : 0x2039, mark);
    if (end - first > columns - 1)
        nn_canvas_put(canvas, column + columns - 1, row, canvas->medium.ascii ? '>' : 0x203a, mark);
    if (focused) {
        canvas->cursor_column = column + cursor - first;
        canvas->cursor_row = row;
    }
}

const char *nn_prompt_hint(void)
{
    if (prompt.hint_due)
        nn_complete_hint(prompt.session, rl_line_buffer, (size_t)rl_point, prompt.hint);
    prompt.hint_due = false;
    return nn_prompt_empty() ? "" : prompt.hint;
}

const struct nn_completions *nn_prompt_choices(size_t *page)
{
    *page = prompt.page;
    return prompt.choices.count > 1 ? &prompt.choices : NULL;
}
