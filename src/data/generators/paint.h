/* Paint: a small picture of floats in [0, 1] for the generators of images.
 *
 * Threads: reentrant.
 */
#ifndef NN_DATA_PAINT_H
#define NN_DATA_PAINT_H

#include "data/generators/generate.h"

#define NN_PAINT_SIDE     32
#define NN_PAINT_PIXELS   (NN_PAINT_SIDE * NN_PAINT_SIDE)
#define NN_PAINT_CHANNELS 3

struct nn_picture {
    size_t channels;                                 /* 1 or 3 */
    float value[NN_PAINT_CHANNELS][NN_PAINT_PIXELS]; /* [channel][y * side + x] */
};

/* What a shape paints at the point (u, v) of its own coordinates: false where it is not, else the
 * colour [channels]. */
typedef bool nn_paint_shape(const void *context, float u, float v, float *colour);

/* Where a shape stands: the unit of its coordinates in pixels, turned by `angle`; the shape lies
 * within `reach` units. */
struct nn_paint_place {
    float x, y, radius, angle, reach;
};
/* Paints a shape, smooth at its edges (3 x 3 points a pixel). `cover` [pixels], if not NULL,
 * gets the share of each pixel that the shape fills. */
void nn_paint(struct nn_picture *picture, const struct nn_paint_place *place, nn_paint_shape *shape,
              const void *context, float *cover);

/* Smooth noise of mean 0: random numbers in [-1, 1] on a grid of `cell` pixels, interpolated, times
 * `amount`; added to `out` [pixels]. */
void nn_paint_clouds(struct nn_random *random, float cell, float amount, float *out);
/* Noise of every pixel of its own with this deviation, nearly normal. */
void nn_paint_grain(struct nn_random *random, float deviation, float *out);

/* To bytes 0..255, [channels, pixels]. */
void nn_paint_bytes(const struct nn_picture *picture, unsigned char *bytes);
/* Marks the pixels covered to half or more. */
void nn_paint_mask(const float *cover, unsigned char *mask);

#endif
