/* The figures of layers as rows: gradient, update by weight with its place between 1e-6 and 1, dead
 * and saturated units.
 */
#ifndef NN_VIEW_SCREENS_HEALTH_H
#define NN_VIEW_SCREENS_HEALTH_H

#include "engine/health.h"
#include "view/parts.h"

/* Layers with neither parameters nor an activation are left out. */
struct nn_health_rows {
    const struct nn_layer_health *layers;
    size_t count;
    const char *(*name)(const void *context, size_t index);
    const void *context;
};
void nn_draw_health(struct nn_canvas *canvas, struct nn_box box, const struct nn_health_rows *rows);

#endif
