/* Lion: the sign of a mean of gradient and momentum. */
#include "engine/optimizer.h"

enum { ARG_BETA1, ARG_BETA2, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_BETA1] = NN_OPTIMIZER_BETA("beta1", "0.9", "share of the momentum in the step"),
    [ARG_BETA2] = NN_OPTIMIZER_BETA("beta2", "0.99", "memory of the momentum"),
    [ARG_WEIGHT_DECAY] = {.name = "weight_decay",
                          .type = NN_ARG_REAL,
                          .fallback = "0",
                          .max = 1e6,
                          .help = "shrinks the parameters by lr times this, beside the gradient"},
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

static void update(const struct nn_update *u)
{
    float beta1 = (float)nn_args_real(u->args, ARG_BETA1);
    float beta2 = (float)nn_args_real(u->args, ARG_BETA2), lr = (float)u->lr;
    float keep = (float)(1.0 - u->lr * nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS));
    float *m = u->slot[0];
    for (size_t i = 0; i < u->count; i++) {
        float g = u->g[i], c = beta1 * m[i] + (1.0f - beta1) * g;
        float sign = (float)((c > 0.0f) - (c < 0.0f));
        u->w[i] = keep * u->w[i] - lr * sign;
        m[i] = beta2 * m[i] + (1.0f - beta2) * g;
    }
}

const struct nn_optimizer_class nn_optimizer_lion = {
    .name = "lion",
    .summary = "steps of one size, by the sign of the momentum",
    .formula = "w -= lr (sign(b1 m + (1 - b1) g) + weight_decay w); m = b2 m + (1 - b2) g",
    .source = "Chen et al. 2023, NeurIPS, \"Symbolic discovery of optimization algorithms\", "
              "algorithm 2",
    .args = args,
    .default_lr = 0.0001,
    .slots = {"exp_avg"},
    .update = update,
};
