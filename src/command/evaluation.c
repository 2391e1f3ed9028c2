#include "command/evaluation.h"

#include "command/job.h"

void nn_evaluations_forget(struct nn_session *session)
{
    for (int i = 0; i < NN_SPLIT_COUNT; i++) {
        if (session->evaluations[i].confusion.counts)
            nn_confusion_clear(&session->evaluations[i].confusion);
        session->evaluations[i] = (struct nn_evaluation){0};
    }
}

static enum nn_status check_ready(const struct nn_session *session, struct nn_error *error)
{
    if (!session->dataset)
        return nn_fail(error, NN_STATE,
                       "there are no data: `data load` or `data demo` brings some");
    if (session->net->count < 2)
        return nn_fail(error, NN_STATE, "there is no net: `net new` and `add` build one");
    if (!session->recipe.loss)
        return nn_fail(error, NN_STATE,
                       "the net is not compiled: `compile loss=...` says what to measure");
    return NN_OK;
}

enum nn_status nn_evaluation_get(struct nn_session *session, enum nn_split split,
                                 const struct nn_evaluation **evaluation, struct nn_error *error)
{
    struct nn_evaluation *known = &session->evaluations[split];
    struct nn_evaluation fresh = {.known = true};
    const struct nn_net *net = NULL;
    struct nn_source source;
    enum nn_status status = check_ready(session, error);
    if (status != NN_OK)
        return status;
    NN_TRY(nn_job_net(session, true, &net, error));
    if (known->known && known->revision == net->revision && !nn_job_training(session)) {
        *evaluation = known;
        return NN_OK;
    }
    nn_dataset_source(session->dataset, split, &source);
    NN_TRY(nn_recipe_check(&session->recipe, net, &source, error));
    if (source.classes > 0 && source.labelled)
        NN_TRY(nn_confusion_init(&fresh.confusion, source.classes, error));
    NN_TRY(nn_evaluate_numbers(net, &source, &session->recipe, fresh.values,
                               fresh.confusion.counts ? &fresh.confusion : NULL, error));
    fresh.revision = net->revision;
    fresh.samples = source.count;
    if (known->confusion.counts)
        nn_confusion_clear(&known->confusion);
    *known = fresh;
    fresh.confusion = (struct nn_confusion){0};
    *evaluation = known;
out:
    if (fresh.confusion.counts)
        nn_confusion_clear(&fresh.confusion);
    return status;
}
