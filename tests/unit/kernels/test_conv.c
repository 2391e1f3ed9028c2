/* Convolutions of every usable set against sums in double, over shapes around the widths of tiles.
 * The image, the weights and what is written end where a page ends. */
#include "guarded.h"

#include "kernels/kernels.h"

#include <math.h>

enum { MAX_TAPS = 400, MAX_FLOATS = 1 << 16 };
enum { IMAGE, WEIGHTS, BIAS, OUTPUT, ARRAYS };
static struct guarded memory[ARRAYS];
static size_t offset[MAX_TAPS];

struct shape {
    size_t channels, filters, kernel, height, width,
        beside; /* beside: columns that no window reads */
};

/* The convolution of an image of height + kernel - 1 rows; *floats: those of the image from the
 * first to the last that is read. */
static struct nn_conv describe(const struct shape *shape, size_t *floats)
{
    size_t in_width = shape->width + shape->kernel - 1 + shape->beside;
    size_t in_height = shape->height + shape->kernel - 1;
    struct nn_conv conv = {.filters = shape->filters,
                           .taps = shape->channels * shape->kernel * shape->kernel,
                           .offset = offset,
                           .height = shape->height,
                           .width = shape->width,
                           .pitch = in_width};
    cr_assert(conv.taps <= MAX_TAPS, "%zu taps", conv.taps);
    size_t tap = 0;
    for (size_t c = 0; c < shape->channels; c++)
        for (size_t ky = 0; ky < shape->kernel; ky++)
            for (size_t kx = 0; kx < shape->kernel; kx++)
                offset[tap++] = (c * in_height + ky) * in_width + kx;
    *floats = offset[tap - 1] + (conv.height - 1) * conv.pitch + conv.width;
    return conv;
}

static void near(const char *kernel, const struct shape *s, double got, double wanted, double size)
{
    cr_assert(fabs(got - wanted) <= 1e-6 * (size + 1.0),
              "%s %s channels %zu filters %zu kernel %zu output %zux%zu: %.9g, not %.9g",
              nn_kernels->name, kernel, s->channels, s->filters, s->kernel, s->height, s->width,
              got, wanted);
}

/* What is rounded once is off by half a unit in the last place, however much has cancelled. */
static void check_exact(const struct shape *s)
{
    size_t floats, places = s->height * s->width;
    struct nn_conv conv = describe(s, &floats);
    const float *image = guarded_random(&memory[IMAGE], floats, 1);
    const float *w = guarded_random(&memory[WEIGHTS], conv.filters * conv.taps, 2);
    const float *bias = guarded_random(&memory[BIAS], conv.filters, 3);
    float *y = guarded_random(&memory[OUTPUT], conv.filters * places, 4);
    nn_kernels->conv_exact(&conv, image, w, bias, 0, conv.height, y);
    for (size_t f = 0; f < conv.filters; f++)
        for (size_t p = 0; p < places; p++) {
            double wanted = (double)bias[f];
            for (size_t t = 0; t < conv.taps; t++) {
                float x = image[offset[t] + p / conv.width * conv.pitch + p % conv.width];
                wanted += (double)w[f * conv.taps + t] * (double)x;
            }
            double got = (double)y[f * places + p];
            cr_assert(fabs(got - wanted) <= 1e-12 + ldexp(fabs(wanted), -24),
                      "%s conv_exact: %.12g, not %.12g", nn_kernels->name, got, wanted);
        }
}

/* Rows in several calls, as threads would share them. */
static void check_forward(const struct shape *s, bool with_bias)
{
    size_t floats, places = s->height * s->width;
    struct nn_conv conv = describe(s, &floats);
    const float *image = guarded_random(&memory[IMAGE], floats, 1);
    const float *w = guarded_random(&memory[WEIGHTS], conv.filters * conv.taps, 2);
    const float *bias = with_bias ? guarded_random(&memory[BIAS], conv.filters, 3) : NULL;
    float *y = guarded_random(&memory[OUTPUT], conv.filters * places, 4);
    size_t half = (conv.height + 1) / 2;
    nn_kernels->conv(&conv, image, w, bias, 0, half, y);
    if (half < conv.height)
        nn_kernels->conv(&conv, image, w, bias, half, conv.height - half, y);
    for (size_t f = 0; f < conv.filters; f++)
        for (size_t p = 0; p < places; p++) {
            double wanted = bias ? (double)bias[f] : 0, size = fabs(wanted);
            for (size_t t = 0; t < conv.taps; t++) {
                float x = image[offset[t] + p / conv.width * conv.pitch + p % conv.width];
                double term = (double)w[f * conv.taps + t] * (double)x;
                wanted += term;
                size += fabs(term);
            }
            near("conv", s, (double)y[f * places + p], wanted, size);
        }
}

static void check_weights(const struct shape *s, bool accumulate)
{
    size_t floats, places = s->height * s->width;
    struct nn_conv conv = describe(s, &floats);
    const float *image = guarded_random(&memory[IMAGE], floats, 1);
    const float *dy = guarded_random(&memory[WEIGHTS], conv.filters * places, 2);
    float *dw = guarded_random(&memory[OUTPUT], conv.filters * conv.taps, 3);
    float *before = guarded_random(&memory[BIAS], conv.filters * conv.taps, 3);
    size_t half = conv.taps / 2;
    nn_kernels->conv_weights(&conv, image, dy, 0, conv.filters, 0, half, dw, accumulate);
    nn_kernels->conv_weights(&conv, image, dy, 0, conv.filters, half, conv.taps - half, dw,
                             accumulate);
    for (size_t f = 0; f < conv.filters; f++)
        for (size_t t = 0; t < conv.taps; t++) {
            double wanted = accumulate ? (double)before[f * conv.taps + t] : 0, size = fabs(wanted);
            for (size_t p = 0; p < places; p++) {
                float x = image[offset[t] + p / conv.width * conv.pitch + p % conv.width];
                wanted += (double)dy[f * places + p] * (double)x;
                size += fabs((double)dy[f * places + p] * (double)x);
            }
            near("conv_weights", s, (double)dw[f * conv.taps + t], wanted, size);
        }
}

static void check_input(const struct shape *s)
{
    static double wanted[MAX_FLOATS];
    size_t floats, places = s->height * s->width;
    struct nn_conv conv = describe(s, &floats);
    float *image = guarded_random(&memory[IMAGE], floats, 1);
    const float *w = guarded_random(&memory[WEIGHTS], conv.filters * conv.taps, 2);
    const float *dy = guarded_random(&memory[OUTPUT], conv.filters * places, 3);
    for (size_t i = 0; i < floats; i++)
        wanted[i] = (double)image[i];
    for (size_t f = 0; f < conv.filters; f++)
        for (size_t t = 0; t < conv.taps; t++)
            for (size_t p = 0; p < places; p++)
                wanted[offset[t] + p / conv.width * conv.pitch + p % conv.width] +=
                    (double)w[f * conv.taps + t] * (double)dy[f * places + p];
    nn_kernels->conv_input(&conv, w, dy, 0, conv.taps, image);
    for (size_t i = 0; i < floats; i++)
        near("conv_input", s, (double)image[i], wanted[i], 4.0 * sqrt((double)conv.filters));
}

static void check(struct shape s)
{
    for (int i = 0; i < 2; i++) {
        check_forward(&s, i);
        check_weights(&s, i);
    }
    check_input(&s);
    check_exact(&s);
}

Test(conv, every_set_and_shape)
{
    static const struct shape special[] = {
        {1, 1, 1, 1, 1, 0},    {1, 6, 5, 28, 28, 0}, {6, 16, 5, 10, 10, 0}, {3, 7, 3, 24, 24, 0},
        {32, 13, 3, 7, 7, 0},  {40, 5, 3, 5, 26, 0}, {2, 3, 1, 3, 300, 0},  {16, 17, 1, 9, 9, 3},
        {2, 65, 2, 6, 33, 40}, {1, 12, 7, 1, 1, 0},  {4, 33, 3, 2, 130, 0}, {2, 4, 3, 40, 2, 0},
        {300, 14, 1, 5, 9, 0}};
    const char *set;
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(MAX_FLOATS);
    for (size_t n = 0; (set = nn_kernels_available(n)); n++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        for (size_t i = 0; i < sizeof special / sizeof *special; i++)
            check(special[i]);
        for (size_t width = 1; width <= 35; width++)
            for (size_t beside = 0; beside < 9; beside += 4)
                check(
                    (struct shape){2, 1 + width % 13, 1 + width % 3, 1 + width % 4, width, beside});
    }
}
