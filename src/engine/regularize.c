#include "engine/regularize.h"

#include "kernels/kernels.h"

#include <math.h>

enum { ARG_L1, ARG_L2, ARG_MAX_NORM };

const struct nn_arg_spec nn_regularizer_args[] = {NN_REGULARIZER_ARGS, {.name = NULL}};

static bool applies(const struct nn_param *param)
{
    return param->spec.trainable && param->spec.decays;
}

static void add_penalties(size_t count, float l1, float l2, const float *w, float *g)
{
    for (size_t i = 0; i < count; i++)
        g[i] += l2 * w[i] + l1 * (float)((w[i] > 0.0f) - (w[i] < 0.0f));
}

void nn_regularize_gradients(struct nn_pass *pass, const struct nn_args *args)
{
    const struct nn_net *net = nn_pass_net(pass);
    if (args->count == 0)
        return;
    float l1 = (float)nn_args_real(args, ARG_L1), l2 = (float)nn_args_real(args, ARG_L2);
    if (l1 == 0.0f && l2 == 0.0f)
        return;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            const struct nn_param *param = &net->nodes[i]->params[p];
            if (applies(param))
                add_penalties(nn_shape_size(&param->spec.shape), l1, l2, param->value.data,
                              nn_pass_param_gradient(pass, i, p));
        }
}

/* One row of [out, ...] for each unit. */
static void bound_rows(const struct nn_shape *shape, double most, float *w)
{
    size_t rows = shape->rank > 1 ? shape->dim[0] : 1, width = nn_shape_size(shape) / rows;
    for (size_t row = 0; row < rows; row++) {
        double norm = sqrt(nn_kernels->dot(width, w + row * width, w + row * width));
        if (norm > most)
            nn_kernels->scale(width, (float)(most / norm), w + row * width);
    }
}

void nn_regularize_weights(struct nn_net *net, const struct nn_args *args)
{
    double most = args->count ? nn_args_real(args, ARG_MAX_NORM) : 0.0;
    if (most == 0.0)
        return;
    for (int i = 0; i < net->count; i++)
        for (int p = 0; p < net->nodes[i]->param_count; p++) {
            struct nn_param *param = &net->nodes[i]->params[p];
            if (applies(param))
                bound_rows(&param->spec.shape, most, param->value.data);
        }
}
