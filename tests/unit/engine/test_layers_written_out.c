/* Layers without a case from PyTorch, or beyond it, against their formulas written out. */
#include "build.h"

#include <math.h>
#include <stdio.h>

#define BATCH 3

/* One layer behind the input, with random x, parameters and dy, run forward and backward. */
struct trial {
    struct nn_net *net;
    struct nn_pass *pass;
    const struct nn_node *node;
    const float *x, *y, *dx;
    float *dy;
    size_t in, out; /* values of a sample */
};

static void trial_run(struct trial *trial, bool training)
{
    struct nn_random random;
    struct nn_walk walk = {.from = 1, .seed = trial->dy, .parameters = true};
    nn_random_init(&random, 4, NN_STREAM_DROPOUT, 0);
    nn_pass_forward(trial->pass, BATCH, training ? &random : NULL);
    cr_assert(nn_pass_backward(trial->pass, &walk, NULL) == NN_OK);
    trial->y = nn_pass_output(trial->pass, 1);
    trial->dx = nn_pass_gradient(trial->pass, 0);
}

static struct trial trial_start(const char *input, const char *words, bool training)
{
    struct trial trial = {.net = build_net(input, words)};
    trial.node = trial.net->nodes[1];
    trial.in = trial.net->nodes[0]->size;
    trial.out = trial.node->size;
    for (int p = 0; p < trial.node->param_count; p++) {
        struct nn_param *param = &trial.net->nodes[1]->params[p];
        fill_random(param->value.data, nn_shape_size(&param->spec.shape), 30 + (uint32_t)p);
    }
    trial.pass = build_pass(trial.net, BATCH, NN_PASS_PARAMETERS);
    trial.dy = nn_calloc(BATCH * trial.out, sizeof *trial.dy);
    fill_random(trial.dy, BATCH * trial.out, 2);
    fill_random(nn_pass_input(trial.pass), BATCH * trial.in, 1);
    trial.x = nn_pass_input(trial.pass);
    trial_run(&trial, training);
    return trial;
}

static void trial_end(struct trial *trial)
{
    nn_free(trial->dy);
    nn_pass_free(trial->pass);
    nn_net_free(trial->net);
}

static bool close_to(float value, double expected)
{
    return fabs((double)value - expected) <= 1e-5 * fmax(1.0, fabs(expected));
}

/* ---- series ---- */

struct series {
    const char *input, *words;
    ptrdiff_t filters, channels, length, out, kernel, stride, dilation, before, groups;
};

static void check_conv1d(const struct series *s)
{
    struct trial trial = trial_start(s->input, s->words, false);
    const float *w = trial.node->params[0].value.data, *bias = trial.node->params[1].value.data;
    ptrdiff_t each = s->channels / s->groups;
    cr_assert((ptrdiff_t)trial.out == s->filters * s->out, "%s", s->words);
    for (ptrdiff_t b = 0; b < BATCH; b++)
        for (ptrdiff_t f = 0; f < s->filters; f++)
            for (ptrdiff_t t = 0; t < s->out; t++) {
                double sum = (double)bias[f];
                for (ptrdiff_t c = 0; c < each; c++)
                    for (ptrdiff_t k = 0; k < s->kernel; k++) {
                        ptrdiff_t at = t * s->stride + k * s->dilation - s->before;
                        ptrdiff_t channel = f / (s->filters / s->groups) * each + c;
                        if (at >= 0 && at < s->length)
                            sum += (double)w[(f * each + c) * s->kernel + k] *
                                   (double)trial.x[(b * s->channels + channel) * s->length + at];
                    }
                cr_assert(close_to(trial.y[(b * s->filters + f) * s->out + t], sum), "%s",
                          s->words);
            }
    trial_end(&trial);
}

Test(written_out, conv1d)
{
    static const struct series cases[] = {
        {"2x9", "conv1d 4 3", 4, 2, 9, 7, 3, 1, 1, 0, 1},
        {"2x9", "conv1d 4 3 padding=2x0 stride=2", 4, 2, 9, 5, 3, 2, 1, 2, 1},
        {"2x9", "conv1d 4 3 padding=causal dilation=2", 4, 2, 9, 9, 3, 1, 2, 4, 1},
        {"2x9", "conv1d 4 3 padding=causal stride=2", 4, 2, 9, 5, 3, 2, 1, 2, 1},
        {"4x10", "conv1d 6 4 padding=same groups=2", 6, 4, 10, 10, 4, 1, 1, 1, 2},
        {"3x700", "conv1d 40 9 padding=4", 40, 3, 700, 700, 9, 1, 1, 4, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        check_conv1d(&cases[i]);
}

Test(written_out, causal_outputs_see_no_later_input)
{
    struct trial trial = trial_start("1x8", "conv1d 1 3 padding=causal dilation=2", false);
    memset(trial.dy, 0, BATCH * trial.out * sizeof *trial.dy);
    trial.dy[4] = 1.0f; /* output 4 of sample 0 */
    trial_run(&trial, false);
    for (size_t i = 0; i < 8; i++)
        cr_assert((trial.dx[i] != 0.0f) == (i == 0 || i == 2 || i == 4), "%zu", i);
    trial_end(&trial);
}

static void check_pool1d(const char *words, bool largest, bool count_pad, ptrdiff_t kernel,
                         ptrdiff_t stride, ptrdiff_t before, ptrdiff_t after, ptrdiff_t out)
{
    const ptrdiff_t length = 11;
    struct trial trial = trial_start("2x11", words, false);
    cr_assert((ptrdiff_t)trial.out == 2 * out, "%s: %zu", words, trial.out);
    for (ptrdiff_t row = 0; row < 2 * BATCH; row++)
        for (ptrdiff_t t = 0; t < out; t++) {
            double sum = 0.0, top = -INFINITY;
            ptrdiff_t inside = 0, padded = 0;
            for (ptrdiff_t at = t * stride - before; at < t * stride - before + kernel; at++) {
                padded += at < length + after;
                if (at < 0 || at >= length)
                    continue;
                inside++;
                sum += (double)trial.x[row * length + at];
                top = fmax(top, (double)trial.x[row * length + at]);
            }
            double expected = largest ? top : sum / (double)(count_pad ? padded : inside);
            cr_assert(close_to(trial.y[row * out + t], expected), "%s", words);
        }
    trial_end(&trial);
}

Test(written_out, pooling_of_series)
{
    check_pool1d("maxpool1d 2", true, false, 2, 2, 0, 0, 5);
    check_pool1d("maxpool1d 3 stride=2 padding=1", true, false, 3, 2, 1, 1, 6);
    check_pool1d("maxpool1d 2 ceil_mode=yes", true, false, 2, 2, 0, 0, 6);
    check_pool1d("avgpool1d 3 stride=1", false, true, 3, 1, 0, 0, 9);
    check_pool1d("avgpool1d 4 stride=3 padding=2x1", false, true, 4, 3, 2, 1, 4);
    check_pool1d("avgpool1d 4 stride=3 padding=2x1 count_include_pad=no", false, false, 4, 3, 2, 1,
                 4);
    check_pool1d("avgpool1d 4 padding=2x1 ceil_mode=yes", false, true, 4, 4, 2, 1, 4);
    check_pool1d("globalavgpool1d", false, true, 11, 11, 0, 0, 1);
    check_pool1d("globalmaxpool1d", true, true, 11, 11, 0, 0, 1);
}

/* ---- normalization ---- */

/* Rows of `length`; value i of a sample has parameter (i / run) % params. */
static void check_norm(const char *input, const char *words, size_t length, size_t run,
                       size_t params)
{
    struct trial trial = trial_start(input, words, false);
    const float *weight = trial.node->params[0].value.data;
    const float *bias = trial.node->params[1].value.data;
    cr_assert(nn_shape_size(&trial.node->params[0].spec.shape) == params, "%s", words);
    for (size_t row = 0; row < BATCH * trial.in / length; row++) {
        double mean = 0.0, variance = 0.0;
        for (size_t i = row * length; i < (row + 1) * length; i++)
            mean += (double)trial.x[i] / (double)length;
        for (size_t i = row * length; i < (row + 1) * length; i++)
            variance += pow((double)trial.x[i] - mean, 2) / (double)length;
        for (size_t i = row * length; i < (row + 1) * length; i++) {
            size_t p = i % trial.in / run % params;
            double expected = ((double)trial.x[i] - mean) / sqrt(variance + 1e-5);
            expected = expected * (double)weight[p] + (double)bias[p];
            cr_assert(close_to(trial.y[i], expected), "%s: %g", words, expected);
        }
    }
    trial_end(&trial);
}

Test(written_out, normalization_of_rows)
{
    check_norm("4x3x5", "layernorm", 5, 1, 5);
    check_norm("4x3x5", "layernorm 3x5", 15, 1, 15);
    check_norm("4x3x5", "layernorm 4x3x5", 60, 1, 60);
    check_norm("6x2x3", "groupnorm 1", 36, 6, 6);
    check_norm("6x2x3", "groupnorm 2", 18, 6, 6);
    check_norm("6x2x3", "groupnorm 6", 6, 6, 6);
    check_norm("6x5", "groupnorm 3", 10, 5, 6);
    check_norm("12", "groupnorm 4", 3, 1, 12);
}

/* ---- indices ---- */

Test(written_out, embedding)
{
    struct trial trial = trial_start("4", "embedding 5 3", false);
    const float *weight = trial.node->params[0].value.data;
    const float *dweight = nn_pass_param_gradient(trial.pass, 1, 0);
    static const float indices[BATCH * 4] = {0, 4, 4, 1, 2, 2, 2, 2, 1, 0, 4, 1};
    memcpy(nn_pass_input(trial.pass), indices, sizeof indices);
    trial_run(&trial, false);
    double expected[15] = {0};
    for (size_t i = 0; i < BATCH * 4; i++)
        for (size_t d = 0; d < 3; d++) {
            cr_assert(trial.y[i * 3 + d] == weight[(size_t)indices[i] * 3 + d]);
            expected[(size_t)indices[i] * 3 + d] += (double)trial.dy[i * 3 + d];
        }
    for (size_t i = 0; i < 15; i++)
        cr_assert(close_to(dweight[i], expected[i]));
    for (size_t i = 0; i < BATCH * 4; i++)
        cr_assert(trial.dx[i] == 0.0f);
    memcpy(nn_pass_input(trial.pass), (float[]){5, -1, 0.5f, NAN}, 4 * sizeof(float));
    trial_run(&trial, false);
    for (size_t i = 0; i < 12; i++)
        cr_assert(isnan(trial.y[i]), "an index out of range names no row");
    cr_assert(!isnan(trial.y[12]) && isfinite(dweight[3]));
    trial_end(&trial);
}

Test(written_out, embedding_starts_normal)
{
    struct nn_net *net = build_net("4", "embedding 200 100");
    const float *weight = net->nodes[1]->params[0].value.data;
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < 20000; i++) {
        sum += (double)weight[i];
        squares += (double)weight[i] * (double)weight[i];
    }
    cr_assert(fabs(sum / 20000) < 0.03 && fabs(squares / 20000 - 1.0) < 0.05);
    nn_net_free(net);
}

/* ---- places ---- */

static void check_values(const char *input, const char *words, const float *x, const float *y,
                         size_t out)
{
    struct trial trial = trial_start(input, words, false);
    memcpy(nn_pass_input(trial.pass), x, trial.in * sizeof *x);
    trial_run(&trial, false);
    cr_assert(trial.out == out, "%s: %zu", words, trial.out);
    for (size_t i = 0; i < out; i++)
        cr_assert(close_to(trial.y[i], (double)y[i]), "%s: %g at %zu", words, (double)trial.y[i],
                  i);
    trial_end(&trial);
}

#define VALUES(input, words, x, ...)                                                               \
    check_values(input, words, x, (float[]){__VA_ARGS__},                                          \
                 sizeof(float[]){__VA_ARGS__} / sizeof(float))

/* The examples of PyTorch's documentation of Upsample. */
Test(written_out, upsample)
{
    static const float x[] = {1, 2, 3, 4};
    VALUES("1x2x2", "upsample", x, 1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4, 3, 3, 4, 4);
    VALUES("1x2x2", "upsample 1x3", x, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4);
    VALUES("1x2x2", "upsample 2 mode=bilinear", x, 1, 1.25f, 1.75f, 2, 1.5f, 1.75f, 2.25f, 2.5f,
           2.5f, 2.75f, 3.25f, 3.5f, 3, 3.25f, 3.75f, 4);
    VALUES("1x2x2", "upsample 2 mode=bilinear align_corners=yes", x, 1, 4 / 3.0f, 5 / 3.0f, 2,
           5 / 3.0f, 2, 7 / 3.0f, 8 / 3.0f, 7 / 3.0f, 8 / 3.0f, 3, 10 / 3.0f, 3, 10 / 3.0f,
           11 / 3.0f, 4);
    VALUES("2x2", "upsample 2", x, 1, 1, 2, 2, 3, 3, 4, 4);
    VALUES("2x2", "upsample 2 mode=bilinear", x, 1, 1.25f, 1.75f, 2, 3, 3.25f, 3.75f, 4);
    VALUES("4x1x1", "upsampling2d 1x2 mode=bilinear align_corners=yes", x, 1, 1, 2, 2, 3, 3, 4, 4);
}

Test(written_out, zeropadding)
{
    static const float x[] = {1, 2, 3, 4};
    VALUES("1x2x2", "zeropadding", x, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0);
    VALUES("1x2x2", "zeropadding2d 1x0", x, 0, 0, 1, 2, 3, 4, 0, 0);
    VALUES("1x2x2", "zeropadding 0x2x1x0", x, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0);
    VALUES("2x2", "zeropadding 1x0", x, 0, 1, 2, 0, 3, 4);
    VALUES("2x2", "zeropadding 1", x, 0, 1, 2, 0, 0, 3, 4, 0);
}

Test(written_out, permute)
{
    static const size_t in[4] = {2, 3, 4, 5};
    struct trial trial = trial_start("2x3x4x5", "permute 3x1x4x2", false);
    char text[NN_SHAPE_TEXT];
    cr_assert(!strcmp(nn_shape_text(text, &trial.node->shape), "4x2x5x3"));
    size_t at = 0;
    for (size_t b = 0; b < BATCH; b++)
        for (size_t k = 0; k < in[2]; k++)
            for (size_t i = 0; i < in[0]; i++)
                for (size_t l = 0; l < in[3]; l++)
                    for (size_t j = 0; j < in[1]; j++, at++) {
                        size_t from = (((b * in[0] + i) * in[1] + j) * in[2] + k) * in[3] + l;
                        cr_assert(trial.y[at] == trial.x[from]);
                        cr_assert(trial.dx[from] == trial.dy[at]);
                    }
    trial_end(&trial);
    static const float x[] = {1, 2, 3, 4, 5, 6};
    VALUES("2x3", "permute 2x1", x, 1, 4, 2, 5, 3, 6);
    VALUES("2x3", "permute 1x2", x, 1, 2, 3, 4, 5, 6);
}

Test(written_out, reshape)
{
    static const float x[] = {1, 2, 3, 4, 5, 6};
    static const char *const shapes[][2] = {
        {"3x2", "3x2"}, {"-1", "6"}, {"1x-1x2", "1x3x2"}, {"2x3x1", "2x3x1"}, {"-1x6", "1x6"}};
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
        char words[64], text[NN_SHAPE_TEXT];
        snprintf(words, sizeof words, "reshape %s", shapes[i][0]);
        VALUES("2x3", words, x, 1, 2, 3, 4, 5, 6);
        struct nn_net *net = build_net("2x3", words);
        cr_assert(!strcmp(nn_shape_text(text, &net->nodes[1]->shape), shapes[i][1]), "%s", text);
        nn_net_free(net);
    }
}

/* ---- products ---- */

Test(written_out, multiply_repeats_axes_of_length_1)
{
    struct nn_net *net = build_net("3x2x4", "globalavgpool2d name=g;multiply from=input,g name=m");
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_GRADIENTS);
    float dy[BATCH * 24];
    fill_random(nn_pass_input(pass), BATCH * 24, 1);
    fill_random(dy, BATCH * 24, 2);
    nn_pass_forward(pass, BATCH, NULL);
    struct nn_walk walk = {.from = 2, .seed = dy, .to = 1};
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);
    const float *x = nn_pass_input(pass), *g = nn_pass_output(pass, 1);
    const float *y = nn_pass_output(pass, 2), *dg = nn_pass_gradient(pass, 1);
    for (size_t c = 0; c < BATCH * 3; c++) {
        double sum = 0.0;
        for (size_t i = c * 8; i < (c + 1) * 8; i++) {
            cr_assert(close_to(y[i], (double)x[i] * (double)g[c]));
            sum += (double)dy[i] * (double)x[i];
        }
        cr_assert(close_to(dg[c], sum));
    }
    nn_pass_free(pass);
    nn_net_free(net);
}

/* ---- activations ---- */

Test(written_out, prelu)
{
    struct trial one = trial_start("4x3x5", "prelu", false);
    struct trial each = trial_start("4x3x5", "prelu num_parameters=4", false);
    const float *slope = one.node->params[0].value.data, *slopes = each.node->params[0].value.data;
    double sum = 0.0, sums[4] = {0};
    for (size_t i = 0; i < BATCH * 60; i++) {
        size_t channel = i / 15 % 4;
        double x = (double)one.x[i], below = fmin(x, 0.0);
        cr_assert(close_to(one.y[i], fmax(x, 0.0) + (double)slope[0] * below));
        cr_assert(close_to(each.y[i], fmax(x, 0.0) + (double)slopes[channel] * below));
        sum += (double)one.dy[i] * below;
        sums[channel] += (double)each.dy[i] * below;
    }
    cr_assert(close_to(nn_pass_param_gradient(one.pass, 1, 0)[0], sum));
    for (size_t c = 0; c < 4; c++)
        cr_assert(close_to(nn_pass_param_gradient(each.pass, 1, 0)[c], sums[c]));
    trial_end(&one);
    trial_end(&each);
}

Test(written_out, logsoftmax)
{
    static const float x[] = {1000, 0, -1000, 1000};
    VALUES("4", "logsoftmax", x, -0.6931472f, -1000.6931f, -2000.6931f, -0.6931472f);
    VALUES("2x1x2", "log_softmax", x, 0, -1000, -2000, 0);
}

Test(written_out, activations_far_out)
{
    static const float x[] = {-1e30f, -100, 100, 1e30f};
    VALUES("4", "softplus", x, 0, 0, 100, 1e30f);
    VALUES("4", "mish", x, 0, 0, 100, 1e30f);
    VALUES("4", "silu", x, 0, 0, 100, 1e30f);
    VALUES("4", "elu 2", x, -2, -2, 100, 1e30f);
    VALUES("4", "selu", x, -1.7580993f, -1.7580993f, 105.07010f, 1.050701e30f);
    VALUES("4", "softsign", x, -1, -0.9900990f, 0.9900990f, 1);
    VALUES("4", "relu6", x, 0, 0, 6, 6);
    VALUES("4", "hardsigmoid", x, 0, 0, 1, 1);
    VALUES("4", "hardswish", x, 0, 0, 100, 1e30f);
    VALUES("4", "softplus beta=2 threshold=1", ((float[]){0, 0.25f, 0.75f, -1}), 0.34657359f,
           0.48703849f, 0.75f, 0.06346401f);
}

Test(written_out, activations_pass_nan_on)
{
    for (size_t i = 0; i < nn_layer_count; i++) {
        const unsigned wanted = NN_LAYER_ACTIVATION | NN_LAYER_POINTWISE;
        if ((nn_layers[i]->flags & wanted) != wanted)
            continue;
        struct trial trial = trial_start("4", nn_layers[i]->name, false);
        nn_pass_input(trial.pass)[1] = NAN;
        trial_run(&trial, false);
        cr_assert(isnan(trial.y[1]) && !isnan(trial.y[0]), "%s", nn_layers[i]->name);
        trial_end(&trial);
    }
}

/* ---- randomness ---- */

Test(written_out, gaussiannoise)
{
    struct trial trial = trial_start("10000", "gaussiannoise 0.5", true);
    double sum = 0.0, squares = 0.0, count = BATCH * 10000;
    for (size_t i = 0; i < BATCH * 10000; i++) {
        double noise = (double)trial.y[i] - (double)trial.x[i];
        sum += noise;
        squares += noise * noise;
        cr_assert(trial.dx[i] == trial.dy[i]);
    }
    cr_assert(fabs(sum / count) < 0.02 && fabs(sqrt(squares / count) - 0.5) < 0.01);
    trial_run(&trial, false);
    cr_assert(!memcmp(trial.x, trial.y, BATCH * 10000 * sizeof *trial.x));
    trial_end(&trial);
}

Test(written_out, spatialdropout)
{
    struct trial trial = trial_start("1000x2x3", "spatialdropout 0.25", true);
    size_t dropped = 0;
    for (size_t map = 0; map < BATCH * 1000; map++) {
        bool gone = trial.y[map * 6] == 0.0f;
        dropped += gone;
        for (size_t i = map * 6; i < (map + 1) * 6; i++) {
            double factor = gone ? 0.0 : 1.0 / 0.75;
            cr_assert(close_to(trial.y[i], (double)trial.x[i] * factor));
            cr_assert(close_to(trial.dx[i], (double)trial.dy[i] * factor));
        }
    }
    cr_assert(dropped > 675 && dropped < 825, "%zu", dropped);
    trial_run(&trial, false);
    cr_assert(!memcmp(trial.x, trial.y, BATCH * 6000 * sizeof *trial.x));
    trial_end(&trial);
}

/* ---- what is refused ---- */

Test(written_out, refusals)
{
    static const struct {
        const char *input, *words, *message;
    } cases[] = {
        {"9", "conv1d 4 3", "the input 9 is no series: channels x length is needed"},
        {"1x9x9", "conv1d 4 3", "no series"},
        {"2x9", "conv2d 4 3", "no image"},
        {"2x9", "conv1d 4 3x3", "kernel takes one number, not 3x3"},
        {"2x9", "conv1d 4 10", "kernel 10 does not fit into the input 2x9"},
        {"2x9", "conv1d 4 3 padding=1x1x1x1", "BEFORExAFTER"},
        {"1x9x9", "conv2d 4 3 padding=causal", "padding is"},
        {"2x9", "maxpool1d 2 padding=2", "as large as the kernel 2"},
        {"2x9", "globalmaxpool2d", "no image"},
        {"2x9x9", "globalavgpool1d", "no series"},
        {"2x9", "layernorm 2", "the input 2x9 does not end with the axes 2"},
        {"9", "layernorm 2x9", "does not end"},
        {"6x2", "groupnorm 4", "num_groups=4 does not divide the 6 channels"},
        {"6", "reshape 4", "the 6 values of 6 do not make the shape 4"},
        {"6", "reshape 0x6", "do not make"},
        {"6", "reshape -1x-1", "do not make"},
        {"6", "reshape -1x4", "do not make"},
        {"6", "reshape 2147483647x2147483647x2147483647", "do not make"},
        {"2x3", "permute 1", "does not name each of the 2 axes of 2x3 once"},
        {"2x3", "permute 1x1", "does not name"},
        {"2x3", "permute 1x3", "does not name"},
        {"2x3", "permute 1x2x3", "does not name"},
        {"6", "zeropadding 1", "no image"},
        {"1x2x2", "zeropadding same", "padding is"},
        {"1x2x2", "zeropadding 1x2x3", "padding is"},
        {"1x2", "zeropadding 1x2x3x4", "padding is"},
        {"6", "upsample", "no image"},
        {"2x6", "upsample 2x2", "one number"},
        {"1x2x2", "upsample align_corners=yes", "mode=bilinear"},
        {"2x3x4", "prelu num_parameters=3", "neither 1 nor the 2 channels"},
        {"6", "spatialdropout", "add dropout"},
        {"6", "multiply", "joins"},
        {"6", "gaussiannoise", "stddev is missing"},
        {"6", "embedding 5", "embedding_dim is missing"},
        {"1x1x1x1x1x1x1x1", "embedding 5 2", "axes already"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nn_net *net = input_net(cases[i].input);
        struct nn_error error = {0};
        cr_assert(add_text(net, cases[i].words, &error) != NN_OK, "%s", cases[i].words);
        cr_assert(strstr(error.message, cases[i].message), "%s: %s", cases[i].words, error.message);
        cr_assert(net->count == 1);
        nn_net_free(net);
    }
    struct nn_net *net = build_net("2x3", "reshape 3x2");
    struct nn_error error = {0};
    cr_assert(add_text(net, "multiply from=input,reshape1", &error) == NN_SHAPE);
    cr_assert(strstr(error.message, "2x3 and 3x2"), "%s", error.message);
    nn_net_free(net);
}

Test(written_out, aliases_name_the_same_layer)
{
    cr_assert(nn_layer_find("swish") == nn_layer_find("silu"));
    cr_assert(nn_layer_find("dropout2d") == nn_layer_find("spatialdropout"));
    cr_assert(nn_layer_find("spatialdropout1d") == nn_layer_find("spatialdropout"));
    cr_assert(nn_layer_find("BatchNormalization") == nn_layer_find("batchnorm"));
    cr_assert(nn_layer_find("MaxPooling2D") == nn_layer_find("maxpool2d"));
    cr_assert(!nn_layer_find("dropout3d") && !nn_layer_find("spatialdropout1d|"));
    struct nn_net *net = build_net("4", "dense 3 swish; gelu tanh; dense 2 tanh");
    cr_assert(!strcmp(net->nodes[2]->name, "silu1"));
    cr_assert(net->count == 6 && nn_args_int(&net->nodes[3]->args, 0) == 1);
    nn_net_free(net);
}
