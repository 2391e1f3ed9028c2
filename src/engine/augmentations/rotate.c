/* Turns images about their centre. */
#include "engine/augment.h"

#include <math.h>

enum { ARG_ROTATE };

static const struct nn_arg_spec args[] = {
    [ARG_ROTATE] = {.name = "rotate",
                    .type = NN_ARG_REAL,
                    .fallback = "10",
                    .max = 180,
                    .unit = "degrees",
                    .help = "turns images by up to so much, to either side"},
    {.name = NULL},
};

static void place(const struct nn_augment_call *call, struct nn_affine *map)
{
    double most = nn_args_real(call->args, ARG_ROTATE) * acos(-1.0) / 180.0;
    double angle = nn_augment_uniform(call->random, -most, most), c = cos(angle), s = sin(angle);
    struct nn_affine old = *map;
    map->xx = old.xx * c + old.xy * s;
    map->xy = old.xy * c - old.xx * s;
    map->yx = old.yx * c + old.yy * s;
    map->yy = old.yy * c - old.yx * s;
}

const struct nn_augmentation nn_augmentation_rotate = {
    .name = "rotate",
    .summary = "turns images about their centre",
    .formula = "angle uniform in [-rotate, rotate], bilinear",
    .source = "torchvision RandomRotation; beyond the edge the nearest pixel",
    .args = args,
    .images = true,
    .place = place,
};
