/* Winograd's transforms of every usable set against ref, in arrays that end a page; and whole
 * convolutions with both gradients against sums in double. */
#include "guarded.h"

#include "kernels/kernels.h"
#include "kernels/winograd.h"

#include <math.h>

enum { MAX_LANES = 67, MAX_FLOATS = 1 << 20, TAPS = 9 };
enum { IMAGE, WEIGHTS, BIAS, SLOPES, TRANSFORMED, WORK, OUTPUT, ARRAYS };
static struct guarded memory[ARRAYS];

typedef void transform(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                       ptrdiff_t y_row, ptrdiff_t y_column);

static void check_transform(const char *name, transform *work, transform *reference, int from,
                            int to, size_t n)
{
    size_t in = (size_t)(from * from) * n, out = (size_t)(to * to) * n;
    const float *x = guarded_random(&memory[IMAGE], in, 1);
    float *y = guarded_random(&memory[OUTPUT], out, 2),
          *wanted = guarded_random(&memory[WORK], out, 3);
    ptrdiff_t lanes = (ptrdiff_t)n;
    work(n, x, from * lanes, lanes, y, to * lanes, lanes);
    reference(n, x, from * lanes, lanes, wanted, to * lanes, lanes);
    for (size_t i = 0; i < out; i++)
        cr_assert(fabsf(y[i] - wanted[i]) <= 2e-5f, "%s %s %zu: %g, not %g", nn_kernels->name, name,
                  n, (double)y[i], (double)wanted[i]);
}

static void output_without_bias(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                                ptrdiff_t y_row, ptrdiff_t y_column)
{
    nn_kernels->winograd_output(n, x, row, column, NULL, y, y_row, y_column);
}

static struct nn_kernels reference;

static void reference_output(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                             ptrdiff_t y_row, ptrdiff_t y_column)
{
    reference.winograd_output(n, x, row, column, NULL, y, y_row, y_column);
}

static void each_set(void (*check)(void))
{
    const char *set;
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(MAX_FLOATS);
    reference = *nn_kernels; /* as no other is chosen yet */
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        check();
    }
}

static void check_transforms(void)
{
    for (size_t n = 0; n <= MAX_LANES; n++) {
        check_transform("patch", nn_kernels->winograd_patch, reference.winograd_patch, 6, 6, n);
        check_transform("filter", nn_kernels->winograd_filter, reference.winograd_filter, 3, 6, n);
        check_transform("output", output_without_bias, reference_output, 6, 4, n);
        check_transform("slopes", nn_kernels->winograd_slopes, reference.winograd_slopes, 4, 6, n);
        check_transform("gradient", nn_kernels->winograd_gradient, reference.winograd_gradient, 6,
                        3, n);
    }
}

Test(winograd, transforms_of_every_set_and_length)
{
    each_set(check_transforms);
}

/* Largest difference, in parts of the largest magnitude. */
struct error {
    double difference, size;
};

static void compare(struct error *error, double got, double wanted)
{
    cr_assert(isfinite(got), "%s: %g", nn_kernels->name, got);
    error->difference = fmax(error->difference, fabs(got - wanted));
    error->size = fmax(error->size, fabs(wanted));
}

static void judge(const struct error *error, const char *what, const struct nn_winograd *w)
{
    cr_assert(error->difference <= 3e-6 * error->size,
              "%s %s %zu channels %zu filters %zux%zu: off by %g of the largest", nn_kernels->name,
              what, w->channels, w->filters, w->rows, w->columns, error->difference / error->size);
}

static const float *pixel(const struct nn_winograd *w, const float *image, size_t c, size_t tap,
                          size_t place)
{
    size_t width = w->columns - 2, y = place / width + tap / 3, x = place % width + tap % 3;
    return image + c * w->plane + y * w->columns + x;
}

static void check_forward(const struct nn_winograd *w, const float *image, const float *weights,
                          const float *bias, float *u, float *work)
{
    size_t places = (w->rows - 2) * (w->columns - 2), rows = nn_winograd_tile_rows(w);
    float *y = guarded_random(&memory[OUTPUT], w->filters * places, 5);
    struct error error = {0};
    /* In parts, as threads share them. */
    nn_winograd_weights(w, weights, w->channels * TAPS, TAPS, false, 0, 1, work, u);
    nn_winograd_weights(w, weights, w->channels * TAPS, TAPS, false, 1, w->channels - 1, work, u);
    nn_winograd_forward(w, image, u, bias, 0, rows / 2, work, y);
    nn_winograd_forward(w, image, u, bias, rows / 2, rows - rows / 2, work, y);
    for (size_t f = 0; f < w->filters; f++)
        for (size_t p = 0; p < places; p++) {
            double wanted = bias ? (double)bias[f] : 0;
            for (size_t c = 0; c < w->channels; c++)
                for (size_t t = 0; t < TAPS; t++)
                    wanted += (double)weights[(f * w->channels + c) * TAPS + t] *
                              (double)*pixel(w, image, c, t, p);
            compare(&error, (double)y[f * places + p], wanted);
        }
    judge(&error, "forward", w);
}

static void check_gradient(const struct nn_winograd *w, const float *image, float *sums,
                           float *work)
{
    size_t places = (w->rows - 2) * (w->columns - 2);
    float *dw = guarded_random(&memory[OUTPUT], w->filters * w->channels * TAPS, 6);
    const float *dy = guarded_random(&memory[SLOPES], w->filters * places, 7);
    struct error error = {0};
    nn_winograd_add_gradient(w, image, dy, false, work, sums);
    nn_winograd_add_gradient(w, image, dy, true, work, sums);
    nn_winograd_gradient(w, sums, 0, 1, work, dw);
    nn_winograd_gradient(w, sums, 1, w->channels - 1, work, dw);
    for (size_t f = 0; f < w->filters; f++)
        for (size_t c = 0; c < w->channels; c++)
            for (size_t t = 0; t < TAPS; t++) {
                double wanted = 0;
                for (size_t p = 0; p < places; p++)
                    wanted += 2.0 * (double)dy[f * places + p] * (double)*pixel(w, image, c, t, p);
                compare(&error, (double)dw[(f * w->channels + c) * TAPS + t], wanted);
            }
    judge(&error, "gradient", w);
}

/* Weights that are turned and read by the other axis give the transposed convolution. */
static void check_turned(const struct nn_winograd *w, const float *weights, float *u, float *work)
{
    static float turned[MAX_FLOATS];
    for (size_t f = 0; f < w->filters; f++)
        for (size_t c = 0; c < w->channels; c++)
            for (size_t t = 0; t < TAPS; t++)
                turned[(c * w->filters + f) * TAPS + t] =
                    weights[(f * w->channels + c) * TAPS + TAPS - 1 - t];
    size_t floats = nn_winograd_weight_floats(w);
    float *wanted = guarded_random(&memory[OUTPUT], floats, 8);
    memcpy(u, wanted, floats * sizeof *u); /* what lies between is left alone */
    nn_winograd_weights(w, weights, w->channels * TAPS, TAPS, false, 0, w->channels, work, wanted);
    nn_winograd_weights(w, turned, TAPS, w->filters * TAPS, true, 0, w->channels, work, u);
    cr_assert(memcmp(u, wanted, floats * sizeof *u) == 0, "turned");
}

static void check_convolution(size_t channels, size_t filters, size_t rows, size_t columns)
{
    struct nn_winograd w = {channels, filters, rows, columns, rows * columns + 3};
    const float *image =
        guarded_random(&memory[IMAGE], (channels - 1) * w.plane + rows * columns, 1);
    const float *weights = guarded_random(&memory[WEIGHTS], filters * channels * TAPS, 2);
    const float *bias = guarded_random(&memory[BIAS], filters, 3);
    float *u = guarded_random(&memory[TRANSFORMED], nn_winograd_weight_floats(&w), 4);
    float *work = guarded_last(&memory[WORK], nn_winograd_work_floats(&w));
    check_forward(&w, image, weights, bias, u, work);
    check_forward(&w, image, weights, NULL, u, work);
    check_gradient(&w, image, u, work);
    check_turned(&w, weights, u, work);
}

static void check_convolutions(void)
{
    for (size_t side = 3; side <= 12; side++)
        check_convolution(2 + side, 20 - side, side, 15 - side);
    check_convolution(32, 64, 26, 26);
    check_convolution(16, 17, 9, 58);
    check_convolution(130, 40, 8, 6);
}

Test(winograd, convolutions_of_every_set)
{
    each_set(check_convolutions);
}
