/* Hinge loss: the score of the right class must lead by a margin. */
#include "engine/loss.h"

#include <math.h>

enum { ARG_MARGIN, ARG_SQUARED };

static const struct nn_arg_spec args[] = {
    [ARG_MARGIN] = {.name = "margin",
                    .type = NN_ARG_REAL,
                    .fallback = "1",
                    .min = 1e-9,
                    .max = 1e9,
                    .help = "lead that costs nothing more"},
    [ARG_SQUARED] = {.name = "squared",
                     .type = NN_ARG_BOOL,
                     .fallback = "no",
                     .help = "what is missing to the margin counts with its square"},
    {.name = NULL},
};

/* What is missing to the margin, squared if wanted; *slope is its derivative by the missing lead.
 */
static double lack(double margin, double lead, bool squared, double *slope)
{
    double missing = margin - lead;
    if (missing <= 0.0) { /* a NaN is not */
        *slope = 0.0;
        return 0.0;
    }
    *slope = squared ? 2.0 * missing : 1.0;
    return squared ? missing * missing : missing;
}

/* One output: target 0 wants it below -margin, 1 above margin. */
static double binary_row(const struct nn_args *values, const float *z, float t, float *dz,
                         double scale)
{
    double sign = 2.0 * (double)t - 1.0, slope;
    double loss = lack(nn_args_real(values, ARG_MARGIN), sign * (double)z[0],
                       nn_args_bool(values, ARG_SQUARED), &slope);
    if (dz)
        dz[0] = (float)(-slope * sign * scale);
    return loss;
}

static size_t marked(const float *t, size_t width)
{
    size_t best = 0;
    for (size_t k = 1; k < width; k++)
        if (t[k] > t[best])
            best = k;
    return best;
}

/* Several: the marked one leads each of the others. */
static double row(const struct nn_args *values, const float *z, size_t width, size_t class,
                  float *dz, double scale)
{
    double margin = nn_args_real(values, ARG_MARGIN), sum = 0.0, down = 0.0, slope;
    bool squared = nn_args_bool(values, ARG_SQUARED);
    for (size_t k = 0; k < width; k++) {
        if (k == class)
            continue;
        sum += lack(margin, (double)z[class] - (double)z[k], squared, &slope);
        down += slope;
        if (dz)
            dz[k] = (float)(slope / (double)width * scale);
    }
    if (dz)
        dz[class] = (float)(-down / (double)width * scale);
    return sum / (double)width;
}

static double evaluate(const struct nn_loss_call *call)
{
    double sum = 0.0, scale = 1.0 / (double)call->batch;
    for (size_t i = 0; i < call->batch; i++) {
        const float *z = call->z + i * call->width, *t = call->values + i * call->width;
        float *dz = call->dz ? call->dz + i * call->width : NULL;
        sum += call->width == 1
                   ? binary_row(call->args, z, *t, dz, scale)
                   : row(call->args, z, call->width, marked(t, call->width), dz, scale);
    }
    return sum * scale;
}

const struct nn_loss_class nn_loss_hinge = {
    .name = "hinge",
    .aliases = "categorical_hinge",
    .summary = "the right class must lead by a margin, as in support vector machines",
    .formula =
        "mean over samples of the sum of max(0, margin - z[class] + z[k]) / K over the other "
        "classes k; one output: max(0, margin - s z), s = 2 t - 1",
    .source = "Weston, Watkins 1999, ESANN; PyTorch MultiMarginLoss; one output as Keras' Hinge",
    .args = args,
    .target = NN_TARGET_MARKS,
    .scores = true,
    .evaluate = evaluate,
};
