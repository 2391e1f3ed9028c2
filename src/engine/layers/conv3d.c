/* x [batch, C, D, H, W], y [batch, F, OD, OH, OW], weight [F, C/groups, kd, kh, kw], bias [F]: one
 * product a sample, group and depth of the output, over the columns of its windows. */
#include "engine/layers/convolution.h"
#include "engine/layers/volume.h"
#include "kernels/kernels.h"

#include <string.h>

enum { W_WEIGHT, W_BIAS };

static const struct nn_volume_args at = {.kernel = NN_CONV_KERNEL,
                                         .stride = NN_CONV_STRIDE,
                                         .padding = NN_CONV_PADDING,
                                         .dilation = NN_CONV_DILATION};

static const struct nn_arg_spec args[] = {
    NN_CONV_SPECS("pixels", "N or DxHxW", NN_VOLUME_PADDING_HELP),
    {0},
};

static enum nn_status fit(const struct nn_args *values, const struct nn_shape *in,
                          struct nn_volume *volume, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    enum nn_status status = nn_volume_read(values, at, 3, in, volume, error);
    if (status != NN_OK)
        return status;
    for (int i = 0; i < NN_VOLUME_AXES; i++) {
        volume->large[i] = (ptrdiff_t)in->dim[1 + i];
        ptrdiff_t free =
            volume->large[i] + volume->before[i] + volume->after[i] - nn_volume_span(volume, i);
        if (free < 0)
            return nn_fail(error, NN_SHAPE, "kernel %s does not fit into the input %s",
                           nn_args_text(values, NN_CONV_KERNEL), nn_shape_text(text, in));
        volume->small[i] = free / volume->stride[i] + 1;
    }
    return NN_OK;
}

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    struct nn_volume volume;
    size_t filters = (size_t)nn_args_int(values, NN_CONV_FILTERS);
    size_t groups = (size_t)nn_args_int(values, NN_CONV_GROUPS);
    enum nn_status status = fit(values, &in[0], &volume, error);
    if (status != NN_OK)
        return status;
    if (in[0].dim[0] % groups != 0 || filters % groups != 0)
        return nn_fail(error, NN_SHAPE,
                       "groups=%zu must divide the %zu input channels and the %zu filters", groups,
                       in[0].dim[0], filters);
    *out = (struct nn_shape){.rank = 4, .dim = {filters}};
    for (int i = 0; i < NN_VOLUME_AXES; i++)
        out->dim[1 + i] = (size_t)volume.small[i];
    return NN_OK;
}

/* The sizes of one call. */
struct job {
    struct nn_volume volume;
    size_t groups, channels, filters; /* channels and filters of one group */
    size_t rows, columns;             /* of the matrix of windows of one depth */
};

static struct job describe(const struct nn_node *node)
{
    struct job job = {.groups = (size_t)nn_args_int(&node->args, NN_CONV_GROUPS)};
    if (fit(&node->args, &node->in_shape[0], &job.volume, NULL) != NN_OK)
        return job;
    job.channels = node->in_shape[0].dim[0] / job.groups;
    job.filters = node->shape.dim[0] / job.groups;
    job.rows = job.channels * nn_volume_taps(&job.volume);
    job.columns = (size_t)(job.volume.small[1] * job.volume.small[2]);
    return job;
}

static size_t scratch(const struct nn_node *node, size_t batch)
{
    (void)batch;
    struct job job = describe(node);
    return job.rows * job.columns;
}

static void forward(const struct nn_call *call)
{
    struct job job = describe(call->node);
    size_t large = nn_volume_large(&job.volume), small = nn_volume_small(&job.volume);
    bool bias = call->node->param_count > W_BIAS && call->w[W_BIAS];
    for (size_t plane = 0; plane < call->batch * job.groups; plane++) {
        size_t group = plane % job.groups;
        float *y = call->y + plane * job.filters * small;
        for (size_t f = 0; f < job.filters && bias; f++)
            for (size_t i = 0; i < small; i++)
                y[f * small + i] = call->w[W_BIAS][group * job.filters + f];
        for (ptrdiff_t z = 0; z < job.volume.small[0]; z++) {
            nn_volume_gather(&job.volume, call->x[0] + plane * job.channels * large, job.channels,
                             z, call->scratch);
            nn_gemm(false, false, job.filters, job.columns, job.rows,
                    call->w[W_WEIGHT] + group * job.filters * job.rows, job.rows, call->scratch,
                    job.columns, y + (size_t)z * job.columns, small, bias);
        }
    }
}

static void backward_input(const struct nn_call *call, const struct job *job)
{
    size_t large = nn_volume_large(&job->volume), small = nn_volume_small(&job->volume);
    memset(call->dx[0], 0, call->batch * job->groups * job->channels * large * sizeof(float));
    for (size_t plane = 0; plane < call->batch * job->groups; plane++) {
        const float *dy = call->dy + plane * job->filters * small;
        const float *w = call->w[W_WEIGHT] + plane % job->groups * job->filters * job->rows;
        for (ptrdiff_t z = 0; z < job->volume.small[0]; z++) {
            nn_gemm(true, false, job->rows, job->columns, job->filters, w, job->rows,
                    dy + (size_t)z * job->columns, small, call->scratch, job->columns, false);
            nn_volume_scatter(&job->volume, call->scratch, job->channels, z,
                              call->dx[0] + plane * job->channels * large);
        }
    }
}

static void backward_weight(const struct nn_call *call, const struct job *job)
{
    size_t large = nn_volume_large(&job->volume), small = nn_volume_small(&job->volume);
    for (size_t plane = 0; plane < call->batch * job->groups; plane++) {
        const float *dy = call->dy + plane * job->filters * small;
        float *dw = call->dw[W_WEIGHT] + plane % job->groups * job->filters * job->rows;
        for (ptrdiff_t z = 0; z < job->volume.small[0]; z++) {
            nn_volume_gather(&job->volume, call->x[0] + plane * job->channels * large,
                             job->channels, z, call->scratch);
            nn_gemm(false, true, job->filters, job->rows, job->columns,
                    dy + (size_t)z * job->columns, small, call->scratch, job->columns, dw,
                    job->rows, plane >= job->groups || z > 0);
        }
    }
}

static void backward(const struct nn_call *call)
{
    struct job job = describe(call->node);
    size_t filters = call->node->shape.dim[0], small = nn_volume_small(&job.volume);
    if (call->dx[0])
        backward_input(call, &job);
    if (call->dw && call->dw[W_WEIGHT])
        backward_weight(call, &job);
    for (size_t f = 0;
         f < filters && call->node->param_count > W_BIAS && call->dw && call->dw[W_BIAS]; f++) {
        double sum = 0.0;
        for (size_t b = 0; b < call->batch; b++)
            sum += nn_kernels->sum(small, call->dy + (b * filters + f) * small);
        call->dw[W_BIAS][f] = (float)sum;
    }
}

const struct nn_layer_class nn_layer_conv3d = {
    .name = "conv3d",
    .prefix = "conv",
    .summary = "convolution of volumes",
    .formula = "y_f(p) = b_f + sum over c, k of W_f,c(k) x_c(stride p - padding + dilation k)",
    .source = "definition; layout and start values of PyTorch's Conv3d",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = infer,
    .params = nn_conv_params,
    .scratch = scratch,
    .forward = forward,
    .backward = backward,
    .flops = nn_conv_flops,
};
