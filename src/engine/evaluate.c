#include "engine/evaluator.h"

#include "base/mem.h"
#include "engine/finite.h"

#include <string.h>

enum { BATCH = 256 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

enum nn_status nn_evaluator_init(struct nn_evaluator *evaluator, const struct nn_net *net,
                                 const struct nn_source *source, const struct nn_recipe *recipe,
                                 struct nn_error *error)
{
    enum nn_status status;
    struct nn_evaluator made = {.source = *source};
    NN_TRY(nn_objective_bind(&made.objective, recipe, net, source, error));
    size_t batch = least(BATCH, source->count);
    NN_TRY(nn_targets_init(&made.targets, &made.objective, batch, error));
    NN_TRY(nn_tally_init(&made.tally, &made.objective, source->count, error));
    NN_TRY(nn_pass_new(net, batch, NN_PASS_FORWARD, 0, &made.pass, error));
    *evaluator = made;
    made = (struct nn_evaluator){0};
out:
    nn_evaluator_clear(&made);
    return status;
}

void nn_evaluator_clear(struct nn_evaluator *evaluator)
{
    nn_pass_free(evaluator->pass);
    nn_targets_clear(&evaluator->targets);
    nn_tally_clear(&evaluator->tally);
    *evaluator = (struct nn_evaluator){0};
}

static void count_confusion(const struct nn_evaluator *evaluator, struct nn_confusion *confusion)
{
    const struct nn_objective *objective = &evaluator->objective;
    const float *y = nn_pass_output(evaluator->pass, nn_net_output(objective->net)->index);
    for (size_t i = 0; i < nn_pass_batch(evaluator->pass); i++)
        nn_confusion_add(confusion, evaluator->targets.classes[i],
                         nn_predicted_class(y + i * objective->width, objective->width,
                                            objective->output_logits));
}

static enum nn_status run(struct nn_evaluator *evaluator, bool strict,
                          double values[1 + NN_MAX_METRICS], struct nn_confusion *confusion,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t index[BATCH], count = evaluator->source.count;
    const struct nn_objective *objective = &evaluator->objective;
    nn_tally_reset(&evaluator->tally);
    for (size_t start = 0; start < count; start += BATCH) {
        size_t n = least(BATCH, count - start);
        for (size_t i = 0; i < n; i++)
            index[i] = start + i;
        NN_TRY(nn_targets_fetch(&evaluator->targets, objective, &evaluator->source, index, n,
                                nn_pass_input(evaluator->pass), error));
        nn_pass_watch(evaluator->pass, evaluator->progress);
        nn_pass_forward(evaluator->pass, n, NULL);
        if (nn_cancelled(evaluator->progress))
            NN_TRY(nn_fail(error, NN_CANCELLED, "stopped"));
        if (strict)
            NN_TRY(nn_check_answers(evaluator->pass, index, error));
        struct nn_mean loss =
            nn_targets_loss(&evaluator->targets, objective, evaluator->pass, NULL);
        nn_tally_add(&evaluator->tally, objective, &evaluator->targets, evaluator->pass, loss);
        if (confusion && objective->classes)
            count_confusion(evaluator, confusion);
    }
    nn_tally_values(&evaluator->tally, values);
out:
    return status;
}

enum nn_status nn_evaluator_run(struct nn_evaluator *evaluator, double values[1 + NN_MAX_METRICS],
                                struct nn_confusion *confusion, struct nn_error *error)
{
    return run(evaluator, false, values, confusion, error);
}

static enum nn_status evaluate(const struct nn_net *net, const struct nn_source *source,
                               const struct nn_recipe *recipe, bool strict,
                               double values[1 + NN_MAX_METRICS], struct nn_confusion *confusion,
                               struct nn_error *error)
{
    enum nn_status status;
    struct nn_evaluator evaluator = {0};
    NN_TRY(nn_evaluator_init(&evaluator, net, source, recipe, error));
    NN_TRY(run(&evaluator, strict, values, confusion, error));
out:
    nn_evaluator_clear(&evaluator);
    return status;
}

enum nn_status nn_evaluate(const struct nn_net *net, const struct nn_source *source,
                           const struct nn_recipe *recipe, double values[1 + NN_MAX_METRICS],
                           struct nn_confusion *confusion, struct nn_error *error)
{
    return evaluate(net, source, recipe, false, values, confusion, error);
}

enum nn_status nn_evaluate_numbers(const struct nn_net *net, const struct nn_source *source,
                                   const struct nn_recipe *recipe,
                                   double values[1 + NN_MAX_METRICS],
                                   struct nn_confusion *confusion, struct nn_error *error)
{
    return evaluate(net, source, recipe, true, values, confusion, error);
}

enum nn_status nn_predict(const struct nn_net *net, const struct nn_source *source,
                          const size_t *index, size_t count, float *out, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_pass *pass = NULL;
    if (count == 0)
        goto out;
    NN_TRY(nn_objective_check_input(net, source, error));
    NN_TRY(nn_pass_new(net, least(BATCH, count), NN_PASS_FORWARD, 0, &pass, error));
    const struct nn_node *output = nn_net_output(net);
    for (size_t start = 0; start < count; start += BATCH) {
        size_t n = least(BATCH, count - start);
        source->fetch(source, index + start, n, nn_pass_input(pass), NULL, NULL);
        nn_pass_forward(pass, n, NULL);
        NN_TRY(nn_check_answers(pass, index + start, error));
        memcpy(out + start * output->size, nn_pass_output(pass, output->index),
               n * output->size * sizeof *out);
    }
out:
    nn_pass_free(pass);
    return status;
}
