/* Ascent: the images of one activation maximization and how they move. Internal to actmax.c.
 *
 * Ownership: nn_ascent_init / nn_ascent_clear; borrows the request.
 */
#ifndef NN_EXPLAIN_ASCENT_H
#define NN_EXPLAIN_ASCENT_H

#include "base/random.h"
#include "engine/pass.h"
#include "explain/actmax.h"
#include "explain/pca.h"
#include "explain/spectrum.h"
#include "explain/warp.h"

/* The keys that the command gave; 0 where it has none. */
struct nn_ascent_settings {
    size_t steps, every, redirect;
    double lr, l2, lp, power, tv, blur, jitter, rotate, zoom, noise, diversity;
    bool contrast, fourier, patterns, decorrelated; /* patterns: along the data's components */
    bool yielding; /* the hold (l2) of a class weakens until the net is sure */
};

struct nn_ascent {
    const struct nn_actmax_request *request;
    struct nn_ascent_settings settings;
    const size_t *units; /* of the images at hand */
    size_t n, most;      /* images at hand, at most */
    struct nn_pass *pass;
    size_t size, channels, height, width; /* height = width = 0: not an image */
    int node, diverse;                    /* whose output is maximized; whose is made diverse */
    bool contrast, binary;
    bool along; /* this step moves the coordinates along the components of the data */
    struct nn_spectrum spectrum; /* of a channel, if fourier */
    struct nn_pca data;          /* in units of the range, if patterns */
    size_t moving;               /* coordinates of one image: coefficients, or values */
    size_t stride;               /* the larger of `moving` and `size` */
    float *low, *range, *rest;   /* [size]; rest in units of the range */
    float *base;                 /* [most, size]: where steps along the data begin */
    uint32_t *copies;            /* [most]: images of the same unit before this one */
    float *y;                    /* [most, size]: the images in units of the range, 0..1 */
    float *p, *m, *v, *slope;    /* [most, stride]: coefficients, Adam's means, gradient */
    float *gradient;             /* [most, size], of y */
    float *work;                 /* [most, size] */
    float *seed;                 /* [most, node's or diverse's size] */
    float *bias;                 /* [size]: what the sigmoid of a spectrum starts at */
    struct nn_warp *warps;       /* [most] of this step */
    struct nn_random *randoms;   /* [most] */
    double *holds;               /* [most]: l2 of each image */
    double *values;              /* [most]: of the objective at the last forward */
};

enum nn_status nn_ascent_init(struct nn_ascent *ascent, const struct nn_actmax_request *request,
                              struct nn_error *error);
void nn_ascent_clear(struct nn_ascent *ascent);
/* Images `first` to first + n of the request start. */
enum nn_status nn_ascent_start(struct nn_ascent *ascent, size_t first, size_t n,
                               struct nn_error *error);
enum nn_status nn_ascent_step(struct nn_ascent *ascent, size_t step, struct nn_error *error);
/* One forward of the images as they are; fills values. */
void nn_ascent_finish(struct nn_ascent *ascent);
/* The objective after a forward: values, and its gradient at the node to seed (aim.c). */
void nn_ascent_aim(struct nn_ascent *ascent);
/* The objective of one image for the node's output z, and its slope there. */
double nn_ascent_value(const struct nn_ascent *ascent, size_t image, const float *z, float *seed);
/* Where steps along the data begin: for each image the mean of the samples that drive it highest;
 * the second image of a unit takes the samples after those of the first. starts [n, size], in units
 * of the range (facets.c). */
enum nn_status nn_ascent_facets(struct nn_ascent *ascent, float *starts, struct nn_error *error);
/* From coordinates along the components of the data to an input (paint.c). */
void nn_ascent_compose(const struct nn_ascent *ascent, const float *base, const float *p, float *y);
/* From coefficients to the image: spectrum, colours, sigmoid; or along the data (paint.c). */
void nn_ascent_paint(struct nn_ascent *ascent, size_t image);
/* From the gradient of the image to that of what moves; may change the former (paint.c). */
void nn_ascent_unpaint(struct nn_ascent *ascent, size_t image);
/* Whether one output of the node stands for two classes. */
bool nn_ascent_binary(const struct nn_net *net, int node, size_t class_count);
/* The inputs as the net sees them, [n, size]. */
void nn_ascent_inputs(const struct nn_ascent *ascent, float *x);

#endif
