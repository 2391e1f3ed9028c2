#include "command/inquiry.h"

#include "base/mem.h"
#include "command/deliver.h"
#include "command/job.h"
#include "explain/explain.h"

#include <string.h>

void nn_inquiry_free(void *data)
{
    struct nn_inquiry *inquiry = data;
    if (inquiry->of->clear)
        inquiry->of->clear(inquiry);
    nn_args_clear(&inquiry->args);
    nn_arena_clear(&inquiry->arena);
    nn_subject_clear(&inquiry->subject);
    nn_result_free(inquiry->result);
    nn_free(inquiry);
}

enum nn_status nn_inquiry_work(struct nn_job *job, void *data, struct nn_progress *progress,
                               struct nn_error *error)
{
    struct nn_inquiry *inquiry = data;
    (void)job;
    return inquiry->of->work(inquiry, progress, error);
}

enum nn_status nn_inquiry_finish(struct nn_session *session, void *data, enum nn_status status,
                                 struct nn_error *error)
{
    struct nn_inquiry *inquiry = data;
    struct nn_result *result = inquiry->result;
    if (status != NN_OK)
        return status;
    inquiry->result = NULL;
    return nn_deliver(session, result, nn_inquiry_text(inquiry, "out"), error);
}

enum nn_status nn_inquiry_run(const struct nn_invocation *invocation,
                              const struct nn_inquiry_class *inquiry_class, struct nn_error *error)
{
    struct nn_inquiry *inquiry = nn_calloc(1, inquiry_class->size);
    enum nn_status status = NN_OK;
    if (!inquiry)
        return nn_fail_memory(error, inquiry_class->size);
    inquiry->of = inquiry_class;
    inquiry->session = invocation->session;
    inquiry->words = invocation->words;
    inquiry->word_count = invocation->word_count;
    nn_arena_init(&inquiry->arena);
    if (!(invocation->command->flags & NN_COMMAND_RAW))
        NN_TRY(nn_args_copy(&inquiry->args, invocation->args, error));
    NN_TRY(nn_subject_net(invocation->session, &inquiry->net, error));
    NN_TRY(nn_explain_check_net(inquiry->net, error));
    NN_TRY(inquiry_class->prepare(inquiry, error));
    NN_TRY(nn_result_path_check(nn_inquiry_text(inquiry, "out"), error));
    return nn_job_run(invocation->session, &inquiry_class->job, inquiry, true, error);
out:
    nn_inquiry_free(inquiry);
    return status;
}

const char *nn_inquiry_text(const struct nn_inquiry *inquiry, const char *key)
{
    int index = nn_args_find(inquiry->args.specs, key);
    return index < 0 ? NULL : nn_args_text(&inquiry->args, index);
}

uint64_t nn_inquiry_seed(const struct nn_inquiry *inquiry)
{
    int index = nn_args_find(inquiry->args.specs, "seed");
    return index >= 0 && nn_args_is_set(&inquiry->args, index)
               ? (uint64_t)nn_args_int(&inquiry->args, index)
               : inquiry->session->seed;
}

enum nn_status nn_inquiry_all(struct nn_inquiry *inquiry, const char *split, struct nn_error *error)
{
    static const struct nn_arg all = {.set = true, .integer = -1};
    enum nn_status status =
        nn_subject_samples(inquiry->session, split, &all, &inquiry->subject, error);
    if (status != NN_OK)
        return status;
    return nn_subject_fit(inquiry->net, &inquiry->subject.shape, error);
}

enum nn_status nn_inquiry_sample(struct nn_inquiry *inquiry, struct nn_error *error)
{
    int index = nn_args_find(inquiry->args.specs, "sample");
    struct nn_session *session = inquiry->session;
    struct nn_subject *subject = &inquiry->subject;
    enum nn_status status = NN_OK;
    NN_TRY(nn_subject_samples(session, nn_inquiry_text(inquiry, "split"),
                              &inquiry->args.values[index], subject, error));
    NN_TRY(nn_subject_fit(inquiry->net, &subject->shape, error));
    if (subject->count == 1) {
        session->split = subject->split;
        session->sample = (size_t)subject->first;
    }
out:
    return status;
}

/* ---- bounds ---- */

void nn_bounds_clear(struct nn_bounds *bounds)
{
    nn_free(bounds->lows);
    nn_free(bounds->highs);
    *bounds = (struct nn_bounds){0};
}

/* Of every input value by itself. */
static void measure(const struct nn_dataset *data, size_t count, size_t size, float *x, float *lows,
                    float *highs)
{
    for (size_t i = 0; i < count; i++) {
        nn_dataset_sample(data, NN_SPLIT_TRAIN, i, x);
        for (size_t j = 0; j < size; j++) {
            lows[j] = i == 0 || x[j] < lows[j] ? x[j] : lows[j];
            highs[j] = i == 0 || x[j] > highs[j] ? x[j] : highs[j];
        }
    }
}

enum nn_status nn_bounds_find(const struct nn_session *session, const struct nn_net *net,
                              struct nn_bounds *bounds, struct nn_error *error)
{
    bool image = net->nodes[0]->shape.rank == 3;
    struct nn_bounds found = {.low = image ? 0 : -2, .high = image ? 1 : 2};
    size_t size = net->nodes[0]->size;
    struct nn_source source = {0};
    if (session->dataset)
        nn_dataset_source(session->dataset, NN_SPLIT_TRAIN, &source);
    if (source.count == 0 || !nn_shape_equal(&source.shape, &net->nodes[0]->shape)) {
        *bounds = found;
        return NN_OK;
    }
    float *x = nn_calloc(size, sizeof *x);
    found.lows = nn_calloc(size, sizeof *x);
    found.highs = nn_calloc(size, sizeof *x);
    if (!x || !found.lows || !found.highs) {
        nn_free(x);
        nn_bounds_clear(&found);
        return nn_fail_memory(error, size * sizeof *x);
    }
    measure(session->dataset, source.count, size, x, found.lows, found.highs);
    nn_free(x);
    found.low = found.lows[0];
    found.high = found.highs[0];
    for (size_t j = 0; j < size; j++) {
        found.low = found.lows[j] < found.low ? found.lows[j] : found.low;
        found.high = found.highs[j] > found.high ? found.highs[j] : found.high;
    }
    if (image) {
        nn_free(found.lows);
        nn_free(found.highs);
        found.lows = found.highs = NULL;
    }
    *bounds = found;
    return NN_OK;
}
