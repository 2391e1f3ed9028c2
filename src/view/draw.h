/* Drawing numbers on a canvas: heatmaps, sparklines, line plots, bars, tables, whole results.
 * Each clips to its box and draws only what was computed; "no data" for nothing.
 */
#ifndef NN_VIEW_DRAW_H
#define NN_VIEW_DRAW_H

#include "engine/field.h"
#include "engine/result.h"
#include "view/canvas.h"
#include "view/colormap.h"

struct nn_heatmap {
    const float *values; /* [channels, height, width]; 3 channels + NN_HEATMAP_RGB are colours */
    size_t height, width, channels;
    enum nn_scale_kind scale;
    float limit; /* signed: +-limit, positive: 0..limit, range: low..limit; 0 = from the data */
    float low;   /* range only */
    const struct nn_colormap *map;  /* NULL: by scale (rdbu, magma, grey) */
    bool rgb;                       /* three channels are red, green, blue */
    const struct nn_field *marked;  /* pixels that are tinted, or framed without colours; NULL */
    const struct nn_heatmap *under; /* a picture of the same size that shows through where the
                                       values are small; NULL */
};
/* The scale that would be used: largest magnitude, maximum, or (min, max). NaN are left out. */
void nn_heatmap_limits(const struct nn_heatmap *heatmap, float *low, float *high);
/* Cells that nn_draw_heatmap would use (a cell is 1 x 2 pixels; in mono and ASCII a pixel is 2
 * cells wide). */
void nn_heatmap_size(const struct nn_heatmap *heatmap, struct nn_medium medium, int max_columns,
                     int max_rows, int *columns, int *rows);
/* Draws it as large as fits into the box, keeping the aspect: half blocks with two colours a cell;
 * in mono shades (sign by another glyph family), in ASCII the ramp. Shrinks by the mean (images) or
 * the value of largest magnitude (signed). Returns the box used. */
struct nn_box nn_draw_heatmap(struct nn_canvas *canvas, struct nn_box box,
                              const struct nn_heatmap *heatmap);
/* One row legend: "-0.042 [colours] +0.042". */
void nn_draw_legend(struct nn_canvas *canvas, struct nn_box box, const struct nn_heatmap *heatmap);

/* One row of eight-level blocks; n values averaged into `columns`; scaled min..max. */
void nn_draw_sparkline(struct nn_canvas *canvas, int column, int row, int columns,
                       const double *values, size_t n, struct nn_style style);
/* Histogram of the values in [low, high], a bin a cell (at most 128); empty bins are blank. */
void nn_draw_histogram(struct nn_canvas *canvas, int column, int row, int columns,
                       const float *values, size_t n, float low, float high, struct nn_style style);
/* A horizontal bar of fraction [0,1] in eighths. */
void nn_draw_bar(struct nn_canvas *canvas, int column, int row, int columns, double fraction,
                 struct nn_style style);

struct nn_curve {
    const char *name;
    const double *values; /* NaN = gap */
    size_t count;
    size_t stride;    /* distance between values in doubles (columns of a history); 0 = 1 */
    const double *at; /* x of each value; NULL: 1, 2, ... All curves of a plot or none */
    bool scattered;   /* points, not joined */
    struct nn_style style;
};
/* Braille line plot (ASCII: *) with y axis labels and a legend of names; all curves share the axes;
 * x spans 1..longest count, or what `at` does. Without colour, scattered curves are letters. */
void nn_draw_plot(struct nn_canvas *canvas, struct nn_box box, const struct nn_curve *curves,
                  size_t count, bool log_y, const char *x_label);
/* The same with a vertical line at point `marked` of the curves, counted from 0; -1: none. */
void nn_draw_plot_marked(struct nn_canvas *canvas, struct nn_box box, const struct nn_curve *curves,
                         size_t count, bool log_y, const char *x_label, long marked);

/* A table from a result of kind TABLE: aligned columns, header, scrolled to `first_row`; `selected`
 * row is highlighted (-1: none). Returns rows shown. */
size_t nn_draw_table(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *table,
                     size_t first_row, long selected);
/* Confusion matrix: rows true, columns predicted, shaded, "." for zero. */
void nn_draw_matrix(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *matrix);
/* The same with one cell chosen, where the hardware cursor stands; row -1: none. */
void nn_draw_matrix_at(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *matrix,
                       long row, long column);
/* Signed bars, one per name (attribution of a table row), largest magnitude first. */
void nn_draw_feature_bars(struct nn_canvas *canvas, struct nn_box box, const float *values,
                          char **names, size_t count);
/* A grid of maps [maps, H, W] with numbers, on one scale, or with `own` each on its own; or bars
 * for units. */
void nn_draw_maps(struct nn_canvas *canvas, struct nn_box box, const struct nn_result *maps,
                  size_t first, long selected, bool own);

/* Any result as text: title, picture, legend, figures, note; as wide as `columns`. */
enum nn_status nn_result_text(const struct nn_result *result, int columns, struct nn_medium medium,
                              bool color, struct nn_buffer *out, struct nn_error *error);
/* "insertion 0.93", with chance "insertion 0.93 (random 0.61 +- 0.05)"; "gap -" for none. */
#define NN_TRUST_TEXT 160
const char *nn_trust_figure_text(const struct nn_trust_figure *figure, bool chance,
                                 char out[NN_TRUST_TEXT]);
/* As one JSON object on one line: command, title, method, parameters, target, layer, split, sample,
 * shape, values (nested flat array), figures, columns and rows. Numbers as numbers, NaN as null. */
enum nn_status nn_result_json(const struct nn_result *result, struct nn_buffer *out,
                              struct nn_error *error);
/* A text as a JSON string, with its quotes; marks the buffer as failed without memory or for
 * invalid UTF-8. */
void nn_json_quote(const char *text, struct nn_buffer *out);
/* As CSV with a header line: tables as they are; arrays with one line for each entry of all
 * dimensions but the last, after the indices of those dimensions (sample, channel, row ...). */
enum nn_status nn_result_csv(const struct nn_result *result, struct nn_buffer *out,
                             struct nn_error *error);

/* Its picture as the bytes of a PNG file, in 24-bit colour: the first sample's input and map side
 * by side, an image, a grid of maps, a confusion matrix. pixels_per_value 0: so that the picture is
 * some 256 pixels high. NN_ARGUMENT for results without a picture (tables, series, attributions of
 * tables), NN_LIMIT above 64 megapixels. */
enum nn_status nn_result_png(const struct nn_result *result, size_t pixels_per_value,
                             struct nn_buffer *out, struct nn_error *error);

#endif
