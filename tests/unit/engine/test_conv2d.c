/* Convolutions that span several tiles, blocks and lanes, against sums written out, for any number
 * of threads. */
#include "base/pool.h"
#include "build.h"

#include <math.h>

#define BATCH 9

static const struct {
    const char *input, *words;
    size_t groups;
} cases[] = {
    {"16x14x13", "conv2d 24 5 padding=2", 1},
    {"16x14x13", "conv2d 24 5x3 padding=same stride=2x3 dilation=1x2", 1},
    {"12x40x41", "conv2d 12 3 groups=12 padding=1 stride=2", 12},
    {"96x6x6", "conv2d 40 3 groups=2 bias=no", 2},
    {"1x80x90", "conv2d 5 7 padding=3x0x1x2", 1},
    {"3x5x4", "conv2d 2 1 padding=4 stride=3", 1},
    {"24x19x14", "conv2d 20 3 padding=1", 1}, /* those below by Winograd's algorithm */
    {"16x18x18", "conv2d 33 3 bias=no", 1},
    {"17x10x9", "conv2d 16 3 padding=2x0x1x2", 1},
    {"20x9x12", "conv2d 16 3 padding=3", 1}, /* but for the gradient at its input */
};

struct sums {
    double *y, *dx, *dw, *db;
};

static double *doubles(size_t count)
{
    double *block = nn_calloc(count, sizeof *block);
    cr_assert(block != NULL);
    return block;
}

static ptrdiff_t number(const struct nn_node *node, const char *key, int axis)
{
    return (ptrdiff_t)nn_args_dim(&node->args, nn_args_find(node->args.specs, key), axis);
}

/* Padding before the first row (column): derived from the words anew. */
static ptrdiff_t padding_before(const struct nn_node *node, int axis)
{
    const char *text = nn_args_text(&node->args, nn_args_find(node->args.specs, "padding"));
    ptrdiff_t in = (ptrdiff_t)node->in_shape[0].dim[1 + axis];
    ptrdiff_t out = (ptrdiff_t)node->shape.dim[1 + axis];
    ptrdiff_t span = (number(node, "kernel", axis) - 1) * number(node, "dilation", axis) + 1;
    ptrdiff_t total = (out - 1) * number(node, "stride", axis) + span - in;
    if (!strcmp(text, "same"))
        return total > 0 ? total / 2 : 0;
    const char *at = strchr(text, 'x') && axis ? strchr(text, 'x') + 1 : text;
    return strtol(at, NULL, 10);
}

/* Every product of the convolution: y += w x, dx += w dy, dw += x dy. */
static struct sums write_out(const struct nn_node *node, size_t groups, const float *x,
                             const float *w, const float *b, const float *dy)
{
    size_t channels = node->in_shape[0].dim[0] / groups, filters = node->shape.dim[0];
    ptrdiff_t in[2], out[2], k[2], stride[2], dilation[2], before[2];
    for (int a = 0; a < 2; a++) {
        in[a] = (ptrdiff_t)node->in_shape[0].dim[1 + a];
        out[a] = (ptrdiff_t)node->shape.dim[1 + a];
        k[a] = number(node, "kernel", a);
        stride[a] = number(node, "stride", a);
        dilation[a] = number(node, "dilation", a);
        before[a] = padding_before(node, a);
    }
    size_t taps = (size_t)(k[0] * k[1]), places = (size_t)(out[0] * out[1]);
    size_t pixels = (size_t)(in[0] * in[1]);
    struct sums sums = {doubles(BATCH * filters * places),
                        doubles(BATCH * groups * channels * pixels),
                        doubles(filters * channels * taps), doubles(filters)};
    for (size_t n = 0; n < BATCH; n++)
        for (size_t f = 0; f < filters; f++)
            for (size_t p = 0; p < places; p++) {
                size_t at = (n * filters + f) * places + p;
                size_t first = n * groups * channels + f / (filters / groups) * channels;
                sums.y[at] = b ? (double)b[f] : 0.0;
                sums.db[f] += (double)dy[at];
                for (size_t c = 0; c < channels; c++)
                    for (size_t t = 0; t < taps; t++) {
                        ptrdiff_t ky = (ptrdiff_t)t / k[1], kx = (ptrdiff_t)t % k[1];
                        ptrdiff_t iy =
                            (ptrdiff_t)p / out[1] * stride[0] + ky * dilation[0] - before[0];
                        ptrdiff_t ix =
                            (ptrdiff_t)p % out[1] * stride[1] + kx * dilation[1] - before[1];
                        if (iy < 0 || iy >= in[0] || ix < 0 || ix >= in[1])
                            continue;
                        size_t i = (first + c) * pixels + (size_t)(iy * in[1] + ix);
                        size_t j = (f * channels + c) * taps + t;
                        sums.y[at] += (double)w[j] * (double)x[i];
                        sums.dx[i] += (double)w[j] * (double)dy[at];
                        sums.dw[j] += (double)x[i] * (double)dy[at];
                    }
            }
    return sums;
}

static void compare(const char *what, const float *mine, const double *sums, size_t count)
{
    double worst = 0.0, largest = 0.0;
    for (size_t i = 0; i < count; i++) {
        worst = fmax(worst, fabs((double)mine[i] - sums[i]));
        largest = fmax(largest, fabs(sums[i]));
        cr_assert(isfinite(mine[i]), "%s", what);
    }
    cr_assert(worst <= 1e-5 * largest, "%s: %g of %g", what, worst, largest);
}

/* FNV-1a of the bits. */
static uint64_t digest(uint64_t hash, const float *values, size_t count)
{
    const unsigned char *bytes = (const unsigned char *)values;
    for (size_t i = 0; i < count * sizeof *values; i++)
        hash = (hash ^ bytes[i]) * 1099511628211u;
    return hash;
}

/* A digest of all results. */
static uint64_t check_case(size_t i)
{
    uint64_t bits = 14695981039346656037u;
    struct nn_net *net = build_net(cases[i].input, cases[i].words);
    const struct nn_node *node = net->nodes[1];
    struct nn_pass *pass = build_pass(net, BATCH, NN_PASS_PARAMETERS);
    size_t in = BATCH * net->nodes[0]->size, out = BATCH * node->size;
    bool bias = node->param_count > 1;
    float *dy = nn_calloc(out, sizeof *dy);
    fill_random(nn_pass_input(pass), in, 1);
    fill_random(dy, out, 2);
    nn_pass_forward(pass, BATCH, NULL);
    struct nn_walk walk = {.from = 1, .seed = dy, .parameters = true};
    cr_assert(nn_pass_backward(pass, &walk, NULL) == NN_OK);

    struct sums sums =
        write_out(node, cases[i].groups, nn_pass_input(pass), node->params[0].value.data,
                  bias ? node->params[1].value.data : NULL, dy);
    compare(cases[i].words, nn_pass_output(pass, 1), sums.y, out);
    compare(cases[i].words, nn_pass_gradient(pass, 0), sums.dx, in);
    compare(cases[i].words, nn_pass_param_gradient(pass, 1, 0), sums.dw,
            nn_shape_size(&node->params[0].spec.shape));
    if (bias)
        compare(cases[i].words, nn_pass_param_gradient(pass, 1, 1), sums.db, node->shape.dim[0]);
    bits = digest(bits, nn_pass_output(pass, 1), out);
    bits = digest(bits, nn_pass_gradient(pass, 0), in);
    bits = digest(bits, nn_pass_param_gradient(pass, 1, 0),
                  nn_shape_size(&node->params[0].spec.shape));
    nn_free(sums.y);
    nn_free(sums.dx);
    nn_free(sums.dw);
    nn_free(sums.db);
    nn_free(dy);
    nn_pass_free(pass);
    nn_net_free(net);
    return bits;
}

Test(conv2d, agrees_with_sums_written_out_and_with_itself_for_any_number_of_threads)
{
    uint64_t bits[sizeof cases / sizeof cases[0]];
    for (int threads = 1; threads <= 7; threads += 3) {
        cr_assert(nn_pool_set_threads(threads, NULL) == NN_OK);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            if (threads == 1)
                bits[i] = check_case(i);
            else
                cr_assert(check_case(i) == bits[i], "%s: %d threads", cases[i].words, threads);
    }
    nn_pool_shutdown();
}

static void expect(const char *input, const char *words, const char *output)
{
    struct nn_net *net = build_net(input, words);
    char text[NN_SHAPE_TEXT];
    nn_shape_text(text, &nn_net_output(net)->shape);
    cr_assert(!strcmp(text, output), "%s of %s gives %s", words, input, text);
    nn_net_free(net);
}

Test(conv2d, output_shapes)
{
    expect("3x32x32", "conv2d 8 3", "8x30x30");
    expect("3x32x32", "conv2d 8 3 padding=same", "8x32x32");
    expect("3x32x32", "conv2d 8 4 padding=same", "8x32x32");
    expect("3x33x32", "conv2d 8 3 padding=same stride=2", "8x17x16");
    expect("3x8x8", "conv2d 8 3 padding=1 dilation=2", "8x6x6");
    expect("3x8x8", "conv2d 8 8", "8x1x1");
    expect("3x1x9", "conv2d 8 1x3 stride=1x3", "8x1x3");
    expect("1x5x5", "maxpool2d 2", "1x2x2");
    expect("1x5x5", "maxpool2d 2 ceil_mode=yes", "1x3x3");
    expect("1x5x5", "maxpool2d 2 padding=same", "1x3x3");
    expect("1x5x5", "avgpool2d 3 stride=1 padding=1", "1x5x5");
    /* a last window that would begin in the padding is left out, as in PyTorch */
    expect("1x3x3", "maxpool2d 2 stride=2 padding=1 ceil_mode=yes", "1x2x2");
}
