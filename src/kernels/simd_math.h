/* exp and what is made of it, in the words of an instruction set. Within 2 units in the last place
 * of the true value (tests/unit/kernels); NaN stays NaN.
 *
 * Source: Moshier's Cephes library (expf.c, tanhf.c), without its branches. */
#ifndef NN_KERNELS_SIMD_MATH_H
#define NN_KERNELS_SIMD_MATH_H

/* r = x - n ln 2, ln 2 in two parts, so that r is exact; (exp(r) - 1 - r) / r^2. */
static inline vec v_exp_of_rest(vec x, vec n, vec *rest)
{
    vec r = v_fma(n, v_set(-0.693359375f), x);
    r = v_fma(n, v_set(2.12194440e-4f), r);
    vec p = v_set(1.9875691500e-4f);
    p = v_fma(p, r, v_set(1.3981999507e-3f));
    p = v_fma(p, r, v_set(8.3334519073e-3f));
    p = v_fma(p, r, v_set(4.1665795894e-2f));
    p = v_fma(p, r, v_set(1.6666665459e-1f));
    *rest = r;
    return v_fma(p, r, v_set(5.0000001201e-1f));
}

/* 2^n exp(r), n the whole number next to x / ln 2. Beyond the limits the result is 0 or Inf anyway.
 */
static inline vec v_exp(vec x)
{
    x = v_min(v_set(89.0f), v_max(v_set(-104.0f), x)); /* the second one, if it is NaN */
    vec n = v_round(x * v_set(1.44269504088896341f)), r;
    vec p = v_exp_of_rest(x, n, &r);
    return v_scale(v_fma(p, r * r, r) + v_set(1.0f), n);
}

/* exp(x) - 1 = 2^n (exp(r) - 1) + (2^n - 1), for x of at most 0: without cancellation near 0. */
static inline vec v_expm1(vec x)
{
    x = v_max(v_set(-104.0f), x);
    vec n = v_round(x * v_set(1.44269504088896341f)), r;
    vec p = v_exp_of_rest(x, n, &r), power = v_scale(v_set(1.0f), n);
    return v_fma(power, v_fma(p, r * r, r), power - v_set(1.0f));
}

/* exp only of what is not positive, so that nothing overflows. */
static inline vec v_sigmoid(vec x)
{
    vec one = v_set(1.0f), e = v_exp(v_set(0.0f) - v_abs(x));
    return v_select(v_less(x, v_set(0.0f)), e, one) / (one + e);
}

/* x + x^3 P(x^2) near zero, 1 - 2 / (exp(2 |x|) + 1) elsewhere. */
static inline vec v_tanh(vec x)
{
    vec size = v_abs(x), one = v_set(1.0f), square = x * x;
    vec p = v_set(-5.70498872745e-3f);
    p = v_fma(p, square, v_set(2.06390887954e-2f));
    p = v_fma(p, square, v_set(-5.37397155531e-2f));
    p = v_fma(p, square, v_set(1.33314422036e-1f));
    p = v_fma(p, square, v_set(-3.33332819422e-1f));
    vec small = v_fma(p, square * size, size);
    vec large = one - v_set(2.0f) / (v_exp(size + size) + one);
    return v_copysign(v_select(v_less(v_set(0.625f), size), large, small), x);
}

#endif
