/* What stands before and behind a net: its input, scaled, and a loss; in the words of an
 * instruction set. */
#ifndef NN_KERNELS_SIMD_LOSS_H
#define NN_KERNELS_SIMD_LOSS_H

#include "kernels/simd_maps.h"

static void KERNEL(from_bytes)(size_t n, const unsigned char *x, float offset, float factor,
                               float *y)
{
    vec shift = v_set(offset), scale = v_set(factor);
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        v_store(y + i, (v_load_bytes(x + i) - shift) * scale);
    for (; i < n; i++)
        y[i] = ((float)x[i] - offset) * factor;
}

static inline vdouble load_doubles(const double *x)
{
    vdouble value;
    memcpy(&value.low, x, sizeof value.low); /* half by half: the whole would go by the stack */
    memcpy(&value.high, x + LANES / 2, sizeof value.high);
    return value;
}

static void KERNEL(rescale)(size_t n, const float *x, const double *offset, const double *factor,
                            float *y)
{
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        vdouble value = d_of(v_load(x + i)), shift = load_doubles(offset + i);
        vdouble scale = load_doubles(factor + i);
        value.low = (value.low - shift.low) * scale.low;
        value.high = (value.high - shift.high) * scale.high;
        v_store(y + i, d_round(value));
    }
    for (; i < n; i++)
        y[i] = (float)(((double)x[i] - offset[i]) * factor[i]);
}

/* -log p = max(z, 0) - z t + log(1 + e^-|z|): the sum of the first part, and the product of all
 * that the logarithm is taken of. */
struct crossentropies {
    vdouble linear, product;
};

/* Adds those of a vector of logits; their slopes. */
static inline vec add_crossentropies(vec z, vec t, struct crossentropies *sums)
{
    vec zero = v_set(0.0f), one = v_set(1.0f), e = v_exp(zero - v_abs(z));
    vec near = one / (one + e), far = e * near; /* of 0 and 1, what z is nearer to */
    vmask negative = v_less(z, zero);
    vec yes = v_select(negative, far, near), no = v_select(negative, near, far);
    sums->linear = d_add(sums->linear, d_of(v_max(zero, z)));
    sums->linear = d_fma(d_of(zero - z), d_of(t), sums->linear);
    sums->product = d_fma(sums->product, d_of(e), sums->product);
    return (one - t) * yes - t * no;
}

/* Factors are at most 2, and 2 behind the end of an array: so many do not overflow. */
enum { FACTORS = 512 };

static double KERNEL(binary_crossentropy)(size_t n, const float *z, const float *t, float factor,
                                          float *dz)
{
    vec scale = v_set(factor);
    struct crossentropies sums = {.linear = d_of(v_set(0.0f))};
    double logarithms = 0.0, lane[LANES];
    for (size_t block = 0; block < n; block += FACTORS) {
        size_t length = least(FACTORS, n - block), behind = (LANES - length % LANES) % LANES;
        const float *x = z + block, *target = t + block;
        double product = ldexp(1.0, -(int)behind);
        sums.product = d_of(v_set(1.0f));
        EACH(length, {
            vec slope = add_crossentropies(GET(x), GET(target), &sums);
            if (dz)
                PUT(dz + block, scale * slope);
        });
        memcpy(lane, &sums.product, sizeof lane);
        for (size_t l = 0; l < LANES; l++)
            product *= lane[l];
        logarithms += log(product);
    }
    return d_sum(sums.linear) + logarithms;
}

#endif
