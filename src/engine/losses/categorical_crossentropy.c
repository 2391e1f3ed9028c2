/* Cross-entropy of one class among several. */
#include "engine/loss.h"

#include <math.h>

enum { ARG_FROM_LOGITS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = {.name = "from_logits",
                         .type = NN_ARG_BOOL,
                         .fallback = "yes",
                         .help = "the outputs are logits (a final softmax is always recognised)"},
    {.name = NULL},
};

static enum nn_status check(const struct nn_args *values, size_t width, size_t target_width,
                            struct nn_error *error)
{
    (void)values;
    (void)width;
    if (target_width < 2)
        return nn_fail(error, NN_ARGUMENT,
                       "categorical_crossentropy needs at least 2 classes, the data have %zu",
                       target_width);
    return NN_OK;
}

/* -log softmax(z)[class], shifted by the maximum; dz = (softmax(z) - one-hot) * scale. */
static double logit_row(const float *z, size_t width, int32_t class, float *dz, double scale)
{
    double top = (double)z[0], sum = 0.0;
    for (size_t k = 1; k < width; k++)
        top = fmax(top, (double)z[k]);
    for (size_t k = 0; k < width; k++)
        sum += exp((double)z[k] - top);
    for (size_t k = 0; dz && k < width; k++) {
        double p = exp((double)z[k] - top) / sum;
        dz[k] = (float)((p - ((int32_t)k == class ? 1.0 : 0.0)) * scale);
    }
    return log(sum) - ((double)z[class] - top);
}

/* The same for probabilities, bounded as PyTorch's binary_crossentropy bounds them. */
static double probability_row(const float *p, size_t width, int32_t class, float *dp, double scale)
{
    double at = (double)p[class], value = log(at);
    for (size_t k = 0; dp && k < width; k++)
        dp[k] = 0.0f;
    if (dp)
        dp[class] = (float)(-scale / (at < 1e-12 ? 1e-12 : at));
    return value < -100.0 ? 100.0 : -value;
}

static double evaluate(const struct nn_loss_call *call)
{
    double sum = 0.0, scale = 1.0 / (double)call->batch;
    for (size_t i = 0; i < call->batch; i++) {
        const float *z = call->z + i * call->width;
        float *dz = call->dz ? call->dz + i * call->width : NULL;
        sum += call->logits ? logit_row(z, call->width, call->classes[i], dz, scale)
                            : probability_row(z, call->width, call->classes[i], dz, scale);
    }
    return sum * scale;
}

const struct nn_loss_class nn_loss_categorical_crossentropy = {
    .name = "categorical_crossentropy",
    .summary = "cross-entropy of one class among several",
    .formula = "mean over samples of -log p[class], p = softmax(z)",
    .source = "PyTorch CrossEntropyLoss; for from_logits=no log >= -100, as BCELoss has it",
    .args = args,
    .target = NN_TARGET_CLASS,
    .fuses = "softmax",
    .check = check,
    .evaluate = evaluate,
};
