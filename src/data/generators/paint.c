#include "data/generators/paint.h"

#include <math.h>
#include <string.h>

enum { SIDE = NN_PAINT_SIDE, POINTS = 3 };

struct brush {
    const struct nn_paint_place *place;
    nn_paint_shape *shape;
    const void *context;
    float cosine, sine; /* of the angle, by the radius */
};

/* Share and mean colour of what a shape fills of the pixel whose corner is (x, y). */
static float sample_pixel(const struct brush *brush, size_t x, size_t y,
                          float mean[NN_PAINT_CHANNELS])
{
    int hits = 0;
    memset(mean, 0, NN_PAINT_CHANNELS * sizeof *mean);
    for (int k = 0; k < POINTS * POINTS; k++) {
        float colour[NN_PAINT_CHANNELS] = {0};
        float dx = (float)x + ((float)(k % POINTS) + 0.5F) / POINTS - brush->place->x;
        float dy = (float)y + ((float)(k / POINTS) + 0.5F) / POINTS - brush->place->y;
        float u = brush->cosine * dx + brush->sine * dy, v = brush->cosine * dy - brush->sine * dx;
        if (!brush->shape(brush->context, u, v, colour))
            continue;
        hits++;
        for (int channel = 0; channel < NN_PAINT_CHANNELS; channel++)
            mean[channel] += colour[channel];
    }
    for (int channel = 0; channel < NN_PAINT_CHANNELS && hits > 0; channel++)
        mean[channel] /= (float)hits;
    return (float)hits / (POINTS * POINTS);
}

/* The rows or columns that may hold a part of the shape. */
static void reach(float centre, float distance, size_t *first, size_t *end)
{
    float low = fminf(fmaxf(floorf(centre - distance), 0), SIDE);
    float high = fminf(fmaxf(ceilf(centre + distance), 0), SIDE);
    *first = (size_t)low;
    *end = (size_t)high;
}

void nn_paint(struct nn_picture *picture, const struct nn_paint_place *place, nn_paint_shape *shape,
              const void *context, float *cover)
{
    struct brush brush = {
        .place = place,
        .shape = shape,
        .context = context,
        .cosine = cosf(place->angle) / place->radius,
        .sine = sinf(place->angle) / place->radius,
    };
    size_t left, right, top, bottom;
    reach(place->x, place->radius * place->reach, &left, &right);
    reach(place->y, place->radius * place->reach, &top, &bottom);
    if (cover)
        memset(cover, 0, NN_PAINT_PIXELS * sizeof *cover);
    for (size_t y = top; y < bottom; y++) {
        for (size_t x = left; x < right; x++) {
            float colour[NN_PAINT_CHANNELS];
            float share = sample_pixel(&brush, x, y, colour);
            size_t at = y * SIDE + x;
            for (size_t channel = 0; channel < picture->channels; channel++) {
                float *value = &picture->value[channel][at];
                *value += share * (colour[channel] - *value);
            }
            if (cover)
                cover[at] = share;
        }
    }
}

void nn_paint_clouds(struct nn_random *random, float cell, float amount, float *out)
{
    float grid[SIDE + 2][SIDE + 2];
    size_t points = (size_t)((float)SIDE / cell) + 2;
    for (size_t j = 0; j < points; j++) {
        for (size_t i = 0; i < points; i++)
            grid[j][i] = amount * nn_random_between(random, -1, 1);
    }
    for (size_t y = 0; y < SIDE; y++) {
        for (size_t x = 0; x < SIDE; x++) {
            float u = (float)x / cell, v = (float)y / cell;
            size_t i = (size_t)u, j = (size_t)v;
            u -= (float)i;
            v -= (float)j;
            u = u * u * (3 - 2 * u);
            v = v * v * (3 - 2 * v);
            float above = grid[j][i] + u * (grid[j][i + 1] - grid[j][i]);
            float below = grid[j + 1][i] + u * (grid[j + 1][i + 1] - grid[j + 1][i]);
            out[y * SIDE + x] += above + v * (below - above);
        }
    }
}

void nn_paint_grain(struct nn_random *random, float deviation, float *out)
{
    /* The sum of the four bytes of one number: mean 510, variance 4 (256^2 - 1) / 12. */
    const float scale = deviation / 147.8F;
    for (size_t i = 0; i < NN_PAINT_PIXELS; i++) {
        uint32_t bits = nn_random_u32(random);
        uint32_t sum = (bits & 255) + (bits >> 8 & 255) + (bits >> 16 & 255) + (bits >> 24);
        out[i] += scale * ((float)sum - 510);
    }
}

void nn_paint_bytes(const struct nn_picture *picture, unsigned char *bytes)
{
    for (size_t channel = 0; channel < picture->channels; channel++) {
        for (size_t i = 0; i < NN_PAINT_PIXELS; i++) {
            float value = fminf(fmaxf(picture->value[channel][i], 0), 1);
            bytes[channel * NN_PAINT_PIXELS + i] = (unsigned char)lrintf(255 * value);
        }
    }
}

void nn_paint_mask(const float *cover, unsigned char *mask)
{
    for (size_t i = 0; i < NN_PAINT_PIXELS; i++)
        mask[i] = cover[i] >= 0.5F;
}
