/* The chosen feature map or unit of the screen Layers: its picture, what is known of it, what
 * drives it.
 */
#ifndef NN_VIEW_SCREENS_LAYER_UNIT_H
#define NN_VIEW_SCREENS_LAYER_UNIT_H

#include "view/scene.h"

/* Whether it is a feature map, with more than one place. */
bool nn_unit_has_map(const struct nn_scene *scene);
/* The part of the input that the cursor's place of the map depends on; false if not known. */
bool nn_unit_field(const struct nn_scene *scene, struct nn_field *field);

/* A small picture, unless the large one is seen, and the statistics. */
void nn_draw_unit(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);
/* Rows of its pane in a column of panes: all of them if there is no room for what drives it. */
int nn_unit_rows(const struct nn_scene *scene, struct nn_medium medium, struct nn_box box);
/* The map as large as it gets, with the cursor. */
void nn_draw_unit_zoomed(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);
/* The samples that drive it highest and the input that activation maximization found, or the
 * commands that compute them. */
void nn_draw_unit_drivers(const struct nn_scene *scene, struct nn_canvas *canvas,
                          struct nn_box box);

/* " · frozen ep. 3" or "". Returns `out`. */
const char *nn_frozen_text(const struct nn_scene *scene, char out[48]);

#endif
