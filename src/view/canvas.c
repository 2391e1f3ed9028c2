#include "view/canvas.h"

#include "base/mem.h"
#include "base/text.h"
#include "view/links.h"
#include "view/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_COLUMNS 2000
#define MAX_ROWS    1000

const struct nn_style nn_plain = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, 0};
static const struct nn_canvas_cell blank = {' ', {0, 0}, {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, 0}};

enum nn_status nn_canvas_init(struct nn_canvas *canvas, int columns, int rows,
                              struct nn_medium medium, struct nn_error *error)
{
    struct nn_canvas_cell *cells;
    size_t count;

    if (columns < 1 || rows < 1 || columns > MAX_COLUMNS || rows > MAX_ROWS)
        return nn_fail(error, NN_LIMIT, "a screen of %d x %d cells is not possible (1x1 to %dx%d)",
                       columns, rows, MAX_COLUMNS, MAX_ROWS);
    count = (size_t)columns * (size_t)rows;
    cells = nn_calloc(count, sizeof *cells);
    if (!cells)
        return nn_fail_memory(error, count * sizeof *cells);
    *canvas =
        (struct nn_canvas){.columns = columns, .rows = rows, .cells = cells, .medium = medium};
    nn_canvas_erase(canvas);
    return NN_OK;
}

void nn_canvas_clear(struct nn_canvas *canvas)
{
    nn_free(canvas->cells);
    nn_free(canvas->links);
    nn_free(canvas->panes);
    canvas->cells = NULL;
    canvas->links = NULL;
    canvas->panes = NULL;
    canvas->columns = canvas->rows = 0;
}

void nn_canvas_erase(struct nn_canvas *canvas)
{
    size_t count = (size_t)canvas->columns * (size_t)canvas->rows;

    for (size_t i = 0; i < count; i++)
        canvas->cells[i] = blank;
    canvas->cursor_column = canvas->cursor_row = -1;
    canvas->link_count = canvas->pane_count = 0;
}

static struct nn_canvas_cell *cell_at(struct nn_canvas *canvas, int column, int row)
{
    if (column < 0 || row < 0 || column >= canvas->columns || row >= canvas->rows)
        return NULL;
    return &canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column];
}

/* Blanks the other half of a wide character that is about to lose this half. */
static void break_wide(struct nn_canvas *canvas, int column, int row)
{
    struct nn_canvas_cell *cell = cell_at(canvas, column, row);
    struct nn_canvas_cell *left = cell_at(canvas, column - 1, row);
    struct nn_canvas_cell *right = cell_at(canvas, column + 1, row);

    if (cell->point == 0 && left)
        left->point = ' ', left->combining[0] = left->combining[1] = 0;
    if (right && right->point == 0 && cell->point != 0)
        right->point = ' ';
}

static void combine(struct nn_canvas_cell *cell, uint32_t point)
{
    for (int i = 0; i < 2; i++)
        if (!cell->combining[i]) {
            cell->combining[i] = point;
            return;
        }
}

static int point_width(uint32_t point)
{
    if (point < 0x7f)
        return point >= 0x20 ? 1 : -1;
    return nn_text_point_width(point);
}

/* A combining mark joins the character that stands in the cell; a control or unprintable character
 * becomes '?', and so does a wide one that is cut by the right edge. */
void nn_canvas_put(struct nn_canvas *canvas, int column, int row, uint32_t point,
                   struct nn_style style)
{
    struct nn_canvas_cell *cell = cell_at(canvas, column, row);
    struct nn_canvas_cell *right = cell_at(canvas, column + 1, row);
    int width;

    if (!cell)
        return;
    if (canvas->medium.ascii)
        point = nn_glyph_ascii(point);
    width = point_width(point);
    if (width == 0) {
        if (!canvas->medium.ascii)
            combine(cell, point);
        return;
    }
    if (width < 0 || (width == 2 && !right)) {
        point = '?';
        width = 1;
    }
    break_wide(canvas, column, row);
    *cell = (struct nn_canvas_cell){point, {0, 0}, style};
    if (width == 2) {
        break_wide(canvas, column + 1, row);
        *right = (struct nn_canvas_cell){0, {0, 0}, style};
    }
}

void nn_canvas_fill(struct nn_canvas *canvas, struct nn_box box, uint32_t point,
                    struct nn_style style)
{
    for (int row = 0; row < box.rows; row++)
        for (int column = 0; column < box.columns; column++)
            nn_canvas_put(canvas, box.column + column, box.row + row, point, style);
}

static struct nn_box frame_inside(struct nn_box box)
{
    return (struct nn_box){box.column + 1, box.row + 1, box.columns > 2 ? box.columns - 2 : 0,
                           box.rows > 2 ? box.rows - 2 : 0};
}

struct nn_box nn_canvas_frame(struct nn_canvas *canvas, struct nn_box box, const char *title,
                              bool focused)
{
    /* corners, then horizontal and vertical */
    static const uint32_t lines[2][6] = {{0x250c, 0x2510, 0x2514, 0x2518, 0x2500, 0x2502},
                                         {0x2554, 0x2557, 0x255a, 0x255d, 0x2550, 0x2551}};
    const uint32_t *line = lines[focused];
    struct nn_style style = focused ? nn_plain : nn_style_dim;
    int right = box.column + box.columns - 1, bottom = box.row + box.rows - 1;

    if (canvas->medium.plain)
        nn_canvas_note_pane(canvas, frame_inside(box), title);
    if (box.columns < 2 || box.rows < 2 || canvas->medium.plain)
        return frame_inside(box);
    for (int i = box.column + 1; i < right; i++) {
        nn_canvas_put(canvas, i, box.row, line[4], style);
        nn_canvas_put(canvas, i, bottom, line[4], style);
    }
    for (int i = box.row + 1; i < bottom; i++) {
        nn_canvas_put(canvas, box.column, i, line[5], style);
        nn_canvas_put(canvas, right, i, line[5], style);
    }
    nn_canvas_put(canvas, box.column, box.row, line[0], style);
    nn_canvas_put(canvas, right, box.row, line[1], style);
    nn_canvas_put(canvas, box.column, bottom, line[2], style);
    nn_canvas_put(canvas, right, bottom, line[3], style);
    if (title && *title && box.columns > 6) {
        int margin = (int)nn_text_width(title) > box.columns - 6 ? 2 : 3; /* a long one: closer */
        int used = nn_canvas_text(canvas, box.column + margin, box.row, box.columns - 2 * margin,
                                  nn_style_bold, title);
        nn_canvas_put(canvas, box.column + margin - 1, box.row, ' ', nn_plain);
        nn_canvas_put(canvas, box.column + margin + used, box.row, ' ', nn_plain);
    }
    return frame_inside(box);
}
