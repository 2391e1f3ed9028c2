/* Cuts a part out of each image and enlarges it. */
#include "engine/augment.h"

enum { ARG_CROP };

static const struct nn_arg_spec args[] = {
    [ARG_CROP] = {.name = "crop",
                  .type = NN_ARG_REAL,
                  .fallback = "0.8",
                  .min = 0.05,
                  .max = 1,
                  .help = "enlarges a part whose sides are at least this share of the image's"},
    {.name = NULL},
};

static void place(const struct nn_augment_call *call, struct nn_affine *map)
{
    double share = nn_augment_uniform(call->random, nn_args_real(call->args, ARG_CROP), 1.0);
    double free_x = 0.5 * (1.0 - share) * (double)(call->width - 1);
    double free_y = 0.5 * (1.0 - share) * (double)(call->height - 1);
    double x = nn_augment_uniform(call->random, -free_x, free_x);
    double y = nn_augment_uniform(call->random, -free_y, free_y);
    map->x0 += map->xx * x + map->xy * y;
    map->y0 += map->yx * x + map->yy * y;
    map->xx *= share;
    map->xy *= share;
    map->yx *= share;
    map->yy *= share;
}

const struct nn_augmentation nn_augmentation_crop = {
    .name = "crop",
    .summary = "cuts a part out of each image and enlarges it",
    .formula = "share of the sides uniform in [crop, 1], at a random place, bilinear",
    .source = "torchvision RandomResizedCrop, with the image's own ratio of sides",
    .args = args,
    .images = true,
    .place = place,
};
