/* Batch normalization merged into the convolution or dense layer before it. */
#include "explain/lrp.h"

#include <math.h>
#include <string.h>

static float *param_named(const struct nn_node *node, const char *name)
{
    for (int p = 0; p < node->param_count; p++)
        if (strcmp(node->params[p].spec.name, name) == 0)
            return node->params[p].value.data;
    return NULL;
}

static int readers(const struct nn_net *net, int node)
{
    int count = 0;
    for (int i = 0; i < net->count; i++)
        for (int k = 0; k < net->nodes[i]->input_count; k++)
            count += net->nodes[i]->inputs[k] == node;
    return count;
}

/* A layer y_c = sum w_c x + b_c of its own channel or unit c: convolutions and dense, but not
 * transposed convolutions, whose weight begins with the input's channels. */
static bool absorbs(const struct nn_node *node)
{
    return node->param_count > 0 && (node->layer->flags & NN_LAYER_LINEAR) &&
           !(node->layer->flags & NN_LAYER_BATCH) &&
           strncmp(node->layer->name, "convtranspose", 13) != 0 &&
           nn_args_find(node->layer->args, "bias") >= 0 &&
           node->params[0].value.shape.dim[0] == node->shape.dim[0];
}

/* w_c *= s_c, b_c = (b_c - mean_c) s_c + shift_c with s = scale / sqrt(var + eps); then the
 * identity. */
static void merge(struct nn_node *before, struct nn_node *norm)
{
    float *weight = before->params[0].value.data, *bias = param_named(before, "bias");
    float *scale = param_named(norm, "weight"), *shift = param_named(norm, "bias");
    float *mean = param_named(norm, "running_mean"), *variance = param_named(norm, "running_var");
    double eps = nn_args_real(&norm->args, nn_args_find(norm->layer->args, "eps"));
    size_t channels = before->params[0].value.shape.dim[0];
    size_t row = nn_shape_size(&before->params[0].value.shape) / channels;
    for (size_t c = 0; c < channels; c++) {
        double s = (scale ? (double)scale[c] : 1) / sqrt((double)variance[c] + eps);
        for (size_t i = 0; i < row; i++)
            weight[c * row + i] = (float)(s * (double)weight[c * row + i]);
        bias[c] = (float)(((double)bias[c] - (double)mean[c]) * s + (shift ? (double)shift[c] : 0));
        if (scale)
            scale[c] = 1;
        if (shift)
            shift[c] = 0;
        mean[c] = 0;
        variance[c] = (float)(1 - eps);
    }
}

enum nn_status nn_net_merge_batchnorm(const struct nn_net *net, struct nn_net **merged,
                                      struct nn_error *error)
{
    enum nn_status status;
    struct nn_net *copy = NULL;
    NN_TRY(nn_net_copy(net, &copy, error));
    for (int i = 1; i < copy->count; i++) {
        if (strcmp(copy->nodes[i]->layer->name, "batchnorm") != 0)
            continue;
        int before = copy->nodes[i]->inputs[0];
        if (!absorbs(copy->nodes[before]) || readers(copy, before) != 1)
            continue;
        if (!param_named(copy->nodes[before], "bias")) { /* a new bias is drawn: it must be 0 */
            NN_TRY(nn_net_set(copy, before, "bias", "yes", error));
            float *bias = param_named(copy->nodes[before], "bias");
            memset(bias, 0, copy->nodes[before]->shape.dim[0] * sizeof *bias);
        }
        merge(copy->nodes[before], copy->nodes[i]);
    }
    *merged = copy;
    copy = NULL;
out:
    nn_net_free(copy);
    return status;
}
