/* GEMM in the words of an instruction set: cut into blocks that stay in the caches, and these into
 * tiles that stay in registers (Goto, van de Geijn 2008, "Anatomy of high-performance matrix
 * multiplication", ACM TOMS 34). An operand is packed only where its layout asks for it.
 *
 * Every element of C is the sum, over blocks of DEPTH products in order of k, of the block's chain
 * of fused multiply-adds. This depends on k alone. */
#ifndef NN_KERNELS_SIMD_GEMM_H
#define NN_KERNELS_SIMD_GEMM_H

#include "kernels/simd_dot.h"
#include "kernels/simd_rows.h"
#include "kernels/simd_tile.h"
#include "kernels/simd_transpose.h"

enum {
    BLOCK_ROWS = 16 * TILE_ROWS, /* of A in the second-level cache */
    BLOCK_COLUMNS = 1024,        /* of B in the cache behind it */
};

/* One product; B^T stands for B, so that both operands are alike. */
struct product {
    size_t m, n, k;
    struct operand a, b;
    float *c;
    size_t ldc;
    bool accumulate, transposed, pack_a, pack_b;
};

static _Thread_local float a_block[BLOCK_ROWS * DEPTH] __attribute__((aligned(64)));
static _Thread_local float b_block[BLOCK_COLUMNS * DEPTH] __attribute__((aligned(64)));

static struct operand part_of(struct operand x, size_t i, size_t p)
{
    x.data += i * x.across + p * x.along;
    return x;
}

/* How many columns the next tile has, of those that are left; and its kind. */
static inline size_t tile_width(size_t left, enum width *width)
{
    const size_t some = SOME_VECTORS * LANES;
    *width = left >= TILE_COLUMNS ? FULL : left >= some ? SOME : PART;
    return *width == FULL ? TILE_COLUMNS : *width == SOME ? some : least(left, LANES);
}

/* A in groups of TILE_ROWS, of which the last may be smaller. */
static void pack_a(const struct operand *a, size_t rows, size_t depth)
{
    for (size_t i = 0; i < rows; i += TILE_ROWS) {
        struct operand group = part_of(*a, i, 0);
        size_t count = least(rows - i, TILE_ROWS);
        if (count == TILE_ROWS)
            interleave(&group, TILE_ROWS, depth, a_block + i * depth, TILE_ROWS);
        else
            interleave(&group, count, depth, a_block + i * depth, count);
    }
}

/* B in groups as wide as the tiles. */
static void pack_b(const struct operand *b, size_t columns, size_t depth)
{
    enum width width;
    for (size_t j = 0, count; j < columns; j += count) {
        struct operand group = part_of(*b, j, 0);
        count = tile_width(columns - j, &width);
        if (width == FULL)
            interleave(&group, TILE_COLUMNS, depth, b_block + j * depth, TILE_COLUMNS);
        else
            interleave(&group, count, depth, b_block + j * depth, count);
    }
}

/* A block of C. The tiles of one group of columns follow each other, as B's group stays in the
 * first-level cache. */
static void multiply_block(const struct product *product, const struct operand *a,
                           const struct operand *b, size_t rows, size_t columns, size_t depth,
                           float *c, bool add)
{
    enum width width;
    struct tile t; /* all is set below: to clear it first would cost as much as a small product */
    t.depth = depth;
    t.runs = 1;
    t.step = 0;
    t.ldc = product->ldc;
    t.add = add;
    t.transposed = product->transposed;
    for (size_t j = 0, count; j < columns; j += count) {
        count = tile_width(columns - j, &width);
        t.b = product->pack_b ? b_block + j * depth : b->data + j;
        t.ldb = product->pack_b ? count : b->along;
        t.columns = count;
        for (size_t i = 0, height; i < rows; i += height) {
            height = least(rows - i, TILE_ROWS);
            const float *first = product->pack_a ? a_block + i * depth : a->data + i * a->across;
            size_t apart = product->pack_a ? 1 : a->across;
            t.along = product->pack_a ? height : a->along;
            for (size_t r = 0; r < height; r++)
                t.row[r] = first + r * apart;
            t.c = c + (product->transposed ? j * t.ldc + i : i * t.ldc + j);
            tiles[width][height](&t);
        }
    }
}

static void multiply_blocks(const struct product *product)
{
    size_t m = product->m, n = product->n, k = product->k;
    size_t down = product->transposed ? 1 : product->ldc;
    size_t right = product->transposed ? product->ldc : 1;
    for (size_t p = 0; p < k; p += DEPTH) {
        size_t depth = least(k - p, DEPTH);
        for (size_t j = 0; j < n; j += BLOCK_COLUMNS) {
            struct operand b = part_of(product->b, j, p);
            size_t columns = least(n - j, BLOCK_COLUMNS);
            if (product->pack_b)
                pack_b(&b, columns, depth);
            for (size_t i = 0; i < m; i += BLOCK_ROWS) {
                struct operand a = part_of(product->a, i, p);
                size_t rows = least(m - i, BLOCK_ROWS);
                if (product->pack_a)
                    pack_a(&a, rows, depth);
                multiply_block(product, &a, &b, rows, columns, depth,
                               product->c + i * down + j * right, product->accumulate || p > 0);
            }
        }
    }
}

/* Work for one step along k: vectors of the tiles, and what is packed of the right operand, which
 * must lie along its columns. */
static size_t work_of(size_t m, size_t n, bool b_lies)
{
    return 4 * m * ((n + LANES - 1) / LANES) + (b_lies ? 0 : n);
}

/* Whether C^T = B^T A^T is less work; when in doubt, it is not, as its tiles are stored in pieces.
 */
static bool better_transposed(const struct product *product)
{
    bool a_lies = product->a.across == 1, b_lies = product->b.across == 1;
    if (a_lies != b_lies)
        return a_lies;
    return work_of(product->n, product->m, a_lies) < work_of(product->m, product->n, b_lies);
}

static void transpose(struct product *product)
{
    struct operand a = product->a;
    size_t m = product->m;
    product->a = product->b;
    product->b = a;
    product->m = product->n;
    product->n = m;
    product->transposed = product->m > 1 || product->ldc > 1; /* else it is one row */
}

static void choose_packing(struct product *product)
{
    product->pack_b = product->b.across != 1 ||
                      (product->m >= 64 && (product->k * product->n > 1 << 17 ||
                                            (product->b.along % 128 == 0 && product->k >= 64)));
    product->pack_a = product->n >= 512 && product->k >= 64;
}

/* A row vector times B, whose rows are read in their order. The same sums as in tiles of one row,
 * which would wait for each other. */
static void multiply_row(size_t n, size_t k, const float *a, size_t along, const float *b,
                         size_t ldb, float *c, bool accumulate)
{
    float block[BLOCK_COLUMNS];
    for (size_t p = 0; p < k; p += DEPTH)
        for (size_t j = 0; j < n; j += BLOCK_COLUMNS) {
            size_t columns = least(n - j, BLOCK_COLUMNS), depth = least(k - p, DEPTH);
            bool add = accumulate || p > 0;
            combine_rows(depth, columns, a + p * along, along, b + p * ldb + j, ldb,
                         add ? block : c + j);
            if (add)
                KERNEL(accumulate)(columns, block, c + j);
        }
}

static void KERNEL(gemm)(bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
                         const float *b, size_t ldb, float *c, size_t ldc, bool accumulate)
{
    struct product product = {.m = m,
                              .n = n,
                              .k = k,
                              .a = {a, ta ? 1 : lda, ta ? lda : 1},
                              .b = {b, tb ? ldb : 1, tb ? 1 : ldb},
                              .c = c,
                              .ldc = ldc,
                              .accumulate = accumulate};
    if (k == 0 && !accumulate)
        for (size_t i = 0; i < m; i++)
            memset(c + i * ldc, 0, n * sizeof *c);
    if (!ta && tb && k >= DOT_LEAST) {
        multiply_dots(m, n, k, a, lda, b, ldb, c, ldc, accumulate);
        return;
    }
    if (m == 1 && !tb) {
        multiply_row(n, k, a, product.a.along, b, ldb, c, accumulate);
        return;
    }
    if (better_transposed(&product))
        transpose(&product);
    choose_packing(&product);
    multiply_blocks(&product);
}

#endif
