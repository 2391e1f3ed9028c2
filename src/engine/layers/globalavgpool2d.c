#include "base/pool.h"
#include "engine/net.h"
#include "kernels/kernels.h"

static const struct nn_arg_spec args[] = {{0}};

static enum nn_status infer(const struct nn_args *values, const struct nn_shape *in, int in_count,
                            struct nn_shape *out, struct nn_error *error)
{
    (void)values, (void)in_count;
    if (in[0].rank != 3) {
        char text[NN_SHAPE_TEXT];
        return nn_fail(error, NN_SHAPE,
                       "the input %s is no image: channels x height x width is needed",
                       nn_shape_text(text, &in[0]));
    }
    *out = nn_shape_make(3, (size_t[]){in[0].dim[0], 1, 1});
    return NN_OK;
}

static size_t pixels_of(const struct nn_call *call)
{
    return call->node->in_shape[0].dim[1] * call->node->in_shape[0].dim[2];
}

static void forward_planes(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t pixels = pixels_of(call);
    for (size_t plane = begin; plane < end; plane++)
        call->y[plane] =
            (float)(nn_kernels->sum(pixels, call->x[0] + plane * pixels) / (double)pixels);
}

static void backward_planes(void *context, size_t begin, size_t end)
{
    const struct nn_call *call = context;
    size_t pixels = pixels_of(call);
    for (size_t plane = begin; plane < end; plane++)
        for (size_t i = plane * pixels; i < (plane + 1) * pixels; i++)
            call->dx[0][i] = (float)((double)call->dy[plane] / (double)pixels);
}

static void forward(const struct nn_call *call)
{
    nn_pool_run(call->batch * call->node->size, 1 + 16384 / pixels_of(call), forward_planes,
                (void *)call);
}

static void backward(const struct nn_call *call)
{
    if (call->dx[0])
        nn_pool_run(call->batch * call->node->size, 1 + 16384 / pixels_of(call), backward_planes,
                    (void *)call);
}

static double flops(const struct nn_node *node)
{
    return (double)nn_shape_size(&node->in_shape[0]);
}

const struct nn_layer_class nn_layer_globalavgpool2d = {
    .name = "globalavgpool2d",
    .prefix = "globalavgpool",
    .summary = "mean of each feature map: C x H x W becomes C x 1 x 1",
    .formula = "y_c = sum over the map of x_c / (H W)",
    .source = "Lin, Chen and Yan 2014, Network in Network, section 3.2; PyTorch's "
              "AdaptiveAvgPool2d(1)",
    .args = args,
    .min_inputs = 1,
    .max_inputs = 1,
    .flags = NN_LAYER_LINEAR,
    .infer = infer,
    .forward = forward,
    .backward = backward,
    .flops = flops,
};
