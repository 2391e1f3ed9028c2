#include "data/generators/plane.h"

enum nn_status nn_plane_scatter(size_t count, uint64_t seed, nn_plane_place *place, float noise,
                                const char *const classes[2], struct nn_samples **samples,
                                struct nn_error *error)
{
    static const char *const features[] = {"x", "y"};
    struct nn_generation generation = {
        .count = count,
        .shape = {1, {2}},
        .storage = NN_STORAGE_FLOAT,
        .classes = classes,
        .class_count = 2,
        .features = features,
    };
    enum nn_status status = nn_generation_begin(&generation, samples, error);
    for (size_t i = 0; status == NN_OK && i < count; i++) {
        struct nn_random random = nn_generation_random(seed, i);
        float *point = (float *)(*samples)->values + 2 * i;
        int label = (int)(i % 2);
        place(&random, label, point);
        point[0] += noise * nn_random_normal(&random);
        point[1] += noise * nn_random_normal(&random);
        (*samples)->labels[i] = label;
    }
    return status;
}
