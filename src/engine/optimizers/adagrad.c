/* Adagrad: steps scaled by all squared gradients so far. */
#include "engine/optimizer.h"

#include <math.h>

enum { ARG_LR_DECAY, ARG_INITIAL, ARG_EPS, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_LR_DECAY] = {.name = "lr_decay",
                      .type = NN_ARG_REAL,
                      .fallback = "0",
                      .max = 1e6,
                      .help = "step t has lr / (1 + (t - 1) lr_decay)"},
    [ARG_INITIAL] = {.name = "initial_accumulator",
                     .type = NN_ARG_REAL,
                     .fallback = "0",
                     .max = 1e6,
                     .help = "what the sum of squares begins with"},
    [ARG_EPS] = NN_OPTIMIZER_EPS("1e-10"),
    [ARG_WEIGHT_DECAY] = NN_OPTIMIZER_WEIGHT_DECAY,
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

static void update(const struct nn_update *u)
{
    double slower = 1.0 + (double)(u->step - 1) * nn_args_real(u->args, ARG_LR_DECAY);
    float lr = (float)(u->lr / slower), eps = (float)nn_args_real(u->args, ARG_EPS);
    float decay = (float)nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS);
    float initial = u->step == 1 ? (float)nn_args_real(u->args, ARG_INITIAL) : 0.0f;
    float *sum = u->slot[0];
    for (size_t i = 0; i < u->count; i++) {
        float g = u->g[i] + decay * u->w[i];
        sum[i] += initial + g * g;
        u->w[i] -= lr * g / (sqrtf(sum[i]) + eps);
    }
}

const struct nn_optimizer_class nn_optimizer_adagrad = {
    .name = "adagrad",
    .summary = "steps scaled by all gradients so far, for sparse features",
    .formula = "s += g^2; w -= lr g / ((1 + (t - 1) lr_decay) (sqrt(s) + eps))",
    .source = "Duchi, Hazan, Singer 2011, JMLR 12; in PyTorch's form",
    .args = args,
    .default_lr = 0.01,
    .slots = {"sum"},
    .update = update,
};
