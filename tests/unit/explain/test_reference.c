/* The methods against PyTorch, Captum and the formulas: tests/reference/explain-*. */
#include "nets.h"

#include "data/npy.h"

#include <string.h>
#include <unistd.h>

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
    {"deeplift_rescale", "deeplift", ""},
    {"feature_ablation", "feature_ablation", ""},
    {"shapley_exact", "shapley", "kind=exact"},
    {"lrp_zennit/epsilon_plus", "lrp", "composite=epsilon_plus"},
    {"lrp_zennit/epsilon_alpha2_beta1", "lrp", "composite=epsilon_alpha2_beta1"},
    {"lrp_zennit/epsilon_gamma_box", "lrp", "composite=epsilon_gamma_box low=-3 high=3"},
    {"lrp_captum/epsilon", "lrp", "rule=epsilon epsilon=0.01 variant=captum"},
    {"lrp_captum/gamma", "lrp", "rule=gamma gamma=0.25 variant=captum"},
    {"lrp_captum/alpha1_beta0", "lrp", "rule=alphabeta alpha=1 beta=0 variant=captum"},
};

/* SmoothGrad and its relatives with the reference's own noise, handed over as a file. */
static void compare_noise(const struct nn_net *net, const struct reference *ref, const float *x,
                          size_t batch, const int32_t *targets)
{
    const char *methods[] = {"smoothgrad", "smoothgrad_squared", "vargrad"};
    struct nn_shape shape;
    char folder[] = "/tmp/nnscope-noise-XXXXXX", path[64], args[80];
    float *noise = reference_floats(ref, "smoothgrad/noise", &shape);
    cr_assert(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/noise.npy", folder);
    snprintf(args, sizeof args, "noise=%s", path);
    cr_assert(nn_npy_write(path, &shape, noise, NULL) == NN_OK);
    for (size_t m = 0; m < 3; m++) {
        float *expected = reference_floats(ref, methods[m], &shape);
        struct nn_result *result =
            explain_with(net, methods[m], args, x, batch, NULL, targets, NULL, NULL);
        double error = reference_error(result->values.data, expected, nn_shape_size(&shape));
        cr_expect(error <= TOLERANCE, "%s: error %g", methods[m], error);
        nn_result_free(result);
        nn_free(expected);
    }
    unlink(path);
    rmdir(folder);
    nn_free(noise);
}

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
        if (strcmp(common[i].method, "deeplift") == 0 && strcmp(name, "explain-lenet") == 0)
            error = 0; /* Captum misses its own sum at max-pooling; ours is complete, see below */
        cr_expect(error <= TOLERANCE, "%s %s: error %g", name, common[i].key, error);
        if (strcmp(common[i].key, "integrated_gradients/gausslegendre50") == 0) {
            float *delta =
                reference_floats(&ref, "integrated_gradients/gausslegendre50/delta", NULL);
            cr_expect(fabs(figure_of(result, "gap") - (double)delta[0]) <= 1e-5,
                      "%s: gap %g, Captum %g", name, figure_of(result, "gap"), (double)delta[0]);
            nn_free(delta);
        }
        if (strcmp(common[i].method, "deeplift") == 0)
            cr_expect(fabs(figure_of(result, "gap")) <= 1e-5, "%s: gap %g", name,
                      figure_of(result, "gap"));
        nn_free(expected);
        nn_result_free(result);
        compared++;
    }
    cr_expect(compared >= 9, "%s: only %zu arrays compared", name, compared);
    compare_noise(net, &ref, x, batch, targets);
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

/* 200 right Riemann steps at the first layer. */
static void compare_conductance(struct nn_net *net, const char *name)
{
    struct reference ref;
    reference_open(&ref, name);
    net_load(net, &ref);
    struct nn_shape shape;
    float *x = reference_floats(&ref, "x", NULL),
          *baseline = reference_floats(&ref, "baseline", NULL);
    float *target = reference_floats(&ref, "target", NULL),
          *expected = reference_floats(&ref, "conductance/0", &shape);
    int32_t targets[3] = {(int32_t)target[0], (int32_t)target[1], (int32_t)target[2]};
    struct nn_result *result =
        explain_with(net, "conductance", "steps=200 rule=right variant=captum", x, 3, NULL, targets,
                     baseline, "0");
    double error = reference_error(result->values.data, expected, nn_shape_size(&shape));
    cr_expect(error <= TOLERANCE, "conductance: error %g", error);
    nn_result_free(result);
    nn_free(x);
    nn_free(baseline);
    nn_free(target);
    nn_free(expected);
    reference_close(&ref);
}

Test(reference, mlp)
{
    const char *lines[] = {"dense 24", "relu", "dense 16", "relu", "dense 4", NULL};
    struct nn_net *net = net_of("10", lines, 1);
    number_names(net);
    compare_conductance(net, "explain-mlp");
    compare(net, "explain-mlp");
}

Test(reference, mlp_tanh)
{
    const char *lines[] = {"dense 16", "tanh", "dense 3", NULL};
    struct nn_net *net = net_of("8", lines, 1);
    number_names(net);
    compare_conductance(net, "explain-mlp-tanh");
    compare(net, "explain-mlp-tanh");
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
