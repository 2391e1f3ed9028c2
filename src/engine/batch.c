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

enum nn_status nn_tally_init(struct nn_tally *tally, const struct nn_recipe *recipe,
                             struct nn_error *error)
{
    size_t count = 0;
    for (int i = 0; i < recipe->metric_count; i++)
        count += recipe->metrics[i]->state;
    double *states = nn_calloc(count, sizeof *states);
    if (!states)
        return nn_fail_memory(error, count * sizeof *states);
    *tally = (struct nn_tally){.recipe = recipe, .states = states, .state_count = count};
    return NN_OK;
}

void nn_tally_clear(struct nn_tally *tally)
{
    nn_free(tally->states);
    *tally = (struct nn_tally){0};
}

void nn_tally_reset(struct nn_tally *tally)
{
    memset(tally->states, 0, tally->state_count * sizeof *tally->states);
    tally->loss = tally->weight = tally->samples = 0.0;
}

void nn_tally_add(struct nn_tally *tally, const struct nn_objective *objective,
                  const struct nn_targets *targets, const struct nn_pass *pass, struct nn_mean loss)
{
    struct nn_metric_batch batch = {
        .batch = nn_pass_batch(pass),
        .width = objective->width,
        .y = nn_pass_output(pass, nn_net_output(objective->net)->index),
        .classes = targets->classes,
        .values = targets->values,
        .logits = objective->output_logits,
    };
    double *state = tally->states;
    for (int i = 0; i < tally->recipe->metric_count; i++) {
        tally->recipe->metrics[i]->add(state, &batch);
        state += tally->recipe->metrics[i]->state;
    }
    tally->loss += loss.value * loss.weight;
    tally->weight += loss.weight;
    tally->samples += (double)batch.batch;
}

double nn_tally_loss(const struct nn_tally *tally)
{
    return tally->weight > 0.0 ? tally->loss / tally->weight : (double)NAN;
}

void nn_tally_values(const struct nn_tally *tally, double values[1 + NN_MAX_METRICS])
{
    const double *state = tally->states;
    values[0] = nn_tally_loss(tally);
    for (int i = 0; i < tally->recipe->metric_count; i++) {
        values[1 + i] = tally->recipe->metrics[i]->value(state);
        state += tally->recipe->metrics[i]->state;
    }
}
