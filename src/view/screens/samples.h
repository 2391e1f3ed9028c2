/* Many samples of the split at once, for the screen Data: pictures side by side, or the rows of a
 * table; and what the columns of a table hold.
 */
#ifndef NN_VIEW_SCREENS_SAMPLES_H
#define NN_VIEW_SCREENS_SAMPLES_H

#include "view/scene.h"

/* The page with the cursor's sample. Each sample is a link to it. */
void nn_draw_samples(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);
/* Every feature: least, mean and deviation, largest; missing values. */
void nn_draw_columns(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box);

#endif
