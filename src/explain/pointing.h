/* Pointing: whether a map points to what is known to decide the class.
 *
 * Source: the pointing game of Zhang et al. 2018 ("Top-down neural attention by excitation
 * backprop", IJCV 126, section 4.1); mass accuracy of Arras, Osman, Samek 2022 (CLEVR-XAI, equation
 * 1), of the values that speak for the answer.
 */
#ifndef NN_EXPLAIN_POINTING_H
#define NN_EXPLAIN_POINTING_H

#include "explain/explain.h"

/* How the channels of a pixel become one number. */
enum nn_pool {
    NN_POOL_SUM,  /* added up: the share of the pixel */
    NN_POOL_MAX,  /* the largest magnitude */
    NN_POOL_NORM, /* the root of the sum of squares */
};
#define NN_POOL_NAMES "sum|max|norm"

/* One number for each pixel of an input of C x H x W; each value itself for other inputs.
 * score [nn_map_pixels]. */
size_t nn_map_pixels(const struct nn_shape *input);
void nn_map_pool(const struct nn_shape *input, const float *map, enum nn_pool pool, float *score);

struct nn_pointing {
    double hit;  /* share of the places with the largest score that lie in the mask, 0..1: what a
                    blind choice among them hits */
    double mass; /* share of the positive scores that lies there, 0..1 */
    double area; /* share of the pixels that the mask covers: what chance would hit */
};
/* scores [pixels], mask [pixels], not 0 where the class is decided. */
void nn_pointing_of(const float *score, const unsigned char *mask, size_t pixels,
                    struct nn_pointing *pointing);

#endif
