/* The layers that the C export knows. */
#include "model/c/writer.h"

#include "base/mem.h"
#include "base/number.h"
#include "engine/layers/window.h"

#include <math.h>
#include <string.h>

static int arg(const struct nn_c_writer *writer, const char *name)
{
    return nn_args_find(writer->node->layer->args, name);
}

static double real(const struct nn_c_writer *writer, const char *name)
{
    return nn_args_real(&writer->node->args, arg(writer, name));
}

static const float *param(const struct nn_c_writer *writer, const char *name)
{
    for (int p = 0; p < writer->node->param_count; p++)
        if (!strcmp(writer->node->params[p].spec.name, name))
            return writer->node->params[p].value.data;
    return NULL;
}

/* The weight and the bias as tables, and their names as arguments ("0" where there is none). */
static void put_weights(struct nn_c_writer *writer, char weight[2 * NN_NAME_SIZE],
                        char bias[2 * NN_NAME_SIZE])
{
    const struct nn_node *node = writer->node;
    bool biased = param(writer, "bias") != NULL;
    nn_c_table(writer, "weight", node->params[0].value.data,
               nn_shape_size(&node->params[0].spec.shape));
    nn_c_name(writer, "weight", weight);
    memcpy(bias, "0", 2);
    if (biased) {
        nn_c_table(writer, "bias", param(writer, "bias"),
                   nn_shape_size(&node->params[1].spec.shape));
        nn_c_name(writer, "bias", bias);
    }
}

/* ---- dense ---- */

static const char dense_text[] = "static void @dense(const float *x, const float *w, const float "
                                 "*b, long in, long out, float *y)\n"
                                 "{\n"
                                 "    for (long o = 0; o < out; o++) {\n"
                                 "        @sum s = b ? b[o] : 0;\n"
                                 "        for (long i = 0; i < in; i++)\n"
                                 "            s += (@sum)w[o * in + i] * x[i];\n"
                                 "        y[o] = (float)s;\n"
                                 "    }\n"
                                 "}\n";

static enum nn_status call_dense(struct nn_c_writer *writer, struct nn_error *error)
{
    char weight[2 * NN_NAME_SIZE], bias[2 * NN_NAME_SIZE];
    (void)error;
    put_weights(writer, weight, bias);
    nn_buffer_printf(&writer->body, "    @dense(%s, %s, %s, %zu, %zu, %s);\n", writer->x[0], weight,
                     bias, writer->node->in_shape[0].dim[0], writer->node->size, writer->y);
    return NN_OK;
}

/* ---- windows: a series is an image of height 1 ---- */

static struct nn_window window_of(const struct nn_c_writer *writer)
{
    return nn_window_of(writer->node,
                        (struct nn_window_args){arg(writer, "kernel"), arg(writer, "stride"),
                                                arg(writer, "padding"), arg(writer, "dilation"),
                                                arg(writer, "ceil_mode")});
}

/* A table "in height, in width, out ..., kernel ..., stride ..., dilation ..., top, left, bottom,
 * right", and its name: a literal in the call would be no C++. */
static void put_window(struct nn_c_writer *writer, const struct nn_window *w,
                       char name[2 * NN_NAME_SIZE])
{
    const ptrdiff_t values[] = {w->in[0],       w->in[1],       w->out[0],    w->out[1],
                                w->kernel[0],   w->kernel[1],   w->stride[0], w->stride[1],
                                w->dilation[0], w->dilation[1], w->before[0], w->before[1],
                                w->after[0],    w->after[1]};
    const size_t count = sizeof values / sizeof *values;
    nn_c_name(writer, "window", name);
    nn_buffer_printf(&writer->tables, "static const int %s[%zu] = {", name, count);
    for (size_t i = 0; i < count; i++)
        nn_buffer_printf(&writer->tables, i ? ", %td" : "%td", values[i]);
    nn_buffer_text(&writer->tables, "};\n");
    writer->table_bytes += count * sizeof(int);
}

static const char conv_text[] =
    "/* g: in height, in width, out ..., kernel ..., stride ..., dilation ..., top, left, bottom, "
    "right */\n"
    "static void @conv(const float *x, const float *w, const float *b, int channels, int filters,\n"
    "                  int groups, const int *g, float *y)\n"
    "{\n"
    "    int each = channels / groups, share = filters / groups;\n"
    "    for (int f = 0; f < filters; f++)\n"
    "        for (int oy = 0; oy < g[2]; oy++)\n"
    "            for (int ox = 0; ox < g[3]; ox++) {\n"
    "                @sum s = b ? b[f] : 0;\n"
    "                for (int c = 0; c < each; c++)\n"
    "                    for (int ky = 0; ky < g[4]; ky++)\n"
    "                        for (int kx = 0; kx < g[5]; kx++) {\n"
    "                            int iy = oy * g[6] - g[10] + ky * g[8], ix = ox * g[7] - g[11] + "
    "kx * g[9];\n"
    "                            if (iy >= 0 && iy < g[0] && ix >= 0 && ix < g[1])\n"
    "                                s += (@sum)w[(((long)f * each + c) * g[4] + ky) * g[5] + kx] "
    "*\n"
    "                                     x[((long)(f / share * each + c) * g[0] + iy) * g[1] + "
    "ix];\n"
    "                        }\n"
    "                *y++ = (float)s;\n"
    "            }\n"
    "}\n";

static enum nn_status call_conv(struct nn_c_writer *writer, struct nn_error *error)
{
    char weight[2 * NN_NAME_SIZE], bias[2 * NN_NAME_SIZE], table[2 * NN_NAME_SIZE];
    struct nn_window window = window_of(writer);
    (void)error;
    put_weights(writer, weight, bias);
    put_window(writer, &window, table);
    nn_buffer_printf(&writer->body, "    @conv(%s, %s, %s, %td, %zu, %lld, %s, %s);\n",
                     writer->x[0], weight, bias, window.channels, writer->node->shape.dim[0],
                     (long long)nn_args_int(&writer->node->args, arg(writer, "groups")), table,
                     writer->y);
    return NN_OK;
}

static const char pool_text[] =
    "/* kind: 0 the largest value, 1 the mean, 2 the mean with the padding; g as in a convolution "
    "*/\n"
    "static void @pool(const float *x, int kind, int channels, const int *g, float *y)\n"
    "{\n"
    "    for (int c = 0; c < channels; c++, x += (long)g[0] * g[1])\n"
    "        for (int oy = 0; oy < g[2]; oy++)\n"
    "            for (int ox = 0; ox < g[3]; ox++) {\n"
    "                int top = oy * g[6] - g[10], left = ox * g[7] - g[11], count = 0;\n"
    "                int bottom = top + (g[4] - 1) * g[8] + 1, right = left + (g[5] - 1) * g[9] + "
    "1;\n"
    "                @sum s = 0;\n"
    "                bottom = bottom < g[0] + g[12] ? bottom : g[0] + g[12];\n"
    "                right = right < g[1] + g[13] ? right : g[1] + g[13];\n"
    "                for (int iy = top; iy < bottom; iy += g[8])\n"
    "                    for (int ix = left; ix < right; ix += g[9])\n"
    "                        if (iy >= 0 && iy < g[0] && ix >= 0 && ix < g[1]) {\n"
    "                            float v = x[(long)iy * g[1] + ix];\n"
    "                            s = kind ? s + v : !count || v > s ? v : s;\n"
    "                            count++;\n"
    "                        }\n"
    "                if (kind == 2)\n"
    "                    count = (bottom - top) * (right - left);\n"
    "                *y++ = (float)(kind ? s / count : s);\n"
    "            }\n"
    "}\n";

static void put_pool(struct nn_c_writer *writer, int kind, const struct nn_window *window)
{
    char table[2 * NN_NAME_SIZE];
    put_window(writer, window, table);
    nn_buffer_printf(&writer->body, "    @pool(%s, %d, %td, %s, %s);\n", writer->x[0], kind,
                     window->channels, table, writer->y);
}

static enum nn_status call_pool(struct nn_c_writer *writer, struct nn_error *error)
{
    struct nn_window window = window_of(writer);
    int count_pads = arg(writer, "count_include_pad"), places = arg(writer, "places");
    if (places >= 0 && nn_args_bool(&writer->node->args, places))
        return nn_fail(error, NN_REFUSED, "the places of maxima are not written");
    int kind = count_pads < 0 ? 0 : nn_args_bool(&writer->node->args, count_pads) ? 2 : 1;
    put_pool(writer, kind, &window);
    return NN_OK;
}

/* One window over everything, as a series. */
static enum nn_status call_global(struct nn_c_writer *writer, struct nn_error *error)
{
    const struct nn_shape *in = &writer->node->in_shape[0];
    ptrdiff_t channels = (ptrdiff_t)in->dim[0], width = (ptrdiff_t)nn_shape_size(in) / channels;
    struct nn_window window = {.channels = channels,
                               .in = {1, width},
                               .out = {1, 1},
                               .kernel = {1, width},
                               .stride = {1, 1},
                               .dilation = {1, 1}};
    (void)error;
    put_pool(writer, strstr(writer->node->layer->name, "avg") != NULL, &window);
    return NN_OK;
}

/* ---- normalization ---- */

static const char scale_text[] =
    "static void @scale(const float *x, const float *scale, const float *shift, long channels,\n"
    "                   long places, float *y)\n"
    "{\n"
    "    for (long c = 0; c < channels; c++)\n"
    "        for (long i = c * places; i < (c + 1) * places; i++)\n"
    "            y[i] = x[i] * scale[c] + shift[c];\n"
    "}\n";

/* With its running statistics it is a scale and a shift for each channel. */
static enum nn_status call_batchnorm(struct nn_c_writer *writer, struct nn_error *error)
{
    size_t channels = writer->node->shape.dim[0];
    const float *weight = param(writer, "weight"), *bias = param(writer, "bias");
    const float *mean = param(writer, "running_mean"), *variance = param(writer, "running_var");
    float *values = nn_calloc(2 * channels, sizeof *values);
    char scale[2 * NN_NAME_SIZE], shift[2 * NN_NAME_SIZE];
    if (!values)
        return nn_fail_memory(error, 2 * channels * sizeof *values);
    for (size_t c = 0; c < channels; c++) {
        double factor =
            (weight ? (double)weight[c] : 1.0) / sqrt((double)variance[c] + real(writer, "eps"));
        values[c] = (float)factor;
        values[channels + c] = (float)((bias ? (double)bias[c] : 0.0) - (double)mean[c] * factor);
    }
    nn_c_table(writer, "scale", values, channels);
    nn_c_table(writer, "shift", values + channels, channels);
    nn_free(values);
    nn_c_name(writer, "scale", scale);
    nn_c_name(writer, "shift", shift);
    nn_buffer_printf(&writer->body, "    @scale(%s, %s, %s, %zu, %zu, %s);\n", writer->x[0], scale,
                     shift, channels, writer->node->size / channels, writer->y);
    return NN_OK;
}

/* ---- functions of single values ---- */

#define MAP(name, expression)                                                                      \
    {                                                                                              \
        name,                                                                                      \
            "static void @" name "(const float *x, long n, float a, float b, float *y)\n"          \
            "{\n"                                                                                  \
            "    (void)a, (void)b;\n"                                                              \
            "    for (long i = 0; i < n; i++) {\n"                                                 \
            "        float v = x[i];\n"                                                            \
            "        y[i] = " expression ";\n"                                                     \
            "    }\n"                                                                              \
            "}\n",                                                                                 \
            call_map, true                                                                         \
    }

/* Which arguments of the layer a and b are. */
static const struct {
    const char *layer, *a, *b;
} map_args[] = {
    {"leaky_relu", "negative_slope", NULL},
    {"elu", "alpha", NULL},
    {"softplus", "beta", "threshold"},
    {"clip", "min", "max"},
};

static void put_number(struct nn_c_writer *writer, const char *name, const char *absent)
{
    char number[NN_NUMBER_SIZE];
    int at = name ? arg(writer, name) : -1;
    bool set = at >= 0 && nn_args_is_set(&writer->node->args, at);
    nn_buffer_printf(&writer->body, "(float)%s",
                     set ? nn_number_double(number, nn_args_real(&writer->node->args, at))
                         : absent);
}

static enum nn_status call_map(struct nn_c_writer *writer, struct nn_error *error)
{
    const char *a = NULL, *b = NULL, *layer = writer->node->layer->name;
    if (!strcmp(layer, "gelu") && nn_args_int(&writer->node->args, arg(writer, "approximate")) != 0)
        return nn_fail(error, NN_REFUSED, "approximate=tanh is not written");
    for (size_t i = 0; i < sizeof map_args / sizeof *map_args; i++)
        if (!strcmp(map_args[i].layer, layer)) {
            a = map_args[i].a;
            b = map_args[i].b;
        }
    nn_buffer_printf(&writer->body, "    @%s(%s, %zu, ", layer, writer->x[0], writer->node->size);
    put_number(writer, a, strcmp(layer, "clip") ? "0" : "-3.4e38");
    nn_buffer_text(&writer->body, ", ");
    put_number(writer, b, strcmp(layer, "clip") ? "0" : "3.4e38");
    nn_buffer_printf(&writer->body, ", %s);\n", writer->y);
    return NN_OK;
}

static const char prelu_text[] =
    "static void @prelu(const float *x, const float *w, long slopes, long places, float *y)\n"
    "{\n"
    "    for (long s = 0; s < slopes; s++)\n"
    "        for (long i = s * places; i < (s + 1) * places; i++)\n"
    "            y[i] = x[i] > 0 ? x[i] : w[s] * x[i];\n"
    "}\n";

static enum nn_status call_prelu(struct nn_c_writer *writer, struct nn_error *error)
{
    char weight[2 * NN_NAME_SIZE], bias[2 * NN_NAME_SIZE];
    size_t slopes = writer->node->params[0].spec.shape.dim[0];
    (void)error;
    put_weights(writer, weight, bias);
    nn_buffer_printf(&writer->body, "    @prelu(%s, %s, %zu, %zu, %s);\n", writer->x[0], weight,
                     slopes, writer->node->size / slopes, writer->y);
    return NN_OK;
}

static const char softmax_text[] =
    "/* over the channels at every place; its logarithm if wanted */\n"
    "static void @softmax(const float *x, long channels, long places, int logarithm, float *y)\n"
    "{\n"
    "    for (long p = 0; p < places; p++) {\n"
    "        float most = x[p];\n"
    "        @sum s = 0;\n"
    "        for (long c = 1; c < channels; c++)\n"
    "            most = x[c * places + p] > most ? x[c * places + p] : most;\n"
    "        for (long c = 0; c < channels; c++)\n"
    "            s += (@sum)expf(x[c * places + p] - most);\n"
    "        for (long c = 0; c < channels; c++) {\n"
    "            float v = x[c * places + p] - most;\n"
    "            y[c * places + p] = (float)(logarithm ? v - logf((float)s) : expf(v) / s);\n"
    "        }\n"
    "    }\n"
    "}\n";

static enum nn_status call_softmax(struct nn_c_writer *writer, struct nn_error *error)
{
    size_t channels = writer->node->shape.dim[0];
    (void)error;
    nn_buffer_printf(&writer->body, "    @softmax(%s, %zu, %zu, %d, %s);\n", writer->x[0], channels,
                     writer->node->size / channels,
                     strcmp(writer->node->layer->name, "logsoftmax") == 0, writer->y);
    return NN_OK;
}

/* ---- joins ---- */

static const char join_text[] =
    "static void @join(const float *a, const float *b, long n, int product, float *y)\n"
    "{\n"
    "    for (long i = 0; i < n; i++)\n"
    "        y[i] = product ? a[i] * b[i] : a[i] + b[i];\n"
    "}\n";

static enum nn_status call_join(struct nn_c_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    for (int k = 0; k < node->input_count; k++)
        if (!nn_shape_equal(&node->in_shape[k], &node->shape))
            return nn_fail(error, NN_REFUSED, "inputs of different shapes are not written");
    for (int k = 1; k < node->input_count; k++)
        nn_buffer_printf(&writer->body, "    @join(%s, %s, %zu, %d, %s);\n",
                         k == 1 ? writer->x[0] : writer->y, writer->x[k], node->size,
                         strcmp(node->layer->name, "multiply") == 0, writer->y);
    return NN_OK;
}

static const char copy_text[] =
    "/* `runs` pieces of `length` floats, `step` apart in y */\n"
    "static void @copy(const float *x, long runs, long length, long step, float *y)\n"
    "{\n"
    "    for (long r = 0; r < runs; r++)\n"
    "        for (long i = 0; i < length; i++)\n"
    "            y[r * step + i] = x[r * length + i];\n"
    "}\n";

static enum nn_status call_concat(struct nn_c_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    size_t runs = 1, at = 0;
    (void)error;
    for (int i = 0; i + 1 < (int)nn_args_int(&node->args, arg(writer, "axis")); i++)
        runs *= node->shape.dim[i];
    for (int k = 0; k < node->input_count; k++) {
        size_t length = nn_shape_size(&node->in_shape[k]) / runs;
        nn_buffer_printf(&writer->body, "    @copy(%s, %zu, %zu, %zu, %s + %zu);\n", writer->x[k],
                         runs, length, node->size / runs, writer->y, at);
        at += length;
    }
    return NN_OK;
}

static const char upsample_text[] =
    "static void @upsample(const float *x, int channels, int height, int width, int down, int "
    "across,\n"
    "                      float *y)\n"
    "{\n"
    "    for (int c = 0; c < channels; c++, x += (long)height * width)\n"
    "        for (int oy = 0; oy < height * down; oy++)\n"
    "            for (int ox = 0; ox < width * across; ox++)\n"
    "                *y++ = x[(long)(oy / down) * width + ox / across];\n"
    "}\n";

static enum nn_status call_upsample(struct nn_c_writer *writer, struct nn_error *error)
{
    const struct nn_node *node = writer->node;
    const struct nn_shape *in = &node->in_shape[0];
    bool series = in->rank == 2;
    if (nn_args_int(&node->args, arg(writer, "mode")) != 0)
        return nn_fail(error, NN_REFUSED, "mode=bilinear is not written");
    nn_buffer_printf(&writer->body, "    @upsample(%s, %zu, %zu, %zu, %zu, %zu, %s);\n",
                     writer->x[0], in->dim[0], series ? 1 : in->dim[1], in->dim[in->rank - 1],
                     series ? 1 : node->shape.dim[1] / in->dim[1],
                     node->shape.dim[in->rank - 1] / in->dim[in->rank - 1], writer->y);
    return NN_OK;
}

/* clang-format off */
const struct nn_c_layer nn_c_layers[] = {
    {"dense", dense_text, call_dense, false},
    {"conv1d", conv_text, call_conv, false},
    {"conv2d", conv_text, call_conv, false},
    {"maxpool1d", pool_text, call_pool, false},
    {"maxpool2d", pool_text, call_pool, false},
    {"avgpool1d", pool_text, call_pool, false},
    {"avgpool2d", pool_text, call_pool, false},
    {"globalavgpool1d", pool_text, call_global, false},
    {"globalavgpool2d", pool_text, call_global, false},
    {"globalmaxpool1d", pool_text, call_global, false},
    {"globalmaxpool2d", pool_text, call_global, false},
    {"batchnorm", scale_text, call_batchnorm, true},
    {"prelu", prelu_text, call_prelu, true},
    {"softmax", softmax_text, call_softmax, false},
    {"logsoftmax", softmax_text, call_softmax, false},
    {"add", join_text, call_join, false},
    {"multiply", join_text, call_join, false},
    {"concat", copy_text, call_concat, false},
    {"upsample", upsample_text, call_upsample, false},
    {"flatten", NULL, NULL, true},
    {"reshape", NULL, NULL, true},
    {"dropout", NULL, NULL, true},
    {"spatialdropout", NULL, NULL, true},
    {"gaussiannoise", NULL, NULL, true},
    MAP("relu", "v > 0 ? v : 0"),
    MAP("relu6", "v < 0 ? 0 : v > 6 ? 6 : v"),
    MAP("clip", "v < a ? a : v > b ? b : v"),
    MAP("leaky_relu", "v > 0 ? v : a * v"),
    MAP("elu", "v > 0 ? v : a * expm1f(v)"),
    MAP("selu", "1.05070099f * (v > 0 ? v : 1.67326324f * expm1f(v))"),
    MAP("sigmoid", "1 / (1 + expf(-v))"),
    MAP("tanh", "tanhf(v)"),
    MAP("silu", "v / (1 + expf(-v))"),
    MAP("gelu", "0.5f * v * erfcf(-v * 0.70710678f)"),
    MAP("mish", "v * tanhf(v > 20 ? v : log1pf(expf(v)))"),
    MAP("softplus", "a * v > b ? v : log1pf(expf(a * v)) / a"),
    MAP("softsign", "v / (1 + fabsf(v))"),
    MAP("hardsigmoid", "v < -3 ? 0 : v > 3 ? 1 : v / 6 + 0.5f"),
    MAP("hardswish", "v < -3 ? 0 : v > 3 ? v : v * (v + 3) / 6"),
    {0},
};
/* clang-format on */

const struct nn_c_layer *nn_c_layer_find(const char *name)
{
    for (const struct nn_c_layer *layer = nn_c_layers; layer->layer; layer++)
        if (!strcmp(layer->layer, name))
            return layer;
    return NULL;
}
