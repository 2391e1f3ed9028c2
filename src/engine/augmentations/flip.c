/* Mirrors every other image. */
#include "engine/augment.h"

enum { ARG_FLIP };
enum { HORIZONTAL, VERTICAL, BOTH };

static const struct nn_arg_spec args[] = {
    [ARG_FLIP] = {.name = "flip",
                  .type = NN_ARG_CHOICE,
                  .choices = "horizontal|vertical|both",
                  .fallback = "horizontal",
                  .help = "mirrors half of the images: left to right, top to bottom, or either"},
    {.name = NULL},
};

static void place(const struct nn_augment_call *call, struct nn_affine *map)
{
    int64_t kind = nn_args_int(call->args, ARG_FLIP);
    bool across = nn_random_u32(call->random) >> 31, down = nn_random_u32(call->random) >> 31;
    if (kind != VERTICAL && across) {
        map->xx = -map->xx;
        map->yx = -map->yx;
    }
    if (kind != HORIZONTAL && down) {
        map->xy = -map->xy;
        map->yy = -map->yy;
    }
}

const struct nn_augmentation nn_augmentation_flip = {
    .name = "flip",
    .summary = "mirrors half of the images",
    .formula = "each direction with probability 1/2",
    .source = "torchvision RandomHorizontalFlip, RandomVerticalFlip",
    .args = args,
    .images = true,
    .place = place,
};
