/* Confusion matrix: rows are true classes, columns predicted ones. Shaded by the share of the row:
 * right answers blue, confusions red (both by name as well: the diagonal is the diagonal). */
#include "view/links.h"
#include "view/parts.h"

#include <math.h>
#include <string.h>

struct matrix {
    const float *values;
    size_t rows, columns;
    char **names;
    size_t name_count;
    int name_width, cell_width;
    bool recall;
    long chosen_row, chosen_column; /* -1: none */
    bool plain; /* shaded by the values, which lie between 0 and 1, not by their share of the row */
};

static double row_sum(const struct matrix *matrix, size_t row)
{
    double sum = 0;

    for (size_t c = 0; c < matrix->columns; c++)
        sum += (double)matrix->values[row * matrix->columns + c];
    return sum;
}

/* White on dark colours, black on light ones. */
static uint32_t readable_on(uint32_t background)
{
    unsigned red = background >> 16 & 255, green = background >> 8 & 255, blue = background & 255;

    return 2 * red + 5 * green + blue > 8 * 128 ? NN_COLOR_RGB(0, 0, 0)
                                                : NN_COLOR_RGB(255, 255, 255);
}

static struct nn_style shade(const struct nn_canvas *canvas, double share, bool right)
{
    struct nn_style style = nn_plain;
    const struct nn_colormap *map = nn_colormap_find("rdbu");

    if (canvas->medium.depth < NN_DEPTH_256) {
        style.attributes = right ? NN_BOLD : 0;
        if (canvas->medium.depth == NN_DEPTH_16)
            style.foreground = right ? NN_COLOR_ANSI(4) : NN_COLOR_ANSI(1);
        return style;
    }
    style.background =
        nn_colormap_color(map, right ? -0.85f * (float)share : 0.25f + 0.6f * sqrtf((float)share),
                          canvas->medium.depth);
    style.foreground = readable_on(style.background);
    return style;
}

static void draw_cell(struct nn_canvas *canvas, struct nn_box place, double value, double share,
                      bool right, int digits)
{
    char text[NN_NUMBER_SIZE];
    struct nn_style style;

    if (!(value != 0)) {
        nn_canvas_text_right(canvas, (struct nn_box){place.column, place.row, place.columns - 1, 1},
                             nn_style_dim, "\u00b7");
        return;
    }
    style = shade(canvas, share, right);
    nn_canvas_fill(canvas, place, ' ', style);
    nn_canvas_text_right(canvas, (struct nn_box){place.column, place.row, place.columns - 1, 1},
                         style, nn_number_short(text, value, digits));
}

/* Brackets, so that its colour stays; the cursor between them. */
static void mark_cell(struct nn_canvas *canvas, struct nn_box place)
{
    nn_canvas_put(canvas, place.column, place.row, '[', nn_style_bold);
    nn_canvas_put(canvas, place.column + place.columns - 1, place.row, ']', nn_style_bold);
    canvas->cursor_column = place.column + place.columns - 2;
    canvas->cursor_row = place.row;
}

static void draw_row(struct nn_canvas *canvas, struct nn_box line, const struct matrix *matrix,
                     size_t row)
{
    char number[NN_NUMBER_SIZE];
    double sum = row_sum(matrix, row);
    int at = line.column + matrix->name_width + 1;

    nn_canvas_text(canvas, line.column, line.row, matrix->name_width, nn_plain,
                   nn_name_of(matrix->names, matrix->name_count, row, number));
    for (size_t c = 0; c < matrix->columns; c++, at += matrix->cell_width) {
        double value = (double)matrix->values[row * matrix->columns + c];
        struct nn_box place = {at, line.row, matrix->cell_width, 1};
        if (matrix->plain)
            draw_cell(canvas, place, value, fmin(fabs(value), 1),
                      canvas->medium.depth >= NN_DEPTH_256 || c == row, 2);
        else
            draw_cell(canvas, place, value, sum > 0 ? value / sum : 0, c == row, 6);
        if (matrix->chosen_row >= 0)
            nn_canvas_link(canvas, place, "select actual=%zu predicted=%zu", row, c);
        if ((long)row == matrix->chosen_row && (long)c == matrix->chosen_column)
            mark_cell(canvas, place);
    }
    if (matrix->recall && row < matrix->columns)
        nn_canvas_text_right(
            canvas, (struct nn_box){at, line.row, 9, 1}, nn_style_dim,
            nn_percent(number,
                       sum > 0 ? (double)matrix->values[row * matrix->columns + row] / sum : NAN));
}

static void draw_header(struct nn_canvas *canvas, struct nn_box line, const struct matrix *matrix)
{
    char number[NN_NUMBER_SIZE];
    int at = line.column + matrix->name_width + 1;

    for (size_t c = 0; c < matrix->columns; c++, at += matrix->cell_width)
        nn_canvas_text_right(canvas, (struct nn_box){at, line.row, matrix->cell_width - 1, 1},
                             nn_style_bold,
                             nn_name_of(matrix->names, matrix->name_count, c, number));
    if (matrix->recall)
        nn_canvas_text_right(canvas, (struct nn_box){at, line.row, 9, 1}, nn_style_dim, "recall");
}

static int longest_number(const struct matrix *matrix)
{
    char text[NN_NUMBER_SIZE];
    size_t longest = 1;

    for (size_t i = 0; i < matrix->rows * matrix->columns; i++) {
        size_t length =
            strlen(nn_number_short(text, (double)matrix->values[i], matrix->plain ? 2 : 6));
        longest = length > longest ? length : longest;
    }
    return (int)longest;
}

static int longest_name(const struct matrix *matrix, bool ascii, int most)
{
    char text[512], number[NN_NUMBER_SIZE];
    int longest = 1;

    for (size_t i = 0; i < matrix->rows; i++) {
        int cells =
            nn_text_fit(text, sizeof text, nn_name_of(matrix->names, matrix->name_count, i, number),
                        most, ascii);
        longest = cells > longest ? cells : longest;
    }
    return longest;
}

/* Widths for a box; false when the numbers do not fit. */
static bool lay_out(struct matrix *matrix, struct nn_box box, bool ascii)
{
    int columns = (int)(matrix->columns < 1000 ? matrix->columns : 1000);
    int least = longest_number(matrix) + 1, room;

    matrix->name_width = longest_name(matrix, ascii, box.columns / 4 > 1 ? box.columns / 4 : 1);
    room = box.columns - matrix->name_width - 1;
    if (least * columns > room || (int)matrix->rows + 1 > box.rows)
        return false;
    matrix->recall = !matrix->plain && least * columns + 9 <= room;
    room -= matrix->recall ? 9 : 0;
    matrix->cell_width = matrix->name_width + 1 > least ? matrix->name_width + 1 : least;
    matrix->cell_width = matrix->cell_width < 5 ? 5 : matrix->cell_width;
    if (matrix->cell_width * columns > room)
        matrix->cell_width = room / columns;
    return true;
}

void nn_draw_matrix(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    nn_draw_matrix_at(canvas, box, result, -1, -1);
}

void nn_draw_matrix_at(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result,
                       long row_chosen, long column_chosen)
{
    struct matrix matrix = {.values = result->values.data,
                            .names = result->names,
                            .name_count = result->name_count,
                            .chosen_row = row_chosen,
                            .chosen_column = column_chosen,
                            .plain = result->scale == NN_SCALE_RANGE};

    if (!matrix.values || result->values.shape.rank != 2 || box.rows < 1 || box.columns < 1)
        return;
    matrix.rows = result->values.shape.dim[0];
    matrix.columns = result->values.shape.dim[1];
    if (!lay_out(&matrix, box, canvas->medium.ascii)) {
        struct nn_heatmap heatmap = {.values = matrix.values,
                                     .height = matrix.rows,
                                     .width = matrix.columns,
                                     .channels = 1,
                                     .scale = NN_SCALE_POSITIVE};
        nn_draw_picture(canvas, box, &heatmap, true);
        return;
    }
    draw_header(canvas, nn_box_take_top(&box, 1), &matrix);
    for (size_t row = 0; row < matrix.rows; row++)
        draw_row(canvas, nn_box_take_top(&box, 1), &matrix, row);
}
