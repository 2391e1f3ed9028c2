/* Circles: one around the other. */
#include "data/demo.h"
#include "data/generators/plane.h"

#include <math.h>

static void put_on_circle(struct nn_random *random, int label, float point[2])
{
    float angle = 2 * NN_PI * nn_random_float(random);
    float radius = label ? 0.5F : 1.0F;
    point[0] = radius * cosf(angle);
    point[1] = radius * sinf(angle);
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    static const char *const classes[] = {"outer", "inner"};
    (void)demo;
    return nn_plane_scatter(count, seed, put_on_circle, 0.1F, classes, samples, error);
}

const struct nn_demo nn_demo_circles = {
    .name = "circles",
    .summary = "generated: points of two circles, one around the other",
    .licence = "made by nnscope",
    .make = make,
    .count = NN_PLANE_COUNT,
};
