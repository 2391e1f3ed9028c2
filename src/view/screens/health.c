#include "view/screens/health.h"

#include "view/screens/panes.h"

#include <math.h>

/* Where a layer's step stands between 1/1000000 and 1 of its weights; the middle is what is usual.
 */
static double place_of(double update)
{
    double place = (log10(update) + 6) / 6;

    return place < 0 ? 0 : place > 1 ? 1 : place;
}

static struct nn_style style_of_update(double update)
{
    return update > 0.2 || update < 1e-6 ? nn_style_warn : nn_style_good;
}

static void draw_layer(struct nn_canvas *canvas, struct nn_box line, const char *name,
                       const struct nn_layer_health *layer)
{
    char number[NN_NUMBER_SIZE], gradient[NN_NUMBER_SIZE];
    struct nn_box place = nn_box_take_left(&line, 10);

    nn_canvas_text(canvas, place.column, place.row, 9, nn_plain, name);
    if (!isnan(layer->update)) {
        place = nn_box_take_left(&line, 10);
        place.columns -= 2;
        nn_canvas_text_right(canvas, place, nn_plain,
                             nn_number_short(gradient, layer->gradient, 2));
        place = nn_box_take_left(&line, 10);
        place.columns -= 2;
        nn_canvas_text_right(canvas, place, nn_plain, nn_number_short(number, layer->update, 2));
        nn_draw_bar(canvas, line.column, line.row, line.columns > 30 ? 30 : line.columns,
                    place_of(layer->update), style_of_update(layer->update));
        return;
    }
    nn_canvas_printf(canvas, line.column, line.row, line.columns,
                     layer->dead + layer->saturated > 0 ? nn_style_warn : nn_style_dim,
                     "%zu dead, %zu saturated of %zu", layer->dead, layer->saturated, layer->units);
}

void nn_draw_health(struct nn_canvas *canvas, struct nn_box box, const struct nn_health_rows *rows)
{
    nn_line(canvas, &box, nn_style_bold, "layer     gradient    update  1e-6 to 1 of the weights");
    for (size_t i = 0; i < rows->count && box.rows > 0; i++)
        if (!isnan(rows->layers[i].update) || rows->layers[i].activation)
            draw_layer(canvas, nn_box_take_top(&box, 1), rows->name(rows->context, i),
                       &rows->layers[i]);
}
