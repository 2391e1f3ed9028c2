/* What holds for every layer, and single points of some. */
#include "build.h"
#include "engine/net_node.h"

#include <ctype.h>
#include <math.h>

Test(layers, registry_is_complete)
{
    for (size_t i = 0; i < nn_layer_count; i++) {
        const struct nn_layer_class *layer = nn_layers[i];
        cr_assert(i == 0 || strcmp(nn_layers[i - 1]->name, layer->name) < 0, "order");
        cr_assert(nn_layer_find(layer->name) == layer);
        cr_assert(layer->prefix && layer->summary && layer->formula && layer->source);
        cr_assert(layer->args && layer->infer);
        cr_assert(isalpha((unsigned char)layer->prefix[0]), "%s", layer->name);
        cr_assert(layer->max_inputs >= layer->min_inputs && layer->max_inputs <= NN_MAX_INPUTS);
        cr_assert(layer->max_inputs == 0 || (layer->forward && layer->backward));
        cr_assert(layer->summary[strlen(layer->summary) - 1] != '.', "%s", layer->name);
        for (const struct nn_arg_spec *spec = layer->args; spec->name; spec++) {
            cr_assert(spec->help, "%s %s", layer->name, spec->name);
            cr_assert(nn_args_find(nn_add_common_args, spec->name) < 0, "%s", spec->name);
            cr_assert(!(layer->flags & NN_LAYER_ACTIVATION) || !(spec->flags & NN_ARG_REQUIRED),
                      "an activation can stand alone: %s", layer->name);
        }
    }
    cr_assert(!nn_layer_find("") && !nn_layer_find("Dense"));
}

/* Extreme values of every argument on extreme shapes: an answer or an error, no undefined
 * behaviour. */
static const char *extreme_value(const struct nn_arg_spec *spec, uint32_t choice)
{
    static const char *const ints[] = {"1", "2", "2147483647", "0", "-1", "9223372036854775807"};
    static const char *const reals[] = {"0", "1", "-1e308", "1e308", "1e-300", "0.5"};
    static const char *const dims[] = {"1", "2147483647x1",   "1x2147483647", "2147483647",
                                       "7", "1x1x1x1x1x1x1x1"};
    static const char *const texts[] = {
        "0", "same", "2147483647", "2147483647x0x0x2147483647", "", "1x99999999999999999999"};
    switch (spec->type) {
    case NN_ARG_INT:
        return ints[choice];
    case NN_ARG_REAL:
        return reals[choice];
    case NN_ARG_BOOL:
        return choice % 2 ? "yes" : "no";
    case NN_ARG_DIMS:
        return dims[choice];
    case NN_ARG_TEXT:
        return texts[choice];
    default:
        return spec->fallback ? spec->fallback : "";
    }
}

/* Arguments with extreme values; false when they are refused already. */
static bool extreme_args(const struct nn_layer_class *layer, struct nn_random *random,
                         struct nn_args *args)
{
    struct nn_word words[16];
    struct nn_error error = {0};
    size_t count = 0;
    for (const struct nn_arg_spec *spec = layer->args; spec->name; spec++)
        if (spec->flags & NN_ARG_REQUIRED || nn_random_below(random, 2))
            words[count++] = (struct nn_word){
                .key = spec->name, .value = extreme_value(spec, nn_random_below(random, 6))};
    enum nn_status status = nn_args_parse(args, layer->args, words, count, layer->name, &error);
    cr_assert(status == NN_OK || error.message[0] != '\0');
    return status == NN_OK;
}

/* Plans such a node (without drawing its values, which may be gigabytes); whether it was accepted.
 */
static bool plan_extreme(const struct nn_layer_class *layer, const struct nn_net *net,
                         struct nn_random *random)
{
    struct nn_node *node;
    struct nn_error error = {0};
    cr_assert(nn_node_new(layer, "extreme", 1, &node, NULL) == NN_OK);
    node->input_count = layer->min_inputs;
    enum nn_status status = NN_ARGUMENT;
    if (extreme_args(layer, random, &node->args)) {
        status = nn_node_plan(node, net->nodes, &error);
        if (status == NN_OK)
            status = nn_nodes_check_size(net->nodes, 1, node, &error);
        cr_assert(status == NN_OK || error.message[0] != '\0');
    }
    if (status == NN_OK) {
        cr_assert(node->size > 0 && node->size <= (size_t)1 << 40);
        cr_assert(!layer->flops || layer->flops(node) >= 0.0);
        cr_assert(!layer->saved || layer->saved(node, 1) <= (size_t)1 << 42);
        cr_assert(!layer->scratch || layer->scratch(node, 1) <= (size_t)1 << 42);
    }
    nn_node_free(node);
    return status == NN_OK;
}

Test(layers, extreme_arguments_and_shapes)
{
    static const char *const inputs[] = {
        "1",    "2147483647", "1x1x1", "1x1x2147483647", "1048576x1x1048576", "1x1x1x1x1x1x1x1",
        "3x5x7"};
    struct nn_random random;
    size_t accepted = 0, refused = 0;
    nn_random_init(&random, 1, NN_STREAM_GENERATE, 1);
    for (size_t i = 0; i < nn_layer_count; i++)
        for (size_t s = 0; s < sizeof inputs / sizeof inputs[0]; s++) {
            struct nn_net *net = input_net(inputs[s]);
            for (int trial = 0; trial < 200; trial++)
                if (plan_extreme(nn_layers[i], net, &random))
                    accepted++;
                else
                    refused++;
            nn_net_free(net);
        }
    cr_assert(accepted > 500 && refused > 500, "%zu accepted, %zu refused", accepted, refused);
}

/* Runs `words` on one sample, in inference mode. */
static void run(const char *input, const char *words, const float *x, float *y, const float *dy,
                float *dx)
{
    struct nn_net *net = build_net(input, words);
    struct nn_pass *pass = build_pass(net, 1, NN_PASS_GRADIENTS);
    int last = net->count - 1;
    memcpy(nn_pass_input(pass), x, net->nodes[0]->size * sizeof *x);
    nn_pass_forward(pass, 1, NULL);
    memcpy(y, nn_pass_output(pass, last), net->nodes[last]->size * sizeof *y);
    if (dx) {
        struct nn_walk walk = {.from = last, .seed = dy};
        cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
        memcpy(dx, nn_pass_gradient(pass, 0), net->nodes[0]->size * sizeof *dx);
    }
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(layers, maxpool_takes_the_first_of_equals_and_passes_nan_on)
{
    float x[8] = {1, 1, 1, 1, 0, NAN, 5, 2}, y[2], dx[8];
    run("1x2x4", "maxpool2d 2", (float[]){3, 3, 0, 1, 3, 3, 1, 1}, y, (float[]){7, 8}, dx);
    cr_assert(y[0] == 3 && y[1] == 1);
    cr_assert(dx[0] == 7 && dx[1] == 0 && dx[4] == 0 && dx[5] == 0);
    cr_assert(dx[2] == 0 && dx[3] == 8 && dx[6] == 0 && dx[7] == 0);
    run("1x1x8", "maxpool2d 1x4", x, y, NULL, NULL);
    cr_assert(y[0] == 1 && isnan(y[1]));
    /* padding is less than anything */
    run("1x1x2", "maxpool2d 1x2 stride=1 padding=0x1", (float[]){-INFINITY, -5}, x, NULL, NULL);
    cr_assert(x[0] == -INFINITY && x[1] == -5 && x[2] == -5);
}

Test(layers, softmax_is_over_the_channels_of_each_place)
{
    float y[4];
    run("2x1x2", "softmax", (float[]){0, 1000, 0, -1000}, y, NULL, NULL);
    cr_assert(y[0] == 0.5f && y[2] == 0.5f && y[1] == 1.0f && y[3] == 0.0f);
    run("3", "softmax", (float[]){1e30f, -1e30f, 1e30f}, y, NULL, NULL);
    cr_assert(y[0] == 0.5f && y[1] == 0.0f && y[2] == 0.5f);
}

Test(layers, slopes_at_zero_are_those_of_pytorch)
{
    float y[1], dx[1];
    run("1", "relu", (float[]){0}, y, (float[]){1}, dx);
    cr_assert(y[0] == 0.0f && dx[0] == 0.0f);
    run("1", "leaky_relu 0.25", (float[]){0}, y, (float[]){1}, dx);
    cr_assert(y[0] == 0.0f && dx[0] == 0.25f);
    run("1", "gelu", (float[]){0}, y, (float[]){1}, dx);
    cr_assert(y[0] == 0.0f && dx[0] == 0.5f);
}

Test(layers, batchnorm_of_one_value)
{
    struct nn_net *net = build_net("2", "batchnorm");
    struct nn_pass *pass = build_pass(net, 1, NN_PASS_PARAMETERS);
    struct nn_random random;
    struct nn_walk walk = {.from = 1, .seed = (float[]){1, 2}, .parameters = true};
    nn_random_init(&random, 1, NN_STREAM_DROPOUT, 0);
    memcpy(nn_pass_input(pass), (float[]){3, 4}, 2 * sizeof(float));
    nn_pass_forward(pass, 1, &random);
    cr_assert(nn_pass_output(pass, 1)[0] == 0.0f);
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
    cr_assert(nn_pass_gradient(pass, 0)[1] == 0.0f);
    cr_assert(fabsf(nn_pass_param_gradient(pass, 1, 2)[1] - 0.4f) < 1e-6f);
    cr_assert(fabsf(nn_pass_param_gradient(pass, 1, 3)[1] - 0.9f) < 1e-6f);
    nn_pass_free(pass);
    nn_net_free(net);
}

Test(layers, concat_along_any_axis)
{
    float x[4] = {1, 2, 3, 4}, y[8];
    run("2x2", "relu;concat from=input,relu1", x, y, NULL, NULL);
    cr_assert(!memcmp(y, (float[]){1, 2, 3, 4, 1, 2, 3, 4}, sizeof y));
    run("2x2", "relu;concat from=input,relu1 axis=2", x, y, NULL, NULL);
    cr_assert(!memcmp(y, (float[]){1, 2, 1, 2, 3, 4, 3, 4}, sizeof y));
}
