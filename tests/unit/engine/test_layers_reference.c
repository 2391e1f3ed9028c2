/* Every case of tests/reference/layers, against PyTorch. */
#include "build.h"
#include "reference.h"

#include <jansson.h>

/* Case and the words of `add` that build it; the rest is in the file. */
static const struct {
    const char *name, *words;
} cases[] = {
    {"dense", "dense 5"},
    {"dense-nobias", "dense 17 bias=no"},
    {"dense-wide", "dense 67"},
    {"conv2d-3x3", "conv2d 8 3"},
    {"conv2d-3x3-pad1", "conv2d 6 3 padding=same"},
    {"conv2d-5x5-stride2-pad2", "conv2d 5 5 stride=2 padding=2"},
    {"conv2d-1x1", "conv2d 9 1"},
    {"conv2d-dilation2", "conv2d 4 3 dilation=2 padding=1x1x1x1"},
    {"conv2d-groups2", "conv2d 8 3 groups=2 padding=1"},
    {"conv2d-depthwise", "conv2d 8 3 groups=8 padding=1 stride=2"},
    {"conv2d-nobias", "conv2d 33 3 bias=no padding=valid"},
    {"conv2d-rect", "conv2d 3 3x5 stride=1x2 padding=0x2"},
    {"conv1d", "conv1d 6 5 padding=2"},
    {"maxpool2", "maxpool2d 2"},
    {"maxpool3-stride2-pad1", "maxpool2d 3 stride=2 padding=1"},
    {"maxpool2-ceil", "maxpool2d 2 ceil_mode=yes"},
    {"avgpool2", "avgpool2d 2"},
    {"avgpool3-pad1-countpad", "avgpool2d 3 stride=2 padding=1"},
    {"avgpool3-pad1-nocountpad", "avgpool2d 3 stride=2 padding=1 count_include_pad=no"},
    {"global-avgpool", "globalavgpool2d"},
    {"global-maxpool", "globalmaxpool2d"},
    {"batchnorm2d-eval", "batchnorm eps=1e-5"},
    {"batchnorm2d-train", "batchnorm eps=1e-5 momentum=0.1"},
    {"batchnorm1d-train", "batchnorm"},
    {"layernorm", "layernorm eps=1e-5"},
    {"act-relu", "relu"},
    {"act-leaky_relu", "leaky_relu"},
    {"act-elu", "elu"},
    {"act-selu", "selu"},
    {"act-gelu", "gelu"},
    {"act-gelu_tanh", "gelu approximate=tanh"},
    {"act-silu", "silu"},
    {"act-sigmoid", "sigmoid"},
    {"act-tanh", "tanh"},
    {"act-softplus", "softplus"},
    {"act-softsign", "softsign"},
    {"act-relu6", "relu6"},
    {"act-hardswish", "hardswish"},
    {"act-hardsigmoid", "hardsigmoid"},
    {"act-mish", "mish"},
    {"softmax", "softmax"},
    {"logsoftmax", "logsoftmax"},
};

static const char *words_of(const char *name)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (!strcmp(cases[i].name, name))
            return cases[i].words;
    return NULL;
}

static float *array_of(const struct reference *ref, const char *name, const char *what,
                       struct nn_shape *shape)
{
    char key[128];
    snprintf(key, sizeof key, "%s/%s", name, what);
    return reference_floats(ref, key, shape);
}

/* The net for one sample of x, with the parameters of the file. */
static struct nn_net *case_net(const struct reference *ref, const char *name,
                               const struct nn_shape *x)
{
    struct nn_shape sample = nn_shape_make(x->rank - 1, x->dim + 1);
    char text[NN_SHAPE_TEXT];
    struct nn_net *net = build_net(nn_shape_text(text, &sample), words_of(name));
    struct nn_node *node = net->nodes[1];
    for (int p = 0; p < node->param_count; p++) {
        struct nn_shape shape;
        float *values = array_of(ref, name, node->params[p].spec.name, &shape);
        cr_assert(nn_shape_equal(&shape, &node->params[p].spec.shape), "%s", name);
        memcpy(node->params[p].value.data, values, nn_shape_size(&shape) * sizeof *values);
        nn_free(values);
    }
    return net;
}

static void check_params(const struct reference *ref, const char *name, const struct nn_pass *pass,
                         const struct nn_node *node, bool training)
{
    for (int p = 0; p < node->param_count; p++) {
        const struct nn_param_spec *spec = &node->params[p].spec;
        const float *mine = nn_pass_param_gradient(pass, 1, p);
        if (spec->trainable)
            reference_check(ref, mine, nn_shape_size(&spec->shape), 1e-4, "%s/d%s", name,
                            spec->name);
        else if (training)
            reference_check(ref, mine, nn_shape_size(&spec->shape), 1e-5, "%s/%s_after", name,
                            spec->name);
    }
}

static void check_case(const struct reference *ref, const char *name, bool training)
{
    struct nn_shape x_shape, y_shape;
    float *x = array_of(ref, name, "x", &x_shape), *dy = array_of(ref, name, "dy", &y_shape);
    struct nn_net *net = case_net(ref, name, &x_shape);
    struct nn_pass *pass = build_pass(net, x_shape.dim[0], NN_PASS_PARAMETERS);
    struct nn_random random;
    struct nn_walk walk = {.from = 1, .seed = dy, .to = 0, .parameters = true};
    nn_random_init(&random, 1, NN_STREAM_DROPOUT, 0);

    memcpy(nn_pass_input(pass), x, nn_shape_size(&x_shape) * sizeof *x);
    nn_pass_forward(pass, x_shape.dim[0], training ? &random : NULL);
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
    reference_check(ref, nn_pass_output(pass, 1), nn_shape_size(&y_shape), 1e-5, "%s/y", name);
    reference_check(ref, nn_pass_gradient(pass, 0), nn_shape_size(&x_shape), 1e-4, "%s/dx", name);
    check_params(ref, name, pass, net->nodes[1], training);

    nn_pass_free(pass);
    nn_net_free(net);
    nn_free(x);
    nn_free(dy);
}

Test(layers_reference, every_case_agrees)
{
    struct reference ref;
    const char *name;
    json_t *value;
    size_t checked = 0;
    reference_open(&ref, "layers");
    json_t *list = json_loads(reference_text(&ref, "cases"), 0, NULL);
    cr_assert(json_is_object(list));
    json_object_foreach(list, name, value)
    {
        cr_assert(words_of(name), "the case %s has no test", name);
        check_case(&ref, name, json_is_true(json_object_get(value, "train")));
        checked++;
    }
    cr_assert(checked == sizeof cases / sizeof cases[0], "%zu cases checked", checked);
    json_decref(list);
    reference_close(&ref);
}
