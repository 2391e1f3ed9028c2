/* ONNX out: every layer is written and read back with the same answers; weights come back bit by
 * bit. tests/onnx/run-checker.sh shows the files to ONNX's own checker. */
#include "engine/pass.h"
#include "model/onnx/onnx.h"
#include "sample.h"

#include "base/mem.h"
#include "base/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* Nets in which each layer occurs, with arguments away from their defaults: input, then layers. */
static const struct {
    const char *layer;
    size_t input[NN_MAX_RANK];
    const char *lines[6];
} cases[] = {
    {"add", {2, 3}, {"conv1d 2 1 name=a", "add from=a,input,a"}},
    {"add", {2, 3, 3}, {"globalavgpool2d name=a", "add from=a,input"}},
    {"arithmetic", {4}, {"tanh name=a", "arithmetic subtract from=a,input"}},
    {"arithmetic", {4}, {"sigmoid name=a", "arithmetic divide from=input,a"}},
    {"arithmetic", {4}, {"sigmoid name=a", "arithmetic power from=a,input"}},
    {"arithmetic", {4}, {"sigmoid name=a", "arithmetic modulo from=input,a"}},
    {"arithmetic", {4}, {"sigmoid name=a", "arithmetic remainder from=input,a"}},
    {"arithmetic", {4}, {"tanh name=a", "arithmetic maximum from=a,input"}},
    {"arithmetic", {4}, {"tanh name=a", "arithmetic minimum from=a,input"}},
    {"arithmetic", {4}, {"tanh name=a", "arithmetic less from=a,input"}},
    {"arithmetic", {4}, {"tanh name=a", "arithmetic greater from=a,input"}},
    {"arithmetic", {4}, {"relu name=a", "arithmetic equal from=a,input"}},
    {"avgpool1d", {2, 7}, {"avgpool1d 3 stride=2 padding=1 ceil_mode=yes count_include_pad=no"}},
    {"avgpool2d", {2, 5, 7}, {"avgpool2d 3x2 stride=2 padding=1x0"}},
    {"avgpool3d", {2, 4, 5, 6}, {"avgpool3d 2 stride=2x1x2"}},
    {"batchnorm", {3, 4, 4}, {"batchnorm eps=0.01 momentum=0.2"}},
    {"batchnorm", {5}, {"batchnorm affine=no"}},
    {"clip", {6}, {"clip -0.5 0.7"}},
    {"clip", {6}, {"clip min=0.1"}},
    {"concat", {2, 4}, {"conv1d 3 1 name=a", "concat from=a,input"}},
    {"constant", {2, 4}, {"constant 2x4 name=a", "concat from=a,input axis=2"}},
    {"conv1d", {2, 9}, {"conv1d 4 3 padding=causal dilation=2"}},
    {"conv2d", {4, 7, 8}, {"conv2d 6 3x2 padding=same stride=2 groups=2"}},
    {"conv2d", {1, 6, 6}, {"conv2d 3 3 padding=1x0x2x1 bias=no dilation=2x1"}},
    {"conv3d", {2, 4, 5, 6}, {"conv3d 3 2x3x1 padding=1 stride=2"}},
    {"convtranspose1d", {2, 5}, {"convtranspose1d 4 3 stride=2 padding=1 output_padding=1"}},
    {"convtranspose2d", {4, 3, 4}, {"convtranspose2d 6 3x2 stride=2 groups=2 bias=no"}},
    {"convtranspose3d", {2, 2, 3, 2}, {"convtranspose3d 3 2 dilation=2"}},
    {"dense", {5}, {"dense 3 relu", "dense 2 bias=no"}},
    {"dropout", {5}, {"dropout 0.3", "dense 3"}},
    {"elu", {6}, {"elu 0.7"}},
    {"embedding", {4}, {"embedding 9 3"}},
    {"flatten", {2, 3, 2}, {"flatten"}},
    {"function", {6}, {"function exp"}},
    {"function", {6}, {"function square", "function sqrt", "function log"}},
    {"function", {6}, {"function trunc"}},
    {"function", {6}, {"relu", "function not", "function nonzero"}},
    {"function", {6}, {"function isnan"}},
    {"function", {6}, {"function round", "function abs", "function reciprocal"}},
    {"gaussiannoise", {6}, {"gaussiannoise 0.2"}},
    {"gelu", {6}, {"gelu"}},
    {"gelu", {6}, {"gelu approximate=tanh"}},
    {"globalavgpool1d", {3, 5}, {"globalavgpool1d"}},
    {"globalavgpool2d", {3, 5, 4}, {"globalavgpool2d", "flatten"}},
    {"globalmaxpool1d", {3, 5}, {"globalmaxpool1d"}},
    {"globalmaxpool2d", {3, 5, 4}, {"globalmaxpool2d"}},
    {"groupnorm", {6, 3, 2}, {"groupnorm 2 eps=0.01"}},
    {"groupnorm", {4, 5}, {"groupnorm 4 affine=no"}},
    {"hardsigmoid", {6}, {"hardsigmoid"}},
    {"hardswish", {6}, {"hardswish"}},
    {"layernorm", {3, 4, 2}, {"layernorm 4x2 eps=0.01"}},
    {"layernorm", {6}, {"layernorm elementwise_affine=no"}},
    {"leaky_relu", {6}, {"leaky_relu 0.2"}},
    {"logsoftmax", {6}, {"logsoftmax"}},
    {"lrn", {5, 3, 3}, {"lrn 3 alpha=0.5 beta=0.6 k=2"}},
    {"matmul", {3, 3}, {"conv1d 3 1 name=a", "matmul from=input,a"}},
    {"maxpool1d", {2, 8}, {"maxpool1d 3 stride=2 ceil_mode=yes"}},
    {"maxpool2d", {2, 7, 6}, {"maxpool2d 2 stride=2 dilation=2 padding=1"}},
    {"maxpool3d", {2, 4, 5, 6}, {"maxpool3d 2 ceil_mode=yes"}},
    {"mish", {6}, {"mish"}},
    {"multiply", {2, 3, 3}, {"globalavgpool2d name=a", "multiply from=a,input,input"}},
    {"permute", {2, 3, 4}, {"permute 3x1x2"}},
    {"prelu", {3, 4}, {"prelu num_parameters=3"}},
    {"reduce", {2, 3, 4}, {"reduce mean 2"}},
    {"reduce", {2, 3, 4}, {"reduce sum 1x3"}},
    {"reduce", {2, 3, 4}, {"reduce l2"}},
    {"reduce", {2, 3, 4}, {"reduce max 3", "reduce product 2"}},
    {"reduce", {2, 3, 4}, {"reduce argmax 1x3"}},
    {"reduce", {2, 3, 4}, {"reduce argmin 2"}},
    {"relu", {6}, {"relu"}},
    {"relu6", {6}, {"relu6"}},
    {"reshape", {2, 6}, {"reshape 3x4"}},
    {"selu", {6}, {"selu"}},
    {"sigmoid", {6}, {"sigmoid"}},
    {"silu", {6}, {"silu"}},
    {"softmax", {3, 2, 2}, {"softmax"}},
    {"softplus", {6}, {"softplus"}},
    {"softplus", {6}, {"softplus beta=2 threshold=1"}},
    {"softsign", {6}, {"softsign"}},
    {"spatialdropout", {3, 4}, {"spatialdropout 0.2"}},
    {"take", {2, 6}, {"take axis=2 start=5 count=3 step=-2"}},
    {"take", {4}, {"take indices=3,0,0,1"}},
    {"tanh", {6}, {"tanh"}},
    {"upsample", {2, 3, 2}, {"upsample 2x3"}},
    {"upsample", {2, 3, 2}, {"upsample 2 mode=bilinear"}},
    {"upsample", {2, 3, 2}, {"upsample 3 mode=bilinear align_corners=yes"}},
    {"upsample", {2, 3}, {"upsample 2 mode=bilinear"}},
    {"where", {2, 3, 3}, {"relu name=a", "tanh name=b", "where from=a,b,input"}},
    {"zeropadding", {2, 3, 3}, {"zeropadding 1x0x2x3"}},
    {"zeropadding", {2, 5}, {"zeropadding 2"}},
};

static struct nn_net *net_of(const size_t *input, const char *const *lines)
{
    int rank = 0;
    while (input[rank])
        rank++;
    struct nn_net *net = sample_net(rank, input);
    for (int i = 0; i < 6 && lines[i]; i++)
        sample_add(net, lines[i]);
    sample_fill(net, 3);
    for (size_t p = 0;; p++) { /* variances are positive */
        char name[2 * NN_NAME_SIZE];
        struct nn_param *param = nn_net_param(net, p, NULL, name);
        if (!param)
            break;
        for (size_t i = 0; !param->spec.trainable && i < nn_shape_size(&param->spec.shape); i++)
            param->value.data[i] = 0.5f + fabsf(param->value.data[i]);
    }
    return net;
}

#define BATCH 3

static float *answers(const struct nn_net *net, bool indices)
{
    struct nn_pass *pass;
    struct nn_random random;
    size_t in = net->nodes[0]->size, out = nn_net_output(net)->size;
    float *y = nn_calloc(BATCH * out, sizeof *y);
    cr_assert(y && nn_pass_new(net, BATCH, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
    nn_random_init(&random, 9, NN_STREAM_GENERATE, 1);
    for (size_t i = 0; i < BATCH * in; i++)
        nn_pass_input(pass)[i] =
            indices ? (float)nn_random_below(&random, 9) : 2.0f * nn_random_float(&random) - 1.0f;
    nn_pass_forward(pass, BATCH, NULL);
    memcpy(y, nn_pass_output(pass, net->count - 1), BATCH * out * sizeof *y);
    nn_pass_free(pass);
    return y;
}

static void export(const char *path, const struct nn_model *model)
{
    struct nn_error error = {0};
    cr_assert(nn_onnx_export(path, model, &error) == NN_OK, "%s", error.message);
}

/* The parameter of that name and shape, or, where a layer is written as several, one of as many
 * values whose bits are those. */
static bool has_weights(const struct nn_net *net, const char *wanted, const struct nn_param *like)
{
    const size_t count = nn_shape_size(&like->spec.shape);
    struct nn_param *param;
    char name[2 * NN_NAME_SIZE];
    for (size_t p = 0; (param = nn_net_param(net, p, NULL, name)); p++) {
        bool same = nn_shape_size(&param->spec.shape) == count &&
                    memcmp(param->value.data, like->value.data, count * sizeof(float)) == 0;
        if (strcmp(name, wanted) == 0)
            return same && nn_shape_equal(&param->spec.shape, &like->spec.shape);
        if (same && strcmp(param->spec.name, "value") == 0)
            return true;
    }
    return false;
}

/* Names, shapes and bits of all weights. */
static void check_weights(const struct nn_net *before, const struct nn_net *after, const char *what)
{
    struct nn_param *param;
    char name[2 * NN_NAME_SIZE];
    for (size_t p = 0; (param = nn_net_param(before, p, NULL, name)); p++)
        cr_expect(has_weights(after, name, param), "%s: %s", what, name);
}

static void check_case(const struct nn_net *net, const char *what, bool indices)
{
    struct nn_model model = {.net = (struct nn_net *)(uintptr_t)net}, read = {0};
    struct nn_error error = {0};
    export("m1.onnx", &model);
    cr_assert(nn_model_open("m1.onnx", &read, &error) == NN_OK, "%s: %s", what, error.message);
    cr_assert(nn_net_output(read.net)->size == nn_net_output(net)->size, "%s", what);
    check_weights(net, read.net, what);
    const struct nn_node *is = nn_net_output(read.net), *was = nn_net_output(net);
    if (was->param_count > 0 && strcmp(was->layer->name, "groupnorm") != 0)
        cr_expect(is->layer == was->layer, "%s is %s", what, is->layer->name);
    float *before = answers(net, indices), *after = answers(read.net, indices);
    for (size_t i = 0; i < BATCH * nn_net_output(net)->size; i++)
        cr_assert((isnan(before[i]) && isnan(after[i])) || before[i] == after[i] ||
                      fabsf(before[i] - after[i]) <= 2e-6f + 2e-6f * fabsf(before[i]),
                  "%s: value %zu is %.9g, not %.9g", what, i, (double)after[i], (double)before[i]);
    nn_free(before);
    nn_free(after);
    nn_model_clear(&read);
    remove("m1.onnx");
}

Test(onnx_export, every_layer_comes_back, .init = sample_folder, .fini = sample_folder_remove)
{
    for (size_t l = 0; l < nn_layer_count; l++) {
        const struct nn_layer_class *layer = nn_layers[l];
        bool found = layer->max_inputs == 0;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
            found |= strcmp(cases[i].layer, layer->name) == 0;
        cr_expect(found, "layer %s has no case", layer->name);
    }
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_net *net = net_of(cases[i].input, cases[i].lines);
        check_case(net, cases[i].lines[0], strcmp(cases[i].layer, "embedding") == 0);
        nn_net_free(net);
    }
}

/* Names and bits of all weights, classes and scaling survive the way through ONNX. */
Test(onnx_export, weights_and_description_come_back, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_model model = {0}, read = {0};
    struct nn_error error = {0};
    sample_model(&model);
    export("m1.onnx", &model);
    cr_assert(nn_model_open("m1.onnx", &read, &error) == NN_OK, "%s", error.message);
    check_weights(model.net, read.net, "a model");
    cr_assert(read.class_count == model.class_count && read.feature_count == model.feature_count);
    for (size_t i = 0; i < model.class_count; i++)
        cr_assert(strcmp(read.classes[i], model.classes[i]) == 0);
    cr_assert(read.scaling == model.scaling && read.scale_count == model.scale_count);
    for (size_t i = 0; i < model.scale_count; i++)
        cr_assert(read.offset[i] == model.offset[i] && read.factor[i] == model.factor[i]);
    nn_model_clear(&model);
    nn_model_clear(&read);
    remove("m1.onnx");
}

Test(onnx_export, what_cannot_be_written_is_named, .init = sample_folder,
     .fini = sample_folder_remove)
{
    struct nn_net *net = sample_net(3, (size_t[]){1, 4, 4});
    struct nn_model model = {.net = net};
    struct nn_error error = {0};
    cr_assert(nn_onnx_export("m1.onnx", &model, &error) == NN_STATE);
    sample_add(net, "maxpool2d 2 places=yes name=where");
    cr_assert(nn_onnx_export("m1.onnx", &model, &error) == NN_REFUSED);
    cr_assert(strstr(error.message, "layer where (maxpool2d)"), "%s", error.message);
    nn_net_free(net);
}
