/* A canvas as lines of text, plain or with SGR sequences. */
#include "base/text.h"
#include "view/canvas.h"
#include "view/colormap.h"
#include "view/links.h"
#include "view/parts.h"

#include <stdio.h>

static void print_point(uint32_t point, struct nn_buffer *out)
{
    char bytes[4];

    nn_buffer_append(out, bytes, nn_utf8_encode(point, bytes));
}

/* One SGR parameter for a colour; `base` is 30 (foreground) or 40 (background). */
static int color_parameter(uint32_t color, int base, enum nn_depth depth, char *out, size_t size)
{
    int index;

    if (depth == NN_DEPTH_MONO || color == NN_COLOR_DEFAULT)
        return snprintf(out, size, "%d", base + 9);
    if (color >> 24 == 0xfe)
        index = (int)(color & 15);
    else if (depth == NN_DEPTH_16)
        index = nn_color_to_16(color);
    else if (depth == NN_DEPTH_256)
        return snprintf(out, size, "%d;5;%d", base + 8, nn_color_to_256(color));
    else
        return snprintf(out, size, "%d;2;%u;%u;%u", base + 8, (color >> 16) & 255u,
                        (color >> 8) & 255u, color & 255u);
    return snprintf(out, size, "%d", index < 8 ? base + index : base + 60 + index - 8);
}

static bool style_equal(const struct nn_style *a, const struct nn_style *b, enum nn_depth depth)
{
    if (a->attributes != b->attributes)
        return false;
    return depth == NN_DEPTH_MONO ||
           (a->foreground == b->foreground && a->background == b->background);
}

static void add(char *list, size_t size, size_t *length, const char *parameter)
{
    *length +=
        (size_t)snprintf(list + *length, size - *length, "%s%s", *length ? ";" : "", parameter);
}

/* The shortest sequence that leads from one style to another. */
static void change_style(struct nn_style from, const struct nn_style *to, enum nn_depth depth,
                         struct nn_buffer *out)
{
    static const char *const codes[] = {"1", "2", "7", "4"};
    char list[96] = "", parameter[32];
    size_t length = 0;

    if (style_equal(to, &nn_plain, depth)) {
        nn_buffer_text(out, "\033[m");
        return;
    }
    if (from.attributes & ~to->attributes) {
        add(list, sizeof list, &length, "0");
        from = nn_plain;
    }
    for (unsigned i = 0; i < 4; i++)
        if (to->attributes & ~from.attributes & 1u << i)
            add(list, sizeof list, &length, codes[i]);
    if (depth != NN_DEPTH_MONO && to->foreground != from.foreground) {
        color_parameter(to->foreground, 30, depth, parameter, sizeof parameter);
        add(list, sizeof list, &length, parameter);
    }
    if (depth != NN_DEPTH_MONO && to->background != from.background) {
        color_parameter(to->background, 40, depth, parameter, sizeof parameter);
        add(list, sizeof list, &length, parameter);
    }
    nn_buffer_printf(out, "\033[%sm", list);
}

/* A blank that looks the same whether it is printed or not. */
static bool invisible(const struct nn_canvas_cell *cell, bool color, enum nn_depth depth)
{
    if (cell->point != ' ' || cell->combining[0])
        return false;
    if (!color)
        return true;
    return !(cell->style.attributes & (NN_REVERSE | NN_UNDERLINE)) &&
           (depth == NN_DEPTH_MONO || cell->style.background == NN_COLOR_DEFAULT);
}

static int used_columns(const struct nn_canvas *canvas, int row, bool color)
{
    const struct nn_canvas_cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
    int end = canvas->columns;

    while (end > 0 && invisible(&cells[end - 1], color, canvas->medium.depth))
        end--;
    return end;
}

/* The characters of a part of a row, without blanks at either end and with one blank for several.
 */
static void print_words(const struct nn_canvas *canvas, struct nn_box box, int row,
                        struct nn_buffer *out)
{
    const struct nn_canvas_cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
    bool any = false, gap = false;

    for (int i = box.column; i < box.column + box.columns && i < canvas->columns; i++) {
        if (i < 0 || cells[i].point == 0)
            continue;
        if (cells[i].point == ' ') {
            gap = any;
            continue;
        }
        if (gap)
            nn_buffer_char(out, ' ');
        print_point(cells[i].point, out);
        for (int k = 0; k < 2 && cells[i].combining[k]; k++)
            print_point(cells[i].combining[k], out);
        any = true;
        gap = false;
    }
    if (any)
        nn_buffer_char(out, '\n');
}

/* Whether a row belongs to no pane: the title, the tabs. */
static bool is_outside(const struct nn_canvas *canvas, int row)
{
    for (size_t i = 0; i < canvas->pane_count; i++) {
        const struct nn_box *box = &canvas->panes[i].box;
        if (row >= box->row - 1 && row <= box->row + box->rows)
            return false;
    }
    return true;
}

void nn_canvas_print_panes(const struct nn_canvas *canvas, struct nn_buffer *out)
{
    struct nn_box whole = {0, 0, canvas->columns, canvas->rows};

    for (int row = 0; row < canvas->rows; row++)
        if (is_outside(canvas, row))
            print_words(canvas, whole, row, out);
    for (size_t i = 0; i < canvas->pane_count; i++) {
        const struct nn_canvas_pane *pane = &canvas->panes[i];
        char title[512];
        nn_text_fit(title, sizeof title, pane->title, canvas->columns, canvas->medium.ascii);
        nn_buffer_printf(out, "%s:\n", title);
        for (int row = pane->box.row; row < pane->box.row + pane->box.rows; row++)
            if (row >= 0 && row < canvas->rows)
                print_words(canvas, pane->box, row, out);
    }
}

static void print_row(const struct nn_canvas *canvas, int row, bool color, struct nn_buffer *out)
{
    const struct nn_canvas_cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
    enum nn_depth depth = canvas->medium.depth;
    int end = used_columns(canvas, row, color);
    struct nn_style style = nn_plain;

    for (int i = 0; i < end; i++) {
        if (cells[i].point == 0)
            continue;
        if (color && !style_equal(&cells[i].style, &style, depth)) {
            change_style(style, &cells[i].style, depth, out);
            style = cells[i].style;
        }
        print_point(cells[i].point, out);
        for (int k = 0; k < 2 && cells[i].combining[k]; k++)
            print_point(cells[i].combining[k], out);
    }
    if (!style_equal(&style, &nn_plain, depth))
        nn_buffer_text(out, "\033[m");
    nn_buffer_char(out, '\n');
}

void nn_canvas_print(const struct nn_canvas *canvas, bool color, bool trim, struct nn_buffer *out)
{
    int rows = canvas->rows;

    while (trim && rows > 0 && used_columns(canvas, rows - 1, color) == 0)
        rows--;
    for (int row = 0; row < rows; row++)
        print_row(canvas, row, color, out);
}
