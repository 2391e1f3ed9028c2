/* Moves images by whole pixels. */
#include "engine/augment.h"

enum { ARG_SHIFT };

static const struct nn_arg_spec args[] = {
    [ARG_SHIFT] = {.name = "shift",
                   .type = NN_ARG_INT,
                   .fallback = "2",
                   .min = 0,
                   .max = 100000,
                   .unit = "pixels",
                   .help = "moves images by up to so much, in both directions"},
    {.name = NULL},
};

static double draw(const struct nn_augment_call *call)
{
    int64_t most = nn_args_int(call->args, ARG_SHIFT);
    return (double)nn_random_below(call->random, (uint32_t)(2 * most + 1)) - (double)most;
}

static void place(const struct nn_augment_call *call, struct nn_affine *map)
{
    double x = draw(call), y = draw(call);
    map->x0 += map->xx * x + map->xy * y;
    map->y0 += map->yx * x + map->yy * y;
}

const struct nn_augmentation nn_augmentation_shift = {
    .name = "shift",
    .summary = "moves images by whole pixels",
    .formula = "rows and columns each uniform in -shift .. shift",
    .source = "Keras RandomTranslation, fill_mode nearest",
    .args = args,
    .images = true,
    .place = place,
};
