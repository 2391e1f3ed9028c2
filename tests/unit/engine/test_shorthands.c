/* Shorthands: which layers they add, their names, and that a failure adds none. */
#include "engine/shorthand.h"

#include "build.h"

#include <stdio.h>

/* "name layer from,from shape" of every layer behind the input, joined by "; ". */
static void describe(const struct nn_net *net, char out[2048])
{
    int used = 0;
    for (int i = 1; i < net->count; i++) {
        const struct nn_node *node = net->nodes[i];
        char shape[NN_SHAPE_TEXT];
        used += snprintf(out + used, 2048 - (size_t)used, "%s%s %s ", i > 1 ? "; " : "", node->name,
                         node->layer->name);
        for (int k = 0; k < node->input_count; k++)
            used += snprintf(out + used, 2048 - (size_t)used, "%s%s", k ? "," : "",
                             net->nodes[node->inputs[k]]->name);
        used +=
            snprintf(out + used, 2048 - (size_t)used, " %s", nn_shape_text(shape, &node->shape));
    }
}

static void expect(const char *input, const char *words, const char *expected)
{
    struct nn_net *net = build_net(input, words);
    char text[2048] = "";
    describe(net, text);
    cr_assert(!strcmp(text, expected), "%s:\n%s\nnot\n%s", words, text, expected);
    nn_net_free(net);
}

Test(shorthands, registry_is_complete)
{
    for (size_t i = 0; i < nn_shorthand_count; i++) {
        const struct nn_shorthand *shorthand = nn_shorthands[i];
        cr_assert(i == 0 || strcmp(nn_shorthands[i - 1]->name, shorthand->name) < 0);
        cr_assert(nn_shorthand_find(shorthand->name) == shorthand);
        cr_assert(!nn_layer_find(shorthand->name), "%s is a layer too", shorthand->name);
        cr_assert(shorthand->prefix && shorthand->summary && shorthand->formula &&
                  shorthand->source && shorthand->build);
        for (const struct nn_arg_spec *spec = shorthand->args; spec->name; spec++)
            cr_assert(spec->help && nn_args_find(nn_add_common_args, spec->name) < 0);
    }
}

Test(shorthands, block)
{
    expect("1x8x8", "block 4",
           "block1.conv conv2d input 4x8x8; block1.bn batchnorm block1.conv "
           "4x8x8; block1 relu block1.bn 4x8x8");
    expect("1x8x8", "block 4 5 silu stride=2 padding=0 name=b",
           "b.conv conv2d input 4x2x2; b.bn batchnorm b.conv 4x2x2; b silu b.bn 4x2x2");
    expect("2x8", "block 4 activation=tanh name=b",
           "b.conv conv1d input 4x8; b.bn batchnorm b.conv 4x8; b tanh b.bn 4x8");
}

Test(shorthands, residual)
{
    expect("4x7x7", "residual 4",
           "res1.conv1 conv2d input 4x7x7; res1.bn1 batchnorm res1.conv1 4x7x7; res1.relu relu "
           "res1.bn1 4x7x7; res1.conv2 conv2d res1.relu 4x7x7; res1.bn2 batchnorm res1.conv2 "
           "4x7x7; res1.add add res1.bn2,input 4x7x7; res1 relu res1.add 4x7x7");
    expect("4x7", "residual 6 5 gelu stride=2 name=r",
           "r.shortcut conv1d input 6x4; r.shortcut_bn batchnorm r.shortcut 6x4; r.conv1 conv1d "
           "input 6x4; r.bn1 batchnorm r.conv1 6x4; r.gelu gelu r.bn1 6x4; r.conv2 conv1d r.gelu "
           "6x4; r.bn2 batchnorm r.conv2 6x4; r.add add r.bn2,r.shortcut_bn 6x4; r gelu r.add "
           "6x4");
}

/* The padding is half of the kernel on either side, which `same` is not with a stride. */
Test(shorthands, residual_pads_as_pytorch)
{
    struct nn_net *net = build_net("3x32x32", "residual 8 3x5 stride=2 name=r");
    const struct nn_node *conv = net->nodes[node_index(net, "r.conv1")];
    const struct nn_args *args = &conv->args;
    cr_assert(nn_net_last_spatial(net) == node_index(net, "r.conv2"));
    cr_assert(!strcmp(nn_args_text(args, nn_args_find(args->specs, "padding")), "1x2"));
    cr_assert(conv->param_count == 1, "batch normalization follows: no bias");
    cr_assert(nn_net_output(net)->shape.dim[1] == 16);
    nn_net_free(net);
}

Test(shorthands, names_and_inputs)
{
    struct nn_net *net = build_net("4x8x8", "residual 4;residual 4;residual 4 from=res1 name=last");
    struct nn_error error = {0};
    cr_assert(net->nodes[node_index(net, "last.conv1")]->inputs[0] == node_index(net, "res1"));
    cr_assert(net->nodes[node_index(net, "res2.conv1")]->inputs[0] == node_index(net, "res1"));
    /* the end of res1 gone, its other layers keep the name taken */
    cr_assert(nn_net_remove(net, node_index(net, "res1"), &error) == NN_OK);
    cr_assert(add_text(net, "residual 4", &error) == NN_OK, "%s", error.message);
    node_index(net, "res3.conv1");
    nn_net_free(net);
}

Test(shorthands, all_or_nothing)
{
    static const struct {
        const char *words, *message, *hint;
    } cases[] = {
        {"residual", "filters is missing", ""},
        {"residual 4 4", "kernel 4 is even", ""},
        {"residual 4 3 rleu", "unknown activation 'rleu'", "relu"},
        {"residual 4 3 dense", "unknown activation 'dense'", ""},
        {"residual 4 3 relu 5", "", ""},
        {"residual 4 stirde=2", "", "stride"},
        {"residual 4 from=inptu", "there is no layer 'inptu'", "input"},
        {"residual 4 from=input,relu1", "one layer", ""},
        {"residual 4 name=relu1", "a layer named relu1 already", ""},
        {"residual 4 name=9", "is no name", ""},
        /* fails at the second, third ... layer */
        {"residual 4 name=taken", "taken.conv2 already", ""},
        {"residual 4 name=abcdefghijabcdefghijabcdefghijabcdefghijabcdefghijabcdef", "too long",
         ""},
        {"block 4 20 padding=0", "does not fit", ""},
        {"block 4 3 relu padding=x", "padding is", ""},
        {"residul 4", "unknown layer 'residul'", "residual"},
    };
    struct nn_net *net = build_net("1x8x8", "relu;relu name=taken.conv2 from=input");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nn_error error = {0};
        cr_assert(add_text(net, cases[i].words, &error) != NN_OK, "%s", cases[i].words);
        cr_assert(strstr(error.message, cases[i].message) && error.message[0], "%s: %s",
                  cases[i].words, error.message);
        cr_assert(strstr(error.hint, cases[i].hint), "%s: %s", cases[i].words, error.hint);
        cr_assert(net->count == 3, "%s leaves something behind", cases[i].words);
    }
    nn_net_free(net);
    net = build_net("8", "relu");
    struct nn_error error = {0};
    cr_assert(add_text(net, "block 4", &error) == NN_SHAPE);
    cr_assert(strstr(error.message, "neither an image nor a series"));
    nn_net_free(net);
    cr_assert(nn_net_new(&net, NULL) == NN_OK);
    cr_assert(add_text(net, "block", &error) == NN_STATE && net->count == 0);
    nn_net_free(net);
}

Test(shorthands, column_of_a_misspelt_activation)
{
    struct nn_net *net = input_net("1x8x8");
    struct nn_error error = {0};
    cr_assert(add_text(net, "block 4 3 rleu", &error) == NN_ARGUMENT && error.column == 11, "%zu",
              error.column);
    nn_net_free(net);
}
