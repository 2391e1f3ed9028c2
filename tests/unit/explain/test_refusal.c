/* What is not defined is refused with the reason, never computed. */
#include "data/npy.h"
#include "nets.h"

#include <stdio.h>
#include <string.h>

static const char *const no_convolution[] = {"dense 8 tanh", "dense 3 softmax", NULL};
static const char *const small_net[] = {"conv2d 4 3 relu name=c1", "flatten",
                                        "dense 3 softmax name=out", NULL};

static void refused(struct nn_net *net, const char *method, const char *args_text,
                    const char *target, const char *layer, enum nn_status expected,
                    const char *message)
{
    float x[64] = {0.5f, -1};
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    const struct nn_method *found = nn_method_find(method);
    struct nn_args args = args_of(found->args, args_text);
    struct nn_explain_request request = {.net = net,
                                         .method = found,
                                         .args = &args,
                                         .x = x,
                                         .batch = 1,
                                         .target = target,
                                         .layer = layer};
    enum nn_status status = nn_explain(&request, &result, &error);
    cr_expect(status == expected, "%s: status %d", method, status);
    cr_expect(strstr(error.message, message) != NULL, "%s: '%s' does not say '%s'", method,
              error.message, message);
    cr_expect(result == NULL);
    nn_args_clear(&args);
}

Test(refusal, messages)
{
    struct nn_net *table = net_of("8", no_convolution, 1), *image = net_of("1x8x8", small_net, 1);
    refused(table, "gradcam", "", NULL, NULL, NN_REFUSED, "needs a convolution");
    refused(image, "gradcam", "", NULL, "out", NN_REFUSED, "feature maps");
    refused(image, "gradcam", "", NULL, "c2", NN_ARGUMENT, "c2");
    refused(image, "saliency", "", "3", NULL, NN_ARGUMENT, "no such class");
    refused(image, "saliency", "", "-1", NULL, NN_ARGUMENT, "no such class");
    refused(image, "saliency", "", "c1:9", NULL, NN_ARGUMENT, "maps 0 to 3");
    refused(image, "saliency", "", "loss", NULL, NN_ARGUMENT, "labels");
    refused(image, "occlusion", "window=9", NULL, NULL, NN_ARGUMENT, "does not fit");
    refused(image, "occlusion", "window=2 stride=3", NULL, NULL, NN_ARGUMENT, "never be covered");
    refused(image, "gradcam", "", "c1:0", "out", NN_REFUSED, "feature maps");
    refused(image, "vargrad", "samples=1", NULL, NULL, NN_ARGUMENT, "at least 2");
    refused(image, "rise", "grid=9", NULL, NULL, NN_ARGUMENT, "less than one of the 8 pixels");
    /* a difference of a class from itself is 0, which nothing is a share of */
    refused(image, "ablationcam", "variant=paper", "1-1", NULL, NN_REFUSED, "must be positive");
    nn_net_free(table);
    nn_net_free(image);
}

Test(refusal, samples)
{
    static const char *const layers[] = {"dense 3 softmax", NULL};
    struct nn_net *net = net_of("30", layers, 1);
    refused(net, "kernel_shap", "samples=57", NULL, NULL, NN_ARGUMENT, "at least 58");
    refused(net, "shapley", "kind=exact", NULL, NULL, NN_LIMIT, "2^30");
    struct nn_shape shape = nn_shape_make(3, (size_t[]){4, 1, 30});
    float noise[120] = {0};
    cr_assert(nn_npy_write("attribution-noise.npy", &shape, noise, NULL) == NN_OK);
    refused(net, "smoothgrad", "noise=attribution-noise.npy samples=5", NULL, NULL, NN_ARGUMENT,
            "noise of 4 copies");
    float x[30] = {1};
    struct nn_result *map =
        explain_with(net, "smoothgrad", "noise=attribution-noise.npy", x, 1, "1", NULL, NULL, NULL);
    cr_expect(strstr(map->parameters, "samples=4 "), "%s", map->parameters);
    nn_result_free(map);
    remove("attribution-noise.npy");
    nn_net_free(net);
}

Test(refusal, gradients_with_respect_to_indices)
{
    static const char *const layers[] = {"embedding 3 4 name=e", "flatten", "dense 3 softmax",
                                         NULL};
    static const char *const methods[] = {"saliency", "smoothgrad", "lrp", "deeplift"};
    struct nn_net *net = net_of("8", layers, 1);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        refused(net, methods[i], "", NULL, NULL, NN_REFUSED, "embedding");
    /* its path leads from index to index, even for a layer behind the embedding */
    refused(net, "neuron_conductance", "", NULL, "e", NN_REFUSED, "reads indices");
    refused(net, "neuron_conductance", "", NULL, "flatten1", NN_REFUSED, "reads indices");
    nn_net_free(net);
}

Test(refusal, non_finite_weights_and_inputs)
{
    struct nn_net *net = net_of("8", no_convolution, 1);
    net->nodes[1]->params[0].value.data[3] = NAN;
    refused(net, "saliency", "", NULL, NULL, NN_REFUSED, "not finite");
    nn_net_free(net);
}

/* Without a relu guided backprop is the gradient, as in Captum; the result says so. */
Test(refusal, guided_backprop_without_a_relu_says_what_it_is)
{
    struct nn_net *net = net_of("8", no_convolution, 1);
    float x[8] = {1, -1, 0.5f};
    struct nn_result *guided =
        explain_with(net, "guided_backprop", "", x, 1, NULL, NULL, NULL, NULL);
    struct nn_result *gradient = explain_with(net, "gradient", "", x, 1, NULL, NULL, NULL, NULL);
    cr_expect(memcmp(guided->values.data, gradient->values.data, sizeof x) == 0);
    cr_expect(strstr(guided->note, "plain gradient") != NULL);
    nn_result_free(guided);
    nn_result_free(gradient);
    nn_net_free(net);
}

Test(refusal, cancellation_stops)
{
    struct nn_net *net = net_of("1x8x8", small_net, 1);
    struct nn_progress progress = {0};
    float x[64] = {0};
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    struct nn_args args = args_of(nn_method_find("ig")->args, "");
    atomic_store(&progress.cancel, true);
    struct nn_explain_request request = {.net = net,
                                         .method = nn_method_find("ig"),
                                         .args = &args,
                                         .x = x,
                                         .batch = 1,
                                         .progress = &progress};
    cr_assert(nn_explain(&request, &result, &error) == NN_CANCELLED);
    nn_args_clear(&args);
    nn_net_free(net);
}
