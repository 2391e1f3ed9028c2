/* Share of samples whose class is among the k best. */
#include "engine/metric.h"

#include <math.h>

enum { ARG_K };
enum { CORRECT, SAMPLES, STATE };

static const struct nn_arg_spec args[] = {
    [ARG_K] = {.name = "k",
               .type = NN_ARG_INT,
               .fallback = "5",
               .min = 1,
               .max = 1e9,
               .help = "how many classes may be named, for top_k"},
    {.name = NULL},
};

static size_t state_size(const struct nn_metric_scope *scope)
{
    (void)scope;
    return STATE;
}

/* Whether fewer than k outputs are larger than that of the class; a NaN is none of the best. */
static bool among_best(const float *y, size_t width, int32_t class, int64_t k)
{
    int64_t larger = 0;
    if (isnan(y[class]))
        return false;
    for (size_t i = 0; i < width; i++)
        larger += y[i] > y[class];
    return larger < k;
}

static void add(double *state, const struct nn_metric_scope *scope,
                const struct nn_metric_batch *batch)
{
    int64_t k = nn_args_int(scope->args, ARG_K);
    size_t correct = 0;
    for (size_t i = 0; i < batch->batch; i++) {
        const float *y = batch->y + i * scope->width;
        int32_t class = batch->classes[i];
        correct += scope->width > 1 ? among_best(y, scope->width, class, k)
                                    : k > 1 || nn_predicted_class(y, 1, scope->logits) == class;
    }
    state[CORRECT] += (double)correct;
    state[SAMPLES] += (double)batch->batch;
}

static double value(double *state, const struct nn_metric_scope *scope)
{
    (void)scope;
    return state[SAMPLES] > 0.0 ? state[CORRECT] / state[SAMPLES] : (double)NAN;
}

const struct nn_metric_class nn_metric_top_k = {
    .name = "top_k",
    .summary = "share of samples whose class is among the k best",
    .formula = "share of samples with fewer than k outputs above that of the class",
    .source = "Keras TopKCategoricalAccuracy",
    .args = args,
    .classification = true,
    .higher_is_better = true,
    .state = state_size,
    .add = add,
    .value = value,
};
