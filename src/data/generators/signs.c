/* Signs: drawn road signs of ten classes before houses and trees. Place, size, rotation, light and
 * noise vary, half of the signs are partly hidden, and patches in the colours of signs stand in the
 * background, so that colour alone does not tell the class. The mask is the sign with what hides
 * it. */
#include "data/demo.h"
#include "data/generators/paint.h"

#include <math.h>
#include <string.h>

enum { SIGNS = 4000 };

static const float red[] = {0.80F, 0.08F, 0.10F}, white[] = {0.95F, 0.95F, 0.95F},
                   black[] = {0.05F, 0.05F, 0.05F}, blue[] = {0.08F, 0.25F, 0.75F},
                   yellow[] = {0.95F, 0.78F, 0.05F};

/* ---- shapes: u to the right, v down, about one unit large ---- */

/* How far out a point lies in a regular polygon with a corner at `turn`: 1 on its edge, if its
 * corners have the distance 1. */
static float polygon(float u, float v, int sides, float turn)
{
    const float step = 2 * 3.1415927F / (float)sides;
    float far = -1e9F;
    for (int k = 0; k < sides; k++) {
        float angle = turn + ((float)k + 0.5F) * step;
        far = fmaxf(far, u * cosf(angle) + v * sinf(angle));
    }
    return far / cosf(step / 2);
}

static bool within(float u, float v, float left, float top, float right, float bottom)
{
    return u >= left && u <= right && v >= top && v <= bottom;
}

static float ring(float u, float v)
{
    return sqrtf(u * u + v * v);
}

/* What of a sign is at a point; NULL outside. */
typedef const float *sign_at(float u, float v);

static const float *stop(float u, float v)
{
    float out = polygon(u, v, 8, 3.1415927F / 8);
    if (out > 1)
        return NULL;
    /* Four letters, as bars. */
    bool letters = within(u, v, -0.7F, -0.26F, 0.7F, 0.26F) && fmodf(u + 0.7F, 0.38F) < 0.24F;
    return out > 0.9F || letters ? white : red;
}

static const float *yield(float u, float v)
{
    float out = polygon(u, v, 3, 3.1415927F / 2);
    return out > 1 ? NULL : out > 0.55F ? red : white;
}

static const float *no_entry(float u, float v)
{
    if (ring(u, v) > 1)
        return NULL;
    return within(u, v, -0.7F, -0.2F, 0.7F, 0.2F) ? white : red;
}

static const float *speed_limit(float u, float v)
{
    float out = ring(u, v);
    if (out > 1)
        return NULL;
    if (out > 0.74F)
        return red;
    /* "50": a five of three bars and two sides, and a zero. */
    bool five = within(u, v, -0.5F, -0.38F, -0.08F, 0.38F) &&
                (fabsf(v) > 0.24F || fabsf(v) < 0.07F || (v < 0 ? u < -0.36F : u > -0.22F));
    bool zero =
        within(u, v, 0.06F, -0.38F, 0.5F, 0.38F) && !within(u, v, 0.2F, -0.24F, 0.36F, 0.24F);
    return five || zero ? black : white;
}

static const float *priority(float u, float v)
{
    float out = fabsf(u) + fabsf(v);
    return out > 1.1F ? NULL : out > 0.78F ? white : yellow;
}

static const float *parking(float u, float v)
{
    if (!within(u, v, -0.85F, -0.85F, 0.85F, 0.85F))
        return NULL;
    bool stem = within(u, v, -0.42F, -0.62F, -0.12F, 0.62F);
    bool bowl =
        within(u, v, -0.12F, -0.62F, 0.45F, 0.12F) && !within(u, v, -0.12F, -0.36F, 0.18F, -0.14F);
    return stem || bowl ? white : blue;
}

static const float *turn_right(float u, float v)
{
    if (ring(u, v) > 1)
        return NULL;
    bool shaft = within(u, v, -0.7F, -0.17F, 0.1F, 0.17F);
    bool head = u > 0 && u < 0.75F && fabsf(v) < 0.9F * (0.75F - u);
    return shaft || head ? white : blue;
}

static const float *turn_left(float u, float v)
{
    return turn_right(-u, v);
}

static const float *danger(float u, float v)
{
    float out = polygon(u, v, 3, -3.1415927F / 2);
    if (out > 1)
        return NULL;
    if (out > 0.55F)
        return red;
    bool mark =
        within(u, v, -0.09F, -0.4F, 0.09F, 0.08F) || within(u, v, -0.09F, 0.16F, 0.09F, 0.3F);
    return mark ? black : white;
}

static const float *crossing(float u, float v)
{
    if (!within(u, v, -0.85F, -0.85F, 0.85F, 0.85F))
        return NULL;
    if (polygon(u, v - 0.15F, 3, -3.1415927F / 2) > 0.8F)
        return blue;
    bool walker = within(u, v, -0.1F, -0.3F, 0.1F, 0.2F) || fabsf(fabsf(u) + 0.3F - v) < 0.1F;
    return walker && v < 0.5F ? black : white;
}

static const struct {
    const char *name;
    sign_at *at;
} signs[] = {
    {"stop", stop},           {"yield", yield},
    {"no entry", no_entry},   {"speed limit", speed_limit},
    {"priority", priority},   {"parking", parking},
    {"turn left", turn_left}, {"turn right", turn_right},
    {"danger", danger},       {"crossing", crossing},
};
enum { CLASSES = sizeof signs / sizeof signs[0] };

static bool paint_sign(const void *context, float u, float v, float *colour)
{
    const float *found = signs[*(const size_t *)context].at(u, v);
    if (found)
        memcpy(colour, found, NN_PAINT_CHANNELS * sizeof *colour);
    return found;
}

/* ---- what stands around the sign ---- */

struct patch {
    float colour[NN_PAINT_CHANNELS];
    float tall; /* height in units of the width */
};

static bool paint_patch(const void *context, float u, float v, float *colour)
{
    const struct patch *patch = context;
    memcpy(colour, patch->colour, sizeof patch->colour);
    return fabsf(u) <= 1 && fabsf(v) <= patch->tall;
}

static void paint_patches(struct nn_random *random, struct nn_picture *picture)
{
    static const float *const loud[] = {red, blue, yellow, white};
    size_t count = 3 + nn_random_below(random, 3);
    for (size_t i = 0; i < count; i++) {
        struct patch patch = {.tall = nn_random_between(random, 0.3F, 2)};
        struct nn_paint_place place = {
            .x = nn_random_between(random, 0, NN_PAINT_SIDE),
            .y = nn_random_between(random, 0, NN_PAINT_SIDE),
            .radius = nn_random_between(random, 1.5F, 6),
            .angle = nn_random_between(random, -0.3F, 0.3F),
            .reach = sqrtf(1 + patch.tall * patch.tall),
        };
        const float *colour = loud[nn_random_below(random, 4)];
        bool dull = nn_random_below(random, 2);
        for (int c = 0; c < NN_PAINT_CHANNELS; c++)
            patch.colour[c] = dull ? nn_random_between(random, 0.1F, 0.7F) : colour[c];
        nn_paint(picture, &place, paint_patch, &patch, NULL);
    }
}

static void paint_scene(struct nn_random *random, struct nn_picture *picture)
{
    for (size_t c = 0; c < picture->channels; c++) {
        float sky = nn_random_between(random, 0.3F, 0.8F);
        float ground = nn_random_between(random, 0.15F, 0.55F);
        for (size_t i = 0; i < NN_PAINT_PIXELS; i++) {
            float down = (float)(i / NN_PAINT_SIDE) / NN_PAINT_SIDE;
            picture->value[c][i] = sky + down * (ground - sky);
        }
        nn_paint_clouds(random, 6, 0.12F, picture->value[c]);
    }
    paint_patches(random, picture);
}

/* A bar in front of the sign, such as a branch or a pole. */
static void hide_part(struct nn_random *random, struct nn_picture *picture,
                      const struct nn_paint_place *sign)
{
    float grey = nn_random_between(random, 0.1F, 0.4F);
    struct patch bar = {
        .colour = {grey, grey * nn_random_between(random, 0.9F, 1.3F), 0.8F * grey},
        .tall = 20,
    };
    float side = nn_random_below(random, 2) ? 1.0F : -1.0F;
    float away = side * nn_random_between(random, 0.3F, 0.9F) * sign->radius;
    float angle = nn_random_between(random, 0, 3.1415927F);
    struct nn_paint_place place = {
        .x = sign->x + away * cosf(angle),
        .y = sign->y + away * sinf(angle),
        .radius = nn_random_between(random, 0.08F, 0.16F) * sign->radius,
        .angle = angle,
        .reach = 2 * bar.tall,
    };
    nn_paint(picture, &place, paint_patch, &bar, NULL);
}

static void light(struct nn_random *random, struct nn_picture *picture)
{
    float gain = nn_random_between(random, 0.55F, 1.05F);
    float grain = nn_random_between(random, 0.02F, 0.06F);
    for (size_t c = 0; c < picture->channels; c++) {
        float tint = gain * nn_random_between(random, 0.9F, 1.1F);
        for (size_t i = 0; i < NN_PAINT_PIXELS; i++)
            picture->value[c][i] *= tint;
        nn_paint_grain(random, grain, picture->value[c]);
    }
}

/* ---- samples ---- */

static void draw(struct nn_random *random, size_t class_index, unsigned char *bytes,
                 unsigned char *mask)
{
    struct nn_picture picture = {.channels = NN_PAINT_CHANNELS};
    struct nn_paint_place place = {.radius = nn_random_between(random, 7, 12), .reach = 1.25F};
    float cover[NN_PAINT_PIXELS];
    float margin = place.radius + 1;
    place.x = nn_random_between(random, margin, NN_PAINT_SIDE - margin);
    place.y = nn_random_between(random, margin, NN_PAINT_SIDE - margin);
    place.angle = nn_random_between(random, -0.3F, 0.3F);
    paint_scene(random, &picture);
    nn_paint(&picture, &place, paint_sign, &class_index, cover);
    if (nn_random_below(random, 2))
        hide_part(random, &picture, &place);
    light(random, &picture);
    nn_paint_bytes(&picture, bytes);
    nn_paint_mask(cover, mask);
}

static enum nn_status make(const struct nn_demo *demo, size_t count, uint64_t seed,
                           struct nn_samples **samples, struct nn_error *error)
{
    const size_t bytes = NN_PAINT_CHANNELS * NN_PAINT_PIXELS;
    const char *classes[CLASSES];
    for (size_t k = 0; k < CLASSES; k++)
        classes[k] = signs[k].name;
    struct nn_generation generation = {
        .count = count,
        .shape = demo->shape,
        .storage = NN_STORAGE_BYTE,
        .classes = classes,
        .class_count = CLASSES,
        .mask_size = NN_PAINT_PIXELS,
    };
    enum nn_status status = nn_generation_begin(&generation, samples, error);
    for (size_t i = 0; status == NN_OK && i < count; i++) {
        struct nn_random random = nn_generation_random(seed, i);
        draw(&random, i % CLASSES, (unsigned char *)(*samples)->values + i * bytes,
             (*samples)->mask + i * NN_PAINT_PIXELS);
        (*samples)->labels[i] = (int32_t)(i % CLASSES);
    }
    return status;
}

const struct nn_demo nn_demo_signs = {
    .name = "signs",
    .summary = "generated: road signs of 10 classes in the street, 32x32 pixels in colour, with "
               "masks",
    .licence = "made by nnscope",
    .make = make,
    .count = SIGNS,
    .shape = {3, {NN_PAINT_CHANNELS, NN_PAINT_SIDE, NN_PAINT_SIDE}},
};
