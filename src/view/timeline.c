/* Timeline: a series as columns, and under each step the share that it has in the answer: as a
 * colour, or as a shade with its sign below. */
#include "view/parts.h"
#include "view/study.h"

#include <math.h>

#define BAR_ROWS 4

/* One series of a timeline, seen in a box: `wide` cells a step, or several steps a cell. */
struct lane {
    const struct nn_result *result;
    size_t value, share; /* columns */
    size_t steps, wide;
    double low, high, limit;
};

static void measure(struct lane *lane, double limit)
{
    lane->low = INFINITY;
    lane->high = -INFINITY;
    lane->limit = limit;
    for (size_t t = 0; t < lane->steps; t++) {
        double value = nn_cell_number(lane->result, t, lane->value);
        lane->low = fmin(lane->low, value);
        lane->high = fmax(lane->high, value);
    }
    if (!(lane->high > lane->low))
        lane->high = lane->low + 1;
}

/* The value of a step as a column of eighths, from the least value up. */
static void draw_column(struct nn_canvas *canvas, struct nn_box box, const struct lane *lane,
                        double value)
{
    double filled = (value - lane->low) / (lane->high - lane->low) * (8 * BAR_ROWS - 1) + 1;
    for (int r = 0; r < BAR_ROWS; r++) {
        int eighths = (int)lround(filled) - 8 * (BAR_ROWS - 1 - r);
        if (eighths <= 0)
            continue;
        for (int i = 0; i < box.columns; i++)
            nn_canvas_put(canvas, box.column + i, box.row + r,
                          0x2580 + (uint32_t)(eighths > 8 ? 8 : eighths), nn_style_accent);
    }
}

static void draw_share(struct nn_canvas *canvas, struct nn_box box, const struct lane *lane,
                       double share)
{
    static const uint32_t shades[] = {' ', 0x2591, 0x2592, 0x2593, 0x2588};
    double strength = lane->limit > 0 ? share / lane->limit : 0;
    struct nn_style style = strength >= 0 ? nn_style_positive : nn_style_negative;
    uint32_t glyph = shades[(int)ceil(fmin(fabs(strength), 1) * 4 - 1e-9)];
    if (canvas->medium.depth >= NN_DEPTH_256 && !canvas->medium.ascii) {
        style = nn_plain;
        style.background =
            nn_colormap_color(nn_colormap_find("rdbu"), (float)strength, canvas->medium.depth);
        glyph = ' ';
    }
    for (int i = 0; i < box.columns; i++) {
        nn_canvas_put(canvas, box.column + i, box.row, glyph, style);
        if (fabs(strength) > 0.125)
            nn_canvas_put(canvas, box.column + i, box.row + 1, strength > 0 ? '+' : '-',
                          nn_style_dim);
    }
}

static void draw_lane(struct nn_canvas *canvas, struct nn_box box, const struct lane *lane)
{
    char low[NN_NUMBER_SIZE], high[NN_NUMBER_SIZE];
    nn_number_short(low, lane->low, 4);
    nn_number_short(high, lane->high, 4);
    nn_canvas_printf(canvas, box.column, box.row, box.columns, nn_style_dim, "%s  %s to %s",
                     lane->result->columns[lane->value], low, high);
    for (size_t t = 0; t < lane->steps; t++) {
        int at = (int)(t * lane->wide);
        struct nn_box place = {box.column + at, box.row + 1, (int)lane->wide, BAR_ROWS};
        if (at >= box.columns)
            return;
        draw_column(canvas, place, lane, nn_cell_number(lane->result, t, lane->value));
        place.row += BAR_ROWS;
        draw_share(canvas, place, lane, nn_cell_number(lane->result, t, lane->share));
    }
}

void nn_draw_timeline(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *result)
{
    double limit = 0;
    for (size_t t = 0; t < result->rows; t++)
        for (size_t c = 2; c < result->column_count; c += 2)
            limit = fmax(limit, fabs(nn_cell_number(result, t, c)));
    for (size_t c = 1; c + 1 < result->column_count && box.rows > 0; c += 2) {
        struct lane lane = {.result = result, .value = c, .share = c + 1, .steps = result->rows};
        lane.wide = (size_t)box.columns / result->rows;
        lane.wide = lane.wide < 1 ? 1 : lane.wide > 3 ? 3 : lane.wide;
        measure(&lane, limit);
        draw_lane(canvas, nn_box_take_top(&box, NN_TIMELINE_ROWS), &lane);
    }
}
