/* Focal loss of independent yes/no outputs. */
#include "engine/losses/probability.h"

#include <math.h>

enum { ARG_FROM_LOGITS, ARG_GAMMA, ARG_BALANCE };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = NN_LOSS_FROM_LOGITS("sigmoid"),
    [ARG_GAMMA] = {.name = "gamma",
                   .type = NN_ARG_REAL,
                   .fallback = "2",
                   .max = 100,
                   .help = "how much less a sample counts that is classified well"},
    [ARG_BALANCE] = {.name = "balance",
                     .type = NN_ARG_REAL,
                     .fallback = "0.25",
                     .max = 1,
                     .help = "weight of target 1, alpha in the paper; target 0 has 1 - balance"},
    {.name = NULL},
};

/* Cross-entropy of p and t and its derivative by the logit; from a probability it is bounded. */
static double crossentropy(const struct nn_loss_call *call, double z, double p, double t)
{
    if (call->logits)
        return nn_loss_binary_logit(z, t);
    return -(t * nn_loss_bounded_log(p) + (1.0 - t) * nn_loss_bounded_log(1.0 - p));
}

static double term(const struct nn_loss_call *call, double z, double t, double *slope)
{
    double gamma = nn_args_real(call->args, ARG_GAMMA);
    double alpha = nn_args_real(call->args, ARG_BALANCE);
    double p = call->logits ? nn_loss_sigmoid(z) : z, variance = p * (1.0 - p);
    double loss = crossentropy(call, z, p, t);
    double miss = p * (1.0 - t) + t * (1.0 - p), factor = pow(miss, gamma);
    double weight = alpha * t + (1.0 - alpha) * (1.0 - t);
    /* By the logit: loss' = p - t, miss' = (1 - 2 t) p (1 - p). */
    double rise = miss > 0.0 ? gamma * factor * (1.0 - 2.0 * t) * variance / miss : 0.0;
    *slope = weight * (factor * (p - t) + rise * loss);
    if (!call->logits)
        *slope *= nn_loss_bounded_inverse(variance);
    return weight * factor * loss;
}

static double evaluate(const struct nn_loss_call *call)
{
    size_t count = call->batch * call->width;
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double slope;
        sum += term(call, (double)call->z[i], (double)call->values[i], &slope);
        if (call->dz)
            call->dz[i] = (float)(slope / (double)count);
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_binary_focal = {
    .name = "binary_focal",
    .aliases = "binary_focal_crossentropy",
    .summary = "binary cross-entropy that turns to the hard samples",
    .formula = "mean over samples and outputs of a (1 - q)^gamma BCE(p, t), q = p t + (1 - p) "
               "(1 - t), a = balance t + (1 - balance) (1 - t)",
    .source = "Lin, Goyal, Girshick, He, Dollar 2017, ICCV, equation 5; torchvision "
              "sigmoid_focal_loss",
    .args = args,
    .target = NN_TARGET_VALUES,
    .probable = true,
    .fuses = "sigmoid",
    .evaluate = evaluate,
};
