/* Values and gradients of F for many inputs, in chunks of one planned pass. */
#include "explain/method.h"

#include "base/mem.h"
#include "explain/rules.h"
#include "kernels/kernels.h"

#include <string.h>

static void copy_floats(float *to, const float *from, size_t count)
{
    memcpy(to, from, count * sizeof *to);
}

enum {
    CACHE = 16 << 20, /* bytes: the part of a last-level cache to count on */
    FEWEST = 4        /* samples at a time: fewer read the weights too often */
};
#define AT_ONCE 2e9 /* floating-point operations: more at once cannot be stopped soon */

enum nn_status nn_explain_pass_after(const struct nn_net *net, int at, size_t n,
                                     size_t walk_scratch, struct nn_pass **pass,
                                     struct nn_error *error)
{
    enum nn_status status = nn_pass_new(net, n, NN_PASS_GRADIENTS, walk_scratch, pass, error);
    if (status == NN_OK && at > 0) {
        memset(nn_pass_input(*pass), 0, n * net->nodes[0]->size * sizeof(float));
        nn_pass_forward(*pass, n, NULL);
    }
    return status;
}

enum nn_status nn_explain_forward_after(struct nn_pass *pass, int at, size_t n,
                                        struct nn_progress *progress, struct nn_error *error)
{
    /* forward, and backward where there is room for gradients, which is twice as much */
    double steps = nn_pass_flags(pass) & NN_PASS_GRADIENTS ? 3 : 1;
    nn_pass_watch(pass, progress);
    nn_progress_work(progress, (double)n * steps * nn_net_flops(nn_pass_net(pass)));
    if (!nn_cancelled(progress)) {
        nn_pass_set_batch(pass, n);
        nn_pass_forward_after(pass, at);
    }
    return nn_cancelled(progress) ? nn_fail(error, NN_CANCELLED, "stopped") : NN_OK;
}

enum nn_status nn_explain_forward(struct nn_pass *pass, size_t n, struct nn_progress *progress,
                                  struct nn_error *error)
{
    return nn_explain_forward_after(pass, 0, n, progress, error);
}

size_t nn_explain_chunk(const struct nn_net *net, size_t n, unsigned flags)
{
    size_t bytes, chunk = n < NN_EXPLAIN_CHUNK ? n : NN_EXPLAIN_CHUNK;
    if (chunk <= FEWEST || nn_pass_bytes(net, chunk, flags, &bytes, NULL) != NN_OK)
        return chunk;
    bytes /= chunk;
    if (chunk * bytes > CACHE)
        chunk = CACHE / bytes > FEWEST ? CACHE / bytes : FEWEST;
    while (chunk > 1 && (double)chunk * nn_net_flops(net) > AT_ONCE)
        chunk /= 2;
    return chunk;
}

static bool has_seen(const struct nn_seen *seen, const float *x)
{
    return seen->pass && seen->x == x;
}

/* Forward of n inputs of a job. */
static enum nn_status run_forward(struct nn_pass *pass, const struct nn_gradient_job *job,
                                  size_t first, size_t n, struct nn_progress *progress,
                                  struct nn_error *error)
{
    size_t in = job->net->nodes[job->at]->size;
    if (pass == job->seen.pass)
        return nn_cancelled(progress) ? nn_fail(error, NN_CANCELLED, "stopped") : NN_OK;
    copy_floats(nn_pass_output_mutable(pass, job->at), job->x + first * in, n * in);
    return nn_explain_forward_after(pass, job->at, n, progress, error);
}

enum nn_status nn_explain_gradient(const struct nn_gradient_job *job, struct nn_progress *progress,
                                   struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_pass *pass = NULL;
    const struct nn_net *net = job->net;
    size_t chunk = nn_explain_chunk(net, job->n, NN_PASS_GRADIENTS);
    size_t out = net->nodes[job->to]->size;
    bool seen = has_seen(&job->seen, job->x) && job->n == 1 && job->walk_scratch == 0;
    float *seed = NULL;
    NN_TRY(nn_gradient_exists(net, job->to, job->target.node, error));
    seed = nn_calloc(chunk * net->nodes[job->target.node]->size + 1, sizeof *seed);
    if (!seed)
        NN_TRY(nn_fail_memory(error, chunk * net->nodes[job->target.node]->size * sizeof *seed));
    if (seen)
        pass = job->seen.pass;
    else
        NN_TRY(nn_explain_pass_after(net, job->at, chunk, job->walk_scratch, &pass, error));
    for (size_t first = 0; first < job->n; first += chunk) {
        size_t n = job->n - first < chunk ? job->n - first : chunk;
        NN_TRY(run_forward(pass, job, first, n, progress, error));
        if (job->value)
            nn_target_value(&job->target, pass, first, job->value + first);
        if (job->activation)
            copy_floats(job->activation + first * out, nn_pass_output(pass, job->to), n * out);
        nn_target_seed(&job->target, pass, first, seed);
        if (job->relevance)
            nn_kernels->multiply(n * net->nodes[job->target.node]->size, seed,
                                 nn_pass_output(pass, job->target.node), seed);
        struct nn_walk walk = {.from = job->target.node,
                               .seed = seed,
                               .to = job->to,
                               .choose = job->choose,
                               .context = job->context};
        NN_TRY(nn_pass_backward(pass, &walk, error));
        copy_floats(job->dx + first * out, nn_pass_gradient(pass, job->to), n * out);
        nn_progress_set(progress, (double)(first + n) / (double)job->n);
    }
out:
    if (!seen)
        nn_pass_free(pass);
    nn_free(seed);
    return status;
}

enum nn_status nn_explain_input_gradient(const struct nn_explain_call *call,
                                         const struct nn_rule *rectifier, float *out,
                                         struct nn_error *error)
{
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = call->x,
                                  .n = call->batch,
                                  .seen = call->seen,
                                  .dx = out};
    if (rectifier) {
        job.choose = nn_choose_for_rectifiers;
        job.context = (void *)rectifier;
    }
    return nn_explain_gradient(&job, call->progress, error);
}

enum nn_status nn_explain_trials(const struct nn_trials *trials, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_pass *pass = NULL;
    const struct nn_explain_call *call = trials->call;
    struct nn_target target = call->target;
    double value[NN_EXPLAIN_CHUNK];
    int32_t units[NN_EXPLAIN_CHUNK];
    size_t chunk = nn_explain_chunk(call->net, trials->n, NN_PASS_FORWARD);
    target.unit = units;
    for (size_t i = 0; i < chunk; i++)
        units[i] = call->target.unit[trials->sample];
    NN_TRY(nn_pass_new(call->net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < trials->n; first += chunk) {
        size_t n = trials->n - first < chunk ? trials->n - first : chunk;
        trials->make(trials->context, first, n, nn_pass_input(pass));
        NN_TRY(nn_explain_forward(pass, n, call->progress, error));
        nn_target_value(&target, pass, 0, value);
        trials->take(trials->context, first, n, value);
        nn_progress_set(call->progress, (double)(first + n) / (double)trials->n);
    }
out:
    nn_pass_free(pass);
    return status;
}

enum nn_status nn_explain_value(const struct nn_net *net, const struct nn_target *target,
                                const float *x, size_t n, double *value,
                                struct nn_progress *progress, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_pass *pass = NULL;
    size_t chunk = nn_explain_chunk(net, n, NN_PASS_FORWARD), in = net->nodes[0]->size;
    NN_TRY(nn_pass_new(net, chunk, NN_PASS_FORWARD, 0, &pass, error));
    for (size_t first = 0; first < n; first += chunk) {
        size_t count = n - first < chunk ? n - first : chunk;
        copy_floats(nn_pass_input(pass), x + first * in, count * in);
        NN_TRY(nn_explain_forward(pass, count, progress, error));
        nn_target_value(target, pass, first, value + first);
    }
out:
    nn_pass_free(pass);
    return status;
}

enum nn_status nn_explain_answer(const struct nn_explain_call *call, const struct nn_target *target,
                                 const float *x, double *value, struct nn_error *error)
{
    if (!has_seen(&call->seen, x))
        return nn_explain_value(call->net, target, x, 1, value, NULL, error);
    nn_target_value(target, call->seen.pass, 0, value);
    return NN_OK;
}

enum nn_status nn_explain_base(const struct nn_explain_call *call, size_t s, double *base,
                               struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct nn_target target = call->target;
    size_t count = call->backgrounds;
    double *value = NULL;
    int32_t *units = NULL;
    target.unit += s;
    if (count == 0)
        return nn_explain_answer(call, &target, nn_explain_baseline(call, s), base, error);
    value = nn_calloc(count, sizeof *value);
    units = nn_calloc(count, sizeof *units);
    if (!value || !units)
        NN_TRY(nn_fail_memory(error, count * sizeof *value));
    for (size_t k = 0; k < count; k++)
        units[k] = call->target.unit[s];
    target.unit = units;
    NN_TRY(nn_explain_value(call->net, &target, call->background, count, value, call->progress,
                            error));
    *base = 0;
    for (size_t k = 0; k < count; k++)
        *base += value[k] / (double)count;
out:
    nn_free(value);
    nn_free(units);
    return status;
}

enum nn_status nn_explain_ends(const struct nn_explain_call *call, size_t s, double ends[2],
                               struct nn_error *error)
{
    struct nn_target target = call->target;
    target.unit += s;
    enum nn_status status = nn_explain_base(call, s, &ends[0], error);
    if (status != NN_OK)
        return status;
    return nn_explain_answer(call, &target, call->x + s * call->net->nodes[0]->size, &ends[1],
                             error);
}
