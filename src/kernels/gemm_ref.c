/* GEMM in plain C: panels of A and B are packed into small arrays on the stack, so that all four
 * transpose cases run the same inner loop, which keeps a tile of C in registers (Goto, van de Geijn
 * 2008, "Anatomy of high-performance matrix multiplication", ACM TOMS 34).
 *
 * Every element of C is the sum, over blocks of DEPTH products in order of k, of the block's
 * sequential sum. This depends on k alone: not on m, n, the position in C or how C is split over
 * threads. */
#include "kernels/sets.h"

#include <string.h>

enum {
    TILE_ROWS = 4,    /* of C in registers */
    TILE_COLUMNS = 8, /* two vectors */
    ROWS = 64,        /* of a panel of A, multiple of TILE_ROWS */
    COLUMNS = 64,     /* of a panel of B, multiple of TILE_COLUMNS */
    DEPTH = 256       /* of both panels: 64 KiB each, within the second-level cache */
};

/* GNU vectors of four floats: what SSE2 and NEON have; other CPUs get plain code for it. */
typedef float vec4 __attribute__((vector_size(16)));

/* Copies `valid` rows so that, for each step along k, they lie side by side in groups of `group`.
 */
static inline void pack_group(size_t group, size_t valid, size_t depth, const float *from,
                              size_t across, size_t along, float *to)
{
    if (across == 1) {
        for (size_t p = 0; p < depth; p++)
            for (size_t r = 0; r < valid; r++)
                to[p * group + r] = from[p * along + r];
    } else {
        for (size_t r = 0; r < valid; r++)
            for (size_t p = 0; p < depth; p++)
                to[p * group + r] = from[r * across + p * along];
    }
}

/* Packs `count` rows (of op(A), or columns of op(B)) of depth `depth` in groups; missing ones of
 * the last group are zero. `across` is the stride from row to row, `along` that of a step along k.
 */
static inline void pack(size_t group, size_t count, size_t depth, const float *from, size_t across,
                        size_t along, float *to)
{
    for (size_t i = 0; i < count; i += group, to += group * depth) {
        if (count - i >= group) { /* a constant for the compiler to unroll */
            pack_group(group, group, depth, from + i * across, across, along, to);
        } else {
            memset(to, 0, group * depth * sizeof *to);
            pack_group(group, count - i, depth, from + i * across, across, along, to);
        }
    }
}

/* tile = product of one packed group of A and one of B. Written out for 4 x 8, as compilers keep
 * named sums in registers but may leave an array of them in memory. */
static inline void multiply_tile(size_t depth, const float *a, const float *b,
                                 float tile[TILE_ROWS * TILE_COLUMNS])
{
    vec4 sum0l = {0}, sum1l = {0}, sum2l = {0}, sum3l = {0};
    vec4 sum0r = {0}, sum1r = {0}, sum2r = {0}, sum3r = {0};
    for (size_t p = 0; p < depth; p++, a += TILE_ROWS, b += TILE_COLUMNS) {
        vec4 left, right;
        memcpy(&left, b, sizeof left);
        memcpy(&right, b + 4, sizeof right);
        sum0l += a[0] * left;
        sum0r += a[0] * right;
        sum1l += a[1] * left;
        sum1r += a[1] * right;
        sum2l += a[2] * left;
        sum2r += a[2] * right;
        sum3l += a[3] * left;
        sum3r += a[3] * right;
    }
    const vec4 sums[] = {sum0l, sum0r, sum1l, sum1r, sum2l, sum2r, sum3l, sum3r};
    memcpy(tile, sums, sizeof sums);
}

static inline void store_tile(size_t rows, size_t columns, const float *tile, float *c, size_t ldc,
                              bool accumulate)
{
    for (size_t r = 0; r < rows; r++, c += ldc, tile += TILE_COLUMNS)
        for (size_t j = 0; j < columns; j++)
            c[j] = accumulate ? c[j] + tile[j] : tile[j];
}

static inline size_t at_most(size_t left, size_t limit)
{
    return left < limit ? left : limit;
}

/* C block += or = packed A panel x packed B panel. */
static void multiply_panels(size_t rows, size_t columns, size_t depth, const float *a,
                            const float *b, float *c, size_t ldc, bool accumulate)
{
    float tile[TILE_ROWS * TILE_COLUMNS];
    for (size_t j = 0; j < columns; j += TILE_COLUMNS)
        for (size_t i = 0; i < rows; i += TILE_ROWS) {
            multiply_tile(depth, a + i * depth, b + j * depth, tile);
            size_t height = at_most(rows - i, TILE_ROWS),
                   width = at_most(columns - j, TILE_COLUMNS);
            if (height == TILE_ROWS && width == TILE_COLUMNS)
                store_tile(TILE_ROWS, TILE_COLUMNS, tile, c + i * ldc + j, ldc, accumulate);
            else
                store_tile(height, width, tile, c + i * ldc + j, ldc, accumulate);
        }
}

void nn_k_gemm__ref(bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                    const float *b, size_t ldb, float *c, size_t ldc, bool accumulate)
{
    float a_panel[ROWS * DEPTH] __attribute__((aligned(64)));
    float b_panel[COLUMNS * DEPTH] __attribute__((aligned(64)));
    size_t a_across = ta ? 1 : lda, a_along = ta ? lda : 1;
    size_t b_across = tb ? ldb : 1, b_along = tb ? 1 : ldb;

    if (k == 0 && !accumulate)
        for (size_t i = 0; i < m; i++)
            memset(c + i * ldc, 0, n * sizeof *c);
    for (size_t j = 0; j < n; j += COLUMNS) {
        size_t columns = at_most(n - j, COLUMNS);
        for (size_t p = 0; p < k; p += DEPTH) {
            size_t depth = at_most(k - p, DEPTH);
            pack(TILE_COLUMNS, columns, depth, b + j * b_across + p * b_along, b_across, b_along,
                 b_panel);
            for (size_t i = 0; i < m; i += ROWS) {
                size_t rows = at_most(m - i, ROWS);
                pack(TILE_ROWS, rows, depth, a + i * a_across + p * a_along, a_across, a_along,
                     a_panel);
                multiply_panels(rows, columns, depth, a_panel, b_panel, c + i * ldc + j, ldc,
                                accumulate || p > 0);
            }
        }
    }
}
