/* Adds normal noise. */
#include "engine/augment.h"

enum { ARG_NOISE };

static const struct nn_arg_spec args[] = {
    [ARG_NOISE] = {.name = "noise",
                   .type = NN_ARG_REAL,
                   .fallback = "0.1",
                   .max = 1e6,
                   .help = "adds normal noise of this deviation to the scaled values"},
    {.name = NULL},
};

static void change(const struct nn_augment_call *call, float *x)
{
    float deviation = (float)nn_args_real(call->args, ARG_NOISE);
    for (size_t i = 0; i < call->size; i++)
        x[i] += deviation * nn_random_normal(call->random);
}

const struct nn_augmentation nn_augmentation_noise = {
    .name = "noise",
    .summary = "adds normal noise to every value",
    .formula = "x + noise N(0, 1), x as scaled",
    .source = "Bishop 1995, Neural Computation 7, \"Training with noise is equivalent to Tikhonov "
              "regularization\"",
    .args = args,
    .change = change,
};
