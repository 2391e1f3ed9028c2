/* Tables: aligned columns under a header. A column is as wide as its widest cell; when they do not
 * fit, the widest columns of text are cut first, then columns at the right are left out: those of a
 * further block, which shows the first column again. */
#include "view/parts.h"

#include "base/text.h"

#include <string.h>

#define MAX_SHOWN 64   /* columns */
#define LOOKED_AT 2000 /* rows that decide the widths */
#define GAP       2

struct layout {
    size_t column[MAX_SHOWN]; /* of the table */
    int width[MAX_SHOWN];
    bool text[MAX_SHOWN];
    size_t count;
};

static const struct nn_cell *cell_at(const struct nn_result *table, size_t row, size_t column)
{
    return &table->cells[row * table->column_count + column];
}

static int cell_width(const struct nn_result *table, size_t row, size_t column)
{
    char text[512];

    return (int)nn_text_width(nn_cell_text(text, sizeof text, cell_at(table, row, column)));
}

static void measure_column(const struct nn_result *table, struct layout *layout, size_t column)
{
    size_t rows = table->rows < LOOKED_AT ? table->rows : LOOKED_AT, c = layout->count++;

    layout->column[c] = column;
    layout->width[c] = (int)nn_text_width(table->columns[column]);
    layout->text[c] = false;
    for (size_t r = 0; r < rows; r++) {
        int width = cell_width(table, r, column);
        layout->width[c] = width > layout->width[c] ? width : layout->width[c];
        layout->text[c] |= cell_at(table, r, column)->text != NULL;
    }
}

/* The columns from `first`, after the one that names the rows. */
static void measure(const struct nn_result *table, size_t first, struct layout *layout)
{
    layout->count = 0;
    if (first > 0)
        measure_column(table, layout, 0);
    for (size_t c = first; c < table->column_count && layout->count < MAX_SHOWN; c++)
        measure_column(table, layout, c);
}

static int total(const struct layout *layout)
{
    int sum = 0;

    for (size_t c = 0; c < layout->count; c++)
        sum += layout->width[c] + (c ? GAP : 0);
    return sum;
}

/* The widest column of text that may still be cut, -1 if there is none. */
static int widest_text(const struct layout *layout)
{
    int widest = -1;

    for (size_t c = 0; c < layout->count; c++)
        if (layout->text[c] && layout->width[c] > 8 &&
            (widest < 0 || layout->width[c] > layout->width[widest]))
            widest = (int)c;
    return widest;
}

static void squeeze(struct layout *layout, int columns)
{
    int widest;

    while (total(layout) > columns && (widest = widest_text(layout)) >= 0)
        layout->width[widest]--;
    while (layout->count > 1 && total(layout) > columns)
        layout->count--;
    if (layout->count == 1 && layout->width[0] > columns)
        layout->width[0] = columns;
}

/* Draws one line of cells; row < 0 is the header. */
static void draw_line(struct nn_canvas *canvas, struct nn_box line, const struct nn_result *table,
                      const struct layout *layout, long row, struct nn_style style)
{
    int at = line.column;

    for (size_t c = 0; c < layout->count; c++) {
        char text[512];
        struct nn_box place = {at, line.row, layout->width[c], 1};
        const char *shown = row < 0 ? table->columns[layout->column[c]]
                                    : nn_cell_text(text, sizeof text,
                                                   cell_at(table, (size_t)row, layout->column[c]));

        if (layout->text[c])
            nn_canvas_text(canvas, at, line.row, layout->width[c], style, shown);
        else
            nn_canvas_text_right(canvas, place, style, shown);
        at += layout->width[c] + GAP;
    }
    if (row < 0 && layout->column[layout->count - 1] + 1 < table->column_count &&
        at - line.column < line.columns)
        nn_canvas_put(canvas, at - 1, line.row, 0x2026, nn_style_dim);
}

size_t nn_table_block(const struct nn_result *table, size_t first, int columns)
{
    struct layout layout;

    if (first >= table->column_count)
        return table->column_count;
    measure(table, first, &layout);
    squeeze(&layout, columns);
    size_t next = layout.column[layout.count - 1] + 1;
    return next > first ? next : first + 1;
}

size_t nn_draw_table_part(struct nn_canvas *canvas, struct nn_box box,
                          const struct nn_result *table, size_t first_column, size_t first_row,
                          long selected, bool header)
{
    struct layout layout;
    size_t shown = 0;

    if (box.columns < 1 || box.rows < 1 || first_column >= table->column_count)
        return 0;
    measure(table, first_column, &layout);
    squeeze(&layout, box.columns);
    if (header)
        draw_line(canvas, nn_box_take_top(&box, 1), table, &layout, -1, nn_style_bold);
    while (box.rows > 0 && first_row + shown < table->rows) {
        size_t row = first_row + shown++;
        struct nn_box line = nn_box_take_top(&box, 1);
        bool chosen = selected >= 0 && (size_t)selected == row;

        if (chosen)
            nn_canvas_fill(canvas, line, ' ', nn_style_selected);
        draw_line(canvas, line, table, &layout, (long)row, chosen ? nn_style_selected : nn_plain);
    }
    return shown;
}

size_t nn_draw_table(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *table,
                     size_t first_row, long selected)
{
    return nn_draw_table_part(canvas, box, table, 0, first_row, selected, true);
}
