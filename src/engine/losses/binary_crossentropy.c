/* Cross-entropy of independent yes/no outputs. */
#include "engine/losses/class_weights.h"
#include "engine/losses/probability.h"
#include "kernels/kernels.h"

enum { ARG_FROM_LOGITS, ARG_LABEL_SMOOTHING, ARG_CLASS_WEIGHTS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = NN_LOSS_FROM_LOGITS("sigmoid"),
    [ARG_LABEL_SMOOTHING] = {.name = "label_smoothing",
                             .type = NN_ARG_REAL,
                             .fallback = "0",
                             .max = 0.999,
                             .help = "share of each target that is drawn to one half"},
    [ARG_CLASS_WEIGHTS] = NN_LOSS_CLASS_WEIGHTS,
    {.name = NULL},
};

static enum nn_status check(const struct nn_args *values, size_t width, size_t target_width,
                            struct nn_error *error)
{
    (void)width;
    (void)target_width;
    return nn_class_weights_check(values, ARG_CLASS_WEIGHTS, 2, error);
}

/* Weights of the two terms of one output: those of target 0 and of target 1. */
struct weights {
    double no, yes;
};

/* -log(1 - p) and -log p are the cross-entropies with 0 and 1. */
static double logit_term(double z, double t, struct weights w, double *slope)
{
    double p = nn_loss_sigmoid(z);
    *slope = w.no * (1.0 - t) * p - w.yes * t * (1.0 - p);
    return w.no * (1.0 - t) * nn_loss_binary_logit(z, 0.0) +
           w.yes * t * nn_loss_binary_logit(z, 1.0);
}

static double probability_term(double p, double t, struct weights w, double *slope)
{
    double inverse = nn_loss_bounded_inverse(p * (1.0 - p));
    *slope = (w.no * (1.0 - t) * p - w.yes * t * (1.0 - p)) * inverse;
    return -(w.yes * t * nn_loss_bounded_log(p) + w.no * (1.0 - t) * nn_loss_bounded_log(1.0 - p));
}

static double evaluate(const struct nn_loss_call *call)
{
    const double *numbers = call->args->values[ARG_CLASS_WEIGHTS].numbers;
    struct weights weights = {numbers ? numbers[0] : 1.0, numbers ? numbers[1] : 1.0};
    double smoothing = nn_args_real(call->args, ARG_LABEL_SMOOTHING);
    size_t count = call->batch * call->width;
    double sum = 0.0;
    if (call->logits && smoothing == 0.0 && weights.no == 1.0 && weights.yes == 1.0)
        return nn_kernels->binary_crossentropy(count, call->z, call->values, 1.0f / (float)count,
                                               call->dz) /
               (double)count;
    for (size_t i = 0; i < count; i++) {
        double z = (double)call->z[i], slope;
        double t = (double)call->values[i] * (1.0 - smoothing) + 0.5 * smoothing;
        sum += call->logits ? logit_term(z, t, weights, &slope)
                            : probability_term(z, t, weights, &slope);
        if (call->dz)
            call->dz[i] = (float)(slope / (double)count);
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_binary_crossentropy = {
    .name = "binary_crossentropy",
    .summary = "cross-entropy of yes/no outputs, each for itself",
    .formula = "mean over samples and outputs of -(w1 t log p + w0 (1 - t) log(1 - p)), "
               "p = sigmoid(z); smoothing s: t is t (1 - s) + s / 2",
    .source = "PyTorch BCEWithLogitsLoss, pos_weight = w1 / w0; BCELoss for from_logits=no "
              "(log >= -100); smoothing as in Keras",
    .args = args,
    .target = NN_TARGET_VALUES,
    .probable = true,
    .fuses = "sigmoid",
    .check = check,
    .evaluate = evaluate,
};
