/* Mixes pairs of samples and their losses. */
#include "engine/augment.h"

static const struct nn_arg_spec args[] = {
    {.name = "mixup",
     .type = NN_ARG_REAL,
     .fallback = "0.2",
     .min = 0.001,
     .max = 1000,
     .help = "mixes each sample with another one; the larger, the more even (alpha in the paper)"},
    {.name = NULL},
};

const struct nn_augmentation nn_augmentation_mixup = {
    .name = "mixup",
    .summary = "mixes pairs of samples and their losses",
    .formula =
        "x = s x1 + (1 - s) x2, loss = s loss1 + (1 - s) loss2, s from Beta(mixup, mixup) for "
        "each batch; figures of the epoch compare with the larger part",
    .source = "Zhang, Cisse, Dauphin, Lopez-Paz 2018, ICLR",
    .args = args,
    .mixes = true,
};
