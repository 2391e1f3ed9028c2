/* Cross-entropy of independent yes/no outputs. */
#include "engine/loss.h"

#include <math.h>

enum { ARG_FROM_LOGITS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = {.name = "from_logits",
                         .type = NN_ARG_BOOL,
                         .fallback = "yes",
                         .help = "the outputs are logits (a final sigmoid is always recognised)"},
    {.name = NULL},
};

/* log(1 + e^z) - z t without overflow for any z. */
static double logit_term(double z, double t)
{
    return fmax(z, 0.0) - z * t + log1p(exp(-fabs(z)));
}

static double sigmoid(double z)
{
    double e = exp(-fabs(z));
    return z >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}

/* PyTorch bounds the logarithm, so that a confident mistake costs 100 and not infinity. Keeps NaN.
 */
static double bounded_log(double p)
{
    double value = log(p);
    return value < -100.0 ? -100.0 : value;
}

static double probability_term(double p, double t)
{
    return -(t * bounded_log(p) + (1.0 - t) * bounded_log(1.0 - p));
}

static double probability_slope(double p, double t)
{
    double variance = (1.0 - p) * p;
    return (p - t) / (variance < 1e-12 ? 1e-12 : variance);
}

static double evaluate(const struct nn_loss_call *call)
{
    size_t count = call->batch * call->width;
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) {
        double z = (double)call->z[i], t = (double)call->values[i];
        sum += call->logits ? logit_term(z, t) : probability_term(z, t);
        if (call->dz) {
            double slope = call->logits ? sigmoid(z) - t : probability_slope(z, t);
            call->dz[i] = (float)(slope / (double)count);
        }
    }
    return sum / (double)count;
}

const struct nn_loss_class nn_loss_binary_crossentropy = {
    .name = "binary_crossentropy",
    .summary = "cross-entropy of yes/no outputs, each for itself",
    .formula = "mean over samples and outputs of -(t log p + (1 - t) log(1 - p)), p = sigmoid(z)",
    .source = "PyTorch BCEWithLogitsLoss; BCELoss for from_logits=no (log >= -100)",
    .args = args,
    .target = NN_TARGET_VALUES,
    .fuses = "sigmoid",
    .evaluate = evaluate,
};
