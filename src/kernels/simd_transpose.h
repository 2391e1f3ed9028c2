/* Matrices laid out anew, in the words of an instruction set: for GEMM's packs, and whole. */
#ifndef NN_KERNELS_SIMD_TRANSPOSE_H
#define NN_KERNELS_SIMD_TRANSPOSE_H

#include "kernels/simd_maps.h"

/* Element (i, p), p along k, lies at data[i * across + p * along]. */
struct operand {
    const float *data;
    size_t across, along;
};

/* 4 rows of 4 become 4 columns. */
static inline void transpose_registers(quad row[4])
{
    quad even[2], odd[2];
    UNROLL for (size_t r = 0; r < 2; r++)
    {
        even[r] = __builtin_shufflevector(row[2 * r], row[2 * r + 1], 0, 4, 2, 6);
        odd[r] = __builtin_shufflevector(row[2 * r], row[2 * r + 1], 1, 5, 3, 7);
    }
    row[0] = __builtin_shufflevector(even[0], even[1], 0, 1, 4, 5);
    row[1] = __builtin_shufflevector(odd[0], odd[1], 0, 1, 4, 5);
    row[2] = __builtin_shufflevector(even[0], even[1], 2, 3, 6, 7);
    row[3] = __builtin_shufflevector(odd[0], odd[1], 2, 3, 6, 7);
}

/* The same in memory; columns are `stride` apart. */
static inline void transpose_quads(const float *from, size_t across, float *to, size_t stride)
{
    quad row[4];
    UNROLL for (size_t r = 0; r < 4; r++) memcpy(&row[r], from + r * across, sizeof *row);
    transpose_registers(row);
    UNROLL for (size_t r = 0; r < 4; r++) memcpy(to + r * stride, &row[r], sizeof *row);
}

#ifdef __AVX__
enum { SIDE = 8 }; /* rows at a time */
typedef float oct __attribute__((vector_size(32)));

static inline oct load_both(const float *low, const float *high)
{
    quad a, b;
    memcpy(&a, low, sizeof a);
    memcpy(&b, high, sizeof b);
    return __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
}

/* 4 columns of 8 rows. */
static inline void transpose_rows(const float *from, size_t across, float *to, size_t stride)
{
    oct row[4], even[2], odd[2];
    UNROLL for (size_t r = 0; r < 4; r++) row[r] =
        load_both(from + r * across, from + (r + 4) * across);
    UNROLL for (size_t r = 0; r < 2; r++)
    {
        even[r] = __builtin_shufflevector(row[2 * r], row[2 * r + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        odd[r] = __builtin_shufflevector(row[2 * r], row[2 * r + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    row[0] = __builtin_shufflevector(even[0], even[1], 0, 1, 8, 9, 4, 5, 12, 13);
    row[1] = __builtin_shufflevector(even[0], even[1], 2, 3, 10, 11, 6, 7, 14, 15);
    row[2] = __builtin_shufflevector(odd[0], odd[1], 0, 1, 8, 9, 4, 5, 12, 13);
    row[3] = __builtin_shufflevector(odd[0], odd[1], 2, 3, 10, 11, 6, 7, 14, 15);
    UNROLL for (size_t r = 0; r < 4; r++) memcpy(to + r * stride, &row[r], sizeof *row);
}
#else
enum { SIDE = 4 };
#define transpose_rows transpose_quads
#endif

/* Lays `count` rows side by side for each step along k, `stride` apart. */
static inline void interleave(const struct operand *x, size_t count, size_t depth, float *to,
                              size_t stride)
{
    size_t i = 0;
    if (x->across == 1) {
        for (size_t p = 0; p < depth; p++)
            memcpy(to + p * stride, x->data + p * x->along, count * sizeof *to);
        return;
    }
    for (size_t side = SIDE; x->along == 1 && i + 4 <= count; i += side) {
        const float *from = x->data + i * x->across;
        size_t p = 0;
        side = i + SIDE <= count ? SIDE : 4;
        for (; p + 4 <= depth; p += 4)
            if (side == SIDE)
                transpose_rows(from + p, x->across, to + p * stride + i, stride);
            else
                transpose_quads(from + p, x->across, to + p * stride + i, stride);
        for (; p < depth; p++)
            for (size_t r = 0; r < side; r++)
                to[p * stride + i + r] = from[r * x->across + p];
    }
    for (; i < count; i++)
        for (size_t p = 0; p < depth; p++)
            to[p * stride + i] = x->data[i * x->across + p * x->along];
}

static void KERNEL(transpose)(size_t rows, size_t columns, const float *x, size_t ldx, float *y,
                              size_t ldy)
{
    struct operand operand = {x, ldx, 1};
    interleave(&operand, rows, columns, y, ldy);
}

#endif
