#include "explain/explain.h"

#include "base/mem.h"
#include "explain/line.h"
#include "explain/parse.h"
#include "explain/rules.h"
#include "kernels/kernels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct nn_arg_spec nn_no_args[] = {{0}};

enum nn_status nn_explain_check_net(const struct nn_net *net, struct nn_error *error)
{
    struct nn_param *param;
    char name[NN_NAME_SIZE * 2];
    int node;
    for (size_t p = 0; (param = nn_net_param(net, p, &node, name)); p++) {
        /* A sum of floats in double is finite if and only if all of them are. */
        if (!isfinite(nn_kernels->sum(nn_shape_size(&param->value.shape), param->value.data)))
            return nn_fail(error, NN_REFUSED,
                           "%s holds values that are not finite: there is nothing to explain",
                           name);
    }
    return NN_OK;
}

static enum nn_status check_request(const struct nn_explain_request *request,
                                    struct nn_error *error)
{
    const struct nn_net *net = request->net;
    if (net->count < 2)
        return nn_fail(error, NN_STATE,
                       "there is no net to explain: `net new` and `add`, or `open` a model");
    size_t count = request->batch * net->nodes[0]->size;
    if (!isfinite(nn_kernels->sum(count, request->x)))
        return nn_fail(error, NN_REFUSED, "the input holds values that are not finite");
    return nn_explain_check_net(net, error);
}

/* Probability of the target class of sample 0, if the net ends with softmax, logsoftmax or sigmoid.
 */
static enum nn_status probability(const struct nn_explain_call *call, double *p,
                                  struct nn_error *error)
{
    const struct nn_node *output = nn_net_output(call->net);
    bool logarithm = strcmp(output->layer->name, "logsoftmax") == 0,
         softmax = logarithm || strcmp(output->layer->name, "softmax") == 0,
         sigmoid = strcmp(output->layer->name, "sigmoid") == 0;
    *p = NAN;
    if (call->target.what == NN_EXPLAIN_UNIT || call->target.loss.loss ||
        !(softmax || (sigmoid && call->target.binary)))
        return NN_OK;
    struct nn_target target = call->target;
    target.what = NN_EXPLAIN_CLASS;
    target.node = output->index;
    target.binary = false;
    int32_t unit = call->target.binary ? 0 : call->target.unit[0];
    target.unit = &unit;
    enum nn_status status = nn_explain_answer(call, &target, call->x, p, error);
    if (status == NN_OK && logarithm)
        *p = exp(*p);
    if (status == NN_OK && call->target.binary && call->target.unit[0] == 0)
        *p = 1 - *p;
    return status;
}

enum nn_status nn_explain_tell(const struct nn_explain_call *call, const char *key,
                               const char *value, struct nn_error *error)
{
    if (!call->told)
        return NN_OK;
    if (value)
        return nn_args_set(call->told, key, value, "", error);
    call->told->values[nn_args_find(call->told->specs, key)].set = false;
    return NN_OK;
}

enum nn_status nn_explain_tell_count(const struct nn_explain_call *call, const char *key,
                                     size_t count, struct nn_error *error)
{
    char text[24];
    snprintf(text, sizeof text, "%zu", count);
    return nn_explain_tell(call, key, text, error);
}

/* The argument that would make the gap smaller, if there is one: how large it is say the figures.
 */
static void note_gap(const struct nn_method *method, struct nn_result *result)
{
    bool steps = nn_args_find(method->args, "steps") >= 0,
         samples = nn_args_find(method->args, "samples") >= 0;
    size_t used = strlen(result->note);
    if (steps || samples)
        snprintf(result->note + used, sizeof result->note - used, "%sFor a smaller gap raise %s=.",
                 used ? " " : "", steps ? "steps" : "samples");
}

/* Of a path through the values of an embedding: where it leads, and what a value of the map is. */
static enum nn_status note_path(const struct nn_method *method, const struct nn_explain_call *call,
                                struct nn_result *result, struct nn_error *error)
{
    int at;
    enum nn_status status = nn_line_place(call->net, call->target.node, &at, error);
    if (status != NN_OK || at == 0)
        return status;
    const struct nn_node *node = call->net->nodes[at];
    char sum[80] = "";
    if (!(method->flags & NN_METHOD_LAYER))
        snprintf(sum, sizeof sum, "; an index has the sum over its %zu values",
                 node->size / call->net->nodes[0]->size);
    snprintf(result->note, sizeof result->note,
             "The path leads through the values of %s, from those of the baseline's indices%s.",
             node->name, sum);
    return NN_OK;
}

static enum nn_status fill(struct nn_result *result, const struct nn_explain_request *request,
                           const struct nn_explain_call *call, const double *gap,
                           struct nn_error *error)
{
    enum nn_status status;
    const struct nn_method *method = request->method;
    struct nn_buffer text;
    double value, base, p;
    struct nn_shape shape = result->input.shape;
    nn_buffer_init(&text, 0);
    result->scale = method->scale;
    result->sample = -1;
    snprintf(result->method, sizeof result->method, "%s", method->name);
    nn_args_format(call->told, true, &text);
    NN_TRY(nn_buffer_check(&text, error));
    snprintf(result->parameters, sizeof result->parameters, "%s", nn_buffer_string(&text));
    nn_target_text(&call->target, call->net, request->classes, request->class_count, 0,
                   result->target, sizeof result->target);
    if (request->batch == 1 && call->target.what == NN_EXPLAIN_CLASS)
        result->class_shown = call->target.unit[0];
    if (method->flags & NN_METHOD_LAYER)
        snprintf(result->layer, sizeof result->layer, "%s", call->net->nodes[call->layer]->name);
    snprintf(result->title, sizeof result->title, "%s of the %s%s%s", method->name, result->target,
             *result->layer ? " at " : "", result->layer);
    NN_TRY(nn_explain_answer(call, &call->target, call->x, &value, error));
    NN_TRY(probability(call, &p, error));
    nn_result_figure(result, "F(x)", value);
    if (!isnan(p))
        nn_result_figure(result, "p", p);
    if (method->flags & NN_METHOD_PATH)
        NN_TRY(note_path(method, call, result, error));
    if (method->flags & NN_METHOD_COMPLETE) {
        NN_TRY(nn_explain_base(call, 0, &base, error));
        nn_result_figure(result, "F(baseline)", base);
        nn_result_figure(result, "gap", gap[0]);
        double relative = fabs(gap[0]) / fmax(fabs(value - base), 1e-12);
        if (relative > 0.01)
            note_gap(method, result);
    }
    if (method->flags & NN_METHOD_CONSERVES) {
        nn_result_figure(result, "gap", gap[0]);
        if (fabs(gap[0]) > 0.01 * fabs(value))
            snprintf(result->note, sizeof result->note,
                     "The gap is what biases (and epsilon) hold of F(x): no error.");
    }
    if (method->flags & NN_METHOD_RECTIFIERS) {
        bool has = false;
        NN_TRY(nn_net_has_rectifier(call->net, call->target.node, &has, error));
        if (!has)
            snprintf(
                result->note, sizeof result->note,
                "The net has no relu, whose backward step %s changes: this is the plain gradient.",
                method->name);
    }
    NN_TRY(nn_tensor_init(&result->input, &shape, error));
    memcpy(result->input.data, call->x, request->batch * call->net->nodes[0]->size * sizeof(float));
out:
    nn_buffer_clear(&text);
    return status;
}

static struct nn_shape batch_of(size_t batch, const struct nn_shape *shape)
{
    struct nn_shape result = {.rank = shape->rank + 1, .dim = {batch}};
    memcpy(result.dim + 1, shape->dim, (NN_MAX_RANK - 1) * sizeof *shape->dim);
    return result;
}

/* A single sample is run once, for its class, its figures and its gradient. */
static enum nn_status look(struct nn_explain_call *call, struct nn_error *error)
{
    struct nn_pass *pass;
    if (call->batch != 1)
        return NN_OK;
    enum nn_status status = nn_pass_new(call->net, 1, NN_PASS_GRADIENTS, 0, &pass, error);
    if (status != NN_OK)
        return status;
    memcpy(nn_pass_input(pass), call->x, call->net->nodes[0]->size * sizeof *call->x);
    call->seen = (struct nn_seen){.pass = pass, .x = call->x};
    return nn_explain_forward(pass, 1, call->progress, error);
}

/* Target, layer and the method itself; the result is filled but for its figures. */
static enum nn_status run_method(const struct nn_explain_request *request,
                                 struct nn_explain_call *call, int32_t *units, double *gap,
                                 struct nn_result *result, struct nn_error *error)
{
    enum nn_status status;
    const struct nn_method *method = request->method;
    struct nn_shape shape = call->net->nodes[0]->shape;
    struct nn_explain_request asked = *request;
    result->input.shape = batch_of(request->batch, &shape);
    asked.seen = call->seen;
    NN_TRY(nn_target_parse(&asked, units, &call->target, error));
    if (method->flags & NN_METHOD_LAYER)
        NN_TRY(nn_layer_parse(request, &call->target, &call->layer, error));
    if (method->shape)
        method->shape(call, &shape);
    shape = batch_of(request->batch, &shape);
    NN_TRY(nn_tensor_init(&result->values, &shape, error));
    NN_TRY(method->run(call, result->values.data, gap, error));
out:
    return status;
}

struct nn_explain_request nn_explain_part(const struct nn_explain_request *request, size_t first,
                                          size_t n)
{
    struct nn_explain_request part = *request;
    part.x += first * request->net->nodes[0]->size;
    part.batch = n;
    part.labels = request->labels ? request->labels + first : NULL;
    if (request->loss.loss)
        part.loss.values += first * request->net->nodes[request->loss.node]->size;
    part.targets = request->targets ? request->targets + first : NULL;
    if (request->own_baselines)
        part.baseline += first * request->net->nodes[0]->size;
    return part;
}

enum nn_status nn_explain(const struct nn_explain_request *request, struct nn_result **result,
                          struct nn_error *error)
{
    struct nn_result *made = NULL;
    enum nn_status status = check_request(request, error);
    if (status != NN_OK)
        return status;
    size_t in = request->net->nodes[0]->size;
    int32_t *units = nn_calloc(request->batch, sizeof *units);
    double *gap = nn_calloc(request->batch, sizeof *gap);
    float *zeros = nn_calloc(in, sizeof *zeros);
    struct nn_args told = {0};
    struct nn_explain_call call = {
        .net = request->net,
        .batch = request->batch,
        .x = request->x,
        .baseline = request->baseline ? request->baseline : zeros,
        .baselines = request->own_baselines ? request->batch : 1,
        .background = request->background,
        .backgrounds = request->method->flags & NN_METHOD_BACKGROUND ? request->backgrounds : 0,
        .args = request->args,
        .told = &told,
        .seed = request->seed,
        .progress = request->progress};
    if (!units || !gap || !zeros)
        NN_TRY(nn_fail_memory(error, in * sizeof *zeros));
    NN_TRY(nn_args_copy(&told, request->args, error));
    NN_TRY(look(&call, error));
    NN_TRY(nn_result_new(NN_RESULT_ATTRIBUTION, "explain", &made, error));
    NN_TRY(run_method(request, &call, units, gap, made, error));
    NN_TRY(fill(made, request, &call, gap, error));
    nn_progress_set(request->progress, 1);
    *result = made;
    made = NULL;
out:
    nn_args_clear(&told);
    nn_pass_free(call.seen.pass);
    nn_free(units);
    nn_free(gap);
    nn_free(zeros);
    nn_result_free(made);
    return status;
}
