/* Grids of small maps on one scale: feature maps and filters; bars for units. */
#include "view/links.h"
#include "view/parts.h"

#include <stdio.h>
#include <string.h>

#define MAX_ENLARGE  6
#define GAP          2
#define UNIT_COLUMNS 28

struct nn_heatmap nn_tiles_heatmap(const struct nn_tiles *tiles, size_t index)
{
    size_t channels = tiles->channels ? tiles->channels : 1;

    return (struct nn_heatmap){.values =
                                   tiles->values + index * channels * tiles->height * tiles->width,
                               .height = tiles->height,
                               .width = tiles->width,
                               .channels = channels,
                               .rgb = channels == 3 && tiles->scale == NN_SCALE_RANGE,
                               .scale = tiles->scale,
                               .limit = tiles->limit,
                               .low = tiles->low};
}

/* Fixes the scale to that of all tiles together, so that they can be compared. */
static struct nn_tiles with_scale(const struct nn_tiles *tiles)
{
    struct nn_heatmap all = nn_tiles_heatmap(tiles, 0);
    struct nn_tiles fixed = *tiles;

    if (tiles->limit != 0 || tiles->own)
        return fixed;
    all.height *= tiles->count * all.channels;
    all.channels = 1;
    all.rgb = false;
    nn_heatmap_limits(&all, &fixed.low, &fixed.limit);
    return fixed;
}

/* The grid at one size of tiles. */
static struct nn_grid grid_at(const struct nn_tiles *tiles, struct nn_medium medium, int columns,
                              int rows, int most_columns, int most_rows)
{
    struct nn_heatmap one = nn_tiles_heatmap(tiles, 0);
    struct nn_grid grid = {0, 0, 0, 0};

    nn_heatmap_size(&one, medium, most_columns < columns ? most_columns : columns,
                    most_rows < rows - 1 ? most_rows : rows - 1, &grid.tile_columns,
                    &grid.tile_rows);
    if (grid.tile_columns < 1)
        return grid;
    grid.columns = (columns + GAP) / (grid.tile_columns + GAP);
    grid.rows = rows / (grid.tile_rows + 1);
    return grid;
}

struct nn_grid nn_tiles_grid(const struct nn_tiles *tiles, struct nn_medium medium, int columns,
                             int rows)
{
    bool flat = medium.ascii || medium.depth == NN_DEPTH_MONO;
    struct nn_grid grid = {0, 0, 0, 0};

    for (int factor = MAX_ENLARGE; factor > 0; factor--) {
        double across = (double)tiles->width * factor * (flat ? 2 : 1);
        double down = (double)tiles->height * factor / (flat ? 1 : 2);

        if (factor > 1 && (across > columns || down > rows - 1))
            continue;
        grid = grid_at(tiles, medium, columns, rows, across > columns ? columns : (int)across,
                       down + 0.5 > rows - 1 ? rows - 1 : (int)(down + 0.5));
        if ((size_t)grid.columns * (size_t)grid.rows >= tiles->count)
            return grid;
    }
    if (flat) /* half the size: one cell for two pixels, one above the other */
        grid =
            grid_at(tiles, medium, columns, rows,
                    tiles->width > (size_t)columns ? columns : (int)tiles->width,
                    (tiles->height + 1) / 2 > (size_t)rows ? rows : (int)(tiles->height + 1) / 2);
    return grid;
}

static void draw_tile(struct nn_canvas *canvas, struct nn_box box, const struct nn_tiles *tiles,
                      size_t index, bool chosen)
{
    struct nn_heatmap heatmap = nn_tiles_heatmap(tiles, index);
    struct nn_box picture = nn_box_take_top(&box, box.rows - 1);

    nn_draw_heatmap(canvas, picture, &heatmap);
    if (index < tiles->name_count) {
        nn_canvas_text(canvas, box.column, box.row, box.columns + 1, nn_style_dim,
                       tiles->names[index]);
        return;
    }
    nn_canvas_printf(canvas, box.column, box.row, box.columns + 1,
                     chosen ? nn_style_bold : nn_style_dim, chosen ? "\u25b8%zu" : "%zu", index);
}

size_t nn_draw_tiles(struct nn_canvas *canvas, struct nn_box box, const struct nn_tiles *unscaled,
                     size_t first, long selected, size_t *shown)
{
    struct nn_tiles tiles = with_scale(unscaled);
    struct nn_grid grid = nn_tiles_grid(&tiles, canvas->medium, box.columns, box.rows);
    size_t page = (size_t)grid.columns * (size_t)grid.rows;

    *shown = 0;
    if (page == 0)
        return first;
    if (selected >= 0 && ((size_t)selected < first || (size_t)selected >= first + page))
        first = (size_t)selected / page * page;
    for (size_t i = 0; i < page && first + i < tiles.count; i++, ++*shown) {
        int across = (int)(i % (size_t)grid.columns), down = (int)(i / (size_t)grid.columns);
        struct nn_box place = {box.column + across * (grid.tile_columns + GAP),
                               box.row + down * (grid.tile_rows + 1), grid.tile_columns,
                               grid.tile_rows + 1};
        if (selected >= 0)
            nn_canvas_link(canvas, place, "select map=%zu", first + i);
        draw_tile(canvas, place, &tiles, first + i, selected >= 0 && (size_t)selected == first + i);
    }
    return first;
}

/* [maps, H, W]; more leading dimensions count as one, [H, W] is a single map. A gallery's are
 * channels of one picture. */
static bool tiles_of(const struct nn_result *maps, struct nn_tiles *tiles)
{
    const struct nn_shape *shape = &maps->values.shape;

    if (!maps->values.data || shape->rank < 2)
        return false;
    *tiles = (struct nn_tiles){.values = maps->values.data, .count = 1, .scale = maps->scale};
    tiles->width = shape->dim[shape->rank - 1];
    tiles->height = shape->dim[shape->rank - 2];
    if (maps->kind == NN_RESULT_GALLERY && shape->rank == 4) {
        tiles->channels = shape->dim[1];
        tiles->names = maps->names;
        tiles->name_count = maps->name_count;
    }
    for (int i = 0; i < shape->rank - (tiles->channels ? 3 : 2); i++)
        tiles->count *= shape->dim[i];
    return tiles->count > 0 && tiles->height > 0 && tiles->width > 0;
}

void nn_maps_range(const struct nn_result *maps, float *low, float *limit)
{
    struct nn_tiles tiles;

    if (!tiles_of(maps, &tiles))
        return;
    tiles = with_scale(&tiles);
    *low = tiles.low;
    *limit = tiles.limit;
}

/* Units as bars, in as many columns side by side as are needed and have room. */
static void draw_units(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *maps,
                       size_t first, long selected)
{
    size_t count = maps->values.shape.rank == 1 ? maps->values.shape.dim[0] : 0;
    size_t rows = box.rows > 0 ? (size_t)box.rows : 1, page, lists;

    if (count == 0 || box.rows < 1 || box.columns < 1)
        return;
    lists = (count + rows - 1) / rows;
    if (lists > (size_t)box.columns / UNIT_COLUMNS)
        lists = box.columns > UNIT_COLUMNS ? (size_t)box.columns / UNIT_COLUMNS : 1;
    page = lists * rows;
    if (selected >= 0 && ((size_t)selected < first || (size_t)selected >= first + page))
        first = (size_t)selected / page * page;
    for (size_t i = 0; i < lists && first + i * rows < count; i++) {
        struct nn_box list = nn_box_take_left(&box, box.columns / (int)(lists - i));
        for (size_t row = 0; row < rows && first + i * rows + row < count && selected >= 0; row++)
            nn_canvas_link(canvas,
                           (struct nn_box){list.column, list.row + (int)row, list.columns, 1},
                           "select map=%zu", first + i * rows + row);
        nn_draw_value_bars(canvas, nn_box_inset(list, lists > 1 ? 1 : 0), maps->values.data,
                           maps->names, count, false, first + i * rows, selected);
    }
}

/* The legend below the tiles, and which of them are seen. With scales of their own it is that of
 * the selected one. */
static void draw_range(struct nn_canvas *canvas, struct nn_box legend, const struct nn_tiles *tiles,
                       size_t first, size_t shown, long selected)
{
    struct nn_tiles scaled = with_scale(tiles);
    bool chosen = selected >= 0 && (size_t)selected < tiles->count;
    struct nn_heatmap range = nn_tiles_heatmap(&scaled, chosen ? (size_t)selected : first);
    const char *own = tiles->own ? "own " : "";
    char text[96] = "";

    if (shown < tiles->count && shown > 1)
        snprintf(text, sizeof text, "%s%zu-%zu of %zu", own, first, first + shown - 1,
                 tiles->count);
    else if (shown < tiles->count)
        snprintf(text, sizeof text, "%s%zu of %zu", own, first, tiles->count);
    else if (tiles->own)
        snprintf(text, sizeof text, "each its own scale");
    if (*text &&
        legend.columns >= (tiles->scale == NN_SCALE_SIGNED ? 16 : 6) + 2 + (int)strlen(text))
        legend.columns -= 2 + nn_canvas_text_right(canvas, legend, nn_style_dim, text);
    nn_draw_legend(canvas, legend, &range);
}

void nn_draw_maps(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *maps,
                  size_t first, long selected, bool own)
{
    struct nn_tiles tiles;
    struct nn_box legend = {0};
    size_t shown;

    if (!tiles_of(maps, &tiles)) {
        draw_units(canvas, box, maps, first, selected);
        return;
    }
    tiles.own = own;
    if (box.rows > 3)
        legend = nn_box_take_bottom(&box, 1);
    first = nn_draw_tiles(canvas, box, &tiles, first, selected, &shown);
    if (legend.rows > 0)
        draw_range(canvas, legend, &tiles, first, shown, selected);
}
