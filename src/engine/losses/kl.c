/* Kullback-Leibler divergence of a predicted distribution from the target's. */
#include "engine/losses/probability.h"

#include <math.h>

enum { ARG_FROM_LOGITS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = NN_LOSS_FROM_LOGITS("softmax"),
    {.name = NULL},
};

static enum nn_status check(const struct nn_args *values, size_t width, size_t target_width,
                            struct nn_error *error)
{
    (void)values;
    (void)width;
    if (target_width >= 2)
        return NN_OK;
    return nn_fail(error, NN_ARGUMENT,
                   "kl compares distributions over at least 2 outcomes, the data have %zu",
                   target_width);
}

/* Sum of t log t; what is no probability shows as NaN. */
static double negative_entropy(const float *t, size_t width)
{
    double sum = 0.0;
    for (size_t k = 0; k < width; k++)
        sum += t[k] == 0.0f ? 0.0 : (double)t[k] * log((double)t[k]);
    return sum;
}

static double logit_row(const float *z, const float *t, size_t width, float *dz, double scale)
{
    double top, log_sum = nn_loss_log_sum(z, width, &top), sum = 0.0, total = 0.0;
    for (size_t k = 0; k < width; k++) {
        total += (double)t[k];
        sum += (double)t[k] * (log_sum - ((double)z[k] - top));
    }
    for (size_t k = 0; dz && k < width; k++)
        dz[k] = (float)((exp((double)z[k] - top - log_sum) * total - (double)t[k]) * scale);
    return sum;
}

static double probability_row(const float *p, const float *t, size_t width, float *dp, double scale)
{
    double sum = 0.0;
    for (size_t k = 0; k < width; k++) {
        sum -= (double)t[k] * nn_loss_bounded_log((double)p[k]);
        if (dp)
            dp[k] = (float)(-(double)t[k] * nn_loss_bounded_inverse((double)p[k]) * scale);
    }
    return sum;
}

static double evaluate(const struct nn_loss_call *call)
{
    double sum = 0.0, scale = 1.0 / (double)call->batch;
    for (size_t i = 0; i < call->batch; i++) {
        size_t start = i * call->width;
        const float *z = call->z + start, *t = call->values + start;
        float *dz = call->dz ? call->dz + start : NULL;
        sum += negative_entropy(t, call->width) +
               (call->logits ? logit_row(z, t, call->width, dz, scale)
                             : probability_row(z, t, call->width, dz, scale));
    }
    return sum * scale;
}

const struct nn_loss_class nn_loss_kl = {
    .name = "kl",
    .aliases = "kl_divergence",
    .summary = "Kullback-Leibler divergence from a target distribution",
    .formula = "mean over samples of the sum of t (log t - log p) over outputs, p = softmax(z)",
    .source = "Kullback, Leibler 1951; PyTorch KLDivLoss, reduction batchmean",
    .args = args,
    .target = NN_TARGET_VALUES,
    .probable = true,
    .fuses = "softmax",
    .check = check,
    .evaluate = evaluate,
};
