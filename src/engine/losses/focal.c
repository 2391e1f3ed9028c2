/* Focal loss of one class among several: what is classified well counts less. */
#include "engine/losses/class_weights.h"
#include "engine/losses/probability.h"

#include <math.h>

enum { ARG_FROM_LOGITS, ARG_GAMMA, ARG_CLASS_WEIGHTS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = NN_LOSS_FROM_LOGITS("softmax"),
    [ARG_GAMMA] = {.name = "gamma",
                   .type = NN_ARG_REAL,
                   .fallback = "2",
                   .max = 100,
                   .help = "how much less; 0: cross-entropy"},
    [ARG_CLASS_WEIGHTS] = NN_LOSS_CLASS_WEIGHTS,
    {.name = NULL},
};

static enum nn_status check(const struct nn_args *values, size_t width, size_t target_width,
                            struct nn_error *error)
{
    (void)width;
    if (target_width < 2)
        return nn_fail(error, NN_ARGUMENT,
                       "focal needs at least 2 classes, the data have %zu: `loss=binary_focal`",
                       target_width);
    return nn_class_weights_check(values, ARG_CLASS_WEIGHTS, target_width, error);
}

/* -(1 - p)^gamma log p of the right class, and its derivative by log p. `miss` is 1 - p, computed
 * without cancellation, `loss` is -log p. */
static double modulate(double loss, double p, double miss, double gamma, double *slope)
{
    double factor = pow(miss, gamma);
    double ratio = miss > 1e-8 ? loss / miss : 1.0; /* -log p / (1 - p) at p = 1 */
    *slope = -factor * (1.0 + gamma * p * ratio);
    return factor * loss;
}

/* log p changes with z[k] by 1 - p at the class and by -p[k] elsewhere. */
static double logit_row(const float *z, size_t width, int32_t class, double gamma, float *dz,
                        double scale)
{
    double top, log_sum = nn_loss_log_sum(z, width, &top), miss = 0.0, slope;
    for (size_t k = 0; k < width; k++)
        if ((int32_t)k != class)
            miss += exp((double)z[k] - top - log_sum);
    double log_p = (double)z[class] - top - log_sum;
    double loss = modulate(-log_p, exp(log_p), miss, gamma, &slope);
    for (size_t k = 0; dz && k < width; k++) {
        double p = exp((double)z[k] - top - log_sum);
        dz[k] = (float)(slope * ((int32_t)k == class ? miss : -p) * scale);
    }
    return loss;
}

static double probability_row(const float *y, size_t width, int32_t class, double gamma, float *dy,
                              double scale)
{
    double p = (double)y[class], slope;
    double loss = modulate(-nn_loss_bounded_log(p), p, 1.0 - p, gamma, &slope);
    for (size_t k = 0; dy && k < width; k++)
        dy[k] = 0.0f;
    if (dy)
        dy[class] = (float)(slope * nn_loss_bounded_inverse(p) * scale);
    return loss;
}

static double evaluate(const struct nn_loss_call *call)
{
    const double *weights = call->args->values[ARG_CLASS_WEIGHTS].numbers;
    double gamma = nn_args_real(call->args, ARG_GAMMA), sum = 0.0;
    for (size_t i = 0; i < call->batch; i++) {
        const float *z = call->z + i * call->width;
        float *dz = call->dz ? call->dz + i * call->width : NULL;
        int32_t class = call->classes[i];
        double weight = weights ? weights[class] : 1.0, scale = weight / (double)call->batch;
        sum += weight * (call->logits ? logit_row(z, call->width, class, gamma, dz, scale)
                                      : probability_row(z, call->width, class, gamma, dz, scale));
    }
    return sum / (double)call->batch;
}

const struct nn_loss_class nn_loss_focal = {
    .name = "focal",
    .aliases = "categorical_focal_crossentropy",
    .summary = "cross-entropy that turns to the hard samples",
    .formula = "mean over samples of -w[class] (1 - p[class])^gamma log p[class], p = softmax(z)",
    .source = "Lin, Goyal, Girshick, He, Dollar 2017, ICCV, equation 5, for several classes",
    .args = args,
    .target = NN_TARGET_CLASS,
    .fuses = "softmax",
    .check = check,
    .evaluate = evaluate,
};
