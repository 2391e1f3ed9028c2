/* Products of rows with rows, C = A B^T, both along k: what a dense layer computes. Nothing is
 * packed, as vectors run along k; every weight is read once when there is one row of A.
 *
 * Every element of C is the sum, over blocks of DOT_DEPTH products in order of k, of the sum of
 * LANES chains of fused multiply-adds, of which each takes every LANES-th product. This depends on
 * k alone, so that a sample has the same outputs in every batch. */
#ifndef NN_KERNELS_SIMD_DOT_H
#define NN_KERNELS_SIMD_DOT_H

#include "kernels/simd_maps.h"

enum {
    DOT_DEPTH = 1024, /* 4 rows of A are half of the first-level cache */
    DOT_LEAST = 64,   /* depth below which the sums over lanes cost more than packing */
    DOT_BLOCK = 48,   /* rows of B that stay in the second-level cache */
    DOT_ALONE = 8     /* rows of B for one row of A: as many chains as it takes */
};

struct dots {
    size_t depth;
    const float *a, *b;
    size_t lda, ldb;
    float *c;
    size_t ldc;
    bool add; /* to what stands in C */
};

/* Element by element, as memory would be a detour for what is in registers. */
static inline __attribute__((always_inline)) void put_sums(vec sum[4], size_t count, float *c,
                                                           bool add)
{
    quad sums = v_sums(sum[0], sum[1], sum[2], sum[3]);
    UNROLL for (size_t j = 0; j < count; j++) c[j] = add ? c[j] + sums[j] : sums[j];
}

/* A tile of C. `columns` beyond 4 are put in groups of 4. */
static inline __attribute__((always_inline)) void multiply_rows(const struct dots *t, size_t rows,
                                                                size_t columns)
{
    const size_t depth = t->depth, lda = t->lda, ldb = t->ldb, whole = depth / LANES * LANES;
    const float *a = t->a, *b = t->b;
    vec sum[DOT_ROWS][DOT_ALONE], right[DOT_ALONE];
    UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t j = 0; j < DOT_ALONE; j++)
        sum[r][j] = v_set(0.0f);
    for (size_t p = 0; p < whole; p += LANES) {
        UNROLL for (size_t j = 0; j < columns; j++) right[j] = v_load(b + j * ldb + p);
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec left = v_load(a + r * lda + p);
            UNROLL for (size_t j = 0; j < columns; j++) sum[r][j] =
                v_fma(left, right[j], sum[r][j]);
        }
    }
    if (whole < depth) {
        size_t count = depth - whole;
        UNROLL for (size_t j = 0; j < columns; j++) right[j] =
            v_load_first(b + j * ldb + whole, count);
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec left = v_load_first(a + r * lda + whole, count);
            UNROLL for (size_t j = 0; j < columns; j++) sum[r][j] =
                v_fma(left, right[j], sum[r][j]);
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t j = 0; j < columns; j += 4)
        put_sums(sum[r] + j, columns - j < 4 ? columns - j : 4, t->c + r * t->ldc + j, t->add);
}

typedef void dot_function(const struct dots *t);
#define DOT(rows, columns)                                                                         \
    static void dots_##rows##x##columns(const struct dots *t)                                      \
    {                                                                                              \
        multiply_rows(t, rows, columns);                                                           \
    }
DOT(1, 1)
DOT(1, 2)
DOT(1, 3)
DOT(2, 1)
DOT(2, 2)
DOT(2, 3)
DOT(3, 1)
DOT(3, 2) DOT(3, 3) DOT(4, 1) DOT(4, 2) DOT(4, 3) DOT(1, 8)
#define UP_TO_3(rows) NULL, dots_##rows##x1, dots_##rows##x2, dots_##rows##x3
#if DOT_COLUMNS > 3
    DOT(1, 4) DOT(2, 4) DOT(3, 4) DOT(4, 4)
#define UP_TO_LAST(rows)                                                                           \
    {                                                                                              \
        UP_TO_3(rows), dots_##rows##x4                                                             \
    }
#else
#define UP_TO_LAST(rows)                                                                           \
    {                                                                                              \
        UP_TO_3(rows)                                                                              \
    }
#endif
#if DOT_ROWS > 4
        DOT(5, 1) DOT(5, 2) DOT(5, 3) DOT(5, 4) DOT(6, 1) DOT(6, 2) DOT(6, 3) DOT(6, 4)
#endif
#undef DOT

            static dot_function *const dot_tiles[DOT_ROWS + 1][DOT_COLUMNS + 1] = {
                {NULL},        UP_TO_LAST(1), UP_TO_LAST(2), UP_TO_LAST(3), UP_TO_LAST(4),
#if DOT_ROWS > 4
                UP_TO_LAST(5), UP_TO_LAST(6),
#endif
};

/* The next group of those that are left: no last one of a single row, whose chains would wait. */
static inline size_t group(size_t left, size_t most)
{
    return left <= most ? left : left < 2 * most ? (left + 1) / 2 : most;
}

/* Blocks of equal length, none longer than DOT_DEPTH. */
static inline size_t dot_depth(size_t k)
{
    size_t blocks = (k + DOT_DEPTH - 1) / DOT_DEPTH, unit = 2 * LANES;
    return (k + blocks * unit - 1) / (blocks * unit) * unit;
}

static void multiply_dots(size_t m, size_t n, size_t k, const float *a, size_t lda, const float *b,
                          size_t ldb, float *c, size_t ldc, bool accumulate)
{
    struct dots t = {.lda = lda, .ldb = ldb, .ldc = ldc};
    size_t j = 0, most = dot_depth(k), height, width;
    /* Rows of B to their end, as they come from far and are read once. */
    for (; m == 1 && j + DOT_ALONE <= n; j += DOT_ALONE)
        for (size_t p = 0; p < k; p += most) {
            t.depth = least(k - p, most);
            t.a = a + p;
            t.b = b + j * ldb + p;
            t.c = c + j;
            t.add = accumulate || p > 0;
            dots_1x8(&t);
        }
    for (size_t first = j; first < n; first += DOT_BLOCK)
        for (size_t p = 0; p < k; p += most) {
            size_t past = least(n, first + DOT_BLOCK);
            t.depth = least(k - p, most);
            t.add = accumulate || p > 0;
            for (size_t i = 0; i < m; i += height) {
                height = group(m - i, DOT_ROWS);
                t.a = a + i * lda + p;
                for (j = first; j < past; j += width) {
                    width = group(past - j, DOT_COLUMNS);
                    t.b = b + j * ldb + p;
                    t.c = c + i * ldc + j;
                    dot_tiles[height][width](&t);
                }
            }
        }
}

#endif
