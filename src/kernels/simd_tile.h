/* Tiles of GEMM in registers, in the words of an instruction set.
 *
 * A tile is a piece of C of up to TILE_ROWS rows and TILE_VECTORS vectors. Every element is one
 * chain of fused multiply-adds in the order of k, whatever the size of the tile and its place in C,
 * so how C is cut does not change a bit of it. */
#ifndef NN_KERNELS_SIMD_TILE_H
#define NN_KERNELS_SIMD_TILE_H

#include "kernels/simd_transpose.h"

enum {
    TILE_ROWS = 6,
    TILE_COLUMNS = TILE_VECTORS * LANES,
    SOME_VECTORS = TILE_VECTORS > 2 ? 2 : 1 /* of a narrow tile */
};

struct tile {
    size_t depth;
    const float *row[TILE_ROWS]; /* element p of row r of A is row[r][p * along] */
    size_t along;
    size_t runs, step; /* A has several such runs, each a step further; B goes on */
    const float *b;    /* row p of B begins at b + p * ldb */
    size_t ldb;
    size_t columns; /* of a partial tile: 1 .. LANES */
    float *c;
    size_t ldc;
    bool add;        /* to what stands in C */
    bool transposed; /* element (r, j) goes to c[j * ldc + r] */
};

static inline __attribute__((always_inline)) void store_rows(const struct tile *t, size_t rows,
                                                             size_t vectors, bool partial,
                                                             vec sum[TILE_ROWS][TILE_VECTORS])
{
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        float *c = t->c + r * t->ldc;
        UNROLL for (size_t v = 0; v < vectors; v++, c += LANES)
        {
            vec value = sum[r][v];
            if (partial) {
                if (t->add)
                    value += v_load_first(c, t->columns);
                v_store_first(c, value, t->columns);
            } else {
                if (t->add)
                    value += v_load(c);
                v_store(c, value);
            }
        }
    }
}

/* Up to 4 rows of 4 sums, of which the first `columns` are some; each becomes a piece of a row of
 * C. */
static inline __attribute__((always_inline)) void
store_quads(quad row[4], size_t rows, size_t columns, bool add, float *c, size_t ldc)
{
    transpose_registers(row);
    UNROLL for (size_t j = 0; j < 4 && j < columns; j++, c += ldc)
    {
        quad value = {0};
        if (add)
            memcpy(&value, c, rows * sizeof *c);
        value += row[j];
        memcpy(c, &value, rows * sizeof *c);
    }
}

static inline __attribute__((always_inline)) void store_columns(const struct tile *t, size_t rows,
                                                                size_t vectors, bool partial,
                                                                vec sum[TILE_ROWS][TILE_VECTORS])
{
    float values[TILE_ROWS][TILE_COLUMNS];
    size_t columns = partial ? t->columns : vectors * LANES;
    UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t v = 0; v < vectors; v++)
        v_store(&values[r][v * LANES], sum[r][v]);
    for (size_t j = 0; j < vectors * LANES; j += 4)
        UNROLL for (size_t r = 0; r < rows; r += 4)
        {
            quad part[4] = {{0}};
            size_t count = rows - r < 4 ? rows - r : 4;
            UNROLL for (size_t i = 0; i < count; i++)
                memcpy(&part[i], &values[r + i][j], sizeof *part);
            if (j < columns)
                store_quads(part, count, columns - j, t->add, t->c + j * t->ldc + r, t->ldc);
        }
}

static inline __attribute__((always_inline)) void multiply(const struct tile *t, size_t rows,
                                                           size_t vectors, bool partial)
{
    const size_t depth = t->depth, along = t->along, ldb = t->ldb, columns = t->columns;
    const float *b = t->b, *row[TILE_ROWS];
    vec sum[TILE_ROWS][TILE_VECTORS], right[TILE_VECTORS];
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        row[r] = t->row[r];
        UNROLL for (size_t v = 0; v < vectors; v++) sum[r][v] = v_set(0.0f);
    }
    for (size_t run = 0; run < t->runs; run++) {
        for (size_t p = 0, at = run * t->step; p < depth; p++, at += along, b += ldb) {
            UNROLL for (size_t v = 0; v < vectors; v++) right[v] =
                partial ? v_load_first(b, columns) : v_load(b + v * LANES);
            UNROLL for (size_t r = 0; r < rows; r++)
            {
                vec left = v_set(row[r][at]);
                UNROLL for (size_t v = 0; v < vectors; v++) sum[r][v] =
                    v_fma(left, right[v], sum[r][v]);
            }
        }
    }
    if (t->transposed)
        store_columns(t, rows, vectors, partial, sum);
    else
        store_rows(t, rows, vectors, partial, sum);
}

/* Tiles of 1 .. TILE_ROWS rows, in three widths: full, some vectors, part of one. */
#define TILES(rows)                                                                                \
    static void tile_full_##rows(const struct tile *t)                                             \
    {                                                                                              \
        multiply(t, rows, TILE_VECTORS, false);                                                    \
    }                                                                                              \
    static void tile_some_##rows(const struct tile *t)                                             \
    {                                                                                              \
        multiply(t, rows, SOME_VECTORS, false);                                                    \
    }                                                                                              \
    static void tile_part_##rows(const struct tile *t)                                             \
    {                                                                                              \
        multiply(t, rows, 1, true);                                                                \
    }
TILES(1)
TILES(2)
TILES(3)
TILES(4)
TILES(5)
TILES(6)
#undef TILES

enum width { FULL, SOME, PART };
typedef void tile_function(const struct tile *t);
static tile_function *const tiles[3][TILE_ROWS + 1] = {
#define WIDTH(name)                                                                                \
    {                                                                                              \
        NULL, tile_##name##_1, tile_##name##_2, tile_##name##_3, tile_##name##_4, tile_##name##_5, \
            tile_##name##_6                                                                        \
    }
    [FULL] = WIDTH(full),
    [SOME] = WIDTH(some),
    [PART] = WIDTH(part),
#undef WIDTH
};

#endif
