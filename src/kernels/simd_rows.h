/* Sums over the rows of a matrix, which are read in their order, several at a time. */
#ifndef NN_KERNELS_SIMD_ROWS_H
#define NN_KERNELS_SIMD_ROWS_H

#include "kernels/simd_maps.h"

/* y = (first ? 0 : y) + x[0] row 0 + x[along] row 1 + ..., in this order. */
static inline __attribute__((always_inline)) void add_rows(size_t rows, size_t columns,
                                                           const float *x, size_t along,
                                                           const float *w, size_t ldw, float *y,
                                                           bool first)
{
    vec factor[4];
    UNROLL for (size_t r = 0; r < rows; r++) factor[r] = v_set(x[r * along]);
    EACH(columns, {
        vec sum = first ? v_set(0.0f) : GET(y);
        UNROLL for (size_t r = 0; r < rows; r++) sum = v_fma(factor[r], GET(w + r * ldw), sum);
        PUT(y, sum);
    });
}

static void combine_rows(size_t rows, size_t columns, const float *x, size_t along, const float *w,
                         size_t ldw, float *y)
{
    size_t i = 0;
    for (; i + 4 <= rows; i += 4)
        add_rows(4, columns, x + i * along, along, w + i * ldw, ldw, y, i == 0);
    for (; i < rows; i++)
        add_rows(1, columns, x + i * along, along, w + i * ldw, ldw, y, i == 0);
}

/* Columns side by side, each in the order of the rows. */
static void KERNEL(sum_columns)(size_t rows, size_t columns, const float *x, size_t ldx, float *y)
{
    EACH(columns, {
        vdouble sum = d_of(v_set(0.0f));
        for (size_t i = 0; i < rows; i++)
            sum = d_add(sum, d_of(GET(x + i * ldx)));
        PUT(y, d_round(sum));
    });
}

#endif
