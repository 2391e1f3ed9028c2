/* Spirals: two arms that wind around each other one and a half times. */
#include "data/demo.h"
#include "data/generators/plane.h"

#include <math.h>

static void put_on_arm(struct nn_random *random, int label, float point[2])
{
    float along = sqrtf(nn_random_float(random));
    float angle = 3 * NN_PI * along + (label ? NN_PI : 0);
    point[0] = along * cosf(angle);
    point[1] = along * sinf(angle);
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    static const char *const classes[] = {"first", "second"};
    (void)demo;
    return nn_plane_scatter(count, seed, put_on_arm, 0.02F, classes, samples, error);
}

const struct nn_demo nn_demo_spirals = {
    .name = "spirals",
    .summary = "generated: points of two spirals wound around each other",
    .licence = "made by nnscope",
    .make = make,
    .count = NN_PLANE_COUNT,
};
