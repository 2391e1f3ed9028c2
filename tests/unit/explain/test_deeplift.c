/* DeepLIFT by both rules and against several baselines. */
#include "nets.h"

#include <string.h>

static void fill(float *x, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < count; i++)
        x[i] = nn_random_normal(&random);
}

static struct nn_result *lift(const struct nn_net *net, const char *args, const float *x,
                              size_t batch, const float *baseline)
{
    return explain_with(net, "deeplift", args, x, batch, "0", NULL, baseline, NULL);
}

/* The example of the paper, section 3.5.2: min(a, b) = relu(a) - relu(a - b). Rescale gives all to
 * b, RevealCancel one half to each. */
Test(deeplift, minimum_of_two)
{
    const char *lines[] = {"dense 2 relu", "dense 1", NULL};
    struct nn_net *net = net_of("2", lines, 1);
    const float weights[] = {1, 0, 1, -1}, zero[] = {0, 0}, last[] = {1, -1}, x[] = {2, 1};
    memcpy(net->nodes[1]->params[0].value.data, weights, sizeof weights);
    memcpy(net->nodes[1]->params[1].value.data, zero, sizeof zero);
    memcpy(net->nodes[3]->params[0].value.data, last, sizeof last);
    struct nn_result *rescale = lift(net, "rule=rescale", x, 1, NULL),
                     *reveal = lift(net, "rule=revealcancel", x, 1, NULL);
    cr_expect(fabsf(rescale->values.data[0]) < 1e-6f && fabsf(rescale->values.data[1] - 1) < 1e-6f);
    cr_expect(fabsf(reveal->values.data[0] - 0.5f) < 1e-6f, "%g", (double)reveal->values.data[0]);
    cr_expect(fabsf(reveal->values.data[1] - 0.5f) < 1e-6f, "%g", (double)reveal->values.data[1]);
    nn_result_free(rescale);
    nn_result_free(reveal);
    nn_net_free(net);
}

/* ---- the paper's formulas, one number at a time ---- */

enum { WIDEST = 16 };

struct reference_layer {
    size_t in, out;
    const float *weight, *bias;
    double change[WIDEST], up[WIDEST], down[WIDEST]; /* of its inputs; parts of its outputs */
    double slope_up[WIDEST], slope_down[WIDEST];     /* of its activation */
};

static double rectified(double v)
{
    return v > 0 ? v : 0;
}

/* Equations of sections 3.5.1 and 3.5.3 for one layer; in, base: its inputs, become its outputs. */
static void reference_forward(struct reference_layer *l, double *in, double *base, bool relu)
{
    double out[WIDEST], out_base[WIDEST];
    for (size_t i = 0; i < l->in; i++)
        l->change[i] = in[i] - base[i];
    for (size_t j = 0; j < l->out; j++) {
        out[j] = out_base[j] = (double)l->bias[j];
        l->up[j] = l->down[j] = 0;
        for (size_t i = 0; i < l->in; i++) {
            double w = (double)l->weight[j * l->in + i], part = w * l->change[i];
            out[j] += w * in[i];
            out_base[j] += w * base[i];
            *(part > 0 ? &l->up[j] : &l->down[j]) += part;
        }
        double b = out_base[j], u = l->up[j], d = l->down[j];
        if (relu) {
            double y_up =
                (rectified(b + u) - rectified(b) + rectified(b + d + u) - rectified(b + d)) / 2;
            double y_down =
                (rectified(b + d) - rectified(b) + rectified(b + u + d) - rectified(b + u)) / 2;
            l->slope_up[j] = u > 0 ? y_up / u : out[j] > 0; /* without a change the gradient */
            l->slope_down[j] = d < 0 ? y_down / d : b > 0;
            out[j] = rectified(out[j]);
            out_base[j] = rectified(b);
        } else {
            l->slope_up[j] = l->slope_down[j] = 1;
        }
    }
    memcpy(in, out, l->out * sizeof *in);
    memcpy(base, out_base, l->out * sizeof *base);
}

static void reference_backward(const struct reference_layer *l, double *m)
{
    double below[WIDEST] = {0};
    for (size_t i = 0; i < l->in; i++)
        for (size_t j = 0; j < l->out; j++) {
            double w = (double)l->weight[j * l->in + i], part = w * l->change[i];
            double both =
                (l->slope_up[j] + l->slope_down[j]) / 2; /* parts that cancel each other */
            below[i] += m[j] * w * (part > 0 ? l->slope_up[j] : part < 0 ? l->slope_down[j] : both);
        }
    memcpy(m, below, sizeof below);
}

Test(deeplift, revealcancel_is_the_papers)
{
    const char *lines[] = {"dense 9 relu", "dense 7 relu", "dense 2", NULL};
    const size_t widths[] = {6, 9, 7, 2};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct nn_net *net = net_of("6", lines, seed);
        struct reference_layer layers[3];
        float x[6], b[6];
        double in[WIDEST], base[WIDEST], m[WIDEST] = {1, 0};
        fill(x, 6, seed);
        fill(b, 6, seed + 1000);
        for (size_t i = 0; i < 6; i++) {
            in[i] = (double)x[i];
            base[i] = (double)b[i];
        }
        for (size_t l = 0; l < 3; l++) {
            const struct nn_node *node = net->nodes[1 + 2 * l];
            layers[l] = (struct reference_layer){.in = widths[l],
                                                 .out = widths[l + 1],
                                                 .weight = node->params[0].value.data,
                                                 .bias = node->params[1].value.data};
            reference_forward(&layers[l], in, base, l < 2);
        }
        for (size_t l = 3; l-- > 0;)
            reference_backward(&layers[l], m);
        struct nn_result *result = lift(net, "rule=revealcancel", x, 1, b);
        for (size_t i = 0; i < 6; i++) {
            double expected = m[i] * ((double)x[i] - (double)b[i]);
            cr_expect(fabs(expected - (double)result->values.data[i]) < 1e-5,
                      "seed %llu, input %zu: %g, by hand %g", (unsigned long long)seed, i,
                      (double)result->values.data[i], expected);
        }
        nn_result_free(result);
        nn_net_free(net);
    }
}

/* Both rules add up over every layer that they take. */
Test(deeplift, adds_up_on_every_kind_of_layer)
{
    static const char *const nets[][12] = {
        {"conv2d 4 3 padding=1", "batchnorm relu", "maxpool2d 2", "conv2d 5 3 tanh", "avgpool2d 2",
         "flatten", "dense 3 softmax", NULL},
        {"conv2d 4 3 padding=1 relu name=a", "conv2d 4 3 padding=1 name=b", "batchnorm name=c",
         "add from=c,a", "leaky_relu", "globalavgpool2d", "flatten", "dense 6 gelu", "dense 3",
         NULL},
        {"tanh", "upsample 2", "conv2d 3 3 stride=2 elu", "globalmaxpool2d", "flatten", "dense 3",
         NULL},
    };
    float x[4 * 64], b[64];
    fill(x, 256, 1);
    fill(b, 64, 2);
    for (size_t n = 0; n < 3; n++)
        for (uint64_t seed = 1; seed <= 10; seed++) {
            struct nn_net *net = net_of("1x8x8", nets[n], seed);
            for (int i = 1; i < net->count; i++) /* scales of both signs */
                if (strcmp(net->nodes[i]->layer->name, "batchnorm") == 0)
                    fill(net->nodes[i]->params[0].value.data, net->nodes[i]->shape.dim[0], seed);
            const char *rules[] = {"rule=rescale", "rule=revealcancel"};
            for (size_t r = 0; r < 2; r++) {
                struct nn_result *result = lift(net, rules[r], x, 4, b);
                cr_expect(fabs(figure_of(result, "gap")) < 1e-5, "net %zu, seed %llu, %s: gap %g",
                          n, (unsigned long long)seed, rules[r], figure_of(result, "gap"));
                nn_result_free(result);
            }
            nn_net_free(net);
        }
}

/* More samples than the cache holds run in pieces: each with its own baseline. */
Test(deeplift, many_samples_of_a_large_net)
{
    const char *lines[] = {"conv2d 64 3 relu", "globalavgpool2d", "flatten", "dense 2", NULL};
    enum { SIZE = 64 * 64, SAMPLES = 11 };
    static float x[SAMPLES * SIZE];
    struct nn_net *net = net_of("1x64x64", lines, 3);
    fill(x, SAMPLES * SIZE, 1);
    struct nn_result *all = lift(net, "", x, SAMPLES, NULL);
    for (size_t s = 0; s < SAMPLES; s += 5) {
        struct nn_result *one = lift(net, "", x + s * SIZE, 1, NULL);
        cr_expect(reference_error(one->values.data, all->values.data + s * SIZE, SIZE) < 1e-6,
                  "sample %zu", s);
        nn_result_free(one);
    }
    nn_result_free(all);
    nn_net_free(net);
}

/* ---- several baselines ---- */

static struct nn_result *against(const struct nn_net *net, const char *method, const char *args,
                                 const float *x, size_t batch, const float *background,
                                 size_t count)
{
    struct nn_error error = {0};
    struct nn_args parsed = args_of(nn_method_find(method)->args, args);
    struct nn_explain_request request = {.net = net,
                                         .method = nn_method_find(method),
                                         .args = &parsed,
                                         .x = x,
                                         .batch = batch,
                                         .target = "1",
                                         .background = background,
                                         .backgrounds = count};
    struct nn_result *result;
    cr_assert(nn_explain(&request, &result, &error) == NN_OK, "%s", error.message);
    nn_args_clear(&parsed);
    return result;
}

Test(deeplift, deep_shap_is_the_mean_over_baselines)
{
    const char *lines[] = {"dense 9 relu", "dense 7 tanh", "dense 3 softmax", NULL};
    struct nn_net *net = net_of("6", lines, 4);
    float x[12], background[5 * 6], mean[12] = {0};
    fill(x, 12, 1);
    fill(background, 30, 2);
    for (size_t k = 0; k < 5; k++) {
        struct nn_result *one =
            explain_with(net, "deeplift", "", x, 2, "1", NULL, background + 6 * k, NULL);
        for (size_t i = 0; i < 12; i++)
            mean[i] += one->values.data[i] / 5;
        nn_result_free(one);
    }
    struct nn_result *shap = against(net, "deep_shap", "", x, 2, background, 5);
    cr_expect(reference_error(shap->values.data, mean, 12) < 1e-6);
    double sum = 0;
    for (size_t i = 0; i < 6; i++)
        sum += (double)shap->values.data[i];
    cr_expect(fabs(sum - (figure_of(shap, "F(x)") - figure_of(shap, "F(baseline)"))) < 1e-5);
    cr_expect(fabs(figure_of(shap, "gap")) < 1e-5);
    nn_result_free(shap);
    nn_net_free(net);
}

/* Of a linear net GradientSHAP is w (x - mean of the background), but for the draws. */
Test(deeplift, gradient_shap_draws_its_baselines)
{
    const char *lines[] = {"dense 3", NULL};
    struct nn_net *net = net_of("4", lines, 4);
    float x[4], background[2 * 4];
    fill(x, 4, 1);
    fill(background, 8, 2);
    struct nn_result *shap = against(net, "gradient_shap", "samples=20000", x, 1, background, 2);
    for (size_t i = 0; i < 4; i++) {
        float w = net->nodes[1]->params[0].value.data[4 + i];
        float expected = w * (x[i] - (background[i] + background[4 + i]) / 2);
        cr_expect(fabsf(shap->values.data[i] - expected) < 0.02f, "%zu: %g, %g", i,
                  (double)shap->values.data[i], (double)expected);
    }
    nn_result_free(shap);
    nn_net_free(net);
}
