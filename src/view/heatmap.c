/* Heatmaps: a map of numbers as colours, two pixels a cell, or as shades.
 *
 * The picture is resampled to a grid of cells (flat media) or half cells by exact areas:
 * whole-number enlargement repeats pixels, shrinking takes the mean of images and the value of
 * largest magnitude of maps, so that a thin peak is never lost. One value that is not finite marks
 * its whole cell. */
#include "view/parts.h"

#include <math.h>
#include <string.h>

#define UPPER_HALF 0x2580
#define MARK_COLOR NN_COLOR_RGB(0, 175, 255)
#define RGB_STEPS  48 /* levels of a map in 24-bit colour: fewer changes, fewer bytes */

/* The grid that a heatmap is drawn on: one entry a cell (flat), or two a cell, one above the other.
 */
struct geometry {
    int columns, rows;
    size_t width, height;
    bool flat;
};

static bool is_flat(struct nn_medium medium)
{
    return medium.ascii || medium.depth == NN_DEPTH_MONO;
}

static bool is_mean(const struct nn_heatmap *heatmap)
{
    return heatmap->scale == NN_SCALE_RANGE;
}

static float channel_value(const struct nn_heatmap *heatmap, size_t channel, size_t y, size_t x)
{
    return heatmap->values[(channel * heatmap->height + y) * heatmap->width + x];
}

/* One number for a pixel of several channels: the sum of signed values, the largest of positive
 * ones, else the mean (Simonyan et al. 2013 take the largest for saliency; sums keep completeness).
 */
static double pixel_value(const struct nn_heatmap *heatmap, size_t y, size_t x)
{
    double sum = 0, largest = 0;

    for (size_t c = 0; c < heatmap->channels; c++) {
        double value = channel_value(heatmap, c, y, x);
        if (!isfinite(value))
            return NAN;
        sum += value;
        if (c == 0 || value > largest)
            largest = value;
    }
    if (heatmap->scale == NN_SCALE_POSITIVE)
        return largest;
    return heatmap->scale == NN_SCALE_RANGE ? sum / (double)heatmap->channels : sum;
}

/* Smallest and largest finite value, of single channels for colours. False if there is none. */
static bool data_range(const struct nn_heatmap *heatmap, double *low, double *high)
{
    bool any = false;
    size_t layers = heatmap->rgb ? heatmap->channels : 1;

    for (size_t c = 0; c < layers; c++)
        for (size_t y = 0; y < heatmap->height; y++)
            for (size_t x = 0; x < heatmap->width; x++) {
                double value =
                    heatmap->rgb ? channel_value(heatmap, c, y, x) : pixel_value(heatmap, y, x);
                if (!isfinite(value))
                    continue;
                *low = any && *low < value ? *low : value;
                *high = any && *high > value ? *high : value;
                any = true;
            }
    return any;
}

void nn_heatmap_limits(const struct nn_heatmap *heatmap, float *low, float *high)
{
    double least = 0, most = 0;

    if (heatmap->limit == 0 || !isfinite(heatmap->limit))
        data_range(heatmap, &least, &most);
    else
        least = heatmap->scale == NN_SCALE_RANGE ? (double)heatmap->low : 0,
        most = (double)heatmap->limit;
    if (heatmap->scale == NN_SCALE_SIGNED) {
        most = fmax(fabs(least), fabs(most));
        least = -most;
    } else if (heatmap->scale == NN_SCALE_POSITIVE) {
        most = most > 0 ? most : 0;
        least = 0;
    }
    *low = (float)least;
    *high = (float)most;
}

static bool has_data(const struct nn_heatmap *heatmap)
{
    return heatmap->values && heatmap->width > 0 && heatmap->height > 0 && heatmap->channels > 0;
}

static size_t at_least_one(double value)
{
    return value < 1 ? 1 : (size_t)value;
}

/* The size in square pixels that fills columns x (2 rows) with the picture's aspect, below its own.
 */
static void shrink(const struct nn_heatmap *heatmap, int columns, int rows, size_t *width,
                   size_t *height)
{
    double across = columns / (double)heatmap->width, down = 2.0 * rows / (double)heatmap->height;
    double factor = across < down ? across : down;

    *width = at_least_one(round((double)heatmap->width * factor));
    *height = at_least_one(round((double)heatmap->height * factor));
    if (*width > (size_t)columns)
        *width = (size_t)columns;
    if (*height > 2 * (size_t)rows)
        *height = 2 * (size_t)rows;
}

/* Two pixels a cell: the largest whole enlargement. */
static struct geometry fit_halves(const struct nn_heatmap *heatmap, int columns, int rows)
{
    size_t across = (size_t)columns / heatmap->width, down = 2 * (size_t)rows / heatmap->height;
    size_t factor = across < down ? across : down;
    struct geometry fit = {.flat = false};

    if (factor > 0) {
        fit.width = heatmap->width * factor;
        fit.height = heatmap->height * factor;
    } else {
        shrink(heatmap, columns, rows, &fit.width, &fit.height);
    }
    fit.columns = (int)fit.width;
    fit.rows = (int)((fit.height + 1) / 2);
    return fit;
}

/* One number a cell: a pixel is two cells wide or a multiple; if that is too large, a cell shows
 * two pixels one above the other; else it shrinks. */
static struct geometry fit_cells(const struct nn_heatmap *heatmap, int columns, int rows)
{
    size_t across = (size_t)columns / heatmap->width / 2, down = (size_t)rows / heatmap->height;
    size_t factor = across < down ? across : down;
    struct geometry fit = {.flat = true};

    if (factor > 0) {
        fit.width = 2 * heatmap->width * factor;
        fit.height = heatmap->height * factor;
    } else if (heatmap->width <= (size_t)columns && (heatmap->height + 1) / 2 <= (size_t)rows) {
        fit.width = heatmap->width;
        fit.height = (heatmap->height + 1) / 2;
    } else {
        shrink(heatmap, columns, rows, &fit.width, &fit.height);
        fit.height = (fit.height + 1) / 2;
    }
    fit.columns = (int)fit.width;
    fit.rows = (int)fit.height;
    return fit;
}

static struct geometry fit(const struct nn_heatmap *heatmap, struct nn_medium medium, int columns,
                           int rows)
{
    if (!has_data(heatmap) || columns < 1 || rows < 1)
        return (struct geometry){0};
    return is_flat(medium) ? fit_cells(heatmap, columns, rows) : fit_halves(heatmap, columns, rows);
}

void nn_heatmap_size(const struct nn_heatmap *heatmap, struct nn_medium medium, int max_columns,
                     int max_rows, int *columns, int *rows)
{
    struct geometry geometry = fit(heatmap, medium, max_columns, max_rows);

    *columns = geometry.columns;
    *rows = geometry.rows;
}

/* The source pixels under entry `at` of `count`: first and last, and how much of each lies under
 * it. */
struct span {
    size_t first, last, begin, end, count;
};

static struct span span_of(size_t at, size_t count, size_t size)
{
    struct span span = {.begin = at * size, .end = (at + 1) * size, .count = count};

    span.first = span.begin / count;
    span.last = (span.end - 1) / count;
    return span;
}

static double overlap(const struct span *span, size_t i)
{
    size_t begin = i * span->count, end = begin + span->count;

    return (double)((end < span->end ? end : span->end) -
                    (begin > span->begin ? begin : span->begin));
}

/* The value under one grid entry; `channel` is used for colours only. NaN marks values not finite.
 */
static double grid_value(const struct nn_heatmap *heatmap, const struct geometry *grid, size_t y,
                         size_t x, size_t channel)
{
    struct span down = span_of(y, grid->height, heatmap->height);
    struct span across = span_of(x, grid->width, heatmap->width);
    double sum = 0, weights = 0, strongest = 0;

    for (size_t i = down.first; i <= down.last; i++)
        for (size_t k = across.first; k <= across.last; k++) {
            double value =
                heatmap->rgb ? channel_value(heatmap, channel, i, k) : pixel_value(heatmap, i, k);
            double weight = overlap(&down, i) * overlap(&across, k);
            if (!isfinite(value))
                return NAN;
            sum += weight * value;
            weights += weight;
            if (fabs(value) > fabs(strongest))
                strongest = value;
        }
    return is_mean(heatmap) ? sum / weights : strongest;
}

/* To [-1,1] (signed) or [0,1]. */
static float normalise(const struct nn_heatmap *heatmap, double value, double low, double high)
{
    double t;

    if (!isfinite(value))
        return NAN;
    if (heatmap->scale == NN_SCALE_RANGE)
        t = high > low ? (value - low) / (high - low) : high > 0;
    else
        t = high > 0 ? value / high : 0;
    return (float)(t < -1 ? -1 : t > 1 ? 1 : t);
}

static const struct nn_colormap *map_of(const struct nn_heatmap *heatmap)
{
    static const char *const names[] = {"rdbu", "magma", "grey"};

    return heatmap->map ? heatmap->map
                        : nn_colormap_find(heatmap->rgb ? "grey" : names[heatmap->scale]);
}

static uint32_t map_color(const struct nn_colormap *map, float t, enum nn_depth depth)
{
    if (depth == NN_DEPTH_RGB && isfinite(t))
        t = roundf(t * RGB_STEPS) / RGB_STEPS;
    return nn_colormap_color(map, t, depth);
}

/* Of colours to [0,1]: changes around a middle grey. */
static float brightness(const struct nn_heatmap *heatmap, double value, double low, double high)
{
    float t = normalise(heatmap, value, low, high);
    return heatmap->scale == NN_SCALE_SIGNED ? (t + 1) / 2 : t;
}

static uint32_t rgb_color(const struct nn_heatmap *heatmap, const struct geometry *grid, size_t y,
                          size_t x, double low, double high)
{
    int mixed[3] = {0, 0, 0};

    for (size_t c = 0; c < 3; c++) {
        float t = brightness(heatmap, grid_value(heatmap, grid, y, x, c), low, high);
        if (!isfinite(t))
            return NN_COLOR_RGB(255, 0, 255);
        mixed[c] = t < 0 ? 0 : (int)lroundf(t * 255);
    }
    return NN_COLOR_RGB(mixed[0], mixed[1], mixed[2]);
}

/* Lightness of a pixel in [0,1], for shades (Rec. 709); of a change its largest channel, as a sum
 * would cancel. */
static float luminance(const struct nn_heatmap *heatmap, const struct geometry *grid, size_t y,
                       size_t x, double low, double high)
{
    static const float weights[3] = {0.2126f, 0.7152f, 0.0722f};
    float sum = 0;

    for (size_t c = 0; c < 3; c++) {
        float t = normalise(heatmap, grid_value(heatmap, grid, y, x, c), low, high);
        if (heatmap->scale != NN_SCALE_SIGNED)
            sum += weights[c] * t;
        else if (!(fabsf(t) <= fabsf(sum))) /* or NaN */
            sum = t;
    }
    return sum;
}

/* The shade of a value; signs have glyph families of their own. */
static uint32_t shade(float t, bool is_signed, bool ascii)
{
    static const uint32_t blocks[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    static const uint32_t dots[] = {' ', 0xb7, ':', '=', '#'};
    static const char ramp[] = " .:-=+*#%@";
    static const char plus[] = " +*#@", minus[] = " -=xX";
    long level;

    if (!isfinite(t))
        return ascii ? '!' : 0x2717;
    if (!is_signed && ascii)
        return (uint32_t)ramp[lroundf((t < 0 ? 0 : t) * 9)];
    level = lroundf(fabsf(t) * 4);
    if (ascii)
        return (uint32_t)(t < 0 ? minus : plus)[level];
    if (t < 0)
        return is_signed ? dots[level] : ' ';
    return blocks[level];
}

/* Something to draw, and where the values under the grid lie. */
struct layer {
    const struct nn_heatmap *heatmap;
    const struct geometry *grid;
    float range[2];
};

static struct layer layer_of(const struct nn_heatmap *heatmap, const struct geometry *grid)
{
    struct layer layer = {heatmap, grid, {0, 0}};

    nn_heatmap_limits(heatmap, &layer.range[0], &layer.range[1]);
    return layer;
}

/* Where a grid entry lies on the scale: [-1,1] or [0,1]; of colours how light they are. */
static float level_of(const struct layer *layer, size_t y, size_t x)
{
    double low = (double)layer->range[0], high = (double)layer->range[1];

    if (layer->heatmap->rgb)
        return luminance(layer->heatmap, layer->grid, y, x, low, high);
    return normalise(layer->heatmap, grid_value(layer->heatmap, layer->grid, y, x, 0), low, high);
}

/* What a grid entry looks like: its colour, or for mono its glyph. */
static uint32_t look(const struct layer *layer, size_t y, size_t x, struct nn_medium medium)
{
    const struct nn_heatmap *heatmap = layer->heatmap;

    if (heatmap->rgb && medium.depth != NN_DEPTH_MONO)
        return rgb_color(heatmap, layer->grid, y, x, (double)layer->range[0],
                         (double)layer->range[1]);
    if (medium.depth == NN_DEPTH_MONO)
        return shade(level_of(layer, y, x), heatmap->scale == NN_SCALE_SIGNED, medium.ascii);
    return map_color(map_of(heatmap), level_of(layer, y, x), medium.depth);
}

static uint32_t mix(uint32_t below, uint32_t above, double share)
{
    uint32_t mixed = 0;

    for (int shift = 0; shift <= 16; shift += 8) {
        double b = (double)(below >> shift & 255), a = (double)(above >> shift & 255);
        mixed |= (uint32_t)lround(b + (a - b) * share) << shift;
    }
    return mixed;
}

/* Large values cover the picture below in the colour of their sign, small ones let it be seen.
 * Without colours they are glyphs in place of the picture's. */
static uint32_t look_over(const struct layer *map, const struct layer *under, size_t y, size_t x,
                          struct nn_medium medium)
{
    float t = level_of(map, y, x);
    double share = sqrt(fabs((double)t));
    uint32_t below = look(under, y, x, medium);

    if (!isfinite(t))
        return look(map, y, x, medium);
    if (medium.depth == NN_DEPTH_MONO)
        return fabsf(t) < 0.25f ? below : look(map, y, x, medium);
    if (map->heatmap->scale == NN_SCALE_SIGNED)
        t = t < 0 ? -0.8f : 0.8f;
    return mix(mix(below, 0, 0.3), map_color(map_of(map->heatmap), t, NN_DEPTH_RGB), share);
}

static bool can_tint(struct nn_medium medium)
{
    return medium.depth >= NN_DEPTH_256;
}

/* Whether the middle of a grid entry lies in the marked part. */
static bool is_marked(const struct layer *layer, size_t y, size_t x)
{
    const struct nn_field *marked = layer->heatmap->marked;
    size_t row = (2 * y + 1) * layer->heatmap->height / (2 * layer->grid->height);
    size_t column = (2 * x + 1) * layer->heatmap->width / (2 * layer->grid->width);

    return marked && row >= marked->low[0] && row < marked->high[0] && column >= marked->low[1] &&
           column < marked->high[1];
}

static uint32_t paint(const struct layer *map, const struct layer *under, size_t y, size_t x,
                      struct nn_medium medium)
{
    uint32_t what = under->heatmap ? look_over(map, under, y, x, medium) : look(map, y, x, medium);

    return can_tint(medium) && is_marked(map, y, x) ? mix(what, MARK_COLOR, 0.4) : what;
}

/* The corners of the marked part, where it cannot be tinted. */
static void draw_corners(struct nn_canvas *canvas, struct nn_box box,
                         const struct nn_heatmap *heatmap)
{
    static const uint32_t corners[2][2] = {{0x250c, 0x2510}, {0x2514, 0x2518}};
    const struct nn_field *marked = heatmap->marked;
    int at[2][2];

    for (int axis = 0; axis < 2; axis++) {
        size_t cells = (size_t)(axis ? box.columns : box.rows);
        size_t size = axis ? heatmap->width : heatmap->height;
        at[axis][0] = (int)(marked->low[axis] * cells / size);
        at[axis][1] = (int)((marked->high[axis] * cells + size - 1) / size) - 1;
    }
    for (int y = 0; y < 2; y++)
        for (int x = 0; x < 2; x++)
            nn_canvas_put(canvas, box.column + at[1][x], box.row + at[0][y], corners[y][x],
                          nn_style_bold);
}

uint32_t nn_heatmap_color(const struct nn_heatmap *heatmap, const float range[2], size_t y,
                          size_t x)
{
    struct geometry whole = {.width = heatmap->width, .height = heatmap->height};
    double low = (double)range[0], high = (double)range[1];

    if (heatmap->rgb)
        return rgb_color(heatmap, &whole, y, x, low, high);
    return nn_colormap_color(
        map_of(heatmap), normalise(heatmap, pixel_value(heatmap, y, x), low, high), NN_DEPTH_RGB);
}

/* Two pixels in one cell; equal ones are a blank, which has no seam and costs fewer bytes. */
static void put_halves(struct nn_canvas *canvas, int column, int row, uint32_t top, uint32_t bottom)
{
    struct nn_style style = {top, bottom, 0};

    if (top == bottom)
        nn_canvas_put(canvas, column, row, ' ', style);
    else
        nn_canvas_put(canvas, column, row, UPPER_HALF, style);
}

static void put_flat(struct nn_canvas *canvas, int column, int row, uint32_t what)
{
    if (canvas->medium.depth == NN_DEPTH_MONO)
        nn_canvas_put(canvas, column, row, what, nn_plain);
    else
        nn_canvas_put(canvas, column, row, ' ', (struct nn_style){NN_COLOR_DEFAULT, what, 0});
}

struct nn_box nn_draw_heatmap(struct nn_canvas *canvas, struct nn_box box,
                              const struct nn_heatmap *heatmap)
{
    struct geometry grid = fit(heatmap, canvas->medium, box.columns, box.rows);
    const struct nn_heatmap *picture = heatmap->under;
    struct layer map, under = {0};

    box.columns = grid.columns;
    box.rows = grid.rows;
    if (grid.columns == 0)
        return box;
    map = layer_of(heatmap, &grid);
    if (canvas->medium.plain)
        return box;
    if (picture && picture->width == heatmap->width && picture->height == heatmap->height)
        under = layer_of(picture, &grid);
    for (int row = 0; row < grid.rows; row++)
        for (int column = 0; column < grid.columns; column++) {
            size_t x = (size_t)column, y = (size_t)row * (grid.flat ? 1 : 2);
            uint32_t top = paint(&map, &under, y, x, canvas->medium);
            if (grid.flat)
                put_flat(canvas, box.column + column, box.row + row, top);
            else
                put_halves(canvas, box.column + column, box.row + row, top,
                           y + 1 < grid.height ? paint(&map, &under, y + 1, x, canvas->medium)
                                               : NN_COLOR_DEFAULT);
        }
    if (heatmap->marked && !can_tint(canvas->medium))
        draw_corners(canvas, box, heatmap);
    return box;
}

static bool all_finite(const struct nn_heatmap *heatmap)
{
    size_t count = heatmap->channels * heatmap->height * heatmap->width;

    for (size_t i = 0; i < count; i++)
        if (!isfinite(heatmap->values[i]))
            return false;
    return true;
}

static void draw_ramp(struct nn_canvas *canvas, int column, int row, int columns,
                      const struct nn_heatmap *heatmap)
{
    bool is_signed = heatmap->scale == NN_SCALE_SIGNED;

    for (int i = 0; i < columns; i++) {
        float t = columns > 1 ? (float)i / (float)(columns - 1) : 1;
        if (is_signed)
            t = 2 * t - 1;
        if (canvas->medium.depth == NN_DEPTH_MONO)
            nn_canvas_put(canvas, column + i, row, shade(t, is_signed, canvas->medium.ascii),
                          nn_plain);
        else
            put_flat(canvas, column + i, row,
                     map_color(map_of(heatmap), heatmap->rgb && is_signed ? (t + 1) / 2 : t,
                               canvas->medium.depth));
    }
}

void nn_draw_legend(struct nn_canvas *canvas, struct nn_box box, const struct nn_heatmap *heatmap)
{
    char low[NN_NUMBER_SIZE], high[NN_NUMBER_SIZE];
    const char *plus;
    float range[2];
    int right = box.column + box.columns, at = box.column, ramp;
    bool faulty;

    if (!has_data(heatmap) || box.rows < 1)
        return;
    nn_heatmap_limits(heatmap, &range[0], &range[1]);
    plus = heatmap->scale == NN_SCALE_SIGNED && range[1] > 0 ? "+" : "";
    nn_number_short(low, (double)range[0], box.columns < 20 ? 2 : 3);
    nn_number_short(high, (double)range[1], box.columns < 20 ? 2 : 3);
    faulty = !all_finite(heatmap);
    ramp = box.columns - (faulty ? 14 : 0) - (int)(strlen(low) + strlen(plus) + strlen(high)) - 2;
    ramp = ramp > 21 ? 21 : ramp;
    at += nn_canvas_text(canvas, at, box.row, right - at, nn_style_dim, low);
    if (ramp >= 2 && !canvas->medium.plain) {
        draw_ramp(canvas, at + 1, box.row, ramp, heatmap);
        at += ramp + 1;
    }
    at += 1 + nn_canvas_printf(canvas, at + 1, box.row, right - at - 1, nn_style_dim, "%s%s", plus,
                               high);
    if (faulty && right - at >= 12)
        nn_canvas_text(canvas, at + 2, box.row, right - at - 2, nn_style_warn,
                       canvas->medium.depth == NN_DEPTH_MONO ? "\u2717 not finite" : "not finite");
}
