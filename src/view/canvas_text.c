/* Text on a canvas: cut, right-aligned, wrapped; and what stands for a glyph where only ASCII is
 * allowed. */
#include "base/text.h"
#include "view/parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS 0x2026

static uint32_t ascii_box_line(uint32_t point)
{
    switch (point) {
    case 0x2500: /* light, heavy and dashed horizontals */
    case 0x2501:
    case 0x2504:
    case 0x2508:
    case 0x254c:
        return '-';
    case 0x2550:
        return '=';
    case 0x2502: /* verticals */
    case 0x2503:
    case 0x2551:
        return '|';
    default:
        return '+';
    }
}

static uint32_t ascii_symbol(uint32_t point)
{
    static const struct {
        uint32_t point;
        char ascii;
    } table[] = {{0xa0, ' '},   {0xb1, '~'},    {0xb7, '.'},    {0xd7, 'x'},   {0x2013, '-'},
                 {0x2014, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'},
                 {0x2022, '*'}, {0x2026, '~'},  {0x2190, '<'},  {0x2191, '^'}, {0x2192, '>'},
                 {0x2193, 'v'}, {0x2212, '-'},  {0x2248, '~'},  {0x25b8, '>'}, {0x25b6, '>'},
                 {0x25c2, '<'}, {0x25cb, 'o'},  {0x25cf, '*'},  {0x2713, 'v'}, {0x2717, '!'}};

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].point == point)
            return (uint32_t)table[i].ascii;
    return '?';
}

uint32_t nn_glyph_ascii(uint32_t point)
{
    static const char lower[] = ".:-=+*#@"; /* one to eight eighths */
    static const char shades[] = ":+#";

    if (point < 0x80)
        return point;
    if (point >= 0x2500 && point <= 0x257f)
        return ascii_box_line(point);
    if (point >= 0x2581 && point <= 0x2588)
        return (uint32_t)lower[point - 0x2581];
    if (point >= 0x2589 && point <= 0x258f) /* seven to one eighths from the left */
        return point <= 0x258c ? '#' : ' ';
    if (point >= 0x2591 && point <= 0x2593)
        return (uint32_t)shades[point - 0x2591];
    if (point == 0x2580)
        return '"';
    if (point == 0x2590)
        return '#';
    if (point >= 0x2800 && point <= 0x28ff)
        return point == 0x2800 ? ' ' : '*';
    return ascii_symbol(point);
}

/* Cells of one character as the canvas will show it. */
static int shown_width(uint32_t point, bool ascii)
{
    int width = nn_text_point_width(point);

    if (ascii && point >= 0x80)
        return width == 0 ? 0 : 1;
    return width < 0 ? 1 : width;
}

/* Bytes of `text` that fit into `columns` cells, and their cells. */
static size_t fitting(const char *text, size_t length, int columns, bool ascii, int *cells)
{
    size_t at = 0;

    *cells = 0;
    while (at < length) {
        uint32_t point;
        size_t used = nn_utf8_decode(text + at, length - at, &point);
        int width = used ? shown_width(point, ascii) : 1;

        if (*cells + width > columns)
            break;
        *cells += width;
        at += used ? used : 1;
    }
    return at;
}

int nn_text_fit(char *out, size_t capacity, const char *text, int columns, bool ascii)
{
    int cells;
    size_t length, fit;

    nn_text_visible(out, capacity, text, strlen(text), 0);
    length = strlen(out);
    fit = fitting(out, length, columns, ascii, &cells);
    if (fit == length || columns < 1) {
        out[fit] = '\0';
        return cells;
    }
    fit = fitting(out, length, columns - 1, ascii, &cells);
    if (fit + 4 > capacity)
        fit = capacity - 4;
    out[fit + nn_utf8_encode(ascii ? '~' : ELLIPSIS, out + fit)] = '\0';
    return cells + 1;
}

/* Puts text that is visible already. */
static int put_text(struct nn_canvas *canvas, int column, int row, struct nn_style style,
                    const char *text, size_t length)
{
    int at = column, last = column;

    for (size_t i = 0; i < length;) {
        uint32_t point;
        size_t used = nn_utf8_decode(text + i, length - i, &point);
        int width = used ? shown_width(point, canvas->medium.ascii) : 1;

        if (width > 0)
            last = at;
        nn_canvas_put(canvas, width > 0 ? at : last, row, used ? point : '?', style);
        at += width;
        i += used ? used : 1;
    }
    return at - column;
}

int nn_canvas_text(struct nn_canvas *canvas, int column, int row, int max_columns,
                   struct nn_style style, const char *text)
{
    char visible[4096];

    if (max_columns > canvas->columns - column)
        max_columns = canvas->columns - column;
    if (max_columns < 1 || row < 0 || row >= canvas->rows)
        return 0;
    nn_text_fit(visible, sizeof visible, text, max_columns, canvas->medium.ascii);
    return put_text(canvas, column, row, style, visible, strlen(visible));
}

int nn_canvas_printf(struct nn_canvas *canvas, int column, int row, int max_columns,
                     struct nn_style style, const char *format, ...)
{
    char text[1024];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return nn_canvas_text(canvas, column, row, max_columns, style, text);
}

int nn_canvas_text_right(struct nn_canvas *canvas, struct nn_box box, struct nn_style style,
                         const char *text)
{
    char visible[1024];
    int cells = nn_text_fit(visible, sizeof visible, text, box.columns, canvas->medium.ascii);

    return nn_canvas_text(canvas, box.column + box.columns - cells, box.row, cells, style, visible);
}

/* Bytes of the next line: as many whole words as fit, or a part of a word that is too long. */
static size_t next_line(const char *text, size_t length, int columns, bool ascii)
{
    int cells;
    size_t fit = fitting(text, length, columns, ascii, &cells);
    size_t end = fit;

    if (fit == length || fit == 0)
        return fit;
    while (end > 0 && text[end] != ' ')
        end--;
    return end > 0 ? end : fit;
}

int nn_canvas_wrap(struct nn_canvas *canvas, struct nn_box box, struct nn_style style,
                   const char *text)
{
    char visible[2048];
    bool ascii = canvas && canvas->medium.ascii;
    int row = 0;

    nn_text_visible(visible, sizeof visible, text, strlen(text), 0);
    for (const char *at = visible; *at && row < box.rows; row++) {
        size_t used = next_line(at, strlen(at), box.columns, ascii);

        if (used == 0)
            break;
        if (canvas)
            put_text(canvas, box.column, box.row + row, style, at, used);
        for (at += used; *at == ' ';)
            at++;
    }
    return row;
}
