#include "explain/layerpath.h"

#include "base/mem.h"

enum { STEPS, RULE, VARIANT };

const struct nn_arg_spec nn_layer_path_args[] = {
    {"steps", NN_ARG_INT, "50", 1, 100000, NULL, "pieces",
     "pieces of the path from baseline to input", 0},
    {"rule", NN_ARG_CHOICE, "trapezoid", 0, 0, "trapezoid|left|right", NULL,
     "where each piece is evaluated", 0},
    {"variant", NN_ARG_CHOICE, "exact", 0, 0, "exact|captum", NULL,
     "captum: its nodes, which leave out an end of the path (rule left or right)", 0},
    {0},
};

void nn_layer_shape(const struct nn_explain_call *call, struct nn_shape *shape)
{
    *shape = call->net->nodes[call->layer]->shape;
}

enum nn_status nn_layer_path_init(struct nn_layer_path *path, const struct nn_explain_call *call,
                                  struct nn_error *error)
{
    size_t size = call->net->nodes[call->layer]->size;
    path->steps = (size_t)nn_args_int(call->args, STEPS);
    path->rule = (enum nn_layer_path_rule)nn_args_int(call->args, RULE);
    path->captum = nn_args_int(call->args, VARIANT) == 1;
    enum nn_status status = nn_line_init(&path->line, call, error);
    if (status == NN_REFUSED)
        return nn_fail(error, NN_REFUSED,
                       "the net reads indices, and the path from the baseline to the input leads "
                       "between them, where there is nothing to read, unless an embedding alone "
                       "reads the input: use layer_gradient or feature_ablation");
    if (status != NN_OK)
        return status;
    if (path->captum && path->rule == NN_LAYER_PATH_TRAPEZOID)
        return nn_fail(error, NN_ARGUMENT, "variant=captum goes with rule=left or rule=right");
    size_t in = path->line.size;
    path->x = nn_calloc(path->steps + 1, in * sizeof *path->x);
    path->activation = nn_calloc(path->steps + 1, size * sizeof *path->activation);
    path->gradient = nn_calloc(path->steps + 1, size * sizeof *path->gradient);
    path->value = nn_calloc(path->steps + 1, sizeof *path->value);
    path->units = nn_calloc(path->steps + 1, sizeof *path->units);
    if (!path->x || !path->activation || !path->gradient || !path->value || !path->units)
        return nn_fail_memory(error, (path->steps + 1) * (in + 2 * size) * sizeof(float));
    return NN_OK;
}

void nn_layer_path_clear(struct nn_layer_path *path)
{
    nn_line_clear(&path->line);
    nn_free(path->x);
    nn_free(path->activation);
    nn_free(path->gradient);
    nn_free(path->value);
    nn_free(path->units);
}

enum nn_status nn_layer_path_walk(struct nn_layer_path *path, const struct nn_explain_call *call,
                                  size_t s, struct nn_error *error)
{
    enum nn_status status = nn_line_lay(&path->line, call, s, error);
    if (status != NN_OK)
        return status;
    for (size_t k = 0; k <= path->steps; k++) {
        double t = path->captum ? ((double)k + (path->rule == NN_LAYER_PATH_RIGHT)) /
                                      (double)(path->steps + 1)
                                : (double)k / (double)path->steps;
        path->units[k] = call->target.unit[s];
        nn_line_point(&path->line, t, path->x + k * path->line.size);
    }
    struct nn_gradient_job job = {.net = call->net,
                                  .target = call->target,
                                  .at = path->line.at,
                                  .x = path->x,
                                  .n = path->steps + 1,
                                  .to = call->layer,
                                  .dx = path->gradient,
                                  .activation = path->activation,
                                  .value = path->value};
    job.target.unit = path->units;
    return nn_explain_gradient(&job, call->progress, error);
}
