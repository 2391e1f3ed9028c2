#include "base/pool.h"
#include "engine/layers/copy.h"

#include <math.h>
#include <string.h>

/* x [batch, ...] of indices, y [batch, ..., dim], weight [embeddings, dim]. */

enum { EMBEDDINGS, DIM };

#define MAX_EMBEDDINGS (1 << 24) /* whole numbers that a float holds */

static const struct nn_arg_spec args[] = {
    [EMBEDDINGS] = {.name = "num_embeddings",
                    .type = NN_ARG_INT,
                    .min = 1,
                    .max = MAX_EMBEDDINGS,
                    .help = "number of indices: inputs are whole numbers from 0 to one less",
                    .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [DIM] = {.name = "embedding_dim",
             .type = NN_ARG_INT,
             .min = 1,
             .max = INT32_MAX,
             .help = "values that stand for an index",
             .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    if (in[0].rank == NN_MAX_RANK)
        return nn_fail(error, NN_SHAPE, "the input has %d axes already", NN_MAX_RANK);
    *out = in[0];
    out->dim[out->rank++] = (size_t)nn_args_int(values, DIM);
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in, (void)in_count;
    size_t count = (size_t)nn_args_int(values, EMBEDDINGS), dim = (size_t)nn_args_int(values, DIM);
    specs[0] = (struct nn_param_spec){.name = "weight",
                                      .shape = nn_shape_make(2, (size_t[]){count, dim}),
                                      .init = NN_INIT_NORMAL,
                                      .value = 1.0,
                                      .fan_in = count,
                                      .fan_out = dim,
                                      .trainable = true,
                                      .decays = true};
    return 1;
}

/* The row of the weights that an input names; -1 if it names none. */
static ptrdiff_t row_of(const struct nn_call *call, float x)
{
    float count = (float)call->node->params[0].spec.shape.dim[0];
    return x >= 0.0f && x < count && x == floorf(x) ? (ptrdiff_t)x : -1;
}

static size_t dim_of(const struct nn_call *call)
{
    return call->node->params[0].spec.shape.dim[1];
}

static void forward_indices(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t dim = dim_of(call);
    for (size_t i = begin; i < end; i++) {
        ptrdiff_t row = row_of(call, call->x[0][i]);
        if (row >= 0)
            memcpy(call->y + i * dim, call->w[0] + (size_t)row * dim, dim * sizeof(float));
        for (size_t d = 0; row < 0 && d < dim; d++)
            call->y[i * dim + d] = NAN;
    }
}

static void forward(const struct nn_call *call)
{
    size_t dim = dim_of(call);
    nn_pool_run(call->batch * call->node->size / dim, 1 + 16384 / dim, forward_indices,
                (void *)call);
}

/* For a range of columns: the rows get the gradients of the places that name them, in the order of
 * the batch. */
static void backward_columns(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t dim = dim_of(call), indices = call->batch * call->node->size / dim;
    size_t rows = call->node->params[0].spec.shape.dim[0];
    for (size_t row = 0; row < rows; row++)
        memset(call->dw[0] + row * dim + begin, 0, (end - begin) * sizeof(float));
    for (size_t i = 0; i < indices; i++) {
        ptrdiff_t row = row_of(call, call->x[0][i]);
        for (size_t d = begin; row >= 0 && d < end; d++)
            call->dw[0][(size_t)row * dim + d] += call->dy[i * dim + d];
    }
}

static void backward(const struct nn_call *call)
{
    size_t dim = dim_of(call), indices = call->batch * call->node->size / dim;
    if (call->dx[0])
        memset(call->dx[0], 0, indices * sizeof(float));
    if (call->dw && call->dw[0])
        nn_pool_run(dim, 16, backward_columns, (void *)call);
}

const struct nn_layer_class nn_layer_embedding = {
    .name = "embedding",
    .prefix = "embedding",
    .summary = "learned values for each of a number of indices: words, categories",
    .formula = "y_i = row x_i of weight; NaN where x_i is no whole number of the range",
    .source = "Bengio et al. 2003; layout and start values (normal, deviation 1) of PyTorch's "
              "Embedding; there is no gradient to the indices",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_INDEX,
    .infer = infer,
    .params = params,
    .forward = forward,
    .backward = backward,
    .flops = nn_no_flops,
};
