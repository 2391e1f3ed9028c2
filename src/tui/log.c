#include "tui/log.h"

#include "base/mem.h"

#include <string.h>

void nn_log_clear(struct nn_log *log)
{
    for (size_t i = 0; i < log->count; i++)
        nn_free(log->lines[(log->first + i) % NN_LOG_LINES].text);
    log->first = log->count = log->block = log->scroll = 0;
}

static void add_line(struct nn_log *log, enum nn_log_kind kind, const char *text, size_t length)
{
    char *copy = nn_strndup(text, length);
    if (!copy)
        return;
    if (log->count == NN_LOG_LINES) {
        nn_free(log->lines[log->first].text);
        log->first = (log->first + 1) % NN_LOG_LINES;
        log->count--;
    }
    size_t place = (log->first + log->count++) % NN_LOG_LINES;
    log->lines[place].text = copy;
    log->lines[place].kind = kind;
    log->block++;
    log->scroll = 0;
}

void nn_log_add(struct nn_log *log, enum nn_log_kind kind, const char *text)
{
    for (;;) {
        size_t length = strcspn(text, "\n");
        if (length > 0 || text[length] == '\n')
            add_line(log, kind, text, length);
        if (text[length] == '\0')
            return;
        text += length + 1;
    }
}

void nn_log_block(struct nn_log *log)
{
    log->block = log->scroll = 0;
}

void nn_log_block_start(struct nn_log *log, size_t visible)
{
    log->scroll = log->block > visible ? log->block - visible : 0;
}

void nn_log_scroll(struct nn_log *log, long lines, size_t visible)
{
    size_t most = log->count > visible ? log->count - visible : 0;
    long target = (long)log->scroll - lines;
    log->scroll = target < 0 ? 0 : (size_t)target > most ? most : (size_t)target;
}

static struct nn_style style_of(enum nn_log_kind kind)
{
    struct nn_style style = nn_plain;
    if (kind == NN_LOG_COMMAND)
        style.attributes = NN_DIM;
    if (kind == NN_LOG_ERROR || kind == NN_LOG_HINT)
        style.foreground = NN_COLOR_ANSI(9);
    if (kind == NN_LOG_ERROR)
        style.attributes = NN_BOLD;
    return style;
}

void nn_log_draw(const struct nn_log *log, struct nn_canvas *canvas, struct nn_box box)
{
    size_t end = log->count - log->scroll;
    for (int i = 0; i < box.rows; i++) {
        size_t back = (size_t)(box.rows - i);
        if (back > end)
            continue;
        size_t place = (log->first + end - back) % NN_LOG_LINES;
        struct nn_style style = style_of(log->lines[place].kind);
        if (log->scroll == 0 && back > log->block) /* older than what is of interest */
            style = (struct nn_style){NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_DIM};
        nn_canvas_text(canvas, box.column, box.row + i, box.columns, style, log->lines[place].text);
    }
}
