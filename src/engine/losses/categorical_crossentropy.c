/* Cross-entropy of one class among several. */
#include "engine/losses/class_weights.h"
#include "engine/losses/probability.h"

#include <math.h>

enum { ARG_FROM_LOGITS, ARG_LABEL_SMOOTHING, ARG_CLASS_WEIGHTS };

static const struct nn_arg_spec args[] = {
    [ARG_FROM_LOGITS] = NN_LOSS_FROM_LOGITS("softmax"),
    [ARG_LABEL_SMOOTHING] = {.name = "label_smoothing",
                             .type = NN_ARG_REAL,
                             .fallback = "0",
                             .max = 0.999,
                             .help = "share of each target that is spread over all classes"},
    [ARG_CLASS_WEIGHTS] = NN_LOSS_CLASS_WEIGHTS,
    {.name = NULL},
};

static enum nn_status check(const struct nn_args *values, size_t width, size_t target_width,
                            struct nn_error *error)
{
    (void)width;
    if (target_width < 2)
        return nn_fail(error, NN_ARGUMENT,
                       "categorical_crossentropy needs at least 2 classes, the data have %zu",
                       target_width);
    return nn_class_weights_check(values, ARG_CLASS_WEIGHTS, target_width, error);
}

/* What a sample's class k counts: -log p[k] enters with it. */
struct target {
    int32_t class;
    double hit, other;     /* of the sample's class, and of the others */
    const double *weights; /* of the classes; NULL = 1 */
};

static double share(const struct target *target, size_t k)
{
    double weight = target->weights ? target->weights[k] : 1.0;
    return weight * ((int32_t)k == target->class ? target->hit + target->other : target->other);
}

/* Sum of share log-losses; dz[k] = p[k] (sum of shares) - share[k], as softmax's derivative has it.
 */
static double logit_row(const float *z, size_t width, const struct target *target, float *dz,
                        double scale)
{
    double top, log_sum = nn_loss_log_sum(z, width, &top), loss = 0.0, total = 0.0;
    for (size_t k = 0; k < width; k++) {
        double part = share(target, k);
        total += part;
        if (part != 0.0)
            loss += part * (log_sum - ((double)z[k] - top));
    }
    for (size_t k = 0; dz && k < width; k++) {
        double p = exp((double)z[k] - top - log_sum);
        dz[k] = (float)((p * total - share(target, k)) * scale);
    }
    return loss;
}

/* The same for probabilities, bounded as PyTorch's binary_crossentropy bounds them. */
static double probability_row(const float *p, size_t width, const struct target *target, float *dp,
                              double scale)
{
    double loss = 0.0;
    for (size_t k = 0; k < width; k++) {
        double part = share(target, k);
        if (part != 0.0)
            loss -= part * nn_loss_bounded_log((double)p[k]);
        if (dp)
            dp[k] = (float)(-part * nn_loss_bounded_inverse((double)p[k]) * scale);
    }
    return loss;
}

/* PyTorch divides a weighted mean by the weights of the samples' classes. */
static double total_weight(const struct nn_loss_call *call, const double *weights)
{
    double sum = 0.0;
    for (size_t i = 0; i < call->batch; i++)
        sum += weights ? weights[call->classes[i]] : 1.0;
    return sum;
}

static double evaluate(const struct nn_loss_call *call)
{
    const double *weights = call->args->values[ARG_CLASS_WEIGHTS].numbers;
    double smoothing = nn_args_real(call->args, ARG_LABEL_SMOOTHING);
    double sum = 0.0, weight = total_weight(call, weights);
    double scale = weight > 0.0 ? 1.0 / weight : 0.0; /* nothing but classes of weight 0 */
    struct target target = {
        .hit = 1.0 - smoothing, .other = smoothing / (double)call->width, .weights = weights};
    for (size_t i = 0; i < call->batch; i++) {
        const float *z = call->z + i * call->width;
        float *dz = call->dz ? call->dz + i * call->width : NULL;
        target.class = call->classes[i];
        sum += call->logits ? logit_row(z, call->width, &target, dz, scale)
                            : probability_row(z, call->width, &target, dz, scale);
    }
    if (call->weight)
        *call->weight = weight;
    return sum * scale;
}

const struct nn_loss_class nn_loss_categorical_crossentropy = {
    .name = "categorical_crossentropy",
    .aliases = "sparse_categorical_crossentropy",
    .summary = "cross-entropy of one class among several",
    .formula = "mean over samples of -log p[class], p = softmax(z); with weights w: sum of "
               "-w[class] log p[class] / sum of w[class]; smoothing s: (1 - s) of it, and s / K of "
               "the sum over all K classes",
    .source = "PyTorch CrossEntropyLoss; for from_logits=no log >= -100, as BCELoss has it; "
              "smoothing: Szegedy et al. 2016, CVPR, section 7",
    .args = args,
    .target = NN_TARGET_CLASS,
    .fuses = "softmax",
    .check = check,
    .evaluate = evaluate,
};
