#include "view/parts.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct nn_style nn_style_dim = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_DIM};
const struct nn_style nn_style_bold = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_BOLD};
const struct nn_style nn_style_accent = {NN_COLOR_ANSI(6), NN_COLOR_DEFAULT, 0};
const struct nn_style nn_style_good = {NN_COLOR_ANSI(2), NN_COLOR_DEFAULT, NN_BOLD};
const struct nn_style nn_style_warn = {NN_COLOR_ANSI(3), NN_COLOR_DEFAULT, NN_BOLD};
const struct nn_style nn_style_positive = {NN_COLOR_ANSI(1), NN_COLOR_DEFAULT, 0};
const struct nn_style nn_style_negative = {NN_COLOR_ANSI(4), NN_COLOR_DEFAULT, 0};
const struct nn_style nn_style_selected = {NN_COLOR_DEFAULT, NN_COLOR_DEFAULT, NN_REVERSE};

static int clamp(int value, int most)
{
    return value < 0 ? 0 : value > most ? most : value;
}

struct nn_box nn_box_take_left(struct nn_box *box, int columns)
{
    struct nn_box taken = *box;

    taken.columns = clamp(columns, box->columns > 0 ? box->columns : 0);
    box->column += taken.columns;
    box->columns -= taken.columns;
    return taken;
}

struct nn_box nn_box_take_right(struct nn_box *box, int columns)
{
    struct nn_box taken = *box;

    taken.columns = clamp(columns, box->columns > 0 ? box->columns : 0);
    taken.column = box->column + box->columns - taken.columns;
    box->columns -= taken.columns;
    return taken;
}

struct nn_box nn_box_take_top(struct nn_box *box, int rows)
{
    struct nn_box taken = *box;

    taken.rows = clamp(rows, box->rows > 0 ? box->rows : 0);
    box->row += taken.rows;
    box->rows -= taken.rows;
    return taken;
}

struct nn_box nn_box_take_bottom(struct nn_box *box, int rows)
{
    struct nn_box taken = *box;

    taken.rows = clamp(rows, box->rows > 0 ? box->rows : 0);
    taken.row = box->row + box->rows - taken.rows;
    box->rows -= taken.rows;
    return taken;
}

struct nn_box nn_box_inset(struct nn_box box, int columns)
{
    if (box.columns <= 2 * columns)
        return box;
    return (struct nn_box){box.column + columns, box.row, box.columns - 2 * columns, box.rows};
}

#define LEGEND_COLUMNS 20 /* at least, below a small picture */

int nn_draw_picture(struct nn_canvas *canvas, struct nn_box box, const struct nn_heatmap *heatmap,
                    bool legend)
{
    int columns, rows, room = legend && box.rows > 2 ? box.rows - 1 : box.rows;
    struct nn_box place = box;

    nn_heatmap_size(heatmap, canvas->medium, box.columns, room, &columns, &rows);
    if (columns == 0)
        return 0;
    if (canvas->medium.plain)
        nn_canvas_printf(canvas, box.column, box.row, box.columns, nn_plain,
                         "picture of %zu by %zu values", heatmap->height, heatmap->width);
    place.column += (box.columns - columns) / 2;
    place.columns = columns;
    place.rows = rows;
    nn_draw_heatmap(canvas, place, heatmap);
    if (room == box.rows)
        return rows;
    if (columns < LEGEND_COLUMNS)
        columns = box.columns < LEGEND_COLUMNS ? box.columns : LEGEND_COLUMNS;
    place = (struct nn_box){box.column + (box.columns - columns) / 2, box.row + rows, columns, 1};
    nn_draw_legend(canvas, place, heatmap);
    return rows + 1;
}

bool nn_heatmap_of(const struct nn_tensor *tensor, bool skip_first, size_t index,
                   enum nn_scale_kind scale, struct nn_heatmap *heatmap)
{
    const size_t *dim = tensor->shape.dim + (skip_first ? 1 : 0);
    int rank = tensor->shape.rank - (skip_first ? 1 : 0);
    bool change = scale == NN_SCALE_CHANGE;
    struct nn_heatmap made = {.scale = change ? NN_SCALE_SIGNED : scale, .channels = 1};
    size_t size;

    if (!tensor->data || rank < 2)
        return false;
    made.width = dim[rank - 1];
    made.height = dim[rank - 2];
    for (int i = 0; i < rank - 2; i++)
        made.channels *= dim[i];
    size = made.channels * made.height * made.width;
    if (size == 0 || (skip_first && index >= tensor->shape.dim[0]))
        return false;
    made.values = tensor->data + index * size;
    made.rgb = rank == 3 && made.channels == 3 && (change || scale == NN_SCALE_RANGE);
    *heatmap = made;
    return true;
}

char *nn_cell_text(char *out, size_t capacity, const struct nn_cell *cell)
{
    char number[NN_NUMBER_SIZE];

    if (cell->text)
        snprintf(out, capacity, "%s", cell->text);
    else if (cell->decimals == -3)
        snprintf(out, capacity, "-");
    else if (cell->decimals == -2)
        snprintf(out, capacity, "%s", nn_number_fixed(number, cell->number, 0));
    else if (cell->decimals >= 0)
        snprintf(out, capacity, "%s", nn_number_fixed(number, cell->number, cell->decimals));
    else
        snprintf(out, capacity, "%s", nn_number_short(number, cell->number, 4));
    return out;
}

char *nn_percent(char out[NN_NUMBER_SIZE], double fraction)
{
    size_t length;

    if (!isfinite(fraction))
        return memcpy(out, "-", 2);
    nn_number_fixed(out, fraction * 100, 1);
    length = strlen(out);
    if (length + 3 <= NN_NUMBER_SIZE)
        memcpy(out + length, " %", 3);
    return out;
}

char *nn_metric_text(char out[NN_NUMBER_SIZE], double value)
{
    return fabs(value) < 1000 ? nn_number_fixed(out, value, 4) : nn_number_short(out, value, 5);
}

const char *nn_name_of(char **names, size_t count, size_t i, char out[NN_NUMBER_SIZE])
{
    if (names && i < count && names[i])
        return names[i];
    snprintf(out, NN_NUMBER_SIZE, "%zu", i);
    return out;
}

const char *nn_trust_figure_text(const struct nn_trust_figure *figure, bool chance,
                                 char out[NN_TRUST_TEXT])
{
    char number[NN_NUMBER_SIZE], random[NN_NUMBER_SIZE], spread[NN_NUMBER_SIZE];

    if (!isfinite(figure->value))
        snprintf(out, NN_TRUST_TEXT, "%s -", figure->name);
    else if (!chance || !isfinite(figure->spread))
        snprintf(out, NN_TRUST_TEXT, "%s %s", figure->name,
                 nn_number_short(number, figure->value, 3));
    else
        snprintf(out, NN_TRUST_TEXT, "%s %s (random %s \u00b1 %s)", figure->name,
                 nn_number_short(number, figure->value, 3),
                 nn_number_short(random, figure->chance, 3),
                 nn_number_short(spread, figure->spread, 2));
    return out;
}
