/* Every method on every layer equals a slow reference that knows the layer by its values alone: its
 * outputs, and its dense Jacobian by central differences.
 *
 * The net is one layer, then F = W y + b (dense), so that what comes back to the layer is known:
 * the gradient W, the relevance W y, the multipliers W. What a method makes of it follows from its
 * definition with the Jacobian J and the outputs y; what it refuses is in test_matrix.c. */
#include "cases.h"
#include "nets.h"

#include <string.h>

enum { MOST = 128, CLASS = 1 };

static size_t compared, refused; /* pairs of a method and a layer */

/* What the reference knows. */
struct facts {
    const struct layer_case *c;
    struct nn_net *net;
    const struct nn_node *node; /* the layer */
    size_t in, out;
    float x[MOST];
    double y[MOST], y0[MOST]; /* its outputs for x and for 0 */
    double w[MOST];           /* of the class */
    double bias, value, base; /* F(x), F(0) */
    double J[MOST][MOST];     /* dy_j / dx_i at [j][i] */
};

static double value_at(const struct nn_net *net, const float *x)
{
    int32_t unit = CLASS;
    struct nn_target target = {.what = NN_EXPLAIN_CLASS, .node = nn_net_logits(net), .unit = &unit};
    double value;
    cr_assert(nn_explain_value(net, &target, x, 1, &value, NULL, NULL) == NN_OK);
    return value;
}

static void outputs_at(const struct facts *f, const float *x, double *y)
{
    struct nn_pass *pass;
    cr_assert(nn_pass_new(f->net, 1, NN_PASS_FORWARD, 0, &pass, NULL) == NN_OK);
    memcpy(nn_pass_input(pass), x, f->in * sizeof *x);
    nn_pass_forward(pass, 1, NULL);
    for (size_t j = 0; j < f->out; j++)
        y[j] = (double)nn_pass_output(pass, f->node->index)[j];
    nn_pass_free(pass);
}

static void jacobian_at(const struct facts *f, const float *x, double J[MOST][MOST])
{
    float moved[MOST];
    double above[MOST], below[MOST];
    memcpy(moved, x, f->in * sizeof *x);
    for (size_t i = 0; i < f->in; i++) {
        moved[i] = x[i] + 2e-3f;
        double up = (double)moved[i];
        outputs_at(f, moved, above);
        moved[i] = x[i] - 2e-3f;
        double down = (double)moved[i];
        outputs_at(f, moved, below);
        moved[i] = x[i];
        for (size_t j = 0; j < f->out; j++)
            J[j][i] = (above[j] - below[j]) / (up - down);
    }
}

/* Inputs away from kinks and from each other, of both signs. */
static void spread(float *x, size_t count)
{
    struct nn_random random;
    nn_random_init(&random, 3, NN_STREAM_EXPLAIN, 0);
    for (size_t i = 0; i < count; i++) {
        x[i] = 0.25f + 1.5f * (float)i / (float)count + 0.02f * nn_random_float(&random);
        if (nn_random_u32(&random) & 1)
            x[i] = -x[i];
    }
}

static void learn(struct facts *f, const struct layer_case *c)
{
    static const float zeros[MOST];
    *f = (struct facts){.c = c, .net = case_net(c, true)};
    f->node = f->net->nodes[1];
    f->in = f->net->nodes[0]->size;
    f->out = f->node->size;
    cr_assert(f->in <= MOST && f->out <= MOST, "%s is too large", c->layer);
    const struct nn_node *last = nn_net_output(f->net);
    for (size_t j = 0; j < f->out; j++)
        f->w[j] = (double)last->params[0].value.data[CLASS * f->out + j];
    f->bias = (double)last->params[1].value.data[CLASS];
    spread(f->x, f->in);
    outputs_at(f, f->x, f->y);
    outputs_at(f, zeros, f->y0);
    jacobian_at(f, f->x, f->J);
    f->value = value_at(f->net, f->x);
    f->base = value_at(f->net, zeros);
}

/* Compares a method's map; one that refuses the layer has said why in test_matrix.c. `layer` names
 * the layer itself for methods at a layer. */
static void check(const struct facts *f, const char *method, const char *args, bool at_layer,
                  const double *expected, size_t count, double tolerance)
{
    struct nn_error error = {0};
    struct nn_result *result = NULL;
    const struct nn_method *found = nn_method_find(method);
    struct nn_args parsed = args_of(found->args, args);
    struct nn_explain_request request = {.net = f->net,
                                         .method = found,
                                         .args = &parsed,
                                         .x = f->x,
                                         .batch = 1,
                                         .target = "1",
                                         .layer = at_layer ? f->node->name : NULL};
    enum nn_status status = nn_explain(&request, &result, &error);
    cr_expect(status == NN_OK || status == NN_REFUSED, "%s on %s: %s", method, f->c->layer,
              error.message);
    if (status == NN_OK) {
        float wanted[MOST];
        cr_assert(nn_shape_size(&result->values.shape) == count, "%s on %s: another shape", method,
                  f->c->layer);
        for (size_t i = 0; i < count; i++)
            wanted[i] = (float)expected[i];
        double apart = reference_error(result->values.data, wanted, count);
        compared++;
        cr_expect(apart <= tolerance, "%s %s on %s: error %g", method, args, f->c->layer, apart);
    }
    refused += status == NN_REFUSED;
    nn_result_free(result);
    nn_args_clear(&parsed);
}

static bool has(const struct facts *f, unsigned flags)
{
    return (f->node->layer->flags & flags) == flags;
}

/* J^T v */
static void back(const struct facts *f, double J[MOST][MOST], const double *v, double *out)
{
    for (size_t i = 0; i < f->in; i++) {
        out[i] = 0;
        for (size_t j = 0; j < f->out; j++)
            out[i] += J[j][i] * v[j];
    }
}

/* ---- gradients ---- */

static void check_gradients(const struct facts *f)
{
    double g[MOST], expected[MOST];
    back(f, (double(*)[MOST])f->J, f->w, g);
    check(f, "gradient", "", false, g, f->in, 1e-3);
    for (size_t i = 0; i < f->in; i++)
        expected[i] = fabs(g[i]);
    check(f, "saliency", "", false, expected, f->in, 1e-3);
    for (size_t i = 0; i < f->in; i++)
        expected[i] = (double)f->x[i] * g[i];
    check(f, "gradient_x_input", "", false, expected, f->in, 1e-3);
    bool relu = has(f, NN_LAYER_RECTIFIER);
    for (size_t i = 0; i < f->in; i++)
        expected[i] = !relu ? g[i] : f->x[i] > 0 && f->w[i] > 0 ? f->w[i] : 0;
    check(f, "guided_backprop", "", false, expected, f->in, 1e-3);
    for (size_t i = 0; i < f->in; i++)
        expected[i] = !relu ? g[i] : f->w[i] > 0 ? f->w[i] : 0;
    check(f, "deconvnet", "", false, expected, f->in, 1e-3);
}

/* Ten midpoints; the same of the unit 0 of the layer. */
static void check_paths(const struct facts *f)
{
    static double J[MOST][MOST];
    double ig[MOST] = {0}, neuron[MOST] = {0}, g[MOST];
    float at[MOST];
    size_t map = f->node->shape.rank > 1 ? f->out / f->node->shape.dim[0] : 1;
    for (int k = 0; k < 10; k++) {
        for (size_t i = 0; i < f->in; i++)
            at[i] = (float)((k + 0.5) / 10 * (double)f->x[i]);
        jacobian_at(f, at, J);
        back(f, J, f->w, g);
        for (size_t i = 0; i < f->in; i++) {
            ig[i] += (double)f->x[i] * g[i] / 10;
            for (size_t j = 0; j < map; j++)
                neuron[i] += (double)f->x[i] * f->w[j] * J[j][i] / 10;
        }
    }
    /* a difference of two pieces of a kinked layer is their mean: one place in ten may do so */
    bool smooth = !has(f, NN_LAYER_PIECEWISE) || has(f, NN_LAYER_POINTWISE);
    if (!smooth)
        return;
    check(f, "integrated_gradients", "steps=10 rule=middle", false, ig, f->in, 1e-2);
    check(f, "neuron_conductance", "steps=10 rule=middle", true, neuron, f->in, 1e-2);
}

/* ---- at the layer ---- */

static void check_layer(const struct facts *f)
{
    double expected[MOST], mean[MOST];
    size_t map = f->node->shape.rank > 1 ? f->out / f->node->shape.dim[0] : 1;
    check(f, "layer_activation", "", true, f->y, f->out, 1e-6);
    check(f, "layer_gradient", "", true, f->w, f->out, 1e-6);
    check(f, "internal_influence", "steps=4", true, f->w, f->out, 1e-5);
    for (size_t j = 0; j < f->out; j++)
        expected[j] = f->w[j] * (f->y[j] - f->y0[j]);
    check(f, "conductance", "steps=4", true, expected, f->out, 1e-4);
    for (size_t i = 0; i < f->in; i++) {
        mean[i] = 0;
        for (size_t j = 0; j < map; j++)
            mean[i] += f->J[j][i] / (double)map;
    }
    check(f, "neuron_gradient", "", true, mean, f->in, 1e-3);
}

/* Class activation maps by their formulas, with A = y and dF/dA = W. */
static void check_cams(const struct facts *f)
{
    if (f->node->shape.rank != 3)
        return;
    size_t channels = f->node->shape.dim[0], size = f->out / channels;
    double cam[MOST] = {0}, plus[MOST] = {0}, layer[MOST] = {0}, hires[MOST] = {0}, x[MOST] = {0},
           ablation[MOST] = {0}, shares[MOST];
    for (size_t c = 0; c < channels; c++) {
        const double *a = f->y + c * size, *g = f->w + c * size;
        double mean = 0, sum = 0, weighted = 0, weight = 0;
        for (size_t i = 0; i < size; i++) {
            mean += g[i] / (double)size;
            sum += a[i];
            weighted += a[i] * g[i];
        }
        for (size_t i = 0; i < size; i++) {
            double alpha = g[i] * g[i] / (2 * g[i] * g[i] + sum * g[i] * g[i] * g[i] + 1e-6);
            weight += g[i] > 0 ? g[i] * alpha : 0;
        }
        for (size_t i = 0; i < size; i++) {
            cam[i] += mean * a[i];
            plus[i] += weight * a[i];
            layer[i] += fmax(g[i], 0) * a[i];
            hires[i] += g[i] * a[i];
            x[i] += weighted / (sum + 1e-7) * a[i];
            ablation[i] += weighted * a[i]; /* F without the map is F - weighted */
        }
    }
    double *const maps[] = {cam, plus, layer, hires, x, ablation};
    static const char *const names[] = {"gradcam",  "gradcam_plusplus", "layercam",
                                        "hirescam", "xgradcam",         "ablationcam"};
    for (size_t m = 0; m < 6; m++) {
        for (size_t i = 0; i < size; i++)
            maps[m][i] = fmax(maps[m][i], 0);
        check(f, names[m], "", true, maps[m], size, 1e-3);
    }
    for (size_t i = 0; i < size; i++)
        shares[i] = ablation[i] / f->value;
    if (f->value > 0) /* else it is refused */
        check(f, "ablationcam", "variant=paper", true, shares, size, 1e-3);
}

/* ---- relevance ---- */

static double part(double v, int sign)
{
    return sign == 0 ? v : sign > 0 ? fmax(v, 0) : fmin(v, 0);
}

/* R_i = sum over the terms, sum_j x'_i J'_ji R_j / z_j; the bias is what the layer gives for 0. */
static void share_out(const struct facts *f, const double *relevance, const int (*terms)[3],
                      size_t term_count, double *out)
{
    double z[MOST] = {0};
    for (size_t j = 0; j < f->out; j++) {
        for (size_t t = 0; t < term_count; t++) {
            for (size_t i = 0; i < f->in; i++)
                z[j] += part((double)f->x[i], terms[t][0]) * part(f->J[j][i], terms[t][1]);
            z[j] += terms[t][2] == 2 ? 0 : part(f->y0[j], terms[t][2]);
        }
        z[j] += z[j] < 0 ? -1e-6 : 1e-6;
    }
    for (size_t i = 0; i < f->in; i++) {
        out[i] = 0;
        for (size_t t = 0; t < term_count; t++)
            for (size_t j = 0; j < f->out; j++)
                out[i] += part((double)f->x[i], terms[t][0]) * part(f->J[j][i], terms[t][1]) *
                          relevance[j] / z[j];
    }
}

static void check_relevance(const struct facts *f)
{
    static const int epsilon[][3] = {{0, 0, 0}}, zplus[][3] = {{1, 1, 1}, {-1, -1, 2}};
    double relevance[MOST], expected[MOST];
    double stabilized = f->value + (f->value < 0 ? -1e-6 : 1e-6);
    for (size_t j = 0; j < f->out; j++) /* of the dense layer behind, by the epsilon rule */
        relevance[j] = f->y[j] * f->w[j] * f->value / stabilized;
    bool weights = has(f, NN_LAYER_LINEAR) && f->node->param_count > 0 && !has(f, NN_LAYER_BATCH);
    bool moves = (f->node->layer->flags & (NN_LAYER_MOVES | NN_LAYER_MAXIMUM)) != 0;
    bool passes =
        has(f, NN_LAYER_BATCH) || (has(f, NN_LAYER_POINTWISE) && !has(f, NN_LAYER_LINEAR));
    if (moves)
        back(f, (double(*)[MOST])f->J, relevance, expected);
    else if (passes)
        memcpy(expected, relevance, sizeof expected);
    else
        share_out(f, relevance, epsilon, 1, expected);
    check(f, "lrp", "rule=epsilon", false, expected, f->in, 1e-2);
    /* zplus in the layer itself alone: the dense one keeps epsilon in the composite */
    if (weights && f->node->shape.rank > 1) {
        share_out(f, relevance, zplus, 2, expected);
        check(f, "lrp", "composite=epsilon_plus", false, expected, f->in, 1e-2);
    }
}

/* Rescale: changes for slopes. A maximum is checked by its sum, in test_matrix.c. */
static void check_deeplift(const struct facts *f)
{
    double expected[MOST];
    if (has(f, NN_LAYER_MAXIMUM))
        return;
    if (has(f, NN_LAYER_POINTWISE))
        for (size_t i = 0; i < f->in; i++)
            expected[i] = f->w[i] * (f->y[i] - f->y0[i]);
    else {
        back(f, (double(*)[MOST])f->J, f->w, expected);
        for (size_t i = 0; i < f->in; i++)
            expected[i] *= (double)f->x[i];
    }
    check(f, "deeplift", "", false, expected, f->in, 1e-3);
    check(f, "deeplift", "rule=revealcancel", false, expected, f->in, 1e-3);
    check(f, "deep_shap", "", false, expected, f->in, 1e-3);
}

/* ---- by evaluation ---- */

/* All subsets, for layers of few inputs; with the weights of the definition. */
static void check_shapley(const struct facts *f)
{
    double phi[8] = {0}, value[256], factorial[9] = {1};
    size_t n = f->in;
    float at[8] = {0};
    if (n > 6)
        return;
    for (size_t k = 1; k <= n; k++)
        factorial[k] = factorial[k - 1] * (double)k;
    for (size_t set = 0; set < (size_t)1 << n; set++) {
        for (size_t i = 0; i < n; i++)
            at[i] = set >> i & 1 ? f->x[i] : 0;
        value[set] = value_at(f->net, at);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t set = 0; set < (size_t)1 << n; set++) {
            size_t members = 0;
            for (size_t k = 0; k < n; k++)
                members += set >> k & 1;
            if (!(set >> i & 1))
                phi[i] += factorial[members] * factorial[n - members - 1] / factorial[n] *
                          (value[set | (size_t)1 << i] - value[set]);
        }
    check(f, "shapley", "kind=exact", false, phi, n, 1e-4);
    check(f, "kernel_shap", "samples=100", false, phi, n, 1e-4);
}

/* One value, or one pixel of all channels, at 0. */
static void check_covered(const struct facts *f)
{
    const struct nn_shape *shape = &f->net->nodes[0]->shape;
    double one[MOST], pixel[MOST];
    float at[MOST];
    size_t pixels =
        shape->dim[shape->rank - 1] * (shape->rank > 2 ? shape->dim[shape->rank - 2] : 1);
    for (size_t i = 0; i < f->in; i++) {
        memcpy(at, f->x, sizeof at);
        at[i] = 0;
        one[i] = f->value - value_at(f->net, at);
        memcpy(at, f->x, sizeof at);
        for (size_t k = i % pixels; k < f->in; k += pixels)
            at[k] = 0;
        pixel[i] = f->value - value_at(f->net, at);
    }
    check(f, "feature_ablation", "", false, one, f->in, 1e-4);
    check(f, "occlusion", "window=1 stride=1", false, pixel, f->in, 1e-4);
}

Test(jacobian, every_method_on_every_layer, .timeout = 120)
{
    static struct facts f;
    for (const struct layer_case *c = layer_cases; c->layer; c++) {
        if (!c->words || !nn_layer_find(c->layer))
            continue;
        learn(&f, c);
        check_gradients(&f);
        check_paths(&f);
        check_layer(&f);
        check_cams(&f);
        check_relevance(&f);
        check_deeplift(&f);
        check_shapley(&f);
        check_covered(&f);
        nn_net_free(f.net);
    }
    cr_expect(compared > 30 * refused && compared >= 700, "%zu compared, %zu refused", compared,
              refused);
}
