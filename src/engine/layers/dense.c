#include "base/pool.h"
#include "engine/initialize.h"
#include "engine/net.h"
#include "kernels/kernels.h"

#include <string.h>

/* x [batch, in], y [batch, out], weight [out, in], bias [out]. */

enum { UNITS, BIAS, INIT };
enum { W_WEIGHT, W_BIAS };

static const struct nn_arg_spec args[] = {
    [UNITS] = {.name = "units",
               .type = NN_ARG_INT,
               .min = 1,
               .max = INT32_MAX,
               .help = "number of outputs",
               .flags = NN_ARG_POSITIONAL | NN_ARG_REQUIRED},
    [BIAS] = {.name = "bias", .type = NN_ARG_BOOL, .fallback = "yes", .help = "add a bias"},
    [INIT] = NN_INIT_SPEC,
    {0},
};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    if (in[0].rank != 1) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE, "the input %s is no vector: `add flatten` goes before it",
                       nn_shape_text(text, &in[0]));
    }
    *out = nn_shape_make(1, (size_t[]){(size_t)nn_args_int(values, UNITS)});
    return NN_OK;
}

static int params(const struct nn_args *values, const struct nn_shape *in, int in_count,
                  struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    size_t out = (size_t)nn_args_int(values, UNITS), inputs = in[0].dim[0];
    specs[W_WEIGHT] = (struct nn_param_spec){.name = "weight",
                                             .shape = nn_shape_make(2, (size_t[]){out, inputs}),
                                             .fan_in = inputs,
                                             .fan_out = out,
                                             .trainable = true,
                                             .decays = true};
    specs[W_BIAS] = (struct nn_param_spec){.name = "bias",
                                           .shape = nn_shape_make(1, &out),
                                           .fan_in = inputs,
                                           .fan_out = out,
                                           .trainable = true};
    nn_init_params(values, INIT, &specs[W_WEIGHT], &specs[W_BIAS]);
    return nn_args_bool(values, BIAS) ? 2 : 1;
}

static void forward_exact(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t in = call->node->in_shape[0].dim[0], out = call->node->size;
    const float *bias = call->node->param_count > W_BIAS ? call->w[W_BIAS] : NULL;
    for (size_t i = begin; i < end; i++) {
        size_t b = i / out, o = i % out;
        double sum = nn_kernels->dot(in, call->x[0] + b * in, call->w[W_WEIGHT] + o * in);
        call->y[i] = (float)(sum + (bias ? (double)bias[o] : 0.0));
    }
}

/* The bias in every row of y; as few long copies as that takes. */
static void start_with_bias(const struct nn_call *call, const float *bias)
{
    size_t out = call->node->size, many;
    memcpy(call->y, bias, out * sizeof *bias);
    for (size_t rows = 1; rows < call->batch; rows += many) {
        many = rows < call->batch - rows ? rows : call->batch - rows;
        memcpy(call->y + rows * out, call->y, many * out * sizeof *bias);
    }
}

static void forward(const struct nn_call *call)
{
    size_t in = call->node->in_shape[0].dim[0], out = call->node->size;
    bool bias = call->node->param_count > W_BIAS && call->w[W_BIAS];
    if (call->exact) {
        nn_pool_run(call->batch * out, 1 + 65536 / in, forward_exact, (void *)call);
        return;
    }
    if (bias)
        start_with_bias(call, call->w[W_BIAS]);
    nn_gemm(false, true, call->batch, out, in, call->x[0], in, call->w[W_WEIGHT], in, call->y, out,
            bias);
}

/* Gradient of the bias: dy summed over the batch, in double and in the order of the samples. */
static void sum_columns(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t out = call->node->size;
    nn_kernels->sum_columns(call->batch, end - begin, call->dy + begin, out,
                            call->dw[W_BIAS] + begin);
}

static void backward(const struct nn_call *call)
{
    size_t in = call->node->in_shape[0].dim[0], out = call->node->size;
    if (call->dx[0])
        nn_gemm(false, false, call->batch, in, out, call->dy, out, call->w[W_WEIGHT], in,
                call->dx[0], in, false);
    if (call->dw && call->dw[W_WEIGHT])
        nn_gemm(true, false, out, in, call->batch, call->dy, out, call->x[0], in,
                call->dw[W_WEIGHT], in, false);
    if (call->node->param_count > W_BIAS && call->dw && call->dw[W_BIAS])
        nn_pool_run(out, 1 + 65536 / call->batch, sum_columns, (void *)call);
}

static double flops(const struct nn_node *node)
{
    return 2.0 * (double)node->in_shape[0].dim[0] * (double)node->size;
}

const struct nn_layer_class nn_layer_dense = {
    .name = "dense",
    .prefix = "dense",
    .summary = "fully connected layer",
    .formula = "y = x W^T + b",
    .source = "definition; layout and start values of PyTorch's Linear",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = infer,
    .params = params,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
