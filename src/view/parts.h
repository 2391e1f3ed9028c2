/* Small drawing helpers that several views and screens share.
 */
#ifndef NN_VIEW_PARTS_H
#define NN_VIEW_PARTS_H

#include "base/number.h"
#include "view/draw.h"

/* Colours of the chrome: the terminal's own 16, so that its theme is kept. */
extern const struct nn_style nn_style_dim, nn_style_bold, nn_style_accent, nn_style_good,
    nn_style_warn, nn_style_positive, nn_style_negative, nn_style_selected;

/* The first/last `count` columns or rows of a box; the box keeps the rest. Never more than there
 * is. */
struct nn_box nn_box_take_left(struct nn_box *box, int columns);
struct nn_box nn_box_take_right(struct nn_box *box, int columns);
struct nn_box nn_box_take_top(struct nn_box *box, int rows);
struct nn_box nn_box_take_bottom(struct nn_box *box, int rows);
/* The same box with a margin of blank columns on both sides. */
struct nn_box nn_box_inset(struct nn_box box, int columns);

/* The replacement of a glyph in a medium that has ASCII only. */
uint32_t nn_glyph_ascii(uint32_t point);

/* Text that ends at the right edge of a box's first row. Returns its cells. */
int nn_canvas_text_right(struct nn_canvas *canvas, struct nn_box box, struct nn_style style,
                         const char *text);
/* Text broken at blanks into the rows of a box. Returns the rows used; with canvas NULL only
 * counts. */
int nn_canvas_wrap(struct nn_canvas *canvas, struct nn_box box, struct nn_style style,
                   const char *text);
/* Text that comes from outside, safe and cut to `columns` cells in any medium. Returns its cells.
 */
int nn_text_fit(char *out, size_t capacity, const char *text, int columns, bool ascii);

/* Signed bar around a centre, for value/limit in [-1,1]. */
void nn_draw_signed_bar(struct nn_canvas *canvas, int column, int row, int columns,
                        double fraction);
/* Name, bar and value of each entry; sorted: by magnitude. Shows what fits, from `first`. */
void nn_draw_value_bars(struct nn_canvas *canvas, struct nn_box box, const float *values,
                        char **names, size_t count, bool sorted, size_t first, long selected);

/* Tiles of maps [count, height, width] on one scale. */
struct nn_tiles {
    const float *values; /* [count, channels, height, width] */
    size_t count, height, width;
    size_t channels; /* 0 = 1; 3 on a scale of RANGE are colours */
    char **names;    /* below the pictures; NULL: their numbers */
    size_t name_count;
    enum nn_scale_kind scale;
    float low, limit; /* limit 0: of all tiles together */
    bool own;         /* each tile has its own scale */
};
/* How a grid of tiles fills a box: enlargement is chosen so that all tiles fit, if they can. */
struct nn_grid {
    int columns, rows;           /* of tiles */
    int tile_columns, tile_rows; /* cells of a tile's picture */
};
struct nn_grid nn_tiles_grid(const struct nn_tiles *tiles, struct nn_medium medium, int columns,
                             int rows);
/* Draws tiles with their numbers, scrolled so that `first` and `selected` are seen. Returns the
 * number of the first tile drawn; *shown is how many. */
size_t nn_draw_tiles(struct nn_canvas *canvas, struct nn_box box, const struct nn_tiles *tiles,
                     size_t first, long selected, size_t *shown);
/* The scale that nn_draw_maps gives all maps of a result: low (of RANGE) and limit. */
void nn_maps_range(const struct nn_result *maps, float *low, float *limit);
/* The legend's range as a heatmap. */
struct nn_heatmap nn_tiles_heatmap(const struct nn_tiles *tiles, size_t index);

/* A picture centred in a box, with its legend below if `legend`. Returns the rows used. */
int nn_draw_picture(struct nn_canvas *canvas, struct nn_box box, const struct nn_heatmap *heatmap,
                    bool legend);
/* The picture of one sample of a tensor [N, ...] (skip_first) or of the tensor itself: C x H x W, H
 * x W; three channels are colours unless signed. False if it has fewer than two dimensions. */
bool nn_heatmap_of(const struct nn_tensor *tensor, bool skip_first, size_t index,
                   enum nn_scale_kind scale, struct nn_heatmap *heatmap);

/* The 24-bit colour of one value, on a scale from range[0] to range[1] (nn_heatmap_limits). */
uint32_t nn_heatmap_color(const struct nn_heatmap *heatmap, const float range[2], size_t y,
                          size_t x);

/* nn_draw_table from a column on, with or without its header. */
size_t nn_draw_table_part(struct nn_canvas *canvas, struct nn_box box,
                          const struct nn_result *table, size_t first_column, size_t first_row,
                          long selected, bool header);
/* The first column that does not fit beside those from `first` on. */
size_t nn_table_block(const struct nn_result *table, size_t first, int columns);

/* One cell of a table as text. Returns `out`. */
char *nn_cell_text(char *out, size_t capacity, const struct nn_cell *cell);
/* A loss or metric with four decimals, so that columns of them align. */
char *nn_metric_text(char out[NN_NUMBER_SIZE], double value);
/* 0.123 as "12.3 %". */
char *nn_percent(char out[NN_NUMBER_SIZE], double fraction);
/* The name of entry i, or its number. Returns names[i] or `out`. */
const char *nn_name_of(char **names, size_t count, size_t i, char out[NN_NUMBER_SIZE]);

#endif
