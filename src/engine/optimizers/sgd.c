/* Stochastic gradient descent, with momentum and Nesterov's form of it. */
#include "engine/optimizer.h"
#include "kernels/kernels.h"

enum { ARG_MOMENTUM, ARG_NESTEROV, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_MOMENTUM] = {.name = "momentum",
                      .type = NN_ARG_REAL,
                      .fallback = "0",
                      .max = 1.0,
                      .help = "share of the last step that is kept"},
    [ARG_NESTEROV] = {.name = "nesterov",
                      .type = NN_ARG_BOOL,
                      .fallback = "no",
                      .help = "look ahead along the momentum"},
    [ARG_WEIGHT_DECAY] = NN_OPTIMIZER_WEIGHT_DECAY,
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

static void update(const struct nn_update *u)
{
    double decay = nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS);
    nn_kernels->sgd(u->count, u->w, u->g, u->slot[0], (float)u->lr,
                    (float)nn_args_real(u->args, ARG_MOMENTUM), (float)decay,
                    nn_args_bool(u->args, ARG_NESTEROV), u->step == 1);
}

const struct nn_optimizer_class nn_optimizer_sgd = {
    .name = "sgd",
    .summary = "stochastic gradient descent, with momentum",
    .formula = "g += decay w; v = momentum v + g; w -= lr v (nesterov: lr (g + momentum v))",
    .source = "Sutskever, Martens, Dahl, Hinton 2013, ICML; in PyTorch's form, without dampening",
    .args = args,
    .default_lr = 0.01,
    .slots = {"momentum_buffer"},
    .update = update,
};
