#include "engine/layers/rownorm.h"

#include "base/pool.h"

#include <math.h>

enum { W_WEIGHT, W_BIAS };

struct job {
    const struct nn_call *call;
    const struct nn_rownorm *norm;
};

int nn_rownorm_params(const struct nn_shape *shape, struct nn_param_spec specs[NN_MAX_PARAMS])
{
    specs[W_WEIGHT] = (struct nn_param_spec){.name = "weight",
                                             .shape = *shape,
                                             .init = NN_INIT_ONES,
                                             .fan_in = 1,
                                             .fan_out = 1,
                                             .trainable = true};
    specs[W_BIAS] = specs[W_WEIGHT];
    specs[W_BIAS].name = "bias";
    specs[W_BIAS].init = NN_INIT_ZEROS;
    return 2;
}

/* Mean and 1/deviation of a row, in two passes. */
static void measure(const struct nn_rownorm *norm, const float *x, float saved[2])
{
    double sum = 0.0, squares = 0.0, count = (double)norm->length;
    for (size_t i = 0; i < norm->length; i++)
        sum += (double)x[i];
    for (size_t i = 0; i < norm->length; i++)
        squares += ((double)x[i] - sum / count) * ((double)x[i] - sum / count);
    saved[0] = (float)(sum / count);
    saved[1] = (float)(1.0 / sqrt(squares / count + norm->eps));
}

/* Which parameter the first value of a row has, counted in runs. */
static size_t first_param(const struct nn_rownorm *norm, size_t row)
{
    return row % norm->rows * (norm->length / norm->run);
}

static void forward_rows(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    const struct nn_rownorm *norm = job->norm;
    for (size_t row = begin; row < end; row++) {
        const float *x = call->x[0] + row * norm->length;
        float *y = call->y + row * norm->length, *saved = call->saved + 2 * row;
        size_t param = first_param(norm, row);
        measure(norm, x, saved);
        for (size_t i = 0; i < norm->length; param++) {
            float weight = norm->affine ? call->w[W_WEIGHT][param % norm->params] : 1.0f;
            float bias = norm->affine ? call->w[W_BIAS][param % norm->params] : 0.0f;
            for (size_t past = i + norm->run; i < past; i++)
                y[i] = (x[i] - saved[0]) * saved[1] * weight + bias;
        }
    }
}

/* dx = scale (g - mean(g) - n mean(g n)) with g = dy weight and n the normalised values. */
static void backward_rows(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    const struct nn_rownorm *norm = job->norm;
    for (size_t row = begin; row < end; row++) {
        const float *x = call->x[0] + row * norm->length, *dy = call->dy + row * norm->length;
        double mean = (double)call->saved[2 * row], scale = (double)call->saved[2 * row + 1];
        double sum = 0.0, product = 0.0, count = (double)norm->length;
        for (int round = 0; round < 2; round++) {
            size_t param = first_param(norm, row);
            for (size_t i = 0; i < norm->length; param++) {
                double weight =
                    norm->affine ? (double)call->w[W_WEIGHT][param % norm->params] : 1.0;
                for (size_t past = i + norm->run; i < past; i++) {
                    double normalised = ((double)x[i] - mean) * scale;
                    double gradient = (double)dy[i] * weight;
                    if (round == 0) {
                        sum += gradient;
                        product += gradient * normalised;
                    } else {
                        call->dx[0][row * norm->length + i] =
                            (float)(scale *
                                    (gradient - sum / count - normalised * (product / count)));
                    }
                }
            }
        }
    }
}

/* Sums over the batch, in the order of the values. */
static void backward_params(void *context, size_t begin, size_t end)
{
    const struct job *job = context;
    const struct nn_call *call = job->call;
    const struct nn_rownorm *norm = job->norm;
    size_t count = call->batch * call->node->size, step = norm->params * norm->run;
    for (size_t param = begin; param < end; param++) {
        double sum = 0.0, product = 0.0;
        for (size_t at = param * norm->run; at < count; at += step)
            for (size_t i = at; i < at + norm->run; i++) {
                const float *saved = call->saved + 2 * (i / norm->length);
                sum += (double)call->dy[i];
                product += (double)call->dy[i] * ((double)call->x[0][i] - (double)saved[0]) *
                           (double)saved[1];
            }
        if (call->dw[W_WEIGHT])
            call->dw[W_WEIGHT][param] = (float)product;
        if (call->dw[W_BIAS])
            call->dw[W_BIAS][param] = (float)sum;
    }
}

void nn_rownorm_forward(const struct nn_call *call, const struct nn_rownorm *norm)
{
    struct job job = {.call = call, .norm = norm};
    nn_pool_run(call->batch * norm->rows, 1 + 16384 / norm->length, forward_rows, &job);
}

void nn_rownorm_backward(const struct nn_call *call, const struct nn_rownorm *norm)
{
    struct job job = {.call = call, .norm = norm};
    size_t each = call->batch * call->node->size / norm->params;
    if (call->dx[0])
        nn_pool_run(call->batch * norm->rows, 1 + 16384 / norm->length, backward_rows, &job);
    if (norm->affine && call->dw && (call->dw[W_WEIGHT] || call->dw[W_BIAS]))
        nn_pool_run(norm->params, 1 + 16384 / each, backward_params, &job);
}
