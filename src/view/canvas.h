/* Canvas: a grid of cells that views draw on and back ends print (text, ANSI, curses, later PNG).
 * Knows no terminal. Drawing outside the canvas is clipped.
 *
 * Ownership: nn_canvas_init / nn_canvas_clear.
 * Errors:    only init can fail (NN_MEMORY, NN_LIMIT above 2000x1000).
 */
#ifndef NN_VIEW_CANVAS_H
#define NN_VIEW_CANVAS_H

#include "base/buffer.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A colour: the terminal's own default, one of its 16, or RGB (reduced by the back end). */
#define NN_COLOR_DEFAULT      ((uint32_t)0xff000000)
#define NN_COLOR_ANSI(n)      ((uint32_t)0xfe000000 | (uint32_t)(n))
#define NN_COLOR_RGB(r, g, b) ((uint32_t)(r) << 16 | (uint32_t)(g) << 8 | (uint32_t)(b))

enum nn_attribute { NN_BOLD = 1, NN_DIM = 2, NN_REVERSE = 4, NN_UNDERLINE = 8 };

struct nn_style {
    uint32_t foreground, background;
    unsigned attributes;
};
extern const struct nn_style nn_plain; /* default colours */

struct nn_canvas_cell {
    uint32_t point;        /* code point; 0 = right half of a wide character */
    uint32_t combining[2]; /* 0 = none */
    struct nn_style style;
};

enum nn_depth { NN_DEPTH_MONO, NN_DEPTH_16, NN_DEPTH_256, NN_DEPTH_RGB };

/* What the output can do; decides glyphs and colour maps. */
struct nn_medium {
    enum nn_depth depth;
    bool ascii; /* only ASCII glyphs */
    bool plain; /* neither frames nor pictures: what a screen reader can say */
};

struct nn_link;
struct nn_canvas_pane;

struct nn_canvas {
    int columns, rows;
    struct nn_canvas_cell *cells;
    struct nn_medium medium;
    int cursor_column, cursor_row; /* where the hardware cursor belongs; -1 = nowhere */
    struct nn_link *links;         /* links.h; NULL: none */
    size_t link_count;
    struct nn_canvas_pane *panes; /* frames that were drawn, when plain */
    size_t pane_count;
};

/* A rectangle of cells. */
struct nn_box {
    int column, row, columns, rows;
};

enum nn_status nn_canvas_init(struct nn_canvas *canvas, int columns, int rows,
                              struct nn_medium medium, struct nn_error *error);
void nn_canvas_clear(struct nn_canvas *canvas); /* frees */
void nn_canvas_erase(struct nn_canvas *canvas); /* blanks */

/* Puts one code point; in ascii mode non-ASCII glyphs are replaced by their nearest (box lines by +
 * - |, blocks by the ramp " .:-=+*#%@", others by ?). */
void nn_canvas_put(struct nn_canvas *canvas, int column, int row, uint32_t point,
                   struct nn_style style);
/* Puts text from outside or inside (made visible), at most max_columns cells (cut with an
 * ellipsis). Returns the cells used. */
int nn_canvas_text(struct nn_canvas *canvas, int column, int row, int max_columns,
                   struct nn_style style, const char *text);
int nn_canvas_printf(struct nn_canvas *canvas, int column, int row, int max_columns,
                     struct nn_style style, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
void nn_canvas_fill(struct nn_canvas *canvas, struct nn_box box, uint32_t point,
                    struct nn_style style);
/* A frame with a title; focused frames have double lines. Returns the inside. */
struct nn_box nn_canvas_frame(struct nn_canvas *canvas, struct nn_box box, const char *title,
                              bool focused);

/* A plain canvas pane by pane: its title, then its lines; blank lines are left out. */
void nn_canvas_print_panes(const struct nn_canvas *canvas, struct nn_buffer *out);
/* Rows of plain text, or with SGR colours of the medium's depth; trailing blanks trimmed, "\n"
 * after each row, SGR reset at each row's end. rows = 0: all; trailing empty rows are dropped with
 * `trim`. */
void nn_canvas_print(const struct nn_canvas *canvas, bool color, bool trim, struct nn_buffer *out);

#endif
