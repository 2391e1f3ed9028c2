/* Plane: points of two classes that no straight line divides, the usual tests of a hidden layer.
 */
#ifndef NN_DATA_PLANE_H
#define NN_DATA_PLANE_H

#include "data/generators/generate.h"

#define NN_PLANE_COUNT 1000
#define NN_PI          3.14159265F

/* A point of class `label`, without noise. */
typedef void nn_plane_place(struct nn_random *random, int label, float point[2]);
/* `count` points with normal noise; the classes take turns. */
enum nn_status nn_plane_scatter(size_t count, uint64_t seed, nn_plane_place *place, float noise,
                                const char *const classes[2], struct nn_samples **samples,
                                struct nn_error *error);

#endif
