/* NAdam: Adam with Nesterov's momentum. */
#include "engine/optimizer.h"

#include <math.h>

enum { ARG_BETA1, ARG_BETA2, ARG_EPS, ARG_MOMENTUM_DECAY, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS };

static const struct nn_arg_spec args[] = {
    [ARG_BETA1] = NN_OPTIMIZER_BETA("beta1", "0.9", "memory of the mean of the gradient"),
    [ARG_BETA2] = NN_OPTIMIZER_BETA("beta2", "0.999", "memory of the squared gradient"),
    [ARG_EPS] = NN_OPTIMIZER_EPS("1e-8"),
    [ARG_MOMENTUM_DECAY] = {.name = "momentum_decay",
                            .type = NN_ARG_REAL,
                            .fallback = "0.004",
                            .max = 1.0,
                            .help = "how fast the momentum rises to beta1"},
    [ARG_WEIGHT_DECAY] = NN_OPTIMIZER_WEIGHT_DECAY,
    [ARG_DECAY_BIAS] = NN_OPTIMIZER_DECAY_BIAS,
    {.name = NULL},
};

/* Momentum of a step; their product takes the place of Adam's beta1^t. */
static double momentum(const struct nn_args *values, uint64_t step)
{
    double rise = pow(0.96, (double)step * nn_args_real(values, ARG_MOMENTUM_DECAY));
    return nn_args_real(values, ARG_BETA1) * (1.0 - 0.5 * rise);
}

static void update(const struct nn_update *u)
{
    double beta2 = nn_args_real(u->args, ARG_BETA2);
    double mu = momentum(u->args, u->step), next = momentum(u->args, u->step + 1);
    float keep1 = (float)nn_args_real(u->args, ARG_BETA1), keep2 = (float)beta2;
    float eps = (float)nn_args_real(u->args, ARG_EPS);
    float decay = (float)nn_update_decay(u, ARG_WEIGHT_DECAY, ARG_DECAY_BIAS);
    float now = (float)(u->lr * (1.0 - mu) / (1.0 - u->product));
    /* PyTorch 1.13 has one mu too many here; it fades as the product does. */
    float mean = (float)(u->lr * next / (1.0 - u->product * mu * next));
    float root = (float)sqrt(1.0 - pow(beta2, (double)u->step));
    float *m = u->slot[0], *v = u->slot[1];
    for (size_t i = 0; i < u->count; i++) {
        float g = u->g[i] + decay * u->w[i];
        m[i] += (1.0f - keep1) * (g - m[i]);
        v[i] = keep2 * v[i] + (1.0f - keep2) * g * g;
        u->w[i] -= (now * g + mean * m[i]) / (sqrtf(v[i]) / root + eps);
    }
}

const struct nn_optimizer_class nn_optimizer_nadam = {
    .name = "nadam",
    .summary = "adam with Nesterov's momentum",
    .formula = "u(t) = b1 (1 - 0.96^(t d) / 2), d = momentum_decay; P(t) = u(1) ... u(t); w -= lr "
               "((1 - u(t)) g / (1 - P(t)) + u(t+1) m / (1 - P(t+1) u(t))) / (sqrt(v / (1 - b2^t)) "
               "+ eps)",
    .source = "Dozat 2016, ICLR workshop; as in PyTorch 1.13, whose last factor u(t) the paper "
              "does not have: it fades within the first steps",
    .args = args,
    .default_lr = 0.002,
    .slots = {"exp_avg", "exp_avg_sq"},
    .update = update,
    .factor = momentum,
};
