/* Element-wise kernels, reductions and optimizer updates, in the words of an instruction set. */
#ifndef NN_KERNELS_SIMD_MAPS_H
#define NN_KERNELS_SIMD_MAPS_H

#include "kernels/simd_math.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

static inline size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Loops of constant length over registers, which must vanish. */
#define UNROLL _Pragma("GCC unroll 8")

/* Runs a statement for whole vectors of n elements and once for what is left. In it, GET(x) and
 * PUT(y, value) are the elements of the moment of an array. */
#define EACH(n, statement)                                                                         \
    do {                                                                                           \
        size_t at = 0;                                                                             \
        for (const size_t count = LANES; at + LANES <= (n); at += LANES)                           \
            statement;                                                                             \
        if (at < (n)) {                                                                            \
            const size_t count = (n)-at;                                                           \
            statement;                                                                             \
        }                                                                                          \
    } while (0)
#define GET(x)        get((x) + at, count)
#define PUT(y, value) put((y) + at, value, count)

static inline vec get(const float *x, size_t count)
{
    return count == LANES ? v_load(x) : v_load_first(x, count);
}

static inline void put(float *y, vec value, size_t count)
{
    if (count == LANES)
        v_store(y, value);
    else
        v_store_first(y, value, count);
}

static void KERNEL(add)(size_t n, const float *a, const float *b, float *y)
{
    EACH(n, PUT(y, GET(a) + GET(b)));
}

static void KERNEL(accumulate)(size_t n, const float *a, float *y)
{
    EACH(n, PUT(y, GET(y) + GET(a)));
}

static void KERNEL(multiply)(size_t n, const float *a, const float *b, float *y)
{
    EACH(n, PUT(y, GET(a) * GET(b)));
}

static void KERNEL(axpy)(size_t n, float alpha, const float *x, float *y)
{
    vec factor = v_set(alpha);
    EACH(n, PUT(y, v_fma(factor, GET(x), GET(y))));
}

static void KERNEL(scale)(size_t n, float alpha, float *y)
{
    vec factor = v_set(alpha);
    EACH(n, PUT(y, factor * GET(y)));
}

/* Two sums, so that additions wait less for each other. */
static double KERNEL(sum)(size_t n, const float *x)
{
    vdouble first = d_of(v_set(0.0f)), second = first;
    size_t pairs = n / (2 * LANES) * (2 * LANES);
    for (size_t i = 0; i < pairs; i += 2 * LANES) {
        first = d_add(first, d_of(v_load(x + i)));
        second = d_add(second, d_of(v_load(x + i + LANES)));
    }
    x += pairs;
    EACH(n - pairs, first = d_add(first, d_of(GET(x))));
    return d_sum(d_add(first, second));
}

static double KERNEL(dot)(size_t n, const float *a, const float *b)
{
    vdouble first = d_of(v_set(0.0f)), second = first;
    size_t pairs = n / (2 * LANES) * (2 * LANES);
    for (size_t i = 0; i < pairs; i += 2 * LANES) {
        first = d_fma(d_of(v_load(a + i)), d_of(v_load(b + i)), first);
        second = d_fma(d_of(v_load(a + i + LANES)), d_of(v_load(b + i + LANES)), second);
    }
    a += pairs;
    b += pairs;
    EACH(n - pairs, first = d_fma(d_of(GET(a)), d_of(GET(b)), first));
    return d_sum(d_add(first, second));
}

static void KERNEL(relu)(size_t n, const float *x, float *y)
{
    vec zero = v_set(0.0f);
    EACH(n, PUT(y, v_max(zero, GET(x))));
}

static inline vec relu_slope(vec x, vec dy)
{
    vec zero = v_set(0.0f);
    return v_select(v_at_most(x, zero), zero, dy);
}

static void KERNEL(relu_backward)(size_t n, const float *x, const float *dy, float *dx)
{
    EACH(n, PUT(dx, relu_slope(GET(x), GET(dy))));
}

static void KERNEL(sigmoid)(size_t n, const float *x, float *y)
{
    EACH(n, PUT(y, v_sigmoid(GET(x))));
}

static void KERNEL(tanh)(size_t n, const float *x, float *y)
{
    EACH(n, PUT(y, v_tanh(GET(x))));
}

static float largest_of(size_t n, const float *x)
{
    float lane[LANES], largest = -INFINITY;
    vec most = v_set(-INFINITY);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        most = v_max(v_load(x + i), most);
    v_store(lane, most);
    for (size_t l = 0; l < LANES; l++)
        largest = lane[l] > largest ? lane[l] : largest;
    for (; i < n; i++)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

/* exp(x - shift), and the same with zeros behind the end of the row. */
static inline vec shifted_exp(const float *x, float shift, size_t count, float *y)
{
    put(y, v_exp(get(x, count) - v_set(shift)), count);
    return get(y, count);
}

static void KERNEL(softmax)(size_t n, const float *x, float *y)
{
    float largest = largest_of(n, x);
    vdouble sum = d_of(v_set(0.0f));
    EACH(n, sum = d_add(sum, d_of(shifted_exp(x + at, largest, count, y + at))));
    vec factor = v_set((float)(1.0 / d_sum(sum)));
    EACH(n, PUT(y, factor * GET(y)));
}

struct sgd {
    vec lr, momentum, decay, keep; /* keep: of the old velocity */
    bool nesterov;
};

static inline vec sgd_step(const struct sgd *s, vec w, vec g, float *velocity, size_t count,
                           bool first)
{
    vec gradient = v_fma(s->decay, w, g);
    /* In the first step, what stands there may be anything, also NaN. */
    vec v = first ? gradient : v_fma(s->momentum, get(velocity, count), gradient);
    put(velocity, v, count);
    return s->nesterov ? v_fma(s->momentum, v, gradient) : v;
}

static void KERNEL(sgd)(size_t n, float *w, const float *g, float *velocity, float lr,
                        float momentum, float decay, bool nesterov, bool first)
{
    struct sgd s = {
        .lr = v_set(lr), .momentum = v_set(momentum), .decay = v_set(decay), .nesterov = nesterov};
    if (momentum == 0.0f)
        EACH(n, PUT(w, GET(w) - s.lr * v_fma(s.decay, GET(w), GET(g))));
    else if (first)
        EACH(n, PUT(w, GET(w) - s.lr * sgd_step(&s, GET(w), GET(g), velocity + at, count, true)));
    else
        EACH(n, PUT(w, GET(w) - s.lr * sgd_step(&s, GET(w), GET(g), velocity + at, count, false)));
}

struct adam {
    vec step, root, beta2, rest1, rest2, eps, decay;
};

static inline vec adam_step(const struct adam *a, vec w, vec g, float *m, float *v, size_t count)
{
    vec gradient = v_fma(a->decay, w, g), mean = get(m, count);
    mean = v_fma(a->rest1, gradient - mean, mean);
    vec square = v_fma(a->beta2, get(v, count), a->rest2 * gradient * gradient);
    put(m, mean, count);
    put(v, square, count);
    return w - a->step * mean / v_fma(v_sqrt(square), a->root, a->eps);
}

static void KERNEL(adam)(size_t n, float *w, const float *g, float *m, float *v, float lr,
                         float beta1, float beta2, float eps, float decay, float correction1,
                         float correction2)
{
    struct adam a = {.step = v_set((float)((double)lr / (double)correction1)),
                     .root = v_set((float)(1.0 / sqrt((double)correction2))),
                     .beta2 = v_set(beta2),
                     .rest1 = v_set(1.0f - beta1),
                     .rest2 = v_set(1.0f - beta2),
                     .eps = v_set(eps),
                     .decay = v_set(decay)};
    EACH(n, PUT(w, adam_step(&a, GET(w), GET(g), m + at, v + at, count)));
}

#endif
