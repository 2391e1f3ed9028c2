/* Sparklines, histograms and bars: one row of eighths. */
#include "view/parts.h"

#include <math.h>
#include <string.h>

#define FULL_BLOCK   0x2588
#define HALF_RIGHT   0x2590
#define MARKER       0x25b8
#define LOWER_EIGHTH 0x2581 /* .. 0x2588: one to eight eighths from below */

/* Mean of the finite ones among values [begin, end), NaN if there is none. */
static double bucket(const double *values, size_t begin, size_t end)
{
    double sum = 0;
    size_t count = 0;

    for (size_t i = begin; i < end; i++)
        if (isfinite(values[i])) {
            sum += values[i];
            count++;
        }
    return count ? sum / (double)count : NAN;
}

static double column_value(const double *values, size_t n, size_t columns, size_t i)
{
    if (n <= columns)
        return i < n ? values[i] : NAN;
    return bucket(values, i * n / columns, (i + 1) * n / columns);
}

static void put_level(struct nn_canvas *canvas, int column, int row, double fraction,
                      struct nn_style style)
{
    long level = lround(fraction * 7);

    nn_canvas_put(canvas, column, row,
                  LOWER_EIGHTH + (uint32_t)(level < 0   ? 0
                                            : level > 7 ? 7
                                                        : level),
                  style);
}

void nn_draw_sparkline(struct nn_canvas *canvas, int column, int row, int columns,
                       const double *values, size_t n, struct nn_style style)
{
    double low = INFINITY, high = -INFINITY;
    size_t width = columns > 0 && !canvas->medium.plain ? (size_t)columns : 0;

    for (size_t i = 0; i < width; i++) {
        double value = column_value(values, n, width, i);
        low = isfinite(value) && value < low ? value : low;
        high = isfinite(value) && value > high ? value : high;
    }
    for (size_t i = 0; i < width; i++) {
        double value = column_value(values, n, width, i);
        if (isfinite(value))
            put_level(canvas, column + (int)i, row, high > low ? (value - low) / (high - low) : 0.5,
                      style);
    }
}

void nn_draw_histogram(struct nn_canvas *canvas, int column, int row, int columns,
                       const float *values, size_t n, float low, float high, struct nn_style style)
{
    size_t counts[128] = {0}, most = 0;
    int bins = columns > 128 ? 128 : columns;

    if (!(high > low) || canvas->medium.plain)
        return;
    for (size_t i = 0; i < n; i++) {
        double t = ((double)values[i] - (double)low) / ((double)high - (double)low);
        if (t >= 0 && t <= 1) {
            int bin = (int)(t * bins);
            size_t count = ++counts[bin < bins ? bin : bins - 1];
            most = count > most ? count : most;
        }
    }
    for (int i = 0; i < bins; i++)
        if (counts[i])
            put_level(canvas, column + i, row, (double)counts[i] / (double)most, style);
}

void nn_draw_bar(struct nn_canvas *canvas, int column, int row, int columns, double fraction,
                 struct nn_style style)
{
    bool ascii = canvas->medium.ascii;
    long eighths, whole;

    if (!(fraction > 0) || columns < 1 || canvas->medium.plain)
        return;
    eighths = lround((fraction > 1 ? 1 : fraction) * columns * 8);
    if (ascii)
        eighths = (eighths + 4) / 8 * 8;
    whole = eighths / 8;
    for (long i = 0; i < whole; i++)
        nn_canvas_put(canvas, column + (int)i, row, ascii ? '#' : FULL_BLOCK, style);
    if (eighths % 8) /* U+258F is one eighth, U+2589 seven */
        nn_canvas_put(canvas, column + (int)whole, row, 0x2590 - (uint32_t)(eighths % 8), style);
}

/* From the middle to the right if positive, to the left if negative (in half cells: Unicode has no
 * right eighths), with the zero line between. */
void nn_draw_signed_bar(struct nn_canvas *canvas, int column, int row, int columns, double fraction)
{
    int half = (columns - 1) / 2, middle = column + half;
    bool ascii = canvas->medium.ascii;
    long halves;

    if (half < 1 || canvas->medium.plain)
        return;
    nn_canvas_put(canvas, middle, row, 0x2502, nn_style_dim);
    if (fraction >= 0) {
        nn_draw_bar(canvas, middle + 1, row, half, fraction, nn_style_positive);
        return;
    }
    halves = lround((fraction < -1 ? 1 : -fraction) * half * 2);
    for (long i = 0; i < halves / 2; i++)
        nn_canvas_put(canvas, middle - 1 - (int)i, row, ascii ? '=' : FULL_BLOCK,
                      nn_style_negative);
    if (halves % 2)
        nn_canvas_put(canvas, middle - 1 - (int)(halves / 2), row, ascii ? '=' : HALF_RIGHT,
                      nn_style_negative);
}

/* The entry of rank `rank` by magnitude, without memory: the largest below the one before. */
struct order {
    double magnitude;
    size_t index;
};

static double magnitude(float value)
{
    return isfinite(value) ? fabs((double)value) : INFINITY; /* faults come first */
}

/* Stable: equal magnitudes in order of their index. */
static struct order next_in_order(const float *values, size_t count, const struct order *before)
{
    struct order best = {-1, 0};

    for (size_t i = 0; i < count; i++) {
        double size = magnitude(values[i]);
        bool later =
            !before || size < before->magnitude || (size <= before->magnitude && i > before->index);
        if (later && size > best.magnitude)
            best = (struct order){size, i};
    }
    return best;
}

static double largest_magnitude(const float *values, size_t count)
{
    double largest = 0;

    for (size_t i = 0; i < count; i++)
        if (isfinite(values[i]) && fabs((double)values[i]) > largest)
            largest = fabs((double)values[i]);
    return largest;
}

/* How a list of bars shares its columns: name, number, bar. */
struct list {
    const float *values;
    char **names;
    size_t count;
    int name, number, bar; /* widths; bar 0: none */
    double limit;          /* magnitude of a full bar */
    int decimals;          /* of all numbers, so that their points stand below one another; -1: each
                              in its shortest form */
    bool has_negative;
};

/* Three significant digits of the largest value; none for whole numbers. */
static int decimals_of(const struct list *list)
{
    bool whole = true;

    for (size_t i = 0; i < list->count && whole; i++)
        whole = fabs((double)list->values[i] - round((double)list->values[i])) <= 0;
    if (whole || !(list->limit >= 1e-3 && list->limit < 1e5))
        return -1;
    return list->limit >= 100 ? 0 : 2 - (int)floor(log10(list->limit));
}

static char *number_text(const struct list *list, double value, char out[NN_NUMBER_SIZE])
{
    return list->decimals < 0 || !isfinite(value) ? nn_number_short(out, value, 3)
                                                  : nn_number_fixed(out, value, list->decimals);
}

static int name_width(const struct list *list, bool ascii, int most)
{
    char text[512], number[NN_NUMBER_SIZE];
    int width = 1;

    for (size_t i = 0; i < list->count; i++) {
        int cells = nn_text_fit(text, sizeof text, nn_name_of(list->names, list->count, i, number),
                                most, ascii);
        width = cells > width ? cells : width;
    }
    return width;
}

static int number_width(const struct list *list)
{
    char text[NN_NUMBER_SIZE];
    size_t width = 1;

    for (size_t i = 0; i < list->count; i++) {
        size_t length = strlen(number_text(list, (double)list->values[i], text));
        width = length > width ? length : width;
    }
    return (int)width;
}

/* Names come first as long as a bar of some length is left; a narrow list has no bars. */
static void share_columns(struct list *list, int columns, bool ascii)
{
    int least_bar = columns >= 36 ? 11 : columns >= 24 ? 6 : 0, most;

    list->number = number_width(list);
    most = columns - list->number - 1 - least_bar;
    list->name = name_width(list, ascii, most > 1 ? most : 1);
    list->bar = columns - list->name - list->number - 2;
    list->bar = list->bar < 3 ? 0 : list->bar;
}

static struct list new_list(const float *values, char **names, size_t count)
{
    struct list list = {.values = values,
                        .names = names,
                        .count = count,
                        .limit = largest_magnitude(values, count)};

    for (size_t i = 0; i < count && !list.has_negative; i++)
        list.has_negative = values[i] < 0;
    list.decimals = decimals_of(&list);
    return list;
}

static void draw_list_row(struct nn_canvas *canvas, struct nn_box row, const struct list *list,
                          size_t index)
{
    char number[NN_NUMBER_SIZE];
    double value = (double)list->values[index];
    double fraction = list->limit > 0 ? value / list->limit : 0;

    nn_canvas_text(canvas, row.column, row.row, list->name < row.columns ? list->name : row.columns,
                   nn_plain, nn_name_of(list->names, list->count, index, number));
    nn_box_take_left(&row, list->name + 1);
    nn_canvas_text_right(canvas, nn_box_take_left(&row, list->number), nn_plain,
                         number_text(list, value, number));
    nn_box_take_left(&row, 1);
    if (list->bar == 0 || !isfinite(value))
        return;
    if (list->has_negative)
        nn_draw_signed_bar(canvas, row.column, row.row, row.columns, fraction);
    else
        nn_draw_bar(canvas, row.column, row.row, row.columns, fraction, nn_style_accent);
}

void nn_draw_value_bars(struct nn_canvas *canvas, struct nn_box box, const float *values,
                        char **names, size_t count, bool sorted, size_t first, long selected)
{
    struct list list = new_list(values, names, count);
    struct order at = {0};

    share_columns(&list, box.columns - (selected >= 0 ? 2 : 0), canvas->medium.ascii);
    for (size_t i = 0; i < count && box.rows > 0; i++) {
        struct nn_box row;

        at = sorted ? next_in_order(values, count, i ? &at : NULL) : (struct order){0, i};
        if (i < first)
            continue;
        row = nn_box_take_top(&box, 1);
        if (selected >= 0) {
            if ((size_t)selected == at.index)
                nn_canvas_put(canvas, row.column, row.row, MARKER, nn_style_accent);
            nn_box_take_left(&row, 2);
        }
        draw_list_row(canvas, row, &list, at.index);
    }
}

void nn_draw_feature_bars(struct nn_canvas *canvas, struct nn_box box, const float *values,
                          char **names, size_t count)
{
    nn_draw_value_bars(canvas, box, values, names, count, true, 0, -1);
}
