#include "pty/vt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GROUND, ESCAPE, CSI, STRING, STRING_ESCAPE, CHARSET };

static const struct vt_cell plain = {
    .point = ' ', .combining = 0, .foreground = -1, .background = -1};

/* A test has no use for going on without memory. */
static struct vt_cell *new_cells(int columns, int rows)
{
    size_t count = (size_t)columns * (size_t)rows;
    struct vt_cell *cells = malloc(count * sizeof *cells);
    if (!cells)
        abort();
    for (size_t i = 0; i < count; i++)
        cells[i] = plain;
    return cells;
}

void vt_init(struct vt *vt, int columns, int rows)
{
    *vt = (struct vt){.columns = columns,
                      .rows = rows,
                      .bottom = rows - 1,
                      .style = plain,
                      .cursor_visible = true,
                      .cells = new_cells(columns, rows)};
}

void vt_clear(struct vt *vt)
{
    free(vt->cells);
    vt->cells = NULL;
}

void vt_resize(struct vt *vt, int columns, int rows)
{
    free(vt->cells);
    vt->cells = new_cells(columns, rows);
    vt->columns = columns;
    vt->rows = rows;
    vt->row = vt->column = vt->top = 0;
    vt->bottom = rows - 1;
    vt->wrap = false;
}

/* ---- cells ---- */

static struct vt_cell *cell(const struct vt *vt, int row, int column)
{
    return vt->cells + (size_t)row * (size_t)vt->columns + (size_t)column;
}

/* Blanks in the current background colour, as xterm erases. */
static void erase(struct vt *vt, int row, int from, int to)
{
    struct vt_cell blank = plain;
    blank.background = vt->style.background;
    for (int i = from; i < to && i < vt->columns; i++)
        *cell(vt, row, i) = blank;
}

static void copy_row(struct vt *vt, int to, int from)
{
    memcpy(cell(vt, to, 0), cell(vt, from, 0), (size_t)vt->columns * sizeof *vt->cells);
}

/* Moves the rows between top and bottom up (count > 0) or down. */
static void scroll(struct vt *vt, int top, int bottom, int count)
{
    int height = bottom - top + 1;
    int step = count > 0 ? count : -count;
    if (step > height)
        step = height;
    for (int i = 0; i < height - step; i++)
        if (count > 0)
            copy_row(vt, top + i, top + i + step);
        else
            copy_row(vt, bottom - i, bottom - i - step);
    for (int i = 0; i < step; i++)
        erase(vt, count > 0 ? bottom - i : top + i, 0, vt->columns);
}

static void line_feed(struct vt *vt)
{
    if (vt->row == vt->bottom)
        scroll(vt, vt->top, vt->bottom, 1);
    else if (vt->row < vt->rows - 1)
        vt->row++;
}

static void put(struct vt *vt, wchar_t point)
{
    int width = wcwidth(point);
    if (width == 0 && vt->column > 0) {
        int at = vt->wrap ? vt->column : vt->column - 1;
        while (at > 0 && cell(vt, vt->row, at)->point == 0)
            at--;
        cell(vt, vt->row, at)->combining = point;
    }
    if (width <= 0)
        return;
    if (vt->wrap || vt->column + width > vt->columns) {
        vt->column = 0;
        line_feed(vt);
        vt->wrap = false;
    }
    if (width > vt->columns)
        return;
    for (int i = 0; i < width; i++) {
        *cell(vt, vt->row, vt->column + i) = vt->style;
        cell(vt, vt->row, vt->column + i)->point = i ? 0 : point;
    }
    vt->column += width;
    if (vt->column >= vt->columns) {
        vt->column = vt->columns - 1;
        vt->wrap = true;
    }
}

/* ---- sequences ---- */

#define MOST_NUMBERS 16

struct numbers {
    int values[MOST_NUMBERS], count;
    bool question;
};

static struct numbers parse(const char *text)
{
    struct numbers numbers = {0};
    if (*text == '?' || *text == '>') {
        numbers.question = true;
        text++;
    }
    while (*text && numbers.count < MOST_NUMBERS) {
        char *end;
        numbers.values[numbers.count++] = (int)strtol(text, &end, 10);
        text = *end ? end + 1 : end;
    }
    return numbers;
}

static int number(const struct numbers *numbers, int index, int fallback)
{
    return index < numbers->count && numbers->values[index] > 0 ? numbers->values[index] : fallback;
}

/* 38;5;N, 38;2;R;G;B and 38:2::R:G:B. Returns the index of its last number. */
static int extended_color(const struct numbers *numbers, int at, int *color)
{
    if (number(numbers, at + 1, 0) == 5) {
        *color = number(numbers, at + 2, 0);
        return at + 2;
    }
    int last = numbers->count - 1 < at + 5 ? numbers->count - 1 : at + 5;
    *color = 256 + number(numbers, last, 0) + 256 * number(numbers, last - 1, 0) +
             65536 * number(numbers, last - 2, 0);
    return last;
}

static void set_color(struct vt *vt, int *place, int color)
{
    *place = color;
    vt->colors++;
}

static void set_style(struct vt *vt, const struct numbers *numbers)
{
    for (int i = 0; i < numbers->count || i == 0; i++) {
        int code = i < numbers->count ? numbers->values[i] : 0, color;
        if (code == 0)
            vt->style = plain;
        else if (code == 1)
            vt->style.bold = true;
        else if (code == 2)
            vt->style.dim = true;
        else if (code == 7)
            vt->style.reverse = true;
        else if (code == 22)
            vt->style.bold = vt->style.dim = false;
        else if (code == 27)
            vt->style.reverse = false;
        else if (code == 38 || code == 48) {
            i = extended_color(numbers, i, &color);
            set_color(vt, code == 38 ? &vt->style.foreground : &vt->style.background, color);
        } else if (code == 39)
            vt->style.foreground = -1;
        else if (code == 49)
            vt->style.background = -1;
        else if (code >= 30 && code <= 37)
            set_color(vt, &vt->style.foreground, code - 30);
        else if (code >= 40 && code <= 47)
            set_color(vt, &vt->style.background, code - 40);
        else if (code >= 90 && code <= 97)
            set_color(vt, &vt->style.foreground, code - 90 + 8);
        else if (code >= 100 && code <= 107)
            set_color(vt, &vt->style.background, code - 100 + 8);
    }
}

static void set_mode(struct vt *vt, const struct numbers *numbers, bool on)
{
    for (int i = 0; i < numbers->count && numbers->question; i++)
        switch (numbers->values[i]) {
        case 25:
            vt->cursor_visible = on;
            break;
        case 1049:
            vt->alternate = on;
            break;
        case 2004:
            vt->paste = on;
            break;
        case 1000:
        case 1002:
        case 1003:
            vt->mouse = on;
        }
}

static void go(struct vt *vt, int row, int column)
{
    vt->row = row < 0 ? 0 : row >= vt->rows ? vt->rows - 1 : row;
    vt->column = column < 0 ? 0 : column >= vt->columns ? vt->columns - 1 : column;
    vt->wrap = false;
}

static void erase_display(struct vt *vt, int mode)
{
    int from = mode == 0 ? vt->row + 1 : 0, to = mode == 1 ? vt->row : vt->rows;
    for (int i = from; i < to; i++)
        erase(vt, i, 0, vt->columns);
    if (mode == 0)
        erase(vt, vt->row, vt->column, vt->columns);
    if (mode == 1)
        erase(vt, vt->row, 0, vt->column + 1);
}

/* Characters move right (insert) or left (delete) in the cursor's row. */
static void shift(struct vt *vt, int count, bool insert)
{
    int rest = vt->columns - vt->column;
    struct vt_cell *at = cell(vt, vt->row, vt->column);
    count = count > rest ? rest : count;
    if (insert)
        memmove(at + count, at, (size_t)(rest - count) * sizeof *at);
    else
        memmove(at, at + count, (size_t)(rest - count) * sizeof *at);
    int from = insert ? vt->column : vt->columns - count;
    erase(vt, vt->row, from, from + count);
}

static void repeat(struct vt *vt, int count)
{
    int at = vt->wrap ? vt->column : vt->column - 1;
    if (at < 0)
        return;
    wchar_t point = cell(vt, vt->row, at)->point;
    for (int i = 0; i < count; i++)
        put(vt, point ? point : ' ');
}

static void control_sequence(struct vt *vt, char final)
{
    struct numbers n = parse(vt->sequence);
    int one = number(&n, 0, 1);
    switch (final) {
    case 'A':
        go(vt, vt->row - one, vt->column);
        break;
    case 'B':
        go(vt, vt->row + one, vt->column);
        break;
    case 'C':
        go(vt, vt->row, vt->column + one);
        break;
    case 'D':
        go(vt, vt->row, vt->column - one);
        break;
    case 'G':
        go(vt, vt->row, one - 1);
        break;
    case 'd':
        go(vt, one - 1, vt->column);
        break;
    case 'H':
        go(vt, one - 1, number(&n, 1, 1) - 1);
        break;
    case 'J':
        erase_display(vt, number(&n, 0, 0));
        break;
    case 'K':
        erase(vt, vt->row, number(&n, 0, 0) > 0 ? 0 : vt->column,
              number(&n, 0, 0) == 1 ? vt->column + 1 : vt->columns);
        break;
    case 'X':
        erase(vt, vt->row, vt->column, vt->column + one);
        break;
    case '@':
        shift(vt, one, true);
        break;
    case 'P':
        shift(vt, one, false);
        break;
    case 'L':
        scroll(vt, vt->row, vt->bottom, -one);
        break;
    case 'M':
        scroll(vt, vt->row, vt->bottom, one);
        break;
    case 'S':
        scroll(vt, vt->top, vt->bottom, one);
        break;
    case 'T':
        scroll(vt, vt->top, vt->bottom, -one);
        break;
    case 'b':
        repeat(vt, one);
        break;
    case 'm':
        if (!n.question)
            set_style(vt, &n);
        break;
    case 'h':
        set_mode(vt, &n, true);
        break;
    case 'l':
        set_mode(vt, &n, false);
        break;
    case 'r':
        vt->top = one - 1;
        vt->bottom = number(&n, 1, vt->rows) - 1;
        go(vt, 0, 0);
        break;
    case 't': /* the title is pushed and popped */
        break;
    default:
        vt->unknown++;
    }
}

/* ---- bytes ---- */

static void escape(struct vt *vt, char byte)
{
    vt->state = GROUND;
    switch (byte) {
    case '[':
        vt->state = CSI;
        vt->length = 0;
        break;
    case ']':
    case 'P':
        vt->state = STRING;
        break;
    case '(':
    case ')':
        vt->state = CHARSET;
        break;
    case 'M':
        if (vt->row == vt->top)
            scroll(vt, vt->top, vt->bottom, -1);
        else if (vt->row > 0)
            vt->row--;
        break;
    case 'c':
        erase_display(vt, 2);
        go(vt, 0, 0);
        break;
    case '7':
        vt->saved_row = vt->row;
        vt->saved_column = vt->column;
        break;
    case '8':
        go(vt, vt->saved_row, vt->saved_column);
        break;
    case '=':
    case '>':
        break;
    default:
        vt->unknown++;
    }
}

static void ground(struct vt *vt, unsigned char byte)
{
    if (vt->utf8_needed > 0) {
        vt->utf8[vt->utf8_length++] = byte;
        if (vt->utf8_length < vt->utf8_needed)
            return;
        uint32_t point = vt->utf8[0] & (0xffu >> (vt->utf8_needed + 1));
        for (size_t i = 1; i < vt->utf8_needed; i++)
            point = point << 6 | (vt->utf8[i] & 0x3fu);
        vt->utf8_needed = 0;
        put(vt, (wchar_t)point);
    } else if (byte >= 0xc0) {
        vt->utf8[0] = byte;
        vt->utf8_length = 1;
        vt->utf8_needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    } else if (byte >= ' ' && byte < 0x7f) {
        put(vt, byte);
    } else if (byte == 033) {
        vt->state = ESCAPE;
    } else if (byte == '\n') {
        line_feed(vt);
        vt->wrap = false;
    } else if (byte == '\r') {
        go(vt, vt->row, 0);
    } else if (byte == '\b') {
        go(vt, vt->row, vt->column - 1);
    } else if (byte == '\t') {
        go(vt, vt->row, (vt->column / 8 + 1) * 8);
    }
}

void vt_feed(struct vt *vt, const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)bytes[i];
        switch (vt->state) {
        case GROUND:
            ground(vt, byte);
            break;
        case ESCAPE:
            escape(vt, (char)byte);
            break;
        case CHARSET:
            vt->state = GROUND;
            break;
        case CSI:
            if (byte >= 0x40 && byte < 0x7f) {
                vt->sequence[vt->length] = '\0';
                vt->state = GROUND;
                control_sequence(vt, (char)byte);
            } else if (vt->length + 1 < sizeof vt->sequence) {
                vt->sequence[vt->length++] = (char)byte;
            }
            break;
        case STRING:
            vt->state = byte == 033 ? STRING_ESCAPE : byte == '\a' ? GROUND : STRING;
            break;
        default:
            vt->state = GROUND;
        }
    }
}

/* ---- looking ---- */

static size_t append(char *out, wchar_t wide)
{
    uint32_t point = (uint32_t)wide;
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(point | (0xf00u >> length & 0xff));
    return length;
}

/* The row as text; with `at`, the column of the cell that begins at that byte offset. */
static const char *row_text(const struct vt *vt, int row, size_t offset, int *at)
{
    static char text[8 * 1024];
    size_t length = 0, end = 0;
    for (int i = 0; i < vt->columns && length + 8 < sizeof text; i++) {
        const struct vt_cell *one = cell(vt, row, i);
        if (at && length <= offset)
            *at = i;
        if (one->point == 0)
            continue;
        length += append(text + length, one->point);
        if (one->combining)
            length += append(text + length, one->combining);
        if (one->point != ' ')
            end = length;
    }
    text[end] = '\0';
    return text;
}

const char *vt_row(const struct vt *vt, int row)
{
    return row >= 0 && row < vt->rows ? row_text(vt, row, 0, NULL) : "";
}

int vt_find(const struct vt *vt, int from, const char *text)
{
    for (int row = from; row < vt->rows; row++)
        if (strstr(vt_row(vt, row), text))
            return row;
    return -1;
}

const struct vt_cell *vt_cell_of(const struct vt *vt, const char *text)
{
    int row = vt_find(vt, 0, text), column = 0;
    if (row < 0)
        return NULL;
    const char *line = vt_row(vt, row);
    row_text(vt, row, (size_t)(strstr(line, text) - line), &column);
    return cell(vt, row, column);
}
