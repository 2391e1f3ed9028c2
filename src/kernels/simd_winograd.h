/* Winograd's transforms (winograd.h), in the words of an instruction set: a small matrix on both
 * sides, of as many pixels or taps side by side as there are lanes. */
#ifndef NN_KERNELS_SIMD_WINOGRAD_H
#define NN_KERNELS_SIMD_WINOGRAD_H

#include "kernels/simd_maps.h"
#include "kernels/winograd.h"

/* The points and their powers. */
static const float wa = NN_WINOGRAD_A, wa2 = NN_WINOGRAD_A * NN_WINOGRAD_A,
                   wa3 = NN_WINOGRAD_A * NN_WINOGRAD_A * NN_WINOGRAD_A, wb = NN_WINOGRAD_B,
                   wb2 = NN_WINOGRAD_B * NN_WINOGRAD_B,
                   wb3 = NN_WINOGRAD_B * NN_WINOGRAD_B * NN_WINOGRAD_B,
                   share_a =
                       0.5f / (NN_WINOGRAD_A * NN_WINOGRAD_A *
                               (NN_WINOGRAD_A * NN_WINOGRAD_A - NN_WINOGRAD_B * NN_WINOGRAD_B)),
                   share_b =
                       0.5f / (NN_WINOGRAD_B * NN_WINOGRAD_B *
                               (NN_WINOGRAD_B * NN_WINOGRAD_B - NN_WINOGRAD_A * NN_WINOGRAD_A)),
                   share_0 = 1.0f / (NN_WINOGRAD_A * NN_WINOGRAD_A * NN_WINOGRAD_B * NN_WINOGRAD_B);

/* One line through a matrix. Points of opposite sign share their even and odd powers. */
typedef void line(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN]);

static inline void times_bt(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN])
{
    vec even = v_fma(v_set(-wb2), x[2], x[4]), odd = v_set(wa) * v_fma(v_set(-wb2), x[1], x[3]);
    y[1] = even + odd;
    y[2] = even - odd;
    even = v_fma(v_set(-wa2), x[2], x[4]);
    odd = v_set(wb) * v_fma(v_set(-wa2), x[1], x[3]);
    y[3] = even + odd;
    y[4] = even - odd;
    vec sum = v_set(-(wa2 + wb2)), product = v_set(wa2 * wb2);
    y[0] = v_fma(product, x[0], v_fma(sum, x[2], x[4]));
    y[5] = v_fma(product, x[1], v_fma(sum, x[3], x[5]));
}

static inline void times_g(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN])
{
    vec even = v_fma(v_set(wa2), x[2], x[0]), odd = v_set(wa) * x[1];
    y[1] = v_set(share_a) * (even + odd);
    y[2] = v_set(share_a) * (even - odd);
    even = v_fma(v_set(wb2), x[2], x[0]);
    odd = v_set(wb) * x[1];
    y[3] = v_set(share_b) * (even + odd);
    y[4] = v_set(share_b) * (even - odd);
    y[0] = v_set(share_0) * x[0];
    y[5] = x[2];
}

static inline void times_gt(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN])
{
    vec a = v_set(share_a) * (x[1] + x[2]), a_odd = v_set(share_a * wa) * (x[1] - x[2]);
    vec b = v_set(share_b) * (x[3] + x[4]), b_odd = v_set(share_b * wb) * (x[3] - x[4]);
    y[0] = v_fma(v_set(share_0), x[0], a + b);
    y[1] = a_odd + b_odd;
    y[2] = v_fma(v_set(wa2), a, v_fma(v_set(wb2), b, x[5]));
}

static inline void times_at(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN])
{
    vec a = x[1] + x[2], a_odd = x[1] - x[2], b = x[3] + x[4], b_odd = x[3] - x[4];
    y[0] = x[0] + (a + b);
    y[1] = v_fma(v_set(wa), a_odd, v_set(wb) * b_odd);
    y[2] = v_fma(v_set(wa2), a, v_set(wb2) * b);
    y[3] = v_fma(v_set(wa3), a_odd, v_fma(v_set(wb3), b_odd, x[5]));
}

static inline void times_a(const vec x[NN_WINOGRAD_IN], vec y[NN_WINOGRAD_IN])
{
    vec even = v_fma(v_set(wa2), x[2], x[0]), odd = v_fma(v_set(wa3), x[3], v_set(wa) * x[1]);
    y[1] = even + odd;
    y[2] = even - odd;
    even = v_fma(v_set(wb2), x[2], x[0]);
    odd = v_fma(v_set(wb3), x[3], v_set(wb) * x[1]);
    y[3] = even + odd;
    y[4] = even - odd;
    y[0] = x[0];
    y[5] = x[3];
}

/* Matrices of from x from become ones of to x to, `count` of them side by side. */
static inline __attribute__((always_inline)) void
both_sides(line *times, size_t from, size_t to, size_t count, const float *x, ptrdiff_t row,
           ptrdiff_t column, const float *start, float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    vec between[NN_WINOGRAD_IN][NN_WINOGRAD_IN], in[NN_WINOGRAD_IN], out[NN_WINOGRAD_IN];
    vec first = start ? get(start, count) : v_set(0.0f);
    UNROLL for (size_t j = 0; j < from; j++)
    {
        UNROLL for (size_t i = 0; i < from; i++) in[i] =
            get(x + (ptrdiff_t)i * row + (ptrdiff_t)j * column, count);
        times(in, out);
        UNROLL for (size_t i = 0; i < to; i++) between[i][j] = out[i];
    }
    UNROLL for (size_t i = 0; i < to; i++)
    {
        times(between[i], out);
        UNROLL for (size_t j = 0; j < to; j++)
        {
            if (start)
                out[j] += first;
            put(y + (ptrdiff_t)i * y_row + (ptrdiff_t)j * y_column, out[j], count);
        }
    }
}

static void KERNEL(winograd_patch)(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                   float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    EACH(n, both_sides(times_bt, 6, 6, count, x + at, row, column, NULL, y + at, y_row, y_column));
}

static void KERNEL(winograd_filter)(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                    float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    EACH(n, both_sides(times_g, 3, 6, count, x + at, row, column, NULL, y + at, y_row, y_column));
}

static void KERNEL(winograd_output)(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                    const float *bias, float *y, ptrdiff_t y_row,
                                    ptrdiff_t y_column)
{
    EACH(n, both_sides(times_at, 6, 4, count, x + at, row, column, bias ? bias + at : NULL, y + at,
                       y_row, y_column));
}

static void KERNEL(winograd_slopes)(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                    float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    EACH(n, both_sides(times_a, 4, 6, count, x + at, row, column, NULL, y + at, y_row, y_column));
}

static void KERNEL(winograd_gradient)(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                      float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    EACH(n, both_sides(times_gt, 6, 3, count, x + at, row, column, NULL, y + at, y_row, y_column));
}

#endif
