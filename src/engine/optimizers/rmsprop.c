/* RMSprop: steps scaled by the running mean of the squared gradient. */
#include "engine/optimizer.h"

#include <math.h>

enum { ARG_ALPHA, ARG_EPS, ARG_MOMENTUM, ARG_CENTERED, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_ALPHA] = NN_OPTIMIZER_BETA("alpha", "0.99", "memory of the squared gradient"),
    [ARG_EPS] = NN_OPTIMIZER_EPS("1e-8"),
    [ARG_MOMENTUM] = {.name = "momentum",
                      .type = NN_ARG_REAL,
                      .fallback = "0",
                      .max = 1.0,
                      .help = "share of the last step that is kept"},
    [ARG_CENTERED] = {.name = "centered",
                      .type = NN_ARG_BOOL,
                      .fallback = "no",
                      .help = "divide by the deviation of the gradient, without its mean"},
    [ARG_WEIGHT_DECAY] = NN_OPTIMIZER_WEIGHT_DECAY,
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

static void update(const struct nn_update *u)
{
    float alpha = (float)nn_args_real(u->args, ARG_ALPHA);
    float eps = (float)nn_args_real(u->args, ARG_EPS), lr = (float)u->lr;
    float momentum = (float)nn_args_real(u->args, ARG_MOMENTUM);
    float decay = (float)nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS);
    bool centered = nn_args_bool(u->args, ARG_CENTERED);
    float *square = u->slot[0], *buffer = u->slot[1], *mean = u->slot[2];
    for (size_t i = 0; i < u->count; i++) {
        float g = u->g[i] + decay * u->w[i];
        square[i] = alpha * square[i] + (1.0f - alpha) * g * g;
        float variance = square[i];
        if (centered) {
            mean[i] += (1.0f - alpha) * (g - mean[i]);
            variance -= mean[i] * mean[i];
            variance = variance < 0.0f ? 0.0f : variance; /* by rounding */
        }
        buffer[i] = momentum * buffer[i] + g / (sqrtf(variance) + eps);
        u->w[i] -= lr * buffer[i];
    }
}

const struct nn_optimizer_class nn_optimizer_rmsprop = {
    .name = "rmsprop",
    .summary = "steps scaled by the running size of the gradient",
    .formula = "s = alpha s + (1 - alpha) g^2; v = momentum v + g / (sqrt(s) + eps); w -= lr v; "
               "centered: s less the squared running mean of g",
    .source = "Tieleman, Hinton 2012, Coursera, lecture 6.5; centered: Graves 2013, "
              "arXiv:1308.0850, equations 38-45; in PyTorch's form",
    .args = args,
    .default_lr = 0.01,
    .slots = {"square_avg", "momentum_buffer", "grad_avg"},
    .update = update,
};
