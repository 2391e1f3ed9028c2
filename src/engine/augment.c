#include "engine/augment.h"

#include "base/pool.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NN_AUGMENTATION(class) extern const struct nn_augmentation class;
#include "engine/augmentations.def"
#undef NN_AUGMENTATION

const struct nn_augmentation *const nn_augmentations[] = {
#define NN_AUGMENTATION(class) &class,
#include "engine/augmentations.def"
#undef NN_AUGMENTATION
};
const size_t nn_augmentation_count = sizeof nn_augmentations / sizeof *nn_augmentations;
_Static_assert(sizeof nn_augmentations / sizeof *nn_augmentations <= NN_MAX_AUGMENTATIONS,
               "more room in struct nn_augment");

void nn_augment_clear(struct nn_augment *augment)
{
    for (size_t i = 0; i < nn_augmentation_count; i++)
        nn_args_clear(&augment->args[i]);
}

enum nn_status nn_augment_copy(struct nn_augment *to, const struct nn_augment *from,
                               struct nn_error *error)
{
    struct nn_augment copy = {0};
    enum nn_status status = NN_OK;
    for (size_t i = 0; i < nn_augmentation_count; i++)
        if (from->args[i].specs)
            NN_TRY(nn_args_copy(&copy.args[i], &from->args[i], error));
    *to = copy;
    copy = (struct nn_augment){0};
out:
    nn_augment_clear(&copy);
    return status;
}

bool nn_augment_any(const struct nn_augment *augment)
{
    for (size_t i = 0; i < nn_augmentation_count; i++)
        if (augment->args[i].specs)
            return true;
    return false;
}

char *nn_augment_text(const struct nn_augment *augment, char out[NN_AUGMENT_TEXT])
{
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    for (size_t i = 0; i < nn_augmentation_count; i++) {
        if (!augment->args[i].specs)
            continue;
        if (text.length > 0)
            nn_buffer_char(&text, ' ');
        nn_args_format(&augment->args[i], true, &text);
    }
    snprintf(out, NN_AUGMENT_TEXT, "%s", nn_buffer_string(&text));
    nn_buffer_clear(&text);
    return out;
}

enum nn_status nn_augment_check(const struct nn_augment *augment, const struct nn_shape *shape,
                                struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    for (size_t i = 0; i < nn_augmentation_count; i++)
        if (augment->args[i].specs && nn_augmentations[i]->images && shape->rank != 3)
            return nn_fail(error, NN_ARGUMENT,
                           "%s is for images, the samples have shape %s: `data augment none`",
                           nn_augmentations[i]->name, nn_shape_text(text, shape));
    return NN_OK;
}

double nn_augment_uniform(struct nn_random *random, double low, double high)
{
    return low + (high - low) * (double)nn_random_float(random);
}

/* ---- one sample ---- */

static size_t clamp(double place, size_t size)
{
    return place <= 0.0 ? 0 : place >= (double)(size - 1) ? size - 1 : (size_t)place;
}

/* Bilinear; outside, the nearest pixel. A place on a pixel gives exactly that. */
static float sample_at(const float *x, size_t height, size_t width, double row, double column)
{
    double top = floor(row), left = floor(column), down = row - top, right = column - left;
    const float *above = x + clamp(top, height) * width;
    const float *below = x + clamp(top + 1.0, height) * width;
    size_t west = clamp(left, width), east = clamp(left + 1.0, width);
    double upper = (double)above[west] + right * ((double)above[east] - (double)above[west]);
    double lower = (double)below[west] + right * ((double)below[east] - (double)below[west]);
    return (float)(upper + down * (lower - upper));
}

static void warp(const struct nn_shape *shape, const struct nn_affine *map, const float *from,
                 float *to)
{
    size_t height = shape->dim[1], width = shape->dim[2], plane = height * width;
    double middle_y = 0.5 * (double)(height - 1), middle_x = 0.5 * (double)(width - 1);
    for (size_t row = 0; row < height; row++)
        for (size_t column = 0; column < width; column++) {
            double x = (double)column - middle_x, y = (double)row - middle_y;
            double at_x = map->xx * x + map->xy * y + map->x0 + middle_x;
            double at_y = map->yx * x + map->yy * y + map->y0 + middle_y;
            for (size_t c = 0; c < shape->dim[0]; c++)
                to[c * plane + row * width + column] =
                    sample_at(from + c * plane, height, width, at_y, at_x);
        }
}

struct batch {
    const struct nn_augment *augment;
    const struct nn_shape *shape;
    uint64_t seed, step;
    float *x, *copy;
};

/* Every sample has a part of the step's stream of its own. */
static struct nn_random stream_of(uint64_t seed, uint64_t step, uint64_t sample)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_AUGMENT, (uint32_t)step);
    random.next = sample << 32;
    return random;
}

static void augment_sample(const struct batch *batch, size_t i)
{
    const struct nn_shape *shape = batch->shape;
    size_t size = nn_shape_size(shape);
    float *x = batch->x + i * size, *copy = batch->copy + i * size;
    struct nn_affine map = {.xx = 1.0, .yy = 1.0};
    struct nn_random random = stream_of(batch->seed, batch->step, i + 1);
    struct nn_augment_call call = {.random = &random, .size = size};
    bool moved = false;
    if (shape->rank == 3) {
        call.height = shape->dim[1];
        call.width = shape->dim[2];
    }
    for (size_t k = 0; k < nn_augmentation_count; k++) {
        call.args = &batch->augment->args[k];
        if (!call.args->specs || !nn_augmentations[k]->place)
            continue;
        nn_augmentations[k]->place(&call, &map);
        moved = true;
    }
    if (moved) {
        memcpy(copy, x, size * sizeof *x);
        warp(shape, &map, copy, x);
    }
    for (size_t k = 0; k < nn_augmentation_count; k++) {
        call.args = &batch->augment->args[k];
        if (call.args->specs && nn_augmentations[k]->change)
            nn_augmentations[k]->change(&call, x);
    }
}

static void augment_samples(void *context, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++)
        augment_sample(context, i);
}

void nn_augment_batch(const struct nn_augment *augment, const struct nn_shape *shape, uint64_t seed,
                      uint64_t step, size_t n, float *x, float *copy)
{
    struct batch batch = {
        .augment = augment, .shape = shape, .seed = seed, .step = step, .x = x, .copy = copy};
    nn_pool_run(n, 4, augment_samples, &batch);
}

/* ---- mixing ---- */

/* Marsaglia, Tsang 2000, "A simple method for generating gamma variables"; below 1 by their
 * section 6. */
static double draw_gamma(struct nn_random *random, double shape)
{
    double boost = 1.0;
    if (shape < 1.0) {
        boost = pow((double)nn_random_float(random), 1.0 / shape);
        shape += 1.0;
    }
    double d = shape - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (;;) {
        double z = (double)nn_random_normal(random), v = pow(1.0 + c * z, 3.0);
        double u = (double)nn_random_float(random);
        if (v > 0.0 && log(1.0 - u) < 0.5 * z * z + d - d * v + d * log(v))
            return boost * d * v;
    }
}

/* Beta(alpha, alpha), as the larger of the two parts: which sample comes first is drawn anyway. */
static double draw_share(struct nn_random *random, double alpha)
{
    double a = draw_gamma(random, alpha), b = draw_gamma(random, alpha);
    double share = a + b > 0.0 ? a / (a + b) : 1.0;
    return share < 0.5 ? 1.0 - share : share;
}

bool nn_augment_mixing(const struct nn_augment *augment, uint64_t seed, uint64_t step, size_t n,
                       size_t *partner, double *share)
{
    for (size_t k = 0; k < nn_augmentation_count; k++) {
        if (!augment->args[k].specs || !nn_augmentations[k]->mixes)
            continue;
        struct nn_random random = stream_of(seed, step, 0);
        *share = draw_share(&random, nn_args_real(&augment->args[k], 0));
        for (size_t i = 0; i < n; i++)
            partner[i] = i;
        nn_random_shuffle(&random, partner, n);
        return true;
    }
    return false;
}
