#include "base/buffer.h"
#include "base/mem.h"
#include "base/number.h"
#include "engine/objective.h"
#include "engine/regularize.h"

enum { BATCH = 256 };

enum nn_status nn_recipe_default(struct nn_recipe *recipe, const struct nn_loss_class *loss,
                                 const struct nn_optimizer_class *optimizer, struct nn_error *error)
{
    enum nn_status status;
    struct nn_recipe made = {.loss = loss,
                             .optimizer = optimizer,
                             .lr = optimizer->default_lr,
                             .schedule = nn_schedule_find("constant")};
    NN_TRY(nn_args_default(&made.loss_args, loss->args, error));
    NN_TRY(nn_args_default(&made.optimizer_args, optimizer->args, error));
    NN_TRY(nn_args_default(&made.schedule_args, made.schedule->args, error));
    NN_TRY(nn_args_default(&made.regularizer_args, nn_regularizer_args, error));
    *recipe = made;
    made = (struct nn_recipe){0};
out:
    nn_recipe_clear(&made);
    return status;
}

enum nn_status nn_recipe_add_metric(struct nn_recipe *recipe, const struct nn_metric_class *metric,
                                    struct nn_error *error)
{
    static const struct nn_arg_spec none[] = {{.name = NULL}};
    int at = recipe->metric_count;
    if (at == NN_MAX_METRICS)
        return nn_fail(error, NN_LIMIT, "at most %d metrics", NN_MAX_METRICS);
    enum nn_status status =
        nn_args_default(&recipe->metric_args[at], metric->args ? metric->args : none, error);
    if (status == NN_OK)
        recipe->metrics[recipe->metric_count++] = metric;
    return status;
}

void nn_recipe_clear(struct nn_recipe *recipe)
{
    for (int i = 0; i < recipe->metric_count; i++)
        nn_args_clear(&recipe->metric_args[i]);
    nn_args_clear(&recipe->loss_args);
    nn_args_clear(&recipe->optimizer_args);
    nn_args_clear(&recipe->schedule_args);
    nn_args_clear(&recipe->regularizer_args);
    *recipe = (struct nn_recipe){0};
}

enum nn_status nn_recipe_copy(struct nn_recipe *to, const struct nn_recipe *from,
                              struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_recipe copy = *from;
    copy.loss_args = copy.optimizer_args = (struct nn_args){0};
    copy.schedule_args = copy.regularizer_args = (struct nn_args){0};
    for (int i = 0; i < NN_MAX_METRICS; i++)
        copy.metric_args[i] = (struct nn_args){0};
    if (from->loss)
        NN_TRY(nn_args_copy(&copy.loss_args, &from->loss_args, error));
    if (from->optimizer)
        NN_TRY(nn_args_copy(&copy.optimizer_args, &from->optimizer_args, error));
    for (int i = 0; i < from->metric_count; i++)
        if (from->metric_args[i].specs)
            NN_TRY(nn_args_copy(&copy.metric_args[i], &from->metric_args[i], error));
    if (from->schedule)
        NN_TRY(nn_args_copy(&copy.schedule_args, &from->schedule_args, error));
    if (from->regularizer_args.specs)
        NN_TRY(nn_args_copy(&copy.regularizer_args, &from->regularizer_args, error));
    *to = copy;
    copy = (struct nn_recipe){0};
out:
    nn_recipe_clear(&copy);
    return status;
}

enum nn_status nn_recipe_check(const struct nn_recipe *recipe, const struct nn_net *net,
                               const struct nn_source *source, struct nn_error *error)
{
    struct nn_objective objective;
    return nn_objective_bind(&objective, recipe, net, source, error);
}

/* ---- balanced class weights ---- */

/* Samples of each class, read batch by batch. */
static enum nn_status count_classes(const struct nn_source *source, uint64_t *counts,
                                    struct nn_error *error)
{
    size_t size = nn_shape_size(&source->shape), index[BATCH];
    int32_t classes[BATCH];
    float *x = nn_calloc(size, BATCH * sizeof *x);
    if (!x)
        return nn_fail_memory(error, size * BATCH * sizeof *x);
    for (size_t start = 0; start < source->count; start += BATCH) {
        size_t left = source->count - start, n = left < BATCH ? left : BATCH;
        for (size_t i = 0; i < n; i++)
            index[i] = start + i;
        source->fetch(source, index, n, x, classes, NULL);
        for (size_t i = 0; i < n; i++)
            if (classes[i] >= 0 && (size_t)classes[i] < source->classes)
                counts[classes[i]]++;
    }
    nn_free(x);
    return NN_OK;
}

static enum nn_status set_weights(struct nn_recipe *recipe, const struct nn_source *source,
                                  const uint64_t *counts, struct nn_error *error)
{
    char number[NN_NUMBER_SIZE];
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    for (size_t k = 0; k < source->classes; k++) {
        double share = (double)counts[k] * (double)source->classes;
        double weight = counts[k] ? (double)source->count / share : 1.0;
        nn_buffer_printf(&text, "%s%s", k ? "," : "", nn_number_double(number, weight));
    }
    enum nn_status status = nn_buffer_check(&text, error);
    if (status == NN_OK)
        status = nn_args_set(&recipe->loss_args, "class_weights", nn_buffer_string(&text),
                             recipe->loss->name, error);
    nn_buffer_clear(&text);
    return status;
}

enum nn_status nn_recipe_balance(struct nn_recipe *recipe, const struct nn_source *source,
                                 struct nn_error *error)
{
    int at = nn_args_find(recipe->loss->args, "class_weights");
    if (at < 0 || !nn_args_is_set(&recipe->loss_args, at) || recipe->loss_args.values[at].numbers)
        return NN_OK;
    if (source->classes == 0)
        return nn_fail(error, NN_ARGUMENT,
                       "balanced class weights need classes, the data have none");
    uint64_t *counts = nn_calloc(source->classes, sizeof *counts);
    if (!counts)
        return nn_fail_memory(error, source->classes * sizeof *counts);
    enum nn_status status = count_classes(source, counts, error);
    if (status == NN_OK)
        status = set_weights(recipe, source, counts, error);
    nn_free(counts);
    return status;
}
