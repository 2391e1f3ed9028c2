#include "explain/line.h"

#include "base/mem.h"
#include "explain/rules.h"

#include <math.h>
#include <string.h>

/* The embedding that alone reads the input: all that is computed comes from its values and from
 * constants. 0: there is none. */
static int only_embedding(const struct nn_net *net)
{
    int reader = 0, readers = 0;
    for (int i = 1; i < net->count; i++)
        for (int k = 0; k < net->nodes[i]->input_count; k++)
            if (net->nodes[i]->inputs[k] == 0 &&
                !(net->nodes[i]->layer->flags & NN_LAYER_CONSTANT)) {
                reader = i;
                readers++;
            }
    return readers == 1 && (net->nodes[reader]->layer->flags & NN_LAYER_INDEX) ? reader : 0;
}

enum nn_status nn_line_place(const struct nn_net *net, int node, int *at, struct nn_error *error)
{
    int embedding = only_embedding(net);
    struct nn_error reason = {0};
    enum nn_status status = nn_gradient_exists(net, 0, node, &reason);
    *at = 0;
    if (status == NN_REFUSED && embedding > 0 && embedding <= node &&
        nn_gradient_exists(net, embedding, node, NULL) == NN_OK) {
        *at = embedding;
        return NN_OK;
    }
    if (status != NN_OK && error)
        *error = reason;
    return status;
}

enum nn_status nn_line_init(struct nn_line *line, const struct nn_explain_call *call,
                            struct nn_error *error)
{
    enum nn_status status;
    *line = (struct nn_line){0};
    NN_TRY(nn_line_place(call->net, call->target.node, &line->at, error));
    line->size = call->net->nodes[line->at]->size;
    line->width = line->size / call->net->nodes[0]->size;
    line->from = nn_calloc(line->size, sizeof *line->from);
    line->to = nn_calloc(line->size, sizeof *line->to);
    if (!line->from || !line->to)
        NN_TRY(nn_fail_memory(error, line->size * sizeof *line->to));
    if (line->at > 0)
        NN_TRY(nn_pass_new(call->net, 1, NN_PASS_FORWARD, 0, &line->pass, error));
out:
    return status;
}

void nn_line_clear(struct nn_line *line)
{
    nn_free(line->from);
    nn_free(line->to);
    nn_pass_free(line->pass);
    *line = (struct nn_line){0};
}

/* One end: the input itself, or what the embedding makes of it. */
static enum nn_status lay_end(struct nn_line *line, const struct nn_explain_call *call,
                              const float *x, const char *what, float *end, struct nn_error *error)
{
    if (line->at > 0) {
        memcpy(nn_pass_input(line->pass), x, call->net->nodes[0]->size * sizeof *x);
        enum nn_status status = nn_explain_forward(line->pass, 1, call->progress, error);
        if (status != NN_OK)
            return status;
        x = nn_pass_output(line->pass, line->at);
    }
    memcpy(end, x, line->size * sizeof *end);
    for (size_t i = 0; line->at > 0 && i < line->size; i++)
        if (!isfinite(end[i]))
            return nn_fail(error, NN_REFUSED, "%s: value %zu is no index that layer %s has", what,
                           i / line->width, call->net->nodes[line->at]->name);
    return NN_OK;
}

enum nn_status nn_line_lay(struct nn_line *line, const struct nn_explain_call *call, size_t s,
                           struct nn_error *error)
{
    const float *x = call->x + s * call->net->nodes[0]->size;
    enum nn_status status =
        lay_end(line, call, nn_explain_baseline(call, s), "the baseline", line->from, error);
    return status == NN_OK ? lay_end(line, call, x, "the input", line->to, error) : status;
}

void nn_line_point(const struct nn_line *line, double t, float *x)
{
    for (size_t i = 0; i < line->size; i++) {
        double b = (double)line->from[i];
        x[i] = (float)(b + t * ((double)line->to[i] - b));
    }
}

double nn_line_shares(const struct nn_line *line, const double *integral, float *out)
{
    double total = 0;
    for (size_t i = 0; i < line->size; i += line->width) {
        double share = -0.0; /* which changes no value that is added to it */
        for (size_t k = i; k < i + line->width; k++)
            share += ((double)line->to[k] - (double)line->from[k]) * integral[k];
        out[i / line->width] = (float)share;
        total += share;
    }
    return total;
}
