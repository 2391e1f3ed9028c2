/* Edges: the connections of a net that skip layers, as lines beside the table of layers:
 *
 *     1 stem ──╮
 *     2 branch │
 *     3 sum ───╯
 *
 * Threads: any; a value without memory of its own.
 */
#ifndef NN_VIEW_SCREENS_EDGES_H
#define NN_VIEW_SCREENS_EDGES_H

#include "engine/net.h"
#include "view/canvas.h"

#define NN_EDGE_LANES 6  /* more at once are not drawn */
#define NN_EDGES      64 /* more in all are not drawn */

struct nn_edges {
    struct {
        int from, to, lane;
    } edges[NN_EDGES];
    int count, lanes;
};

/* Finds them and gives each a lane of its own, the shorter ones nearer to the table. */
void nn_edges_find(struct nn_edges *edges, const struct nn_net *net);
/* One of them begins or ends at the layer. */
bool nn_edges_touch(const struct nn_edges *edges, int layer);
/* Draws what passes the row of a layer, into `lanes` cells from `column` on. */
void nn_edges_draw(const struct nn_edges *edges, struct nn_canvas *canvas, int column, int row,
                   int layer, struct nn_style style);

#endif
