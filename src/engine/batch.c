#include "engine/batch.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum nn_status nn_targets_init(struct nn_targets *targets, const struct nn_objective *objective,
                               size_t max_batch, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_targets made = {0};
    size_t floats;
    if (!nn_size_mul(max_batch, objective->width, &floats)) {
        status = nn_fail(error, NN_LIMIT, "a batch of %zu samples is too large", max_batch);
        goto out;
    }
    if (objective->classes)
        made.classes = nn_calloc(max_batch, sizeof *made.classes);
    if (objective->wants_values)
        made.values = nn_calloc_aligned(floats, sizeof *made.values);
    if ((objective->classes && !made.classes) || (objective->wants_values && !made.values)) {
        status = nn_fail_memory(error, floats * sizeof *made.values);
        goto out;
    }
    *targets = made;
    made = (struct nn_targets){0};
out:
    nn_targets_clear(&made);
    return status;
}

void nn_targets_clear(struct nn_targets *targets)
{
    nn_free(targets->classes);
    nn_free(targets->values);
    *targets = (struct nn_targets){0};
}

/* One output stands for class 1; several are one-hot. */
static void spread_classes(const int32_t *classes, size_t n, size_t width, float *values)
{
    if (width == 1) {
        for (size_t i = 0; i < n; i++)
            values[i] = (float)classes[i];
        return;
    }
    memset(values, 0, n * width * sizeof *values);
    for (size_t i = 0; i < n; i++)
        values[i * width + (size_t)classes[i]] = 1.0f;
}

enum nn_status nn_targets_fetch(struct nn_targets *targets, const struct nn_objective *objective,
                                const struct nn_source *source, const size_t *index, size_t n,
                                float *x, struct nn_error *error)
{
    bool classes = objective->classes > 0;
    source->fetch(source, index, n, x, targets->classes, classes ? NULL : targets->values);
    for (size_t i = 0; classes && i < n; i++)
        if (targets->classes[i] < 0 || (size_t)targets->classes[i] >= objective->classes)
            return nn_fail(error, NN_ARGUMENT, "sample %zu has class %d, there are %zu classes",
                           index[i], (int)targets->classes[i], objective->classes);
    if (classes && targets->values)
        spread_classes(targets->classes, n, objective->width, targets->values);
    return NN_OK;
}

struct nn_mean nn_targets_loss(const struct nn_targets *targets,
                               const struct nn_objective *objective, const struct nn_pass *pass,
                               float *dz)
{
    struct nn_mean mean = {.weight = (double)nn_pass_batch(pass)};
    struct nn_loss_call call = {
        .batch = nn_pass_batch(pass),
        .width = objective->width,
        .z = nn_pass_output(pass, objective->node),
        .classes = targets->classes,
        .values = targets->values,
        .logits = objective->logits,
        .args = &objective->recipe->loss_args,
        .dz = dz,
        .weight = &mean.weight,
    };
    mean.value = objective->recipe->loss->evaluate(&call);
    return mean;
}

static struct nn_metric_scope scope_of(const struct nn_tally *tally, int metric)
{
    struct nn_metric_scope scope = tally->scope;
    scope.args = &tally->recipe->metric_args[metric];
    return scope;
}

enum nn_status nn_tally_init(struct nn_tally *tally, const struct nn_objective *objective,
                             size_t samples, struct nn_error *error)
{
    static const size_t most = (size_t)1 << 27; /* 1 GiB */
    struct nn_tally made = {.recipe = objective->recipe,
                            .scope = {.width = objective->width,
                                      .classes = objective->classes,
                                      .samples = samples,
                                      .logits = objective->output_logits},
                            .count = NN_TALLY_METRICS};
    for (int i = 0; i < made.recipe->metric_count; i++) {
        const struct nn_metric_class *metric = made.recipe->metrics[i];
        struct nn_metric_scope scope = scope_of(&made, i);
        if (!nn_size_add(made.count, metric->state(&scope), &made.count) || made.count > most)
            return nn_fail(error, NN_LIMIT, "%s of %zu samples would keep more than 1 GiB",
                           metric->name, samples);
    }
    made.sums = nn_calloc(made.count, sizeof *made.sums);
    if (!made.sums)
        return nn_fail_memory(error, made.count * sizeof *made.sums);
    *tally = made;
    return NN_OK;
}

void nn_tally_clear(struct nn_tally *tally)
{
    nn_free(tally->sums);
    *tally = (struct nn_tally){0};
}

void nn_tally_reset(struct nn_tally *tally)
{
    memset(tally->sums, 0, tally->count * sizeof *tally->sums);
}

static size_t count_correct(const struct nn_metric_scope *scope,
                            const struct nn_metric_batch *batch)
{
    size_t correct = 0;
    for (size_t i = 0; batch->classes && i < batch->batch; i++)
        correct += nn_predicted_class(batch->y + i * scope->width, scope->width, scope->logits) ==
                   batch->classes[i];
    return correct;
}

void nn_tally_add(struct nn_tally *tally, const struct nn_objective *objective,
                  const struct nn_targets *targets, const struct nn_pass *pass, struct nn_mean loss)
{
    struct nn_metric_batch batch = {
        .batch = nn_pass_batch(pass),
        .y = nn_pass_output(pass, nn_net_output(objective->net)->index),
        .classes = targets->classes,
        .values = targets->values,
    };
    double *state = tally->sums + NN_TALLY_METRICS;
    for (int i = 0; i < tally->recipe->metric_count; i++) {
        struct nn_metric_scope scope = scope_of(tally, i);
        tally->recipe->metrics[i]->add(state, &scope, &batch);
        state += tally->recipe->metrics[i]->state(&scope);
    }
    tally->sums[NN_TALLY_LOSS] += loss.value * loss.weight;
    tally->sums[NN_TALLY_WEIGHT] += loss.weight;
    tally->sums[NN_TALLY_SAMPLES] += (double)batch.batch;
    tally->sums[NN_TALLY_CORRECT] += (double)count_correct(&tally->scope, &batch);
}

double nn_tally_loss(const struct nn_tally *tally)
{
    double weight = tally->sums[NN_TALLY_WEIGHT];
    return weight > 0.0 ? tally->sums[NN_TALLY_LOSS] / weight : (double)NAN;
}

void nn_tally_values(struct nn_tally *tally, double values[1 + NN_MAX_METRICS])
{
    double *state = tally->sums + NN_TALLY_METRICS;
    values[0] = nn_tally_loss(tally);
    for (int i = 0; i < tally->recipe->metric_count; i++) {
        struct nn_metric_scope scope = scope_of(tally, i);
        values[1 + i] = tally->recipe->metrics[i]->value(state, &scope);
        state += tally->recipe->metrics[i]->state(&scope);
    }
}
