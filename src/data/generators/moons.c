/* Moons: two half circles, each with an end inside the other. */
#include "data/demo.h"
#include "data/generators/plane.h"

#include <math.h>

static void put_on_moon(struct nn_random *random, int label, float point[2])
{
    float angle = NN_PI * nn_random_float(random);
    point[0] = label ? 1 - cosf(angle) : cosf(angle);
    point[1] = label ? 0.5F - sinf(angle) : sinf(angle);
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    static const char *const classes[] = {"upper", "lower"};
    (void)demo;
    return nn_plane_scatter(count, seed, put_on_moon, 0.1F, classes, samples, error);
}

const struct nn_demo nn_demo_moons = {
    .name = "moons",
    .summary = "generated: points of two half circles, each with an end inside the other",
    .licence = "made by nnscope",
    .make = make,
    .count = NN_PLANE_COUNT,
};
