#include "view/screens/layer_unit.h"

#include "view/links.h"
#include "view/screens/panes.h"

#include <math.h>
#include <stdio.h>

#define NAME_COLUMNS 7
#define MAP_FACTS    9 /* rows of text about a map */
#define UNIT_FACTS   8
#define LEAST_DRIVER 6 /* rows of a pane for what drives it */

/* The picture of the chosen map, on the scale that the screen has; false for units or nothing. */
static bool map_of(const struct nn_scene *scene, struct nn_heatmap *map)
{
    const struct nn_result *maps = scene->activations;
    const struct nn_shape *shape = maps ? &maps->values.shape : NULL;
    size_t count = 1;

    if (!maps || !maps->values.data || shape->rank < 2)
        return false;
    *map = (struct nn_heatmap){.channels = 1,
                               .scale = maps->scale,
                               .height = shape->dim[shape->rank - 2],
                               .width = shape->dim[shape->rank - 1]};
    for (int i = 0; i < shape->rank - 2; i++)
        count *= shape->dim[i];
    if (scene->map >= count || map->width == 0 || map->height == 0)
        return false;
    if (!scene->own_scale)
        nn_maps_range(maps, &map->low, &map->limit);
    map->values = maps->values.data + scene->map * map->height * map->width;
    return true;
}

bool nn_unit_has_map(const struct nn_scene *scene)
{
    struct nn_heatmap map;

    return map_of(scene, &map) && map.width * map.height > 1;
}

static size_t within(size_t place, size_t count)
{
    return place < count ? place : count - 1;
}

/* The cursor's row and column in the map. */
static void cursor_of(const struct nn_scene *scene, const struct nn_heatmap *map, size_t at[2])
{
    at[0] = within(scene->at[NN_AT_Y], map->height);
    at[1] = within(scene->at[NN_AT_X], map->width);
}

bool nn_unit_field(const struct nn_scene *scene, struct nn_field *field)
{
    struct nn_heatmap map = {.height = 1, .width = 1};
    size_t at[2];

    if (!scene->activations)
        return false;
    map_of(scene, &map);
    cursor_of(scene, &map, at);
    return nn_receptive_field(scene->net, scene->layer, at[0], at[1], field);
}

const char *nn_frozen_text(const struct nn_scene *scene, char out[48])
{
    out[0] = '\0';
    if (scene->frozen)
        snprintf(out, 48, " \u00b7 frozen ep. %zu", scene->frozen_epoch);
    return out;
}

/* ---- what is known ---- */

/* "max   3.41 at 4,7" */
static void draw_extreme(struct nn_canvas *canvas, struct nn_box *box, const char *name,
                         const struct nn_heatmap *map, double value, size_t place)
{
    char number[NN_NUMBER_SIZE];

    nn_fact(canvas, box, NAME_COLUMNS, name, "%s at %zu,%zu", nn_number_short(number, value, 3),
            place / map->width, place % map->width);
}

/* What the cursor's place sees of the input: "6x6 from 3,5". */
static void draw_field(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box *box)
{
    struct nn_field field;

    if (!nn_unit_field(scene, &field))
        return;
    nn_fact(canvas, box, NAME_COLUMNS, "sees", "%zu\u00d7%zu from %zu,%zu",
            field.high[0] - field.low[0], field.high[1] - field.low[1], field.low[0], field.low[1]);
}

static void draw_histogram(struct nn_canvas *canvas, struct nn_box *box, const float *values,
                           size_t count, const struct nn_statistics *found)
{
    struct nn_box line = nn_box_take_top(box, 1);

    if (line.rows > 0)
        nn_draw_histogram(canvas, line.column, line.row, line.columns, values, count,
                          (float)found->low, (float)found->high, nn_style_accent);
}

static void draw_map_facts(const struct nn_scene *scene, struct nn_canvas *canvas,
                           struct nn_box box, const struct nn_heatmap *map)
{
    size_t count = map->height * map->width, at[2];
    struct nn_statistics found = nn_statistics_of(map->values, count);
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];

    cursor_of(scene, map, at);
    nn_fact(canvas, &box, NAME_COLUMNS, "cursor", "%s at %zu,%zu",
            nn_number_short(a, (double)map->values[at[0] * map->width + at[1]], 3), at[0], at[1]);
    draw_field(scene, canvas, &box);
    if (found.count > 0)
        draw_extreme(canvas, &box, "max", map, found.high, found.highest);
    nn_fact(canvas, &box, NAME_COLUMNS, "min", "%s", nn_number_short(a, found.low, 3));
    nn_fact(canvas, &box, NAME_COLUMNS, "mean", "%s \u00b1 %s", nn_number_short(a, found.mean, 3),
            nn_number_short(b, found.deviation, 2));
    nn_fact(canvas, &box, NAME_COLUMNS, "active", "%s",
            nn_percent(a, count ? (double)found.above_zero / (double)count : NAN));
    if (found.faults > 0)
        nn_line(canvas, &box, nn_style_warn, "%zu not finite", found.faults);
    draw_histogram(canvas, &box, map->values, count, &found);
}

static void draw_unit_facts(const struct nn_scene *scene, struct nn_canvas *canvas,
                            struct nn_box box)
{
    const struct nn_tensor *units = &scene->activations->values;
    size_t count = units->data ? nn_shape_size(&units->shape) : 0, above = 0;
    struct nn_statistics found = nn_statistics_of(units->data, count);
    char a[NN_NUMBER_SIZE], b[NN_NUMBER_SIZE];

    if (scene->map >= count)
        return;
    for (size_t i = 0; i < count; i++)
        above += units->data[i] > units->data[scene->map];
    nn_fact(canvas, &box, NAME_COLUMNS, "value", "%s",
            nn_number_short(a, (double)units->data[scene->map], 4));
    nn_fact(canvas, &box, NAME_COLUMNS, "rank", "%zu of %zu", above + 1, count);
    nn_box_take_top(&box, 1);
    nn_line(canvas, &box, nn_style_dim, "all units");
    nn_fact(canvas, &box, NAME_COLUMNS, "range", "%s \u2026 %s", nn_number_short(a, found.low, 2),
            nn_number_short(b, found.high, 2));
    nn_fact(canvas, &box, NAME_COLUMNS, "mean", "%s", nn_number_short(a, found.mean, 3));
    nn_fact(canvas, &box, NAME_COLUMNS, "active", "%zu of %zu", found.above_zero, count);
    draw_histogram(canvas, &box, units->data, count, &found);
}

/* ---- the map ---- */

/* The hardware cursor stands on the cursor's place; a cross where the picture cannot be tinted. */
static void point_at(struct nn_canvas *canvas, struct nn_box picture, const struct nn_heatmap *map,
                     const size_t at[2])
{
    int column =
        picture.column + (int)(((double)at[1] + 0.5) / (double)map->width * picture.columns);
    int row = picture.row + (int)(((double)at[0] + 0.5) / (double)map->height * picture.rows);

    if (picture.columns < 1 || picture.rows < 1 || canvas->medium.plain)
        return;
    nn_canvas_put(canvas, column, row, '+', nn_style_selected);
    canvas->cursor_column = column;
    canvas->cursor_row = row;
}

/* A picture centred in the box, with its legend; the place that it takes. */
static struct nn_box place_picture(struct nn_canvas *canvas, struct nn_box box,
                                   const struct nn_heatmap *map)
{
    struct nn_box picture = box;

    nn_heatmap_size(map, canvas->medium, box.columns, box.rows - 1, &picture.columns,
                    &picture.rows);
    picture.column += (box.columns - picture.columns) / 2;
    nn_draw_picture(canvas, box, map, true);
    return picture;
}

void nn_draw_unit(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_heatmap map;
    struct nn_box picture = box;
    size_t at[2];

    if (!map_of(scene, &map)) {
        if (scene->activations && scene->activations->values.shape.rank == 1)
            draw_unit_facts(scene, canvas, box);
        return;
    }
    if (!scene->zoom || !nn_unit_has_map(scene)) {
        picture.rows -= MAP_FACTS;
        picture = place_picture(canvas, picture, &map);
        nn_box_take_top(&box, picture.rows + 2);
        cursor_of(scene, &map, at);
        if (scene->focus == 0)
            point_at(canvas, picture, &map, at);
    }
    draw_map_facts(scene, canvas, box, &map);
}

int nn_unit_rows(const struct nn_scene *scene, struct nn_medium medium, struct nn_box box)
{
    struct nn_heatmap map;
    int columns, rows = UNIT_FACTS + 2;

    if (map_of(scene, &map)) {
        nn_heatmap_size(&map, medium, box.columns - 4, box.rows - MAP_FACTS - 3, &columns, &rows);
        rows += MAP_FACTS + 3;
        if (scene->zoom && nn_unit_has_map(scene))
            rows = MAP_FACTS + 1;
    }
    return box.rows - rows < LEAST_DRIVER ? box.rows : rows;
}

void nn_draw_unit_zoomed(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_shape *shape = &scene->activations->values.shape;
    struct nn_heatmap map;
    struct nn_field pixel;
    struct nn_box picture;
    char frozen[48];
    size_t at[2];
    int above;

    if (!map_of(scene, &map))
        return;
    if (scene->frozen)
        box = nn_pane(scene, canvas, box, 0, "%s \u00b7 map %zu%s", scene->activations->layer,
                      scene->map, nn_frozen_text(scene, frozen));
    else
        box = nn_pane(scene, canvas, box, 0, "%s \u00b7 map %zu of %zu \u00b7 %zu\u00d7%zu",
                      scene->activations->layer, scene->map, shape->rank > 2 ? shape->dim[0] : 1,
                      map.height, map.width);
    cursor_of(scene, &map, at);
    pixel = (struct nn_field){{at[0], at[1]}, {at[0] + 1, at[1] + 1}};
    map.marked = &pixel;
    nn_heatmap_size(&map, canvas->medium, box.columns, box.rows - 1, &picture.columns,
                    &picture.rows);
    above = (box.rows - 1 - picture.rows) / 2;
    nn_box_take_top(&box, above > 0 ? above : 0);
    picture = place_picture(canvas, box, &map);
    nn_canvas_link_picture(canvas, picture, map.height, map.width);
    if (scene->focus == 0)
        point_at(canvas, picture, &map, at);
}

/* ---- what drives it ---- */

static void hint(struct nn_canvas *canvas, struct nn_box box)
{
    const char *keys[] = {"u", "m"}, *texts[] = {"samples that do", "input that would"};

    for (int i = 0; i < 2; i++) {
        struct nn_box line = nn_box_take_top(&box, 1);
        if (line.rows < 1)
            return;
        nn_canvas_text(canvas, line.column, line.row, line.columns, nn_style_bold, keys[i]);
        nn_canvas_text(canvas, line.column + 3, line.row, line.columns - 3, nn_plain, texts[i]);
    }
}

static void draw_examples(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    box = nn_pane(scene, canvas, box, -1, "%s",
                  scene->examples_old ? "highest samples (older)" : "highest samples");
    if (scene->examples->kind == NN_RESULT_GALLERY)
        nn_draw_maps(canvas, box, scene->examples, 0, -1, false);
    else
        nn_draw_table(canvas, box, scene->examples, 0, -1);
}

static void draw_ideal(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_result *ideal = scene->ideal;
    struct nn_heatmap picture;

    box =
        nn_pane(scene, canvas, box, -1, "%s", scene->ideal_old ? "looks for (older)" : "looks for");
    if (nn_heatmap_of(&ideal->values, ideal->kind == NN_RESULT_GALLERY, 0, ideal->scale, &picture))
        nn_draw_picture(canvas, box, &picture, true);
    else
        nn_draw_value_bars(canvas, box, ideal->values.data, ideal->names,
                           nn_shape_size(&ideal->values.shape), true, 0, -1);
}

void nn_draw_unit_drivers(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool examples = scene->examples, ideal = scene->ideal;
    struct nn_box lower = box;

    if (!examples && !ideal) {
        hint(canvas, nn_pane(scene, canvas, box, -1, "what drives it"));
        return;
    }
    if (examples && ideal && box.rows >= 2 * LEAST_DRIVER)
        lower = nn_box_take_bottom(&box, box.rows / 2);
    else if (examples && ideal && box.columns >= 40)
        lower = nn_box_take_right(&box, box.columns / 2);
    else if (examples && ideal) /* room for one: the newer */
        *(scene->ideal_newer ? &examples : &ideal) = false;
    if (examples)
        draw_examples(scene, canvas, box);
    if (ideal)
        draw_ideal(scene, canvas, lower);
}
