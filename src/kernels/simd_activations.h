/* Smooth activations and their slopes, in the words of an instruction set; absolute errors of a few
 * units in the last place of max(1, |y|) (tests/unit/kernels/test_activations.c). */
#ifndef NN_KERNELS_SIMD_ACTIVATIONS_H
#define NN_KERNELS_SIMD_ACTIVATIONS_H

#include "kernels/simd_maps.h"

/* e = exp(-|x|); logistic functions of x and of -x, both without cancellation. */
struct logistic {
    vec e, yes, no;
};

static inline struct logistic v_logistic(vec x)
{
    vec one = v_set(1.0f), e = v_exp(v_set(0.0f) - v_abs(x)), near = one / (one + e);
    vmask negative = v_less(x, v_set(0.0f));
    return (struct logistic){e, v_select(negative, e * near, near),
                             v_select(negative, near, e * near)};
}

static inline vec v_silu(vec x)
{
    return x * v_logistic(x).yes;
}

static inline vec v_silu_slope(vec x)
{
    struct logistic s = v_logistic(x);
    return v_fma(x * s.no, s.yes, s.yes);
}

/* tanh(log(1 + exp(x))) is a ratio of polynomials in e, and so is what is left to 1. */
struct gate {
    vec open, shut;
};

static inline struct gate v_mish_gate(vec x, vec e)
{
    vec two = v_set(2.0f), rest = e * (e + two), square = two * e * e;
    vmask negative = v_less(x, v_set(0.0f));
    vec open = v_select(negative, rest, v_fma(two, e, v_set(1.0f)));
    vec shut = v_select(negative, two, square);
    vec sum = open + shut;
    return (struct gate){open / sum, shut / sum};
}

static inline vec v_mish(vec x)
{
    return x * v_mish_gate(x, v_logistic(x).e).open;
}

/* t + x (1 - t) (1 + t) s */
static inline vec v_mish_slope(vec x)
{
    struct logistic s = v_logistic(x);
    struct gate t = v_mish_gate(x, s.e);
    return v_fma(x * t.shut, (v_set(1.0f) + t.open) * s.yes, t.open);
}

/* log(1 + e) for e of 0 .. 1, by the series of 2 artanh(e / (2 + e)). */
static inline vec v_log1p_of_part(vec e)
{
    vec s = e / (v_set(2.0f) + e), square = s * s;
    vec p = v_set(1.0f / 15.0f);
    p = v_fma(p, square, v_set(1.0f / 13.0f));
    p = v_fma(p, square, v_set(1.0f / 11.0f));
    p = v_fma(p, square, v_set(1.0f / 9.0f));
    p = v_fma(p, square, v_set(1.0f / 7.0f));
    p = v_fma(p, square, v_set(1.0f / 5.0f));
    p = v_fma(p, square, v_set(1.0f / 3.0f));
    p = v_fma(p, square, v_set(1.0f));
    return (s + s) * p;
}

static inline vec v_softplus(vec x, vec beta, vec threshold)
{
    vec z = beta * x, zero = v_set(0.0f);
    vec bent = (v_max(zero, z) + v_log1p_of_part(v_exp(zero - v_abs(z)))) / beta;
    return v_select(v_less(threshold, z), x, bent);
}

static inline vec v_softplus_slope(vec x, vec beta, vec threshold)
{
    vec z = beta * x;
    return v_select(v_less(threshold, z), v_set(1.0f), v_logistic(z).yes);
}

static inline vec v_elu(vec x, vec alpha, vec scale)
{
    vec zero = v_set(0.0f);
    return scale * v_select(v_less(zero, x), x, alpha * v_expm1(v_min(zero, x)));
}

static inline vec v_elu_slope(vec x, vec alpha, vec scale)
{
    vec zero = v_set(0.0f);
    return scale * v_select(v_less(zero, x), v_set(1.0f), alpha * v_exp(v_min(zero, x)));
}

/* The normal distribution function, 1/2 erfc(-x / sqrt(2)). Cephes' erff and erfcf (ndtrf.c). */
static inline vec v_normal(vec x)
{
    vec one = v_set(1.0f), half = v_set(0.5f), z = x * v_set(0.70710678118654752440f);
    vec size = v_abs(z), square = z * z;
    vec p = v_set(7.853861353153693e-5f);
    p = v_fma(p, square, v_set(-8.010193625184903e-4f));
    p = v_fma(p, square, v_set(5.188327685732524e-3f));
    p = v_fma(p, square, v_set(-2.685381193529856e-2f));
    p = v_fma(p, square, v_set(1.128358514861418e-1f));
    p = v_fma(p, square, v_set(-3.761262582423300e-1f));
    p = v_fma(p, square, v_set(1.128379165726710e+0f));
    vec near = v_fma(half * z, p, half);
    vec q = one / size, y = q * q;
    vec one_to_two = v_set(2.326819970068386e-2f), above = v_set(-1.047766399936249e+1f);
    one_to_two = v_fma(one_to_two, y, v_set(-1.387039388740657e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(3.687424674597105e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(-5.824733027278666e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(6.210004621745983e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(-4.944515323274145e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(3.404879937665872e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(-2.741127028184656e-1f));
    one_to_two = v_fma(one_to_two, y, v_set(5.638259427386472e-1f));
    above = v_fma(above, y, v_set(1.297719955372516e+1f));
    above = v_fma(above, y, v_set(-7.495518717768503e+0f));
    above = v_fma(above, y, v_set(2.921019019210786e+0f));
    above = v_fma(above, y, v_set(-1.015265279202700e+0f));
    above = v_fma(above, y, v_set(4.218463358204948e-1f));
    above = v_fma(above, y, v_set(-2.820767439740514e-1f));
    above = v_fma(above, y, v_set(5.641895067754075e-1f));
    vec tail = half * v_exp(v_set(0.0f) - square) * q;
    tail = tail * v_select(v_less(size, v_set(2.0f)), one_to_two, above);
    tail = v_select(v_less(v_set(0.0f), x), one - tail, tail);
    return v_select(v_less(one, size), tail, near);
}

static inline vec v_gelu(vec x)
{
    return x * v_normal(x);
}

/* Its density comes with the distribution. */
static inline vec v_gelu_slope(vec x)
{
    vec density = v_set(0.39894228040143267794f) * v_exp(v_set(-0.5f) * x * x);
    return v_fma(x, density, v_normal(x));
}

/* u = 2 sqrt(2 / pi) (x + 0.044715 x^3) = x (a + b x^2); (1 + tanh(u / 2)) / 2 is logistic(u). */
static const float cubic_a = 1.59576912160573071176f, cubic_b = 0.07135481627260025f;

static inline struct logistic v_gelu_gate(vec x)
{
    return v_logistic(x * v_fma(v_set(cubic_b), x * x, v_set(cubic_a)));
}

static inline vec v_gelu_tanh(vec x)
{
    return x * v_gelu_gate(x).yes;
}

static inline vec v_gelu_tanh_slope(vec x)
{
    struct logistic s = v_gelu_gate(x);
    vec inner = v_fma(v_set(3.0f * cubic_b), x * x, v_set(cubic_a));
    return v_fma(x * s.no * s.yes, inner, s.yes);
}

static inline vec v_hardswish(vec x)
{
    vec zero = v_set(0.0f), three = v_set(3.0f);
    vec y = v_select(v_less(three, x), x, x * (x + three) * v_set(1.0f / 6.0f));
    return v_select(v_less(x, v_set(-3.0f)), zero, y);
}

static inline vec v_hardswish_slope(vec x)
{
    vec slope = v_fma(x, v_set(1.0f / 3.0f), v_set(0.5f));
    slope = v_select(v_less(v_set(3.0f), x), v_set(1.0f), slope);
    return v_select(v_less(x, v_set(-3.0f)), v_set(0.0f), slope);
}

static inline vec v_clip(vec x, vec low, vec high)
{
    return v_min(high, v_max(low, x));
}

static inline vec v_clip_slope(vec x, vec low, vec high)
{
    vec zero = v_set(0.0f), slope = v_select(v_less(x, low), zero, v_set(1.0f));
    return v_select(v_less(high, x), zero, slope);
}

/* A function and its slope, without parameters or with two. */
#define ACTIVATION(name)                                                                           \
    static void KERNEL(name)(size_t n, const float *x, float *y)                                   \
    {                                                                                              \
        EACH(n, PUT(y, v_##name(GET(x))));                                                         \
    }                                                                                              \
    static void KERNEL(name##_backward)(size_t n, const float *x, const float *dy, float *dx)      \
    {                                                                                              \
        EACH(n, PUT(dx, GET(dy) * v_##name##_slope(GET(x))));                                      \
    }
#define ACTIVATION_OF_TWO(name)                                                                    \
    static void KERNEL(name)(size_t n, float first, float second, const float *x, float *y)        \
    {                                                                                              \
        EACH(n, PUT(y, v_##name(GET(x), v_set(first), v_set(second))));                            \
    }                                                                                              \
    static void KERNEL(name##_backward)(size_t n, float first, float second, const float *x,       \
                                        const float *dy, float *dx)                                \
    {                                                                                              \
        EACH(n, PUT(dx, GET(dy) * v_##name##_slope(GET(x), v_set(first), v_set(second))));         \
    }

ACTIVATION(gelu)
ACTIVATION(gelu_tanh)
ACTIVATION(hardswish)
ACTIVATION(mish)
ACTIVATION(silu)
ACTIVATION_OF_TWO(clip)
ACTIVATION_OF_TWO(elu)
ACTIVATION_OF_TWO(softplus)
#undef ACTIVATION
#undef ACTIVATION_OF_TWO

#endif
