/* x [batch, C, ...], y [batch, F, ...], weight [C, F/groups, k ...], bias [F]: the backward step of
 * a convolution, so that each input place writes a window of the output. The input is the small
 * side of the volume, the output the large one. */
#include "engine/layers/convtranspose.h"

#include "kernels/kernels.h"

#include <string.h>

enum { W_WEIGHT, W_BIAS };

static const struct nn_volume_args at = {.kernel = NN_CONV_KERNEL,
                                         .stride = NN_CONV_STRIDE,
                                         .padding = NN_CONV_PADDING,
                                         .dilation = NN_CONV_DILATION};

static enum nn_status fit(const struct nn_args *args, int axes, const struct nn_shape *in,
                          struct nn_volume *volume, struct nn_error *error)
{
    char text[NN_SHAPE_TEXT];
    int first = NN_VOLUME_AXES - axes, extras = args->values[NN_CONVTRANSPOSE_EXTRA].dim_count;
    enum nn_status status = nn_volume_read(args, at, axes, in, volume, error);
    if (status != NN_OK)
        return status;
    if (extras != 1 && extras != axes)
        return nn_fail(error, NN_ARGUMENT, "output_padding takes one number or %d, not %s", axes,
                       nn_args_text(args, NN_CONVTRANSPOSE_EXTRA));
    for (int i = 0; i < NN_VOLUME_AXES; i++) {
        volume->small[i] = i < first ? 1 : (ptrdiff_t)in->dim[1 + i - first];
        ptrdiff_t extra =
            i < first ? 0 : (ptrdiff_t)nn_args_dim(args, NN_CONVTRANSPOSE_EXTRA, i - first);
        volume->large[i] = (volume->small[i] - 1) * volume->stride[i] + nn_volume_span(volume, i) +
                           extra - volume->before[i] - volume->after[i];
        if (volume->large[i] < 1 || volume->large[i] > INT32_MAX)
            return nn_fail(error, NN_SHAPE, "nothing (or too much) is left of the output of %s",
                           nn_shape_text(text, in));
    }
    return NN_OK;
}

static enum nn_status infer(const struct nn_args *args, int axes, const struct nn_shape *in,
                            struct nn_shape *out, struct nn_error *error)
{
    struct nn_volume volume;
    size_t filters = (size_t)nn_args_int(args, NN_CONV_FILTERS);
    size_t groups = (size_t)nn_args_int(args, NN_CONV_GROUPS);
    enum nn_status status = fit(args, axes, in, &volume, error);
    if (status != NN_OK)
        return status;
    if (in->dim[0] % groups != 0 || filters % groups != 0)
        return nn_fail(error, NN_SHAPE,
                       "groups=%zu must divide the %zu input channels and the %zu filters", groups,
                       in->dim[0], filters);
    *out = (struct nn_shape){.rank = axes + 1, .dim = {filters}};
    for (int i = 0; i < axes; i++)
        out->dim[1 + i] = (size_t)volume.large[NN_VOLUME_AXES - axes + i];
    return NN_OK;
}

enum nn_status nn_convtranspose_infer_1d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 1, in, out, error);
}

enum nn_status nn_convtranspose_infer_2d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 2, in, out, error);
}

enum nn_status nn_convtranspose_infer_3d(const struct nn_args *args, const struct nn_shape *in,
                                         int in_count, struct nn_shape *out, struct nn_error *error)
{
    (void)in_count;
    return infer(args, 3, in, out, error);
}

int nn_convtranspose_params(const struct nn_args *args, const struct nn_shape *in, int in_count,
                            struct nn_param_spec specs[NN_MAX_PARAMS])
{
    (void)in_count;
    int axes = in[0].rank - 1;
    size_t filters = (size_t)nn_args_int(args, NN_CONV_FILTERS), channels = in[0].dim[0], taps = 1;
    size_t groups = (size_t)nn_args_int(args, NN_CONV_GROUPS);
    struct nn_shape shape = {.rank = 2 + axes, .dim = {channels, filters / groups}};
    for (int axis = 0; axis < axes; axis++) {
        shape.dim[2 + axis] = (size_t)nn_args_dim(args, NN_CONV_KERNEL, axis);
        taps *= shape.dim[2 + axis];
    }
    /* PyTorch takes the second axis of the weight for the inputs. */
    specs[W_WEIGHT] = (struct nn_param_spec){.name = "weight",
                                             .shape = shape,
                                             .fan_in = filters / groups * taps,
                                             .fan_out = channels * taps,
                                             .trainable = true,
                                             .decays = true};
    specs[W_BIAS] = specs[W_WEIGHT];
    specs[W_BIAS].name = "bias";
    specs[W_BIAS].shape = nn_shape_make(1, &filters);
    specs[W_BIAS].decays = false;
    nn_init_params(args, NN_CONV_INIT, &specs[W_WEIGHT], &specs[W_BIAS]);
    return nn_args_bool(args, NN_CONV_BIAS) ? 2 : 1;
}

/* The sizes of one call. */
struct job {
    struct nn_volume volume;
    size_t groups, channels, filters; /* channels and filters of one group */
    size_t rows, columns;             /* of the matrix of windows of one depth */
    size_t small, large;
};

static struct job describe(const struct nn_node *node)
{
    struct job job = {.groups = (size_t)nn_args_int(&node->args, NN_CONV_GROUPS)};
    const struct nn_shape *in = &node->in_shape[0];
    if (fit(&node->args, in->rank - 1, in, &job.volume, NULL) != NN_OK)
        return job;
    job.channels = in->dim[0] / job.groups;
    job.filters = node->shape.dim[0] / job.groups;
    job.rows = job.filters * nn_volume_taps(&job.volume);
    job.columns = (size_t)(job.volume.small[1] * job.volume.small[2]);
    job.small = nn_volume_small(&job.volume);
    job.large = nn_volume_large(&job.volume);
    return job;
}

size_t nn_convtranspose_scratch(const struct nn_node *node, size_t batch)
{
    (void)batch;
    struct job job = describe(node);
    return job.rows * job.columns;
}

void nn_convtranspose_forward(const struct nn_call *call)
{
    struct job job = describe(call->node);
    bool bias = call->node->param_count > W_BIAS && call->w[W_BIAS];
    for (size_t plane = 0; plane < call->batch * job.groups; plane++) {
        size_t group = plane % job.groups;
        const float *x = call->x[0] + plane * job.channels * job.small;
        const float *w = call->w[W_WEIGHT] + group * job.channels * job.rows;
        float *y = call->y + plane * job.filters * job.large;
        for (size_t f = 0; f < job.filters; f++)
            for (size_t i = 0; i < job.large; i++)
                y[f * job.large + i] = bias ? call->w[W_BIAS][group * job.filters + f] : 0.0f;
        for (ptrdiff_t z = 0; z < job.volume.small[0]; z++) {
            nn_gemm(true, false, job.rows, job.columns, job.channels, w, job.rows,
                    x + (size_t)z * job.columns, job.small, call->scratch, job.columns, false);
            nn_volume_scatter(&job.volume, call->scratch, job.filters, z, y);
        }
    }
}

/* dx = W col(dy), dW = x col(dy)^T summed over samples and depths in their order. */
static void backward_planes(const struct nn_call *call, const struct job *job)
{
    bool weight = call->dw && call->dw[W_WEIGHT];
    for (size_t plane = 0; plane < call->batch * job->groups; plane++) {
        size_t at_weight = plane % job->groups * job->channels * job->rows;
        size_t at_x = plane * job->channels * job->small;
        for (ptrdiff_t z = 0; z < job->volume.small[0]; z++) {
            size_t place = at_x + (size_t)z * job->columns;
            nn_volume_gather(&job->volume, call->dy + plane * job->filters * job->large,
                             job->filters, z, call->scratch);
            if (call->dx[0])
                nn_gemm(false, false, job->channels, job->columns, job->rows,
                        call->w[W_WEIGHT] + at_weight, job->rows, call->scratch, job->columns,
                        call->dx[0] + place, job->small, false);
            if (weight)
                nn_gemm(false, true, job->channels, job->rows, job->columns, call->x[0] + place,
                        job->small, call->scratch, job->columns, call->dw[W_WEIGHT] + at_weight,
                        job->rows, plane >= job->groups || z > 0);
        }
    }
}

void nn_convtranspose_backward(const struct nn_call *call)
{
    struct job job = describe(call->node);
    size_t filters = call->node->shape.dim[0];
    bool bias = call->node->param_count > W_BIAS && call->dw && call->dw[W_BIAS];
    if (call->dx[0] || (call->dw && call->dw[W_WEIGHT]))
        backward_planes(call, &job);
    for (size_t f = 0; f < filters && bias; f++) {
        double sum = 0.0;
        for (size_t b = 0; b < call->batch; b++)
            sum += nn_kernels->sum(job.large, call->dy + (b * filters + f) * job.large);
        call->dw[W_BIAS][f] = (float)sum;
    }
}

double nn_convtranspose_flops(const struct nn_node *node)
{
    struct job job = describe(node);
    return 2.0 * (double)nn_shape_size(&node->params[W_WEIGHT].spec.shape) * (double)job.small;
}
