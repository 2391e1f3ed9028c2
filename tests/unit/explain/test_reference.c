/* The methods against PyTorch, Captum and the formulas: tests/reference/explain-*. */
#include "nets.h"

#include <string.h>

/* Captum's completeness gap is a difference of nearly equal numbers: compared absolutely, on the
 * scale of F. */
#define TOLERANCE 1e-5

struct method_case {
    const char *key, *method, *args;
};

static const struct method_case common[] = {
    {"saliency", "saliency", ""},
    {"gradient", "gradient", ""},
    {"gradient_x_input", "gradient_x_input", ""},
    {"integrated_gradients/gausslegendre50", "ig", "steps=50"},
    {"integrated_gradients/left50", "ig", "steps=50 rule=left"},
    {"integrated_gradients/right50", "ig", "steps=50 rule=right"},
    {"integrated_gradients/middle50", "ig", "steps=50 rule=middle"},
    {"guided_backprop", "guided_backprop", ""},
    {"deconvnet", "deconvnet", ""},
    {"occlusion/4-2", "occlusion", "window=4 stride=2"},
    {"occlusion/3-2", "occlusion", "window=3 stride=2"},
    {"gradcam", "gradcam", ""},
    {"gradcam_plusplus", "gradcam_plusplus", ""},
    {"layercam", "layercam", ""},
    {"hirescam", "hirescam", ""},
    {"xgradcam", "xgradcam", ""},
    {"guided_gradcam_nearest", "guided_gradcam", ""},
    {"lrp_zennit/epsilon_plus", "lrp", "composite=epsilon_plus"},
    {"lrp_zennit/epsilon_alpha2_beta1", "lrp", "composite=epsilon_alpha2_beta1"},
    {"lrp_zennit/epsilon_gamma_box", "lrp", "composite=epsilon_gamma_box low=-3 high=3"},
    {"lrp_captum/epsilon", "lrp", "rule=epsilon epsilon=0.01 variant=captum"},
    {"lrp_captum/gamma", "lrp", "rule=gamma gamma=0.25 variant=captum"},
    {"lrp_captum/alpha1_beta0", "lrp", "rule=alphabeta alpha=1 beta=0 variant=captum"},
};

static void compare(struct nn_net *net, const char *name)
{
    struct reference ref;
    reference_open(&ref, name);
    net_load(net, &ref);
    struct nn_shape shape;
    float *x = reference_floats(&ref, "x", &shape),
          *baseline = reference_floats(&ref, "baseline", NULL);
    size_t batch = shape.dim[0], compared = 0;
    float *target = reference_floats(&ref, "target", NULL);
    int32_t targets[8];
    for (size_t i = 0; i < batch; i++)
        targets[i] = (int32_t)target[i];
    for (size_t i = 0; i < sizeof common / sizeof *common; i++) {
        if (!reference_has(&ref, common[i].key))
            continue;
        float *expected = reference_floats(&ref, common[i].key, &shape);
        bool covered =
            strcmp(common[i].key, "occlusion/4-2") == 0; /* the reference covers images with 0 */
        struct nn_result *result = explain_with(net, common[i].method, common[i].args, x, batch,
                                                NULL, targets, covered ? NULL : baseline, NULL);
        cr_expect(nn_shape_equal(&shape, &result->values.shape), "%s %s: another shape", name,
                  common[i].key);
        double error = reference_error(result->values.data, expected, nn_shape_size(&shape));
        cr_expect(error <= TOLERANCE, "%s %s: error %g", name, common[i].key, error);
        if (strcmp(common[i].key, "integrated_gradients/gausslegendre50") == 0) {
            float *delta =
                reference_floats(&ref, "integrated_gradients/gausslegendre50/delta", NULL);
            cr_expect(fabs(figure_of(result, "gap") - (double)delta[0]) <= 1e-5,
                      "%s: gap %g, Captum %g", name, figure_of(result, "gap"), (double)delta[0]);
            nn_free(delta);
        }
        nn_free(expected);
        nn_result_free(result);
        compared++;
    }
    cr_expect(compared >= 9, "%s: only %zu arrays compared", name, compared);
    nn_free(x);
    nn_free(baseline);
    nn_free(target);
    nn_net_free(net);
    reference_close(&ref);
}

/* PyTorch's Sequential numbers its modules; a name may not be a number here, so they are set by
 * hand. */
static void number_names(struct nn_net *net)
{
    for (int i = 1; i < net->count; i++)
        snprintf(net->nodes[i]->name, NN_NAME_SIZE, "%d", i - 1);
}

Test(reference, mlp)
{
    const char *lines[] = {"dense 24", "relu", "dense 16", "relu", "dense 4", NULL};
    struct nn_net *net = net_of("10", lines, 1);
    number_names(net);
    compare(net, "explain-mlp");
}

Test(reference, lenet)
{
    const char *lines[] = {"conv2d 6 3", "relu",        "maxpool2d 2", "conv2d 12 3",
                           "relu",       "maxpool2d 2", "flatten",     "dense 20",
                           "relu",       "dense 5",     NULL};
    struct nn_net *net = net_of("1x18x18", lines, 1);
    number_names(net);
    compare(net, "explain-lenet");
}

Test(reference, residual)
{
    const char *lines[] = {"conv2d 8 3 padding=1 name=conv1",
                           "batchnorm name=bn1",
                           "relu name=relu1",
                           "conv2d 8 3 padding=1 name=conv2",
                           "batchnorm name=bn2",
                           "add from=bn2,relu1 name=sum",
                           "relu name=relu2",
                           "conv2d 16 3 stride=2 name=conv3",
                           "relu name=relu3",
                           "globalavgpool2d name=pool",
                           "flatten name=flatten",
                           "dense 5 name=fc",
                           NULL};
    compare(net_of("1x12x12", lines, 1), "explain-residual");
}
