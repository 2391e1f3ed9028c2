#include "explain/exact.h"
#include "explain/line.h"
#include "explain/quadrature.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { STEPS, RULE, TOLERANCE, VARIANT };

#define MOST_STEPS 16384 /* of tolerance=: floats have no more to tell */
/* The choice after the quadratures. */
#define EXACT (NN_QUADRATURE_TRAPEZOID + 1)

static const struct nn_arg_spec args[] = {
    {"steps", NN_ARG_INT, "50", 1, 100000, NULL, "nodes",
     "points on the path from baseline to input", 0},
    {"rule", NN_ARG_CHOICE, "gausslegendre", 0, 0, NN_QUADRATURE_NAMES "|exact", NULL,
     "quadrature of the path integral; exact: cut at every switch of a unit (piecewise linear "
     "nets)",
     0},
    {"tolerance", NN_ARG_REAL, NULL, 1e-9, 1, NULL, NULL,
     "doubles the steps until the gap is at most this share of the change of F", 0},
    {"variant", NN_ARG_CHOICE, "exact", 0, 0, "exact|captum", NULL,
     "captum: its trapezoid, whose weights add up to (steps - 1) / steps", 0},
    {0},
};

/* The points on a path of `steps`, their gradients, and the quadrature. */
struct path {
    size_t steps, size;
    double *nodes, *weights; /* [steps] */
    float *x, *gradient;     /* [steps, size] */
    int32_t *units;          /* [steps] */
};

static void path_clear(struct path *path)
{
    nn_free(path->nodes);
    nn_free(path->weights);
    nn_free(path->x);
    nn_free(path->gradient);
    nn_free(path->units);
    memset(path, 0, sizeof *path);
}

static enum nn_status path_init(struct path *path, const struct nn_explain_call *call,
                                const struct nn_line *line, size_t steps, struct nn_error *error)
{
    size_t count;
    *path = (struct path){.steps = steps, .size = line->size};
    if (!nn_size_mul(path->steps, path->size, &count))
        return nn_fail(error, NN_LIMIT, "integrated_gradients: too many steps");
    path->nodes = nn_calloc(path->steps, sizeof *path->nodes);
    path->weights = nn_calloc(path->steps, sizeof *path->weights);
    path->x = nn_calloc(count, sizeof *path->x);
    path->gradient = nn_calloc(count, sizeof *path->gradient);
    path->units = nn_calloc(path->steps, sizeof *path->units);
    if (!path->nodes || !path->weights || !path->x || !path->gradient || !path->units)
        return nn_fail_memory(error, 2 * count * sizeof(float));
    nn_quadrature((enum nn_quadrature)nn_args_int(call->args, RULE), path->steps, path->nodes,
                  path->weights);
    if (nn_args_int(call->args, VARIANT) == 1 &&
        nn_args_int(call->args, RULE) == NN_QUADRATURE_TRAPEZOID)
        for (size_t k = 0; k < steps; k++)
            path->weights[k] *= (double)(steps - 1) / (double)steps;
    return NN_OK;
}

/* sum_k w_k dF/dx (b + t_k (x - b)), accumulated in double. */
static enum nn_status integrate(struct path *path, const struct nn_explain_call *call,
                                const struct nn_line *line, size_t s, double *sum,
                                struct nn_error *error)
{
    for (size_t k = 0; k < path->steps; k++) {
        path->units[k] = call->target.unit[s];
        nn_line_point(line, path->nodes[k], path->x + k * path->size);
    }
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .at = line->at,
                                  .x = path->x,
                                  .n = path->steps,
                                  .to = line->at,
                                  .dx = path->gradient};
    job.target.unit = path->units;
    enum nn_status status = nn_explain_gradient(&job, call->progress, error);
    if (status != NN_OK)
        return status;
    memset(sum, 0, path->size * sizeof *sum);
    for (size_t k = 0; k < path->steps; k++)
        for (size_t i = 0; i < path->size; i++)
            sum[i] += path->weights[k] * (double)path->gradient[k * path->size + i];
    return NN_OK;
}

/* Without tolerance= one quadrature for all samples; with it the steps double until the gap is
 * small. */
static enum nn_status explain_sample(const struct nn_explain_call *call, const struct nn_line *line,
                                     size_t s, struct path *path, double change, double *sum,
                                     float *out, double *gap, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    size_t steps = (size_t)nn_args_int(call->args, STEPS), pieces;
    if (nn_args_int(call->args, RULE) == EXACT) {
        NN_TRY(nn_exact_integral(call, line, s, sum, &pieces, error));
        *gap = nn_line_shares(line, sum, out) - change;
        return NN_OK;
    }
    for (;;) {
        if (path->steps != steps) {
            path_clear(path);
            NN_TRY(path_init(path, call, line, steps, error));
        }
        NN_TRY(integrate(path, call, line, s, sum, error));
        *gap = nn_line_shares(line, sum, out) - change;
        if (!nn_args_is_set(call->args, TOLERANCE) || steps > MOST_STEPS / 2 ||
            fabs(*gap) <= nn_args_real(call->args, TOLERANCE) * fabs(change))
            break;
        steps *= 2;
    }
out:
    return status;
}

static enum nn_status run(const struct nn_explain_call *call, float *out, double *gap,
                          struct nn_error *error)
{
    enum nn_status status = NN_OK;
    struct path path = {0};
    struct nn_line line;
    size_t in = call->net->nodes[0]->size;
    double ends[2], *sum = NULL;
    NN_TRY(nn_line_init(&line, call, error));
    sum = nn_calloc(line.size, sizeof *sum);
    if (!sum)
        NN_TRY(nn_fail_memory(error, line.size * sizeof *sum));
    if (nn_args_int(call->args, RULE) == EXACT)
        NN_TRY(nn_exact_check(call, &line, error));
    for (size_t s = 0; s < call->batch; s++) {
        struct nn_progress_part whole = nn_explain_enter(call, s);
        NN_TRY(nn_explain_ends(call, s, ends, error));
        NN_TRY(nn_line_lay(&line, call, s, error));
        NN_TRY(explain_sample(call, &line, s, &path, ends[1] - ends[0], sum, out + s * in, gap + s,
                              error));
        nn_progress_back(call->progress, whole);
    }
out:
    path_clear(&path);
    nn_line_clear(&line);
    nn_free(sum);
    return status;
}

const struct nn_method nn_method_integrated_gradients = {
    .name = "integrated_gradients",
    .alias = "ig",
    .summary = "gradients collected on the way from a baseline to the input; they sum to the "
               "change of the answer",
    .formula = "(x - b) * integral over t in [0,1] of dF/dx at b + t (x - b)",
    .source =
        "Sundararajan, Taly, Yan 2017, equation 1; Gauss-Legendre quadrature unless told "
        "otherwise, the "
        "trapezoid with weights that sum to 1 (Captum's do not: variant=captum); of a net that "
        "reads indices in the values of the embedding, as Captum's LayerIntegratedGradients, "
        "from the row of the baseline's index (0 unless baseline= says), summed for each "
        "index",
    .args = args,
    .flags = NN_METHOD_BASELINE | NN_METHOD_PATH | NN_METHOD_COMPLETE,
    .axioms = NN_AXIOM_COMPLETENESS | NN_AXIOM_DUMMY | NN_AXIOM_BATCH,
    .scale = NN_SCALE_SIGNED,
    .run = run,
};
