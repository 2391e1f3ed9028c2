/* Smooth activations of every usable set against the same in double, at all lengths, at the end of
 * a page, over the whole range; NaN and Inf as in ref. */
#include "guarded.h"

#include "kernels/kernels.h"

#include <math.h>

enum { LONGEST = 67, LARGE = 40001 };
enum { X, DY, OUT, WANTED, ARRAYS };
static struct guarded memory[ARRAYS];
static struct nn_kernels reference;

typedef void map(const struct nn_kernels *set, size_t n, const float *x, const float *dy, float *y);

#define MAP(name)                                                                                  \
    static void name(const struct nn_kernels *set, size_t n, const float *x, const float *dy,      \
                     float *y)                                                                     \
    {                                                                                              \
        (void)dy;                                                                                  \
        set->name(n, x, y);                                                                        \
    }                                                                                              \
    static void name##_backward(const struct nn_kernels *set, size_t n, const float *x,            \
                                const float *dy, float *dx)                                        \
    {                                                                                              \
        set->name##_backward(n, x, dy, dx);                                                        \
    }
#define MAP_OF_TWO(name, kernel, first, second)                                                    \
    static void name(const struct nn_kernels *set, size_t n, const float *x, const float *dy,      \
                     float *y)                                                                     \
    {                                                                                              \
        (void)dy;                                                                                  \
        set->kernel(n, first, second, x, y);                                                       \
    }                                                                                              \
    static void name##_backward(const struct nn_kernels *set, size_t n, const float *x,            \
                                const float *dy, float *dx)                                        \
    {                                                                                              \
        set->kernel##_backward(n, first, second, x, dy, dx);                                       \
    }
MAP(gelu)
MAP(gelu_tanh)
MAP(hardswish)
MAP(mish)
MAP(silu)
MAP_OF_TWO(clip, clip, -1.25f, 6)
MAP_OF_TWO(elu, elu, 0.7f, 1)
MAP_OF_TWO(selu, elu, 1.6732632f, 1.0507010f)
MAP_OF_TWO(softplus, softplus, 1, 20)
MAP_OF_TWO(sharp_softplus, softplus, 3.5f, 5)

static const struct {
    const char *name;
    map *forward, *backward;
} maps[] = {
#define BOTH(name)                                                                                 \
    {                                                                                              \
#name, name, name##_backward                                                               \
    }
    BOTH(gelu), BOTH(gelu_tanh), BOTH(hardswish), BOTH(mish),           BOTH(silu),
    BOTH(elu),  BOTH(selu),      BOTH(softplus),  BOTH(sharp_softplus), BOTH(clip),
};

static bool agree(float got, float wanted)
{
    if (isnan(wanted) || isinf(wanted))
        return isnan(wanted) ? isnan(got) : got == wanted;
    return fabsf(got - wanted) <= 4e-7f * (1.0f + fabsf(wanted));
}

static void compare(const char *name, const char *what, map *work, size_t n, const float *x,
                    const float *dy)
{
    float *y = guarded_last(&memory[OUT], n), *wanted = guarded_last(&memory[WANTED], n);
    work(nn_kernels, n, x, dy, y);
    work(&reference, n, x, dy, wanted);
    for (size_t i = 0; i < n; i++)
        cr_assert(agree(y[i], wanted[i]), "%s %s%s(%.9g), %zu of %zu: %.9g, not %.9g",
                  nn_kernels->name, name, what, (double)x[i], i, n, (double)y[i],
                  (double)wanted[i]);
}

static void compare_all(size_t n, const float *x, const float *dy)
{
    for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
        compare(maps[i].name, "", maps[i].forward, n, x, dy);
        compare(maps[i].name, "'", maps[i].backward, n, x, dy);
    }
}

static void check_lengths(void)
{
    for (size_t n = 0; n <= LONGEST; n++) {
        float *x = guarded_random(&memory[X], n, 1), *dy = guarded_random(&memory[DY], n, 2);
        for (size_t i = 0; i < n; i++)
            x[i] *= 6.0f;
        compare_all(n, x, dy);
    }
}

/* -25 .. 25 densely, then what is special. */
static void check_range(void)
{
    static const float special[] = {0.0f,  -0.0f,  1e-30f, -1e-30f,  1e-6f,    -1e-6f,
                                    88.0f, -88.0f, 100.0f, -100.0f,  104.0f,   -104.0f,
                                    1e4f,  -1e4f,  NAN,    INFINITY, -INFINITY};
    float *x = guarded_last(&memory[X], LARGE), *dy = guarded_last(&memory[DY], LARGE);
    for (size_t i = 0; i < LARGE; i++) {
        x[i] = 25.0f * (2.0f * (float)i / (LARGE - 1) - 1.0f);
        dy[i] = 1.0f;
    }
    compare_all(LARGE, x, dy);
    memcpy(x, special, sizeof special);
    compare_all(sizeof special / sizeof *special, x, dy);
}

Test(activations, every_set_length_and_value)
{
    const char *set;
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(LARGE);
    reference = *nn_kernels; /* as no other is chosen yet */
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        check_lengths();
        check_range();
    }
}
