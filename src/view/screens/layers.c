/* Layers: what the cursor's layer makes of the cursor's sample. */
#include "view/screens/panes.h"

#include <math.h>
#include <stdio.h>

#define LEAST_PREDICTION 6 /* rows of its pane */

/* Maps of the result, and values in each; false for units or nothing. */
static bool map_size(const struct nn_result *result, size_t *count, size_t *height, size_t *width)
{
    const struct nn_shape *shape = &result->values.shape;

    if (!result->values.data || shape->rank < 2)
        return false;
    *width = shape->dim[shape->rank - 1];
    *height = shape->dim[shape->rank - 2];
    *count = 1;
    for (int i = 0; i < shape->rank - 2; i++)
        *count *= shape->dim[i];
    return *count > 0 && *width > 0 && *height > 0;
}

static void draw_map_facts(struct nn_canvas *canvas, struct nn_box box, const float *values,
                           size_t count, size_t width, const size_t at[2])
{
    struct nn_statistics found = nn_statistics_of(values, count);
    char a[NN_NUMBER_SIZE];
    struct nn_box line;

    nn_fact(canvas, &box, 7, "cursor", "%s at %zu,%zu",
            nn_number_short(a, (double)values[at[0] * width + at[1]], 4), at[0], at[1]);
    nn_fact(canvas, &box, 7, "max", "%s", nn_number_short(a, found.high, 4));
    if (found.count > 0)
        nn_fact(canvas, &box, 7, "at", "%zu,%zu", found.highest / width, found.highest % width);
    nn_fact(canvas, &box, 7, "mean", "%s", nn_number_short(a, found.mean, 3));
    nn_fact(canvas, &box, 7, "active", "%s",
            nn_percent(a, count ? (double)found.above_zero / (double)count : NAN));
    if (found.faults > 0)
        nn_line(canvas, &box, nn_style_warn, "%zu not finite", found.faults);
    line = nn_box_take_top(&box, 1);
    if (line.rows > 0)
        nn_draw_histogram(canvas, line.column, line.row, line.columns, values, count,
                          (float)found.low, (float)found.high, nn_style_accent);
}

static size_t within(size_t place, size_t count)
{
    return place < count ? place : count - 1;
}

/* A cross on the cursor's pixel of a picture that is centred in its box; the hardware cursor stands
 * there. */
static void mark_pixel(struct nn_canvas *canvas, struct nn_box box, int columns, int rows,
                       const struct nn_heatmap *map, const size_t at[2])
{
    int across = (int)(((double)at[1] + 0.5) / (double)map->width * columns);
    int down = (int)(((double)at[0] + 0.5) / (double)map->height * rows);
    int column = box.column + (box.columns - columns) / 2 + across, row = box.row + down;

    if (columns < 1 || rows < 1 || across >= box.columns || down >= box.rows)
        return;
    nn_canvas_put(canvas, column, row, '+', nn_style_selected);
    canvas->cursor_column = column;
    canvas->cursor_row = row;
}

static void draw_map(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_result *maps = scene->activations;
    struct nn_heatmap one = {.channels = 1, .scale = maps->scale};
    size_t count;
    int columns, rows;
    struct nn_box picture;

    if (!map_size(maps, &count, &one.height, &one.width) || scene->map >= count)
        return;
    one.values = maps->values.data + scene->map * one.height * one.width;
    const size_t at[2] = {within(scene->at[NN_AT_Y], one.height),
                          within(scene->at[NN_AT_X], one.width)};
    picture = box;
    picture.rows -= 8;
    nn_heatmap_size(&one, canvas->medium, picture.columns, picture.rows - 1, &columns, &rows);
    picture.rows = rows + 1;
    nn_draw_picture(canvas, picture, &one, true);
    nn_box_take_top(&box, rows + 2);
    if (scene->focus == 0)
        mark_pixel(canvas, picture, columns, rows, &one, at);
    draw_map_facts(canvas, box, one.values, one.height * one.width, one.width, at);
}

static void draw_unit(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_result *units = scene->activations;
    size_t count = units->values.data ? nn_shape_size(&units->values.shape) : 0, above = 0;
    struct nn_statistics found = nn_statistics_of(units->values.data, count);
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];
    struct nn_box line;

    if (scene->map >= count)
        return;
    for (size_t i = 0; i < count; i++)
        above += units->values.data[i] > units->values.data[scene->map];
    nn_fact(canvas, &box, 7, "value", "%s",
            nn_number_short(a, (double)units->values.data[scene->map], 4));
    nn_fact(canvas, &box, 7, "rank", "%zu of %zu", above + 1, count);
    nn_box_take_top(&box, 1);
    nn_line(canvas, &box, nn_style_dim, "all units");
    nn_fact(canvas, &box, 7, "range", "%s \u2026 %s", nn_number_short(a, found.low, 2),
            nn_number_short(b, found.high, 2));
    nn_fact(canvas, &box, 7, "mean", "%s", nn_number_short(a, found.mean, 3));
    nn_fact(canvas, &box, 7, "active", "%zu of %zu", found.above_zero, count);
    line = nn_box_take_top(&box, 1);
    if (line.rows > 0)
        nn_draw_histogram(canvas, line.column, line.row, line.columns, units->values.data, count,
                          (float)found.low, (float)found.high, nn_style_accent);
}

static void hint(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const look[] = {"activations sample=0", "activations layer=NAME sample=0",
                                       NULL};

    if (!nn_hint_missing(scene, canvas, box, true))
        nn_hint(canvas, box, "No activations yet. Let a sample through the net:", look);
}

static void draw_grid(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_result *maps = scene->activations;
    char shape[NN_SHAPE_TEXT];

    if (!maps) {
        hint(scene, canvas, nn_pane(scene, canvas, box, 0, "activations"));
        return;
    }
    box = nn_pane(scene, canvas, box, 0, "%s \u00b7 %s", *maps->layer ? maps->layer : "activations",
                  nn_shape_text(shape, &maps->values.shape));
    if (scene->focus == 0 && canvas->cursor_column < 0) {
        canvas->cursor_column = box.column;
        canvas->cursor_row = box.row;
    }
    nn_draw_maps(canvas, box, maps, 0, (long)scene->map);
}

/* The true class, and by a mark whether the net says the same. */
static void draw_truth(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box row)
{
    char number[NN_NUMBER_SIZE];
    long predicted = nn_predicted(scene);
    bool right = predicted == scene->label;
    const char *mark = predicted < 0 ? "" : right ? "\u2713 " : "\u2717 ";

    if (row.rows > 0)
        nn_canvas_printf(canvas, row.column, row.row, row.columns,
                         predicted < 0 ? nn_plain
                         : right       ? nn_style_good
                                       : nn_style_warn,
                         "%strue %s", mark, nn_class_name(scene, (size_t)scene->label, number));
}

/* Half of the rows for the input; a picture gets what it needs to be recognised. */
static int input_rows(const struct nn_scene *scene, struct nn_medium medium, struct nn_box box)
{
    struct nn_heatmap picture;
    int columns, rows;

    if (!nn_input_heatmap(scene, &picture))
        return box.rows / 2;
    nn_heatmap_size(&picture, medium, box.columns - 4, box.rows - LEAST_PREDICTION - 2, &columns,
                    &rows);
    return rows + 2 > box.rows / 2 ? rows + 2 : box.rows / 2;
}

static void draw_left(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_box top = nn_box_take_top(&box, input_rows(scene, canvas->medium, box)), inside;

    nn_draw_input(scene, canvas, nn_sample_pane(scene, canvas, top, 1));
    inside = nn_pane(scene, canvas, box, 2, "prediction");
    if (scene->label >= 0)
        draw_truth(scene, canvas, nn_box_take_bottom(&inside, inside.rows > 1 ? 1 : 0));
    nn_draw_prediction(scene, canvas, inside);
}

static void draw_right(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool maps = scene->activations && scene->activations->values.shape.rank > 1;

    if (!scene->activations) {
        nn_pane(scene, canvas, box, 3, "map");
        return;
    }
    box = nn_pane(scene, canvas, box, 3, "%s %zu", maps ? "map" : "unit", scene->map);
    (maps ? draw_map : draw_unit)(scene, canvas, box);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool wide = box.columns >= 110;
    struct nn_heatmap picture;
    bool table = scene->input && !nn_input_heatmap(scene, &picture); /* names need more room */

    if (!nn_single_pane(box)) {
        draw_left(scene, canvas, nn_box_take_left(&box, wide ? 34 : table ? 28 : 22));
        draw_right(scene, canvas, nn_box_take_right(&box, wide ? 30 : 22));
    }
    draw_grid(scene, canvas, box);
}

const struct nn_screen nn_screen_3_layers = {
    .name = "layers",
    .title = "Layers",
    .number = 3,
    .summary = "the feature maps or units of a layer for one sample",
    .keys = "h/l map  j/k layer  n/p sample  a ablate",
    .draw = draw,
};
