/* Lesions: a bright blob in tissue-like noise, as in an ultrasound or skin image. Benign ones are
 * round and smooth, malignant ones have a ragged outline and a patchy inside; place, size and
 * brightness say nothing, so a model must see the shape. The mask is the blob with its margin of
 * one pixel. */
#include "data/demo.h"
#include "data/generators/paint.h"

#include <math.h>
#include <string.h>

enum { BENIGN, MALIGNANT, LESIONS = 4000 };

struct lesion {
    int kind;
    float brightness;
    float oval, oval_angle; /* of the smooth outline */
    float spikes;           /* of the ragged one: waves around it, */
    float phase[2], depth;  /* two at once, so that no two spikes are alike */
    float patch_x, patch_y; /* where the inside of a malignant one is dark */
};

/* Distance of the outline in the direction `angle`. Both kinds fill nearly the same area. */
static float outline(const struct lesion *lesion, float angle)
{
    float radius = 1 + lesion->oval * cosf(2 * (angle - lesion->oval_angle));
    if (lesion->kind == MALIGNANT)
        radius *=
            1 + lesion->depth * (0.7F * cosf(lesion->spikes * angle + lesion->phase[0]) +
                                 0.5F * cosf((lesion->spikes + 3) * angle + lesion->phase[1]));
    return radius;
}

static bool paint_lesion(const void *context, float u, float v, float *colour)
{
    const struct lesion *lesion = context;
    float radius = sqrtf(u * u + v * v);
    if (radius > outline(lesion, atan2f(v, u)))
        return false;
    colour[0] = lesion->brightness;
    if (lesion->kind == MALIGNANT) {
        float du = u - lesion->patch_x, dv = v - lesion->patch_y;
        colour[0] -= 0.25F * expf(-(du * du + dv * dv) / 0.08F);
    }
    return true;
}

static void paint_tissue(struct nn_random *random, float *out)
{
    float base = nn_random_between(random, 0.25F, 0.4F);
    for (size_t i = 0; i < NN_PAINT_PIXELS; i++)
        out[i] = base;
    nn_paint_clouds(random, 16, 0.10F, out);
    nn_paint_clouds(random, 7, 0.08F, out);
    nn_paint_clouds(random, 3, 0.06F, out);
}

static void place_lesion(struct nn_random *random, int kind, struct lesion *lesion,
                         struct nn_paint_place *place)
{
    lesion->kind = kind;
    lesion->brightness = nn_random_between(random, 0.7F, 0.9F);
    lesion->oval = nn_random_between(random, 0, 0.15F);
    lesion->oval_angle = nn_random_between(random, 0, 3.1415927F);
    lesion->spikes = (float)(4 + nn_random_below(random, 3));
    lesion->phase[0] = nn_random_between(random, 0, 6.2831853F);
    lesion->phase[1] = nn_random_between(random, 0, 6.2831853F);
    lesion->depth = nn_random_between(random, 0.35F, 0.5F);
    lesion->patch_x = nn_random_between(random, -0.3F, 0.3F);
    lesion->patch_y = nn_random_between(random, -0.3F, 0.3F);
    place->radius = nn_random_between(random, 4.5F, 7);
    float margin = place->radius + 2;
    place->x = nn_random_between(random, margin, NN_PAINT_SIDE - margin);
    place->y = nn_random_between(random, margin, NN_PAINT_SIDE - margin);
    place->angle = 0;
    place->reach = 2;
}

/* The pixels of the lesion and their neighbours. */
static void widen(unsigned char *mask)
{
    unsigned char core[NN_PAINT_PIXELS];
    memcpy(core, mask, sizeof core);
    for (int at = 0; at < NN_PAINT_PIXELS; at++) {
        int x = at % NN_PAINT_SIDE, y = at / NN_PAINT_SIDE;
        for (int k = 0; k < 9; k++) {
            int i = x + k % 3 - 1, j = y + k / 3 - 1;
            if (i >= 0 && j >= 0 && i < NN_PAINT_SIDE && j < NN_PAINT_SIDE)
                mask[at] |= core[j * NN_PAINT_SIDE + i];
        }
    }
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    static const char *const classes[] = {"benign", "malignant"};
    struct nn_generation generation = {
        .count = count,
        .shape = demo->shape,
        .storage = NN_STORAGE_BYTE,
        .classes = classes,
        .class_count = 2,
        .mask_size = NN_PAINT_PIXELS,
    };
    enum nn_status status = nn_generation_begin(&generation, samples, error);
    for (size_t i = 0; status == NN_OK && i < count; i++) {
        struct nn_random random = nn_generation_random(seed, i);
        struct nn_picture picture = {.channels = 1};
        struct nn_paint_place place;
        struct lesion lesion;
        float cover[NN_PAINT_PIXELS];
        unsigned char *mask = (*samples)->mask + i * NN_PAINT_PIXELS;
        paint_tissue(&random, picture.value[0]);
        place_lesion(&random, (int)(i % 2), &lesion, &place);
        nn_paint(&picture, &place, paint_lesion, &lesion, cover);
        nn_paint_grain(&random, 0.05F, picture.value[0]);
        nn_paint_bytes(&picture, (unsigned char *)(*samples)->values + i * NN_PAINT_PIXELS);
        nn_paint_mask(cover, mask);
        widen(mask);
        (*samples)->labels[i] = lesion.kind;
    }
    return status;
}

const struct nn_demo nn_demo_lesions = {
    .name = "lesions",
    .summary = "generated: bright blobs in tissue, 32x32 pixels, smooth or ragged, with masks",
    .licence = "made by nnscope",
    .make = make,
    .count = LESIONS,
    .shape = {3, {1, NN_PAINT_SIDE, NN_PAINT_SIDE}},
};
