/* Adam: steps scaled by the running mean and variance of the gradient. */
#include "engine/optimizer.h"
#include "kernels/kernels.h"

#include <math.h>

enum { ARG_BETA1, ARG_BETA2, ARG_EPS, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_BETA1] = NN_OPTIMIZER_BETA("beta1", "0.9", "memory of the mean of the gradient"),
    [ARG_BETA2] = NN_OPTIMIZER_BETA("beta2", "0.999", "memory of the squared gradient"),
    [ARG_EPS] = NN_OPTIMIZER_EPS("1e-8"),
    [ARG_WEIGHT_DECAY] = NN_OPTIMIZER_WEIGHT_DECAY,
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
    nn_kernels->adam(u->count, u->w, u->g, u->slot[0], u->slot[1], (float)u->lr, (float)beta1,
                     (float)beta2, (float)nn_args_real(u->args, ARG_EPS), (float)decay,
                     (float)u->correction[0], (float)u->correction[1]);
}

const struct nn_optimizer_class nn_optimizer_adam = {
    .name = "adam",
    .summary = "adaptive moment estimation",
    .formula = "m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; "
               "w -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)",
    .source = "Kingma, Ba 2015, ICLR, algorithm 1; weight_decay as in PyTorch's Adam",
    .args = args,
    .default_lr = 0.001,
    .slots = {"exp_avg", "exp_avg_sq"},
    .update = update,
    .correct = correct,
};
