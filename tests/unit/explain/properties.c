#include "properties.h"

#include "explain/rank.h"
#include "nets.h"

#include <string.h>

enum { LARGEST = 256 }; /* values of an input */

/* ---- random nets ---- */

struct plan {
    char lines[24][48];
    const char *pointers[25];
    size_t count;
};

static void add(struct plan *plan, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(plan->lines[plan->count], sizeof plan->lines[0], format, list);
    va_end(list);
    plan->pointers[plan->count] = plan->lines[plan->count];
    plan->count++;
}

enum kind { SMOOTH, RECTIFIED, ANY };

static const char *activation(struct nn_random *random, enum kind kind)
{
    static const char *const smooth[] = {"tanh", "gelu", "sigmoid", "softplus", "silu"},
                             *const any[] = {"relu", "leaky_relu", "elu", "tanh", "relu6", "gelu"};
    if (kind == RECTIFIED)
        return "relu";
    return kind == SMOOTH ? smooth[nn_random_below(random, 5)] : any[nn_random_below(random, 6)];
}

/* A table of 3 to 8 values, up to three hidden layers, 2 to 4 outputs. */
static struct nn_net *table_net(uint64_t seed, enum kind kind, bool bias)
{
    struct plan plan = {0};
    struct nn_random random;
    char input[16];
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 50);
    snprintf(input, sizeof input, "%u", 3 + nn_random_below(&random, 6));
    for (uint32_t hidden = 1 + nn_random_below(&random, 3); hidden > 0; hidden--)
        add(&plan, "dense %u %s%s", 2 + nn_random_below(&random, 10), activation(&random, kind),
            bias ? "" : " bias=no");
    add(&plan, "dense %u%s%s", 2 + nn_random_below(&random, 3), bias ? "" : " bias=no",
        nn_random_below(&random, 2) ? " softmax" : "");
    return net_of(input, plan.pointers, seed);
}

/* An image of 1 to 3 channels and 6 to 9 pixels a side; convolutions with or without normalization,
 * skips, pooling of both kinds; ends flat or by the means of the maps. */
static struct nn_net *image_net(uint64_t seed, enum kind kind, bool bias)
{
    struct plan plan = {0};
    struct nn_random random;
    char input[24];
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 51);
    const char *no = bias ? "" : " bias=no";
    uint32_t side = 6 + nn_random_below(&random, 4), maps = 2 + nn_random_below(&random, 4);
    snprintf(input, sizeof input, "%ux%ux%u", 1 + nn_random_below(&random, 3), side, side);
    add(&plan, "conv2d %u %u padding=1%s", maps, 2 + nn_random_below(&random, 2), no);
    if (bias && nn_random_below(&random, 2))
        add(&plan, "batchnorm");
    add(&plan, "%s name=first", activation(&random, kind));
    if (nn_random_below(&random, 3) == 0) {
        /* a branch below 0 would lose what z+ gives it: relu comes first in nets of relu */
        add(&plan, "conv2d %u 3 padding=1%s name=side %s", maps, no,
            kind == RECTIFIED ? "relu" : "");
        add(&plan, "add from=first,side");
    }
    if (nn_random_below(&random, 2))
        add(&plan, kind == SMOOTH || nn_random_below(&random, 2) ? "avgpool2d 2" : "maxpool2d 2");
    add(&plan, "conv2d %u 2%s %s", 2 + nn_random_below(&random, 4), no, activation(&random, kind));
    if (nn_random_below(&random, 2))
        add(&plan, "globalavgpool2d");
    add(&plan, "flatten");
    add(&plan, "dense %u%s", 2 + nn_random_below(&random, 3), no);
    return net_of(input, plan.pointers, seed);
}

static struct nn_net *any_net(uint64_t seed, enum kind kind, bool bias)
{
    return seed % 2 ? table_net(seed, kind, bias) : image_net(seed, kind, bias);
}

static void random_input(float *x, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 52);
    cr_assert(count <= LARGEST * 3);
    for (size_t i = 0; i < count; i++)
        x[i] = nn_random_normal(&random);
}

static struct nn_result *run(const struct nn_net *net, const char *method, const char *args,
                             const float *x, size_t batch)
{
    return explain_with(net, method, args, x, batch, "1", NULL, NULL, NULL);
}

/* ---- properties ---- */

static void expect_gap(const struct nn_net *net, const char *method, const char *args,
                       const float *x, uint64_t seed, double tolerance)
{
    struct nn_result *result = run(net, method, args, x, 1);
    double change = fabs(figure_of(result, "F(x)") - figure_of(result, "F(baseline)"));
    cr_expect(fabs(figure_of(result, "gap")) <= tolerance * fmax(change, 0.1),
              "seed %llu, %s %s: gap %g of %g", (unsigned long long)seed, method, args,
              figure_of(result, "gap"), change);
    nn_result_free(result);
}

void check_completeness(uint64_t count)
{
    float x[LARGEST * 3];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *smooth = any_net(seed, SMOOTH, true), *any = any_net(seed, ANY, true),
                      *table = table_net(seed, ANY, true);
        random_input(x, LARGEST * 3, seed);
        expect_gap(smooth, "ig", "steps=60", x, seed, 1e-4);
        expect_gap(any, "deeplift", "rule=rescale", x, seed, 1e-4);
        expect_gap(any, "deeplift", "rule=revealcancel", x, seed, 1e-4);
        expect_gap(table, "shapley", "kind=exact", x, seed, 1e-4);
        nn_net_free(smooth);
        nn_net_free(any);
        nn_net_free(table);
    }
}

void check_conservation(uint64_t count)
{
    static const char *const rules[] = {"rule=epsilon epsilon=0",
                                        "composite=epsilon_plus epsilon=0", "rule=norm epsilon=0"};
    float x[LARGEST * 3];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = any_net(seed, RECTIFIED, false);
        random_input(x, LARGEST * 3, seed);
        for (size_t r = 0; r < 3; r++) {
            struct nn_result *result = run(net, "lrp", rules[r], x, 1);
            double largest = fabs(figure_of(result, "F(x)"));
            for (size_t i = 0; i < nn_shape_size(&result->values.shape); i++)
                largest = fmax(largest, fabs((double)result->values.data[i]));
            cr_expect(fabs(figure_of(result, "gap")) <= 1e-4 * largest + 1e-6,
                      "seed %llu, %s: gap %g of %g", (unsigned long long)seed, rules[r],
                      figure_of(result, "gap"), figure_of(result, "F(x)"));
            nn_result_free(result);
        }
        nn_net_free(net);
    }
}

/* Arguments that make a method quick. */
static const char *quick(const struct nn_method *method)
{
    if (strcmp(method->name, "occlusion") == 0)
        return "window=2 stride=1";
    if (strcmp(method->name, "kernel_shap") == 0 || strcmp(method->name, "lime") == 0)
        return "samples=600";
    if (nn_args_find(method->args, "samples") >= 0)
        return "samples=4";
    return nn_args_find(method->args, "steps") >= 0 ? "steps=6" : "";
}

void check_batch_invariance(uint64_t count)
{
    float x[LARGEST * 3];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = image_net(seed, ANY, true);
        size_t in = net->nodes[0]->size;
        random_input(x, 3 * in, seed);
        for (size_t m = seed % 3; m < nn_method_count; m += 3) {
            const struct nn_method *method = nn_methods[m];
            if (!(method->axioms & NN_AXIOM_BATCH))
                continue;
            struct nn_result *all = run(net, method->name, quick(method), x, 3),
                             *one = run(net, method->name, quick(method), x + in, 1);
            size_t size = nn_shape_size(&one->values.shape);
            double error = reference_error(one->values.data, all->values.data + size, size);
            cr_expect(error <= 2e-6, "seed %llu, %s: %g", (unsigned long long)seed, method->name,
                      error);
            nn_result_free(all);
            nn_result_free(one);
        }
        nn_net_free(net);
    }
}

/* Inputs and the weights that read them in another order: the shares come in that order. */
void check_permutation_equivariance(uint64_t count)
{
    static const char *const methods[][2] = {{"gradient", ""},
                                             {"gradient_x_input", ""},
                                             {"ig", "steps=10"},
                                             {"guided_backprop", ""},
                                             {"deconvnet", ""},
                                             {"deeplift", ""},
                                             {"deeplift", "rule=revealcancel"},
                                             {"lrp", ""},
                                             {"lrp", "rule=zplus"},
                                             {"feature_ablation", ""},
                                             {"shapley", "kind=exact"},
                                             {"neuron_gradient", ""},
                                             {"neuron_conductance", "steps=10"},
                                             {"occlusion", "window=1 stride=1"}};
    float x[8], moved[8], weight[8];
    size_t order[8];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = table_net(seed, ANY, true), *other = table_net(seed, ANY, true);
        struct nn_random random;
        size_t n = net->nodes[0]->size;
        nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 53);
        for (size_t i = 0; i < n; i++)
            order[i] = i;
        nn_random_shuffle(&random, order, n);
        random_input(x, n, seed);
        float *w = other->nodes[1]->params[0].value.data;
        for (size_t unit = 0; unit < other->nodes[1]->size; unit++) {
            memcpy(weight, w + unit * n, n * sizeof *w);
            for (size_t i = 0; i < n; i++)
                w[unit * n + i] = weight[order[i]];
        }
        for (size_t i = 0; i < n; i++)
            moved[i] = x[order[i]];
        for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
            struct nn_result *a = run(net, methods[m][0], methods[m][1], x, 1),
                             *b = run(other, methods[m][0], methods[m][1], moved, 1);
            float expected[8];
            for (size_t i = 0; i < n; i++)
                expected[i] = a->values.data[order[i]];
            double error = reference_error(b->values.data, expected, n);
            cr_expect(error <= 1e-3, "seed %llu, %s %s: %g", (unsigned long long)seed,
                      methods[m][0], methods[m][1], error);
            nn_result_free(a);
            nn_result_free(b);
        }
        nn_net_free(net);
        nn_net_free(other);
    }
}

void check_dead_inputs(uint64_t count)
{
    float x[8];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = table_net(seed, ANY, true);
        size_t n = net->nodes[0]->size, dead = seed % n;
        for (size_t unit = 0; unit < net->nodes[1]->size; unit++)
            net->nodes[1]->params[0].value.data[unit * n + dead] = 0;
        random_input(x, n, seed);
        for (size_t m = 0; m < nn_method_count; m++) {
            const struct nn_method *method = nn_methods[m];
            if (!(method->axioms & NN_AXIOM_DUMMY))
                continue;
            const char *args =
                strcmp(method->name, "occlusion") == 0 ? "window=1 stride=1" : quick(method);
            struct nn_result *result = run(net, method->name, args, x, 1);
            double largest = 0, value = fabs((double)result->values.data[dead]);
            for (size_t i = 0; i < n; i++)
                largest = fmax(largest, fabs((double)result->values.data[i]));
            cr_expect(value <= 1e-9 + 1e-7 * largest, "seed %llu: %s gives %g to a dead input",
                      (unsigned long long)seed, method->name, value);
            nn_result_free(result);
        }
        nn_net_free(net);
    }
}

/* Mean rank correlation of a method's maps with those of the net whose upper layers are another's.
 */
static double likeness(const char *method, uint64_t count)
{
    const char *lines[] = {"conv2d 8 3 padding=1 relu",
                           "conv2d 8 3 padding=1 relu",
                           "conv2d 8 3 padding=1 relu",
                           "flatten",
                           "dense 4",
                           NULL};
    float x[100];
    double sum = 0, value;
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = net_of("1x10x10", lines, seed),
                      *random = net_of("1x10x10", lines, seed + 100000);
        memcpy(random->nodes[1]->params[0].value.data, net->nodes[1]->params[0].value.data,
               72 * sizeof(float));
        memcpy(random->nodes[1]->params[1].value.data, net->nodes[1]->params[1].value.data,
               8 * sizeof(float));
        random_input(x, 100, seed);
        for (size_t i = 0; i < 100; i++)
            x[i] = fabsf(x[i]);
        struct nn_result *a = run(net, method, "", x, 1), *b = run(random, method, "", x, 1);
        cr_assert(nn_rank_correlation(a->values.data, b->values.data, 100, false, &value, NULL) ==
                  NN_OK);
        sum += isnan(value) ? 0 : value;
        nn_result_free(a);
        nn_result_free(b);
        nn_net_free(net);
        nn_net_free(random);
    }
    return sum / (double)count;
}

void check_guided_backprop_fails_randomization(uint64_t count)
{
    double guided = likeness("guided_backprop", count), gradient = likeness("gradient", count);
    cr_expect(guided > 0.2 && fabs(gradient) < guided / 2, "guided %g, gradient %g", guided,
              gradient);
}

/* What a layer divides by is the very float that relevance was multiplied by behind it: however
 * small an activation is, only the rounding of either is left, some 2^-24 a layer. */
void check_lrp_0_is_gradient_x_input(uint64_t count)
{
    float x[LARGEST * 3];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = any_net(seed, RECTIFIED, false);
        random_input(x, LARGEST * 3, seed);
        struct nn_result *lrp = run(net, "lrp", "rule=epsilon epsilon=0", x, 1),
                         *gxi = run(net, "gradient_x_input", "", x, 1);
        double error = reference_error(lrp->values.data, gxi->values.data, net->nodes[0]->size);
        cr_expect(error <= 2e-6, "seed %llu: %g", (unsigned long long)seed, error);
        nn_result_free(lrp);
        nn_result_free(gxi);
        nn_net_free(net);
    }
}

void check_zplus_is_alpha1_beta0(uint64_t count)
{
    float x[LARGEST * 3];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = any_net(seed, RECTIFIED, true);
        random_input(x, LARGEST * 3, seed);
        struct nn_result *zplus = run(net, "lrp", "rule=zplus", x, 1),
                         *alpha = run(net, "lrp", "rule=alphabeta alpha=1 beta=0", x, 1);
        double error = reference_error(alpha->values.data, zplus->values.data, net->nodes[0]->size);
        cr_expect(error <= 1e-6, "seed %llu: %g", (unsigned long long)seed, error);
        nn_result_free(zplus);
        nn_result_free(alpha);
        nn_net_free(net);
    }
}

/* Zhou et al. 2016: relu(sum_c w_kc A_c); Grad-CAM has it over the number of places. */
void check_gradcam_is_cam(uint64_t count)
{
    float x[LARGEST], cam[64];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct plan plan = {0};
        struct nn_random random;
        nn_random_init(&random, seed, NN_STREAM_EXPLAIN, 54);
        uint32_t channels = 1 + nn_random_below(&random, 6);
        add(&plan, "conv2d 3 3 %s", activation(&random, ANY));
        add(&plan, "conv2d %u %u name=last", channels, 1 + nn_random_below(&random, 3));
        add(&plan, "globalavgpool2d");
        add(&plan, "flatten");
        add(&plan, "dense 3 softmax");
        struct nn_net *net = net_of("2x8x8", plan.pointers, seed);
        random_input(x, 128, seed);
        struct nn_result *map = run(net, "gradcam", "", x, 1),
                         *maps = explain_with(net, "layer_activation", "", x, 1, "1", NULL, NULL,
                                              "last");
        const float *w = net->nodes[nn_net_logits(net)]->params[0].value.data + channels;
        size_t places = nn_shape_size(&map->values.shape);
        for (size_t i = 0; i < places; i++) {
            double sum = 0;
            for (size_t c = 0; c < channels; c++)
                sum += (double)w[c] * (double)maps->values.data[c * places + i] / (double)places;
            cam[i] = sum > 0 ? (float)sum : 0;
        }
        double error = reference_error(map->values.data, cam, places);
        cr_expect(error <= 1e-4, "seed %llu: %g", (unsigned long long)seed, error);
        nn_result_free(map);
        nn_result_free(maps);
        nn_net_free(net);
    }
}

void check_exact_integrated_gradients(uint64_t count)
{
    const char *lines[] = {"dense 64 relu", "dense 64 relu", "dense 64 relu", "dense 1", NULL};
    float x[32];
    for (uint64_t seed = 1; seed <= count; seed++) {
        struct nn_net *net = net_of("32", lines, seed);
        random_input(x, 32, seed);
        struct nn_result *exact =
                             explain_with(net, "ig", "rule=exact", x, 1, NULL, NULL, NULL, NULL),
                         *middle = explain_with(net, "ig", "rule=middle steps=5000", x, 1, NULL,
                                                NULL, NULL, NULL);
        double change = fabs(figure_of(exact, "F(x)") - figure_of(exact, "F(baseline)"));
        cr_expect(fabs(figure_of(exact, "gap")) <= 1e-5 * change + 1e-9, "seed %llu: gap %g of %g",
                  (unsigned long long)seed, figure_of(exact, "gap"), change);
        /* the midpoints' own error: sixteen times as many come sixteen times as near */
        double error = reference_error(middle->values.data, exact->values.data, 32), apart = 0;
        for (size_t i = 0; i < 32; i++)
            apart =
                fmax(apart, fabs((double)middle->values.data[i] - (double)exact->values.data[i]));
        cr_expect(apart <= 1e-4 && error <= 5e-4, "seed %llu: midpoints differ by %g, %g of it",
                  (unsigned long long)seed, apart, error);
        nn_result_free(exact);
        nn_result_free(middle);
        nn_net_free(net);
    }
}
