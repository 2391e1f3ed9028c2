/* Layers: what the cursor's layer makes of the cursor's sample. */
#include "view/screens/layer_unit.h"
#include "view/screens/panes.h"

#include <stdio.h>

#define LEAST_PREDICTION 6 /* rows of its pane */

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
    char shape[NN_SHAPE_TEXT], frozen[48];

    if (!maps) {
        hint(scene, canvas, nn_pane(scene, canvas, box, 0, "activations"));
        return;
    }
    box =
        nn_pane(scene, canvas, box, 0, "%s \u00b7 %s%s", *maps->layer ? maps->layer : "activations",
                nn_shape_text(shape, &maps->values.shape), nn_frozen_text(scene, frozen));
    if (scene->focus == 0 && canvas->cursor_column < 0) {
        canvas->cursor_column = box.column;
        canvas->cursor_row = box.row;
    }
    nn_draw_maps(canvas, box, maps, 0, (long)scene->map, scene->own_scale);
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

/* The input; zoomed in, with what the cursor's place sees of it. */
static void draw_input(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_heatmap picture;
    struct nn_field field;

    if (!scene->zoom || !nn_input_heatmap(scene, &picture) || !nn_unit_field(scene, &field)) {
        nn_draw_input(scene, canvas, box);
        return;
    }
    picture.marked = &field;
    nn_draw_picture(canvas, box, &picture, false);
}

static void draw_left(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    struct nn_box top = nn_box_take_top(&box, input_rows(scene, canvas->medium, box)), inside;

    draw_input(scene, canvas, nn_sample_pane(scene, canvas, top, 1));
    inside = nn_pane(scene, canvas, box, 2, "prediction");
    if (scene->label >= 0)
        draw_truth(scene, canvas, nn_box_take_bottom(&inside, inside.rows > 1 ? 1 : 0));
    nn_draw_prediction(scene, canvas, inside);
}

/* The chosen map or unit: small beside the others, or zoomed in only what is known of it. Where
 * there is room, also what drives it. */
static void draw_right(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool maps = scene->activations && scene->activations->values.shape.rank > 1;
    struct nn_box top;

    if (!scene->activations) {
        nn_pane(scene, canvas, box, 3, "map");
        return;
    }
    top = nn_box_take_top(&box, nn_unit_rows(scene, canvas->medium, box));
    top = nn_pane(scene, canvas, top, 3, "%s %zu", maps ? "map" : "unit", scene->map);
    nn_draw_unit(scene, canvas, top);
    if (box.rows > 0)
        nn_draw_unit_drivers(scene, canvas, box);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    bool wide = box.columns >= 110;
    struct nn_heatmap picture;
    bool table = scene->input && !nn_input_heatmap(scene, &picture); /* names need more room */

    if (!nn_single_pane(box)) {
        draw_left(scene, canvas, nn_box_take_left(&box, wide ? 34 : table ? 28 : 22));
        draw_right(scene, canvas,
                   nn_box_take_right(&box, box.columns >= 150 ? 46
                                           : wide             ? 32
                                                              : 24));
    }
    if (scene->zoom && nn_unit_has_map(scene))
        nn_draw_unit_zoomed(scene, canvas, box);
    else
        draw_grid(scene, canvas, box);
}

const struct nn_screen nn_screen_3_layers = {
    .name = "layers",
    .title = "Layers",
    .number = 3,
    .summary = "the feature maps or units of a layer for one sample",
    .keys = "h/l map  j/k layer  n/p sample  Enter zoom  a ablate",
    .draw = draw,
};
