/* AdamW: Adam with weight decay beside the gradient instead of in it. */
#include "engine/optimizer.h"
#include "kernels/kernels.h"

#include <math.h>

enum { ARG_BETA1, ARG_BETA2, ARG_EPS, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_BETA1] = NN_OPTIMIZER_BETA("beta1", "0.9", "memory of the mean of the gradient"),
    [ARG_BETA2] = NN_OPTIMIZER_BETA("beta2", "0.999", "memory of the squared gradient"),
    [ARG_EPS] = NN_OPTIMIZER_EPS("1e-8"),
    [ARG_WEIGHT_DECAY] = {.name = "weight_decay",
                          .type = NN_ARG_REAL,
                          .fallback = "0.01",
                          .max = 1e6,
                          .help = "shrinks the parameters by lr times this, beside the gradient"},
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

/* The means start at zero; these undo their bias. */
static void correct(const struct nn_args *values, uint64_t step, double correction[2])
{
    correction[0] = 1.0 - pow(nn_args_real(values, ARG_BETA1), (double)step);
    correction[1] = 1.0 - pow(nn_args_real(values, ARG_BETA2), (double)step);
}

static void update(const struct nn_update *u)
{
    double beta1 = nn_args_real(u->args, ARG_BETA1), beta2 = nn_args_real(u->args, ARG_BETA2);
    double decay = nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS);
    if (decay > 0.0)
        nn_kernels->scale(u->count, (float)(1.0 - u->lr * decay), u->w);
    nn_kernels->adam(u->count, u->w, u->g, u->slot[0], u->slot[1], (float)u->lr, (float)beta1,
                     (float)beta2, (float)nn_args_real(u->args, ARG_EPS), 0.0f,
                     (float)u->correction[0], (float)u->correction[1]);
}

const struct nn_optimizer_class nn_optimizer_adamw = {
    .name = "adamw",
    .summary = "adam with decoupled weight decay",
    .formula = "w -= lr weight_decay w; then as adam",
    .source = "Loshchilov, Hutter 2019, ICLR, algorithm 2; in PyTorch's form",
    .args = args,
    .default_lr = 0.001,
    .slots = {"exp_avg", "exp_avg_sq"},
    .update = update,
    .correct = correct,
};
