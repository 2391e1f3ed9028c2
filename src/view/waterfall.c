/* Waterfall: how one answer comes about, step by step. A row a step: name, value, the change, and a
 * bar from where the sum stood to where it stands. */
#include "view/parts.h"
#include "view/study.h"

#include <math.h>
#include <string.h>

enum { NAME, VALUE, SHARE, FROM, TO };

struct fall {
    double low, high;
    int names, values, shares; /* columns of the texts */
};

static const char *text_of(const struct nn_result *result, size_t row, size_t column, char *out,
                           size_t capacity)
{
    return nn_cell_text(out, capacity, &result->cells[row * result->column_count + column]);
}

static int widest(const struct nn_canvas *canvas, const struct nn_result *result, size_t column,
                  int most)
{
    char text[256], fitted[512];
    int width = 1;
    for (size_t r = 0; r < result->rows; r++) {
        int cells =
            nn_text_fit(fitted, sizeof fitted, text_of(result, r, column, text, sizeof text), most,
                        canvas->medium.ascii);
        width = cells > width ? cells : width;
    }
    return width;
}

static struct fall measure(const struct nn_canvas *canvas, struct nn_box box,
                           const struct nn_result *result)
{
    struct fall fall = {INFINITY, -INFINITY, 0, 0, 0};
    for (size_t r = 0; r < result->rows; r++)
        for (size_t c = FROM; c <= TO; c++) {
            double value = nn_cell_number(result, r, c);
            fall.low = fmin(fall.low, value);
            fall.high = fmax(fall.high, value);
        }
    fall.names = widest(canvas, result, NAME, box.columns / 3);
    fall.values = widest(canvas, result, VALUE, box.columns / 6);
    fall.shares = widest(canvas, result, SHARE, 12);
    return fall;
}

/* The bar covers every cell that it touches; an arrow tells its direction without colour. */
static void draw_bar(struct nn_canvas *canvas, struct nn_box place, const struct fall *fall,
                     double from, double to)
{
    double span = fall->high - fall->low > 0 ? fall->high - fall->low : 1;
    double scale = (place.columns - 1) / span;
    int a = (int)lround((fmin(from, to) - fall->low) * scale);
    int b = (int)lround((fmax(from, to) - fall->low) * scale);
    const struct nn_style *style = to >= from ? &nn_style_positive : &nn_style_negative;
    for (int i = a; i <= b; i++)
        nn_canvas_put(canvas, place.column + i, place.row, 0x2588, *style);
    if (from != to)
        nn_canvas_put(canvas, place.column + (to > from ? b : a), place.row,
                      canvas->medium.ascii ? (uint32_t)(to > from ? '>' : '<')
                                           : (uint32_t)(to > from ? 0x25b6 : 0x25c0),
                      *style);
}

void nn_draw_waterfall(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    struct fall fall = measure(canvas, box, result);
    for (size_t r = 0; r < result->rows && box.rows > 0; r++) {
        struct nn_box line = nn_box_take_top(&box, 1), part;
        char text[256];
        part = nn_box_take_left(&line, fall.names + 1);
        nn_canvas_text(canvas, part.column, part.row, fall.names, nn_plain,
                       text_of(result, r, NAME, text, sizeof text));
        part = nn_box_take_left(&line, fall.values + 2);
        part.columns -= 2;
        nn_canvas_text_right(canvas, part, nn_style_dim,
                             text_of(result, r, VALUE, text, sizeof text));
        part = nn_box_take_left(&line, fall.shares + 2);
        part.columns -= 2;
        nn_canvas_text_right(canvas, part, nn_plain, text_of(result, r, SHARE, text, sizeof text));
        if (line.columns > 1)
            draw_bar(canvas, line, &fall, nn_cell_number(result, r, FROM),
                     nn_cell_number(result, r, TO));
    }
}
