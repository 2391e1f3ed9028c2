#include "explain/method.h"
#include "explain/quadrature.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

enum { STEPS, RULE };

static const struct nn_arg_spec args[] = {
    {"steps", NN_ARG_INT, "50", 1, 100000, NULL, "nodes",
     "points on the path from baseline to input", 0},
    {"rule", NN_ARG_CHOICE, "gausslegendre", 0, 0, NN_QUADRATURE_NAMES, NULL,
     "quadrature of the path integral", 0},
    {0},
};

/* Work of one sample: the inputs on its path, their gradients, and the path itself. */
struct path {
    size_t steps, size;
    double *nodes, *weights; /* [steps] */
    float *x, *gradient;     /* [steps, size] */
    int32_t *units;          /* [steps + 2] */
    double *sum;             /* [size] */
};

static enum nn_status path_init(struct path *path, const struct nn_explain_call *call,
                                struct nn_error *error)
{
    size_t count;
    path->steps = (size_t)nn_args_int(call->args, STEPS);
    path->size = call->net->nodes[0]->size;
    if (!nn_size_mul(path->steps, path->size, &count))
        return nn_fail(error, NN_LIMIT, "integrated_gradients: too many steps");
    path->nodes = nn_calloc(path->steps, sizeof *path->nodes);
    path->weights = nn_calloc(path->steps, sizeof *path->weights);
    path->x = nn_calloc(count, sizeof *path->x);
    path->gradient = nn_calloc(count, sizeof *path->gradient);
    path->units = nn_calloc(path->steps + 2, sizeof *path->units);
    path->sum = nn_calloc(path->size, sizeof *path->sum);
    if (!path->nodes || !path->weights || !path->x || !path->gradient || !path->units || !path->sum)
        return nn_fail_memory(error, 2 * count * sizeof(float));
    nn_quadrature((enum nn_quadrature)nn_args_int(call->args, RULE), path->steps, path->nodes,
                  path->weights);
    return NN_OK;
}

static void path_clear(struct path *path)
{
    nn_free(path->nodes);
    nn_free(path->weights);
    nn_free(path->x);
    nn_free(path->gradient);
    nn_free(path->units);
    nn_free(path->sum);
}

/* sum_k w_k dF/dx (b + t_k (x - b)), accumulated in double. */
static enum nn_status integrate(struct path *path, const struct nn_explain_call *call,
                                const float *x, int32_t unit, struct nn_error *error)
{
    for (size_t k = 0; k < path->steps; k++) {
        path->units[k] = unit;
        for (size_t i = 0; i < path->size; i++) {
            double b = (double)call->baseline[i];
            path->x[k * path->size + i] = (float)(b + path->nodes[k] * ((double)x[i] - b));
        }
    }
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .x = path->x,
                                  .n = path->steps,
                                  .dx = path->gradient};
    job.target.unit = path->units;
    enum nn_status status = nn_explain_gradient(&job, call->progress, error);
    if (status != NN_OK)
        return status;
    memset(path->sum, 0, path->size * sizeof *path->sum);
    for (size_t k = 0; k < path->steps; k++)
        for (size_t i = 0; i < path->size; i++)
            path->sum[i] += path->weights[k] * (double)path->gradient[k * path->size + i];
    return NN_OK;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status;
    struct path path = {0};
    struct nn_target target = call->target;
    int32_t unit;
    double value, base;
    NN_TRY(path_init(&path, call, error));
    target.unit = &unit;
    for (size_t s = 0; s < call->batch; s++) {
        const float *x = call->x + s * path.size;
        double total = 0;
        unit = call->target.unit[s];
        NN_TRY(integrate(&path, call, x, unit, error));
        for (size_t i = 0; i < path.size; i++) {
            double share = ((double)x[i] - (double)call->baseline[i]) * path.sum[i];
            out[s * path.size + i] = (float)share;
            total += share;
        }
        NN_TRY(nn_explain_value(call->net, &target, x, 1, &value, NULL, error));
        NN_TRY(nn_explain_value(call->net, &target, call->baseline, 1, &base, NULL, error));
        gap[s] = total - (value - base);
        nn_progress_set(call->progress, (double)(s + 1) / (double)call->batch);
    }
out:
    path_clear(&path);
    return status;
}

const struct nn_method nn_method_integrated_gradients = {
    .name = "integrated_gradients",
    .alias = "ig",
    .summary = "gradients collected on the way from a baseline to the input; they sum to the "
               "change of the answer",
    .formula = "(x - b) * integral over t in [0,1] of dF/dx at b + t (x - b)",
    .source = "Sundararajan, Taly, Yan 2017, equation 1; Gauss-Legendre quadrature unless told "
              "otherwise, the "
              "trapezoid with weights that sum to 1",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
