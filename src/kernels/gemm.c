/* GEMM over the thread pool. C is cut into tiles, each computed by one call of the kernel; as the
 * kernel sums every element in an order that depends on k alone, neither the cut nor the number of
 * threads changes a bit of the result. */
#include "base/pool.h"
#include "base/size.h"
#include "kernels/kernels.h"

enum {
    TILE_ROWS = 24,    /* parts are multiples of these, */
    TILE_COLUMNS = 64, /* as the kernels' own tiles divide them */
    PARTS = 3,         /* of a large product for each thread: evens out the end of the loop */
};
/* Multiply-adds: fewer are not worth waking another thread for, or cutting finer. */
static const double serial = 1 << 18, large = 1 << 23;

struct gemm {
    bool ta, tb, accumulate;
    size_t m, n, k, lda, ldb, ldc;
    const float *a, *b;
    float *c;
    size_t tile_rows, tile_columns, tiles_across;
};

static size_t half(size_t length, size_t unit)
{
    return nn_size_ratio_up(nn_size_ratio_up(length, 2), unit) * unit;
}

static size_t tile_count(const struct gemm *g)
{
    return nn_size_ratio_up(g->m, g->tile_rows) * nn_size_ratio_up(g->n, g->tile_columns);
}

/* Halves the longer side of the tile until there is enough to do for everyone. */
static void choose_tiles(struct gemm *g, size_t wanted)
{
    g->tile_rows = g->m;
    g->tile_columns = g->n;
    while (tile_count(g) < wanted) {
        bool rows = g->tile_columns <= TILE_COLUMNS || g->tile_rows > g->tile_columns;
        if (rows && g->tile_rows <= TILE_ROWS)
            break;
        if (rows)
            g->tile_rows = half(g->tile_rows, TILE_ROWS);
        else
            g->tile_columns = half(g->tile_columns, TILE_COLUMNS);
    }
    g->tiles_across = nn_size_ratio_up(g->n, g->tile_columns);
}

static void multiply_tiles(void *context, size_t begin, size_t end)
{
    const struct gemm *g = context;
    for (size_t tile = begin; tile < end; tile++) {
        size_t i = tile / g->tiles_across * g->tile_rows;
        size_t j = tile % g->tiles_across * g->tile_columns;
        size_t rows = g->m - i < g->tile_rows ? g->m - i : g->tile_rows;
        size_t columns = g->n - j < g->tile_columns ? g->n - j : g->tile_columns;
        nn_kernels->gemm(g->ta, g->tb, rows, columns, g->k, g->a + (g->ta ? i : i * g->lda), g->lda,
                         g->b + (g->tb ? j * g->ldb : j), g->ldb, g->c + i * g->ldc + j, g->ldc,
                         g->accumulate);
    }
}

void nn_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
             const float *b, size_t ldb, float *c, size_t ldc, bool accumulate)
{
    size_t threads = (size_t)nn_pool_threads();
    /* In double, as the product of three sizes may exceed size_t. */
    double work = (double)m * (double)n * (double)k;
    if (threads == 1 || work < serial) {
        nn_kernels->gemm(ta, tb, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
        return;
    }
    struct gemm g = {ta, tb, accumulate, m, n, k, lda, ldb, ldc, a, b, c, 0, 0, 0};
    choose_tiles(&g, work < large ? threads : threads * PARTS);
    nn_pool_run(tile_count(&g), 1, multiply_tiles, &g);
}
