/* Line plot: curves of points joined by lines, in braille dots (2 x 4 a cell), with axes.
 *
 * Ticks stand at 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice numbers for graph labels").
 */
#include "view/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BRAILLE    0x2800
#define TICK_LEFT  0x2524
#define LINE_DOWN  0x2502
#define LINE_RIGHT 0x2500
#define CORNER     0x2514
#define TICK_DOWN  0x252c
#define MAX_TICKS  12

/* Where the curves go, and what the axes span. */
struct plot {
    struct nn_canvas *canvas;
    struct nn_box area;       /* of the curves */
    int dots_across, dots_up; /* dots in the area */
    double low, high;         /* of y, logarithms on a log axis */
    size_t length;            /* points of the longest curve */
    bool measured;            /* x are values, from left to right; else counts */
    double left, right;
    bool log_y;
};

struct ticks {
    double at[MAX_TICKS]; /* values */
    int count;
};

static double curve_value(const struct nn_curve *curve, size_t i, bool log_y)
{
    double value = curve->values[i * (curve->stride ? curve->stride : 1)];

    if (log_y)
        value = value > 0 ? log10(value) : NAN;
    return isfinite(value) && fabs(value) < 1e300 ? value : NAN;
}

/* Where a point stands on the x axis. */
static double curve_place(const struct nn_curve *curve, size_t i)
{
    return curve->at ? curve->at[i] : (double)(i + 1);
}

static double nice_step(double span, int most)
{
    double raw = span / (most > 1 ? most : 1), power = pow(10, floor(log10(raw)));
    double factor = raw / power;

    return power * (factor <= 1 + 1e-9 ? 1 : factor <= 2 + 1e-9 ? 2 : factor <= 5 + 1e-9 ? 5 : 10);
}

/* Range of the data; false if there is not one finite value. */
static bool find_range(struct plot *plot, const struct nn_curve *curves, size_t count)
{
    bool any = false;

    plot->length = 0;
    plot->measured = count > 0 && curves[0].at;
    for (size_t c = 0; c < count; c++) {
        plot->length = curves[c].count > plot->length ? curves[c].count : plot->length;
        for (size_t i = 0; i < curves[c].count; i++) {
            double value = curve_value(&curves[c], i, plot->log_y);
            if (isnan(value))
                continue;
            plot->low = any && plot->low < value ? plot->low : value;
            plot->high = any && plot->high > value ? plot->high : value;
            double place = curve_place(&curves[c], i);
            plot->left = any && plot->left < place ? plot->left : place;
            plot->right = any && plot->right > place ? plot->right : place;
            any = true;
        }
    }
    return any;
}

/* A constant series gets a span around it. */
static void open_range(struct plot *plot)
{
    double least = plot->log_y ? 0.1 : fabs(plot->high) * 1e-6;

    if (plot->high - plot->low <= least) {
        double middle = (plot->low + plot->high) / 2;
        double half = plot->log_y ? 0.5 : middle != 0 ? fabs(middle) / 2 : 1;
        plot->low = middle - half;
        plot->high = middle + half;
    }
}

/* Steps between ticks: one for two rows of a low plot, for three of a high one. */
static int most_ticks(int rows)
{
    int most = rows < 10 ? rows / 2 : rows / 3 + 1;

    return most < 2 ? 2 : most > MAX_TICKS - 2 ? MAX_TICKS - 2 : most;
}

/* Ticks at round values within the range; at least two. */
static void linear_ticks(const struct plot *plot, int most, struct ticks *ticks)
{
    for (; ticks->count < 2 && most < 50; most++) {
        double step = nice_step(plot->high - plot->low, most);
        double first = ceil(plot->low / step - 1e-6), last = floor(plot->high / step + 1e-6);

        ticks->count = 0;
        for (double k = first; k <= last && ticks->count < MAX_TICKS; k++)
            ticks->at[ticks->count++] = k * step;
    }
}

/* Ticks at decades, or at 1, 2, 5 when there are few; the range stays that of the data. */
static void log_ticks(const struct plot *plot, int most, struct ticks *ticks)
{
    static const double fine[] = {1, 2, 5};
    double decades = plot->high - plot->low;
    int parts = decades * 3 <= most ? 3 : 1;
    double every = parts == 3 ? 1 : ceil(decades / (most > 1 ? most : 1));

    for (double d = floor(plot->low / every) * every; d <= plot->high; d += every)
        for (int i = 0; i < parts; i++) {
            double place = d + log10(fine[i]);
            if (place >= plot->low - 1e-9 && place <= plot->high + 1e-9 && ticks->count < MAX_TICKS)
                ticks->at[ticks->count++] = fine[i] * pow(10, d);
        }
    if (ticks->count < 2) {
        struct plot inner = {.low = pow(10, plot->low), .high = pow(10, plot->high)};
        ticks->count = 0;
        linear_ticks(&inner, most, ticks);
    }
}

/* The dot row of a value, from the top. */
static int dot_row(const struct plot *plot, double value)
{
    double up = (value - plot->low) / (plot->high - plot->low) * (plot->dots_up - 1);

    return plot->dots_up - 1 - (int)lround(up);
}

static int dot_column(const struct plot *plot, double place)
{
    double left = plot->measured ? plot->left : 1;
    double right = plot->measured ? plot->right : (double)plot->length;

    if (!(right > left))
        return 0;
    return (int)lround((place - left) / (right - left) * (plot->dots_across - 1));
}

/* Adds a braille dot to what stands in its cell, or puts the curve's letter where only ASCII is
 * allowed. */
static void set_dot(const struct plot *plot, int x, int y, const struct nn_curve *curve,
                    uint32_t letter)
{
    static const unsigned bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    struct nn_canvas *canvas = plot->canvas;
    int column, row;
    uint32_t old;

    if (x < 0 || y < 0 || x >= plot->dots_across || y >= plot->dots_up)
        return;
    if (curve->scattered && canvas->medium.depth == NN_DEPTH_MONO && !canvas->medium.ascii) {
        nn_canvas_put(canvas, plot->area.column + x / 2, plot->area.row + y / 4, letter,
                      curve->style);
        return;
    }
    if (canvas->medium.ascii) {
        nn_canvas_put(canvas, plot->area.column + x, plot->area.row + y, letter, curve->style);
        return;
    }
    column = plot->area.column + x / 2;
    row = plot->area.row + y / 4;
    if (column >= canvas->columns || row >= canvas->rows)
        return;
    old = canvas->cells[(size_t)row * (size_t)canvas->columns + (size_t)column].point;
    old = old >= BRAILLE && old <= BRAILLE + 0xff ? old : BRAILLE;
    nn_canvas_put(canvas, column, row, old | bits[y % 4][x % 2], curve->style);
}

/* How a curve is told from the others: a letter in ASCII; without colour, later ones are broken
 * lines. */
struct pen {
    uint32_t letter;
    int on, period; /* draws `on` of `period` dots along the line */
};

static struct pen pen_of(const struct nn_canvas *canvas, size_t index, const struct nn_curve *curve)
{
    static const char numbered[] = "0123456789abcdefghijklmn";
    static const char letters[] = "*+xo#@";
    static const int broken[][2] = {{1, 1}, {1, 3}, {2, 5}, {4, 6}, {1, 5}, {6, 9}};
    size_t kinds = sizeof broken / sizeof *broken;
    struct pen pen = {(uint32_t)letters[index % kinds], 1, 1};

    if (curve->scattered) {
        pen.letter = *curve->name ? (uint32_t)numbered[index % (sizeof numbered - 1)] : 'o';
        return pen;
    }
    if (canvas->medium.depth == NN_DEPTH_MONO && !canvas->medium.ascii) {
        pen.on = broken[index % kinds][0];
        pen.period = broken[index % kinds][1];
    }
    return pen;
}

/* A line from dot to dot (Bresenham); *walked goes on along the curve for broken lines. */
static void draw_line(const struct plot *plot, const int from[2], const int to[2],
                      const struct nn_curve *curve, const struct pen *pen, int *walked)
{
    int across = abs(to[0] - from[0]), down = -abs(to[1] - from[1]);
    int x = from[0], y = from[1], error = across + down;

    for (;;) {
        if ((*walked)++ % pen->period < pen->on)
            set_dot(plot, x, y, curve, pen->letter);
        if (x == to[0] && y == to[1])
            return;
        if (2 * error >= down) {
            error += down;
            x += to[0] > from[0] ? 1 : -1;
        } else {
            error += across;
            y += to[1] > from[1] ? 1 : -1;
        }
    }
}

static void draw_curve(const struct plot *plot, const struct nn_curve *curve, size_t index)
{
    struct pen pen = pen_of(plot->canvas, index, curve);
    int last[2] = {0, 0}, walked = 0;
    bool joined = false;

    for (size_t i = 0; i < curve->count; i++) {
        double value = curve_value(curve, i, plot->log_y);
        int here[2];

        if (isnan(value)) {
            joined = false;
            continue;
        }
        here[0] = dot_column(plot, curve_place(curve, i));
        here[1] = dot_row(plot, value);
        if (joined && !curve->scattered)
            draw_line(plot, last, here, curve, &pen, &walked);
        else
            set_dot(plot, here[0], here[1], curve, pen.letter);
        last[0] = here[0];
        last[1] = here[1];
        joined = true;
    }
}

static int label_width(const struct ticks *ticks)
{
    char text[NN_NUMBER_SIZE];
    size_t width = 1;

    for (int i = 0; i < ticks->count; i++) {
        size_t length = strlen(nn_number_short(text, ticks->at[i], 4));
        width = length > width ? length : width;
    }
    return (int)width;
}

static void draw_y_axis(const struct plot *plot, const struct ticks *ticks, int labels)
{
    struct nn_canvas *canvas = plot->canvas;
    int dots = canvas->medium.ascii ? 1 : 4, column = plot->area.column - 1, used = -2;

    for (int row = 0; row < plot->area.rows; row++)
        nn_canvas_put(canvas, column, plot->area.row + row, LINE_DOWN, nn_style_dim);
    for (int i = 0; i < ticks->count; i++) {
        char text[NN_NUMBER_SIZE];
        double value = plot->log_y ? log10(ticks->at[i]) : ticks->at[i];
        int row = plot->area.row + dot_row(plot, value) / dots;

        if (row == used || row < plot->area.row || row >= plot->area.row + plot->area.rows)
            continue;
        used = row;
        nn_canvas_put(canvas, column, row, TICK_LEFT, nn_style_dim);
        nn_number_short(text, ticks->at[i], 4);
        nn_canvas_text_right(canvas, (struct nn_box){column - labels, row, labels, 1}, nn_style_dim,
                             text);
    }
}

/* One number below the axis line, unless it would touch the one before or the axis' name. */
static void draw_x_tick(const struct plot *plot, double value, int digits, int room, int *end)
{
    struct nn_canvas *canvas = plot->canvas;
    struct nn_box area = plot->area;
    char text[NN_NUMBER_SIZE];
    int row = area.row + area.rows, dots = canvas->medium.ascii ? 1 : 2;
    int at = dot_column(plot, value) / dots;
    int width = (int)strlen(nn_number_short(text, value, digits));
    int left = at - width / 2 < 0 ? 0 : at - width / 2;

    if (area.column + left < *end || left + width > room)
        return;
    nn_canvas_put(canvas, area.column + at, row, TICK_DOWN, nn_style_dim);
    nn_canvas_text(canvas, area.column + left, row + 1, width, nn_style_dim, text);
    *end = area.column + left + width + 1;
}

/* The axis line, numbers at round places below it, and the name of what is counted or measured. */
static void draw_x_axis(const struct plot *plot, const char *name)
{
    struct nn_canvas *canvas = plot->canvas;
    struct nn_box area = plot->area;
    int row = area.row + area.rows, end = area.column;
    int room = area.columns - (int)strlen(name) - 1;
    double step = nice_step((double)(plot->length > 1 ? plot->length - 1 : 1), area.columns / 8);

    step = step < 1 ? 1 : step;
    nn_canvas_put(canvas, area.column - 1, row, CORNER, nn_style_dim);
    for (int i = 0; i < area.columns; i++)
        nn_canvas_put(canvas, area.column + i, row, LINE_RIGHT, nn_style_dim);
    if (plot->measured && plot->right > plot->left) {
        struct plot across = {.low = plot->left, .high = plot->right};
        struct ticks ticks = {.count = 0};
        linear_ticks(&across, area.columns / 10 < 2 ? 2 : area.columns / 10, &ticks);
        for (int i = 0; i < ticks.count; i++)
            draw_x_tick(plot, ticks.at[i], 4, room, &end);
    }
    for (double value = 1; value <= (double)plot->length && !plot->measured;
         value = value < step ? step : value + step)
        draw_x_tick(plot, value, 9, room, &end);
    nn_canvas_text_right(canvas, (struct nn_box){area.column, row + 1, area.columns, 1},
                         nn_style_dim, name);
}

/* Names of the curves with a piece of each line, from the right. */
static void draw_names(struct nn_canvas *canvas, struct nn_box row, const struct nn_curve *curves,
                       size_t count)
{
    for (size_t c = count; c-- > 0;) {
        struct pen pen = pen_of(canvas, c, &curves[c]);
        int used = nn_canvas_text_right(canvas, row, nn_plain, curves[c].name);

        for (int i = 0; i < 3 && row.columns > used + 4; i++) {
            bool letters = canvas->medium.ascii ||
                           (curves[c].scattered && canvas->medium.depth == NN_DEPTH_MONO);
            uint32_t glyph = letters               ? pen.letter
                             : curves[c].scattered ? 0x28ff
                             : pen.period == 1     ? 0x2501
                                                   : 0x2505;
            nn_canvas_put(canvas, row.column + row.columns - used - 4 + i, row.row, glyph,
                          curves[c].style);
        }
        row.columns -= used + 6;
        if (row.columns < 4)
            return;
    }
}

static void set_area(struct plot *plot, struct nn_box area)
{
    bool ascii = plot->canvas->medium.ascii;

    plot->area = area;
    plot->dots_across = area.columns * (ascii ? 1 : 2);
    plot->dots_up = area.rows * (ascii ? 1 : 4);
}

/* Below the curves, which go over it. */
static void draw_mark(const struct plot *plot, long marked)
{
    int dots = plot->canvas->medium.ascii ? 1 : 2;

    if (marked < 0 || (size_t)marked >= plot->length)
        return;
    for (int row = 0; row < plot->area.rows; row++)
        nn_canvas_put(plot->canvas, plot->area.column + dot_column(plot, (double)marked + 1) / dots,
                      plot->area.row + row, LINE_DOWN, nn_style_dim);
}

void nn_draw_plot(struct nn_canvas *canvas, struct nn_box box, const struct nn_curve *curves,
                  size_t count, bool log_y, const char *x_label)
{
    nn_draw_plot_marked(canvas, box, curves, count, log_y, x_label, -1);
}

void nn_draw_plot_marked(struct nn_canvas *canvas, struct nn_box box, const struct nn_curve *curves,
                         size_t count, bool log_y, const char *x_label, long marked)
{
    struct plot plot = {.canvas = canvas, .log_y = log_y};
    struct ticks ticks = {.count = 0};
    bool axes = box.columns >= 16 && box.rows >= 5;
    int labels = 0;

    if (box.columns < 1 || box.rows < 1)
        return;
    if (!find_range(&plot, curves, count)) {
        nn_canvas_text(canvas, box.column, box.row, box.columns, nn_style_dim, "no data");
        return;
    }
    open_range(&plot);
    if (axes) {
        draw_names(canvas, nn_box_take_top(&box, 1), curves, count);
        (log_y ? log_ticks : linear_ticks)(&plot, most_ticks(box.rows - 2), &ticks);
        labels = label_width(&ticks);
        nn_box_take_left(&box, labels + 1);
        nn_box_take_bottom(&box, 2);
    }
    set_area(&plot, box);
    if (axes) {
        draw_y_axis(&plot, &ticks, labels);
        draw_x_axis(&plot, x_label ? x_label : "");
    }
    draw_mark(&plot, marked);
    for (size_t c = 0; c < count; c++)
        draw_curve(&plot, &curves[c], c);
}
