#include "explain/importance.h"

#include "base/mem.h"
#include "base/random.h"
#include "engine/evaluator.h"

#include <math.h>

/* The samples of another source in which the values of one group come from a random other sample.
 */
struct mixed {
    const struct nn_source *inner;
    const struct nn_groups *groups;
    size_t group;
    size_t *order; /* [count]: whose values a sample gets */
    float *other;  /* [shape]: one sample */
};

static void fetch(const struct nn_source *source, const size_t *index, size_t n, float *x,
                  int32_t *classes, float *values)
{
    const struct mixed *mixed = source->context;
    size_t size = nn_shape_size(&source->shape);
    mixed->inner->fetch(mixed->inner, index, n, x, classes, values);
    for (size_t k = 0; k < n && mixed->group < mixed->groups->count; k++) {
        mixed->inner->fetch(mixed->inner, &mixed->order[index[k]], 1, mixed->other, NULL, NULL);
        for (size_t i = 0; i < size; i++)
            if (mixed->groups->of[i] == mixed->group)
                x[k * size + i] = mixed->other[i];
    }
}

static enum nn_status evaluate(const struct nn_importance_request *request,
                               struct nn_evaluator *evaluator, double *value,
                               struct nn_error *error)
{
    double values[1 + NN_MAX_METRICS];
    enum nn_status status = nn_evaluator_run(evaluator, values, NULL, error);
    if (status == NN_OK)
        *value = values[1 + request->metric];
    return status;
}

/* One group: its values mixed `repeats` times, each time by an order of its own. */
static enum nn_status measure_group(const struct nn_importance_request *request,
                                    struct nn_evaluator *evaluator, struct mixed *mixed,
                                    struct nn_importance *importance, struct nn_error *error)
{
    size_t group = mixed->group, groups = request->groups->count;
    double mean = 0, square = 0, value = 0;
    bool higher =
        request->metric >= 0 && request->recipe->metrics[request->metric]->higher_is_better;
    struct nn_random random;
    nn_random_init(&random, request->seed, NN_STREAM_EXPLAIN, (uint32_t)(1000 + group));
    for (size_t r = 0; r < request->repeats; r++) {
        nn_random_shuffle(&random, mixed->order, mixed->inner->count);
        enum nn_status status = evaluate(request, evaluator, &value, error);
        if (status != NN_OK)
            return status;
        double worse = higher ? importance->base - value : value - importance->base;
        double before = mean;
        mean += (worse - before) / (double)(r + 1);
        square += (worse - before) * (worse - mean);
        nn_progress_set(request->progress,
                        ((double)group + (double)(r + 1) / (double)request->repeats) /
                            (double)groups);
    }
    importance->mean[group] = mean;
    importance->deviation[group] = sqrt(square / (double)request->repeats);
    return NN_OK;
}

enum nn_status nn_importance_measure(const struct nn_importance_request *request,
                                     struct nn_importance *importance, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_source source = *request->source;
    struct nn_evaluator evaluator = {0};
    struct mixed mixed = {
        .inner = request->source, .groups = request->groups, .group = request->groups->count};
    mixed.order = nn_calloc(source.count, sizeof *mixed.order);
    mixed.other = nn_calloc(nn_shape_size(&source.shape), sizeof *mixed.other);
    if (!mixed.order || !mixed.other)
        NN_TRY(nn_fail_memory(error, source.count * sizeof *mixed.order));
    for (size_t i = 0; i < source.count; i++)
        mixed.order[i] = i;
    source.context = &mixed;
    source.fetch = fetch;
    NN_TRY(nn_evaluator_init(&evaluator, request->net, &source, request->recipe, error));
    evaluator.progress = request->progress;
    NN_TRY(evaluate(request, &evaluator, &importance->base, error));
    for (mixed.group = 0; mixed.group < request->groups->count; mixed.group++)
        NN_TRY(measure_group(request, &evaluator, &mixed, importance, error));
out:
    nn_evaluator_clear(&evaluator);
    nn_free(mixed.order);
    nn_free(mixed.other);
    return status;
}
