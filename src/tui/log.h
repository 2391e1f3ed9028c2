/* Log: what commands said, as lines of the command pane; the oldest are dropped.
 *
 * Ownership: the log owns its lines. Threads: main thread.
 */
#ifndef NN_TUI_LOG_H
#define NN_TUI_LOG_H

#include "view/canvas.h"

enum nn_log_kind { NN_LOG_COMMAND, NN_LOG_TEXT, NN_LOG_ERROR, NN_LOG_HINT };

#define NN_LOG_LINES 2000

struct nn_log {
    struct {
        char *text; /* safe */
        enum nn_log_kind kind;
    } lines[NN_LOG_LINES]; /* a ring */
    size_t first, count;
    size_t block;  /* the last lines, which belong together: what the pane would like to show */
    size_t scroll; /* lines scrolled back from the end */
};

void nn_log_clear(struct nn_log *log);
/* Adds text, split at newlines. Without memory the line is dropped. */
void nn_log_add(struct nn_log *log, enum nn_log_kind kind, const char *text);
/* What is added from now on is a new block. */
void nn_log_block(struct nn_log *log);
/* Scrolls so that the first line of the block is seen. */
void nn_log_block_start(struct nn_log *log, size_t visible);
/* Moves the view by lines (negative: back), bounded. */
void nn_log_scroll(struct nn_log *log, long lines, size_t visible);
/* Draws the last lines (before the scroll position) into a box, newest at its bottom. */
void nn_log_draw(const struct nn_log *log, struct nn_canvas *canvas, struct nn_box box);

#endif
