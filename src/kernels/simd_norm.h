/* Normalisation, in double, in the words of an instruction set. */
#ifndef NN_KERNELS_SIMD_NORM_H
#define NN_KERNELS_SIMD_NORM_H

#include "kernels/simd_maps.h"

static inline vdouble centered(vec x, vdouble minus_mean)
{
    return d_add(d_of(x), minus_mean);
}

static double KERNEL(norm_squares)(size_t n, const float *x, double mean)
{
    vdouble sums = d_set(0.0), minus = d_set(-mean);
    size_t whole = n / LANES * LANES;
    for (size_t i = 0; i < whole; i += LANES) {
        vdouble distance = centered(v_load(x + i), minus);
        sums = d_fma(distance, distance, sums);
    }
    double sum = d_sum(sums);
    for (size_t i = whole; i < n; i++) /* as what lies behind the end is not the mean */
        sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    return sum;
}

static double KERNEL(norm_product)(size_t n, const float *x, double mean, const float *dy)
{
    vdouble sums = d_set(0.0), minus = d_set(-mean);
    EACH(n, sums = d_fma(d_of(GET(dy)), centered(GET(x), minus), sums));
    return d_sum(sums);
}

static void KERNEL(norm)(size_t n, const float *x, double mean, double scale, double offset,
                         float *y)
{
    vdouble minus = d_set(-mean), by = d_set(scale), from = d_set(offset);
    EACH(n, PUT(y, d_round(d_fma(centered(GET(x), minus), by, from))));
}

static void KERNEL(norm_backward)(size_t n, const float *x, double mean, const float *dy,
                                  double shift, double slope, double factor, float *dx)
{
    vdouble minus = d_set(-mean), down = d_set(-shift * factor), by = d_set(-slope * factor),
            times = d_set(factor);
    EACH(n, {
        vdouble own = d_fma(centered(GET(x), minus), by, down);
        PUT(dx, d_round(d_fma(d_of(GET(dy)), times, own)));
    });
}

#endif
