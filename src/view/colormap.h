/* Colour maps: a value in [0,1] (sequential) or [-1,1] (diverging) to a colour. One line of a table
 * each. Monotone in lightness, also in their 256-colour form; magma, grey, RdBu and PuOr are safe
 * for the colour-blind. Of diverging maps +1 is the warm end (red, orange).
 */
#ifndef NN_VIEW_COLORMAP_H
#define NN_VIEW_COLORMAP_H

#include "view/canvas.h"

struct nn_colormap {
    const char *name; /* "magma", "grey", "rdbu", "viridis", "cividis", "puor" */
    bool diverging;
    const uint8_t (*rgb)[3]; /* anchors, interpolated */
    int rgb_count;
    const uint8_t *palette; /* 256-colour path, monotone in lightness */
    int palette_count;
    const uint8_t *ansi; /* the same among the 16 colours */
    int ansi_count;
};
extern const struct nn_colormap nn_colormaps[];
extern const size_t nn_colormap_count;
const struct nn_colormap *nn_colormap_find(const char *name);
/* The colour of a value for a depth; NaN and Inf give magenta. Mono: default. */
uint32_t nn_colormap_color(const struct nn_colormap *map, float value, enum nn_depth depth);
/* Nearest entry of the xterm 256 palette / of the 16 colours to an RGB colour, and its RGB. */
int nn_color_to_256(uint32_t rgb);
int nn_color_to_16(uint32_t rgb);
uint32_t nn_color_from_256(int index);

#endif
