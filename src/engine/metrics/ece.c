/* Expected calibration error: how far confidence is from being right. */
#include "base/mem.h"
#include "engine/metrics/probability.h"

#include <math.h>

enum { ARG_BINS };
enum { SAMPLES, CONFIDENCE, CORRECT, BIN };

static const struct nn_arg_spec args[] = {
    [ARG_BINS] = {.name = "bins",
                  .type = NN_ARG_INT,
                  .fallback = "15",
                  .min = 1,
                  .max = 1000,
                  .help = "parts of equal width into which confidence is divided, for ece"},
    {.name = NULL},
};

/* Sums of each bin, then the probabilities of one sample. */
static size_t state_size(const struct nn_metric_scope *scope)
{
    size_t size = (size_t)nn_args_int(scope->args, ARG_BINS) * BIN;
    return nn_size_add(size, scope->classes, &size) ? size : SIZE_MAX;
}

/* Bins are (k / n, (k + 1) / n], as in the paper. */
static size_t bin_of(double confidence, size_t bins)
{
    double place = ceil(confidence * (double)bins) - 1.0;
    return place > 0.0 ? place < (double)bins ? (size_t)place : bins - 1 : 0;
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    size_t bins = (size_t)nn_args_int(scope->args, ARG_BINS);
    double *p = state + bins * BIN;
    for (size_t i = 0; i < batch->batch; i++) {
        const float *y = batch->y + i * scope->width;
        int32_t predicted = nn_predicted_class(y, scope->width, scope->logits);
        nn_metric_probabilities(scope, y, p);
        double *bin = state + bin_of(p[predicted], bins) * BIN;
        bin[SAMPLES] += 1.0;
        bin[CONFIDENCE] += p[predicted];
        bin[CORRECT] += (double)(predicted == batch->classes[i]);
    }
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    double sum = 0.0, samples = 0.0;
    for (size_t k = 0; k < (size_t)nn_args_int(scope->args, ARG_BINS); k++) {
        const double *bin = state + k * BIN;
        samples += bin[SAMPLES];
        sum += fabs(bin[CORRECT] - bin[CONFIDENCE]);
    }
    return samples > 0.0 ? sum / samples : (double)NAN;
}

const struct nn_metric_class nn_metric_ece = {
    .name = "ece",
    .summary = "expected calibration error: how far confidence is from being right",
    .formula =
        "sum over bins of (samples in the bin / samples) |accuracy - mean confidence|, of the "
        "predicted class",
    .source = "Guo, Pleiss, Sun, Weinberger 2017, ICML, equation 3",
    .args = args,
    .classification = true,
    .state = state_size,
    .add = add,
    .value = value,
};
