#include "explain/neuron.h"
#include "explain/quadrature.h"

#include "base/mem.h"

#include <string.h>

enum { UNIT, STEPS, RULE };

static const struct nn_arg_spec args[] = {
    {"unit", NN_ARG_TEXT, "0", 0, 0, NULL, NULL,
     "of the layer: a number (of a feature map: all of it), or MAP,ROW,COLUMN", 0},
    {"steps", NN_ARG_INT, "50", 1, 100000, NULL, "nodes",
     "points on the path from baseline to input", 0},
    {"rule", NN_ARG_CHOICE, "gausslegendre", 0, 0, NN_QUADRATURE_NAMES, NULL,
     "quadrature of the path integral", 0},
    {0},
};

struct path {
    size_t steps, size;
    double *nodes, *weights; /* [steps] */
    float *x, *dx;           /* [chunk, size] */
    double *sum;             /* [size] */
};

static enum nn_status path_init(struct path *path, const struct nn_explain_call *call,
                                struct nn_error *error)
{
    path->steps = (size_t)nn_args_int(call->args, STEPS);
    path->size = call->net->nodes[0]->size;
    path->nodes = nn_calloc(path->steps, sizeof *path->nodes);
    path->weights = nn_calloc(path->steps, sizeof *path->weights);
    path->x = nn_calloc(path->size, NN_EXPLAIN_CHUNK * sizeof *path->x);
    path->dx = nn_calloc(path->size, NN_EXPLAIN_CHUNK * sizeof *path->dx);
    path->sum = nn_calloc(path->size, sizeof *path->sum);
    if (!path->nodes || !path->weights || !path->x || !path->dx || !path->sum)
        return nn_fail_memory(error, path->size * NN_EXPLAIN_CHUNK * sizeof(float));
    nn_quadrature((enum nn_quadrature)nn_args_int(call->args, RULE), path->steps, path->nodes,
                  path->weights);
    return NN_OK;
}

static enum nn_status explain_sample(struct path *path, struct nn_neuron *neuron,
                                     const struct nn_explain_call *call, size_t s, float *out,
                                     struct nn_error *error)
{
    const float *x = call->x + s * path->size, *b = nn_explain_baseline(call, s);
    memset(path->sum, 0, path->size * sizeof *path->sum);
    for (size_t first = 0; first < path->steps; first += neuron->chunk) {
        size_t n = path->steps - first < neuron->chunk ? path->steps - first : neuron->chunk;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < path->size; i++)
                path->x[k * path->size + i] =
                    (float)((double)b[i] + path->nodes[first + k] * ((double)x[i] - (double)b[i]));
        enum nn_status status = nn_neuron_gradient(neuron, path->x, n, s, true, path->dx, error);
        if (status != NN_OK)
            return status;
        for (size_t k = 0; k < n; k++)
            for (size_t i = 0; i < path->size; i++)
                path->sum[i] += path->weights[first + k] * (double)path->dx[k * path->size + i];
        nn_progress_set(call->progress, (double)(first + n) / (double)path->steps);
    }
    for (size_t i = 0; i < path->size; i++)
        out[i] = (float)(((double)x[i] - (double)b[i]) * path->sum[i]);
    return NN_OK;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    (void)gap;
    enum nn_status status;
    struct path path = {0};
    struct nn_neuron neuron = {0};
    NN_TRY(path_init(&path, call, error));
    NN_TRY(nn_neuron_init(&neuron, call, nn_args_text(call->args, UNIT), path.steps, error));
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(explain_sample(&path, &neuron, call, s, out + s * path.size, error));
        nn_progress_back(call->progress, whole);
    }
out:
    nn_neuron_clear(&neuron);
    nn_free(path.nodes);
    nn_free(path.weights);
    nn_free(path.x);
    nn_free(path.dx);
    nn_free(path.sum);
    return status;
}

const struct nn_method nn_method_neuron_conductance = {
    .name = "neuron_conductance",
    .alias = NULL,
    .summary = "the share of each input value in the answer that flows through one unit of a layer",
    .formula = "(x - b) * integral over t in [0,1] of dF/dA_unit dA_unit/dx at b + t (x - b)",
    .source = "Dhamdhere, Sundararajan, Yan 2018, equation 2; over all units of a layer it adds up "
              "to integrated gradients",
    .args = args,
    .flags = NN_METHOD_LAYER | NN_METHOD_BASELINE,
    .axioms = NN_AXIOM_BATCH | NN_AXIOM_DUMMY,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
