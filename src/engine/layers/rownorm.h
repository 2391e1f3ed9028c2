/* Shared by the layers that normalise rows of each sample by themselves: layernorm (rows are the
 * last axes) and groupnorm (rows are groups of channels).
 *
 *   y = (x - mean) / sqrt(var + eps) weight + bias, mean and var (biased) of the row
 *
 * saved: mean and 1/deviation of every row.
 */
#ifndef NN_ENGINE_LAYERS_ROWNORM_H
#define NN_ENGINE_LAYERS_ROWNORM_H

#include "engine/net.h"

/* A sample is `rows` rows of `length` values. Value i of a sample has weight and bias (i / run) %
 * params; without parameters, params is 1 and call->w is not read. */
struct nn_rownorm {
    size_t rows, length, run, params;
    double eps;
    bool affine;
};

int nn_rownorm_params(const struct nn_shape *shape, struct nn_param_spec specs[NN_MAX_PARAMS]);
void nn_rownorm_forward(const struct nn_call *call, const struct nn_rownorm *norm);
void nn_rownorm_backward(const struct nn_call *call, const struct nn_rownorm *norm);

/* The argument eps. */
#define NN_ROWNORM_EPS                                                                             \
    {                                                                                              \
        .name = "eps", .type = NN_ARG_REAL, .fallback = "1e-5", .min = 1e-30, .max = 1e30,         \
        .help = "added to the variance"                                                            \
    }

#endif
