#include "view/screens/edges.h"

static bool overlap(const struct nn_edges *edges, int a, int b)
{
    return edges->edges[a].from < edges->edges[b].to && edges->edges[b].from < edges->edges[a].to;
}

static bool is_free(const struct nn_edges *edges, int index, int lane)
{
    for (int i = 0; i < index; i++)
        if (edges->edges[i].lane == lane && overlap(edges, i, index))
            return false;
    return true;
}

static void give_lane(struct nn_edges *edges, int index)
{
    int lane = 0;

    while (lane < NN_EDGE_LANES && !is_free(edges, index, lane))
        lane++;
    edges->edges[index].lane = lane;
    if (lane < NN_EDGE_LANES && lane >= edges->lanes)
        edges->lanes = lane + 1;
}

/* Keeps the list sorted, the shorter ones first. */
static void add_edge(struct nn_edges *edges, int from, int to)
{
    int at = edges->count < NN_EDGES ? edges->count++ : NN_EDGES;

    if (at == NN_EDGES)
        return;
    for (; at > 0 && edges->edges[at - 1].to - edges->edges[at - 1].from > to - from; at--)
        edges->edges[at] = edges->edges[at - 1];
    edges->edges[at].from = from;
    edges->edges[at].to = to;
}

void nn_edges_find(struct nn_edges *edges, const struct nn_net *net)
{
    *edges = (struct nn_edges){0};
    for (int to = 0; to < net->count; to++)
        for (int i = 0; i < net->nodes[to]->input_count; i++)
            if (net->nodes[to]->inputs[i] < to - 1)
                add_edge(edges, net->nodes[to]->inputs[i], to);
    for (int i = 0; i < edges->count; i++)
        give_lane(edges, i);
}

bool nn_edges_touch(const struct nn_edges *edges, int layer)
{
    for (int i = 0; i < edges->count; i++)
        if (edges->edges[i].lane < NN_EDGE_LANES &&
            (edges->edges[i].from == layer || edges->edges[i].to == layer))
            return true;
    return false;
}

/* What one lane shows beside a layer; 0: nothing. A line that ends where another begins is both. */
static uint32_t glyph_of(const struct nn_edges *edges, int lane, int layer)
{
    bool up = false, down = false, ends = false;

    for (int i = 0; i < edges->count; i++) {
        if (edges->edges[i].lane != lane || layer < edges->edges[i].from ||
            layer > edges->edges[i].to)
            continue;
        up = up || layer > edges->edges[i].from;
        down = down || layer < edges->edges[i].to;
        ends = ends || layer == edges->edges[i].from || layer == edges->edges[i].to;
    }
    if (ends)
        return up && down ? 0x2524 : up ? 0x256f : down ? 0x256e : 0;
    return up && down ? 0x2502 : 0;
}

void nn_edges_draw(const struct nn_edges *edges, struct nn_canvas *canvas, int column, int row,
                   int layer, struct nn_style style)
{
    bool reaching = false; /* a horizontal line goes on to a lane farther right */

    for (int lane = edges->lanes - 1; lane >= 0; lane--) {
        uint32_t glyph = glyph_of(edges, lane, layer);
        bool ends = glyph == 0x2524 || glyph == 0x256f || glyph == 0x256e;

        if (reaching && !glyph)
            glyph = 0x2500;
        else if (reaching && glyph == 0x2502)
            glyph = 0x253c;
        else if (reaching && ends)
            glyph = glyph == 0x256e ? 0x252c : glyph == 0x256f ? 0x2534 : 0x253c;
        reaching = reaching || ends;
        if (glyph)
            nn_canvas_put(canvas, column + lane, row, glyph, style);
    }
}
