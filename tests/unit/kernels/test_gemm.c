#include "guarded.h"

#include "base/mem.h"
#include "base/pool.h"
#include "base/random.h"
#include "kernels/kernels.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* One product: op(A)[m,k] op(B)[k,n] in matrices that are wider than need be; their last element
 * ends a page. */
struct product {
    bool ta, tb, accumulate;
    size_t m, n, k, lda, ldb, ldc;
    size_t a_count, b_count, c_count;
    float *a, *b, *c, *before;
};

typedef void gemm_function(bool ta, bool tb, size_t m, size_t n, size_t k, const float *a,
                           size_t lda, const float *b, size_t ldb, float *c, size_t ldc,
                           bool accumulate);

enum { A, B, C, BEFORE, OPERANDS, MAX_FLOATS = 1 << 20 };
static struct guarded memory[OPERANDS];

static void make_memory(void)
{
    for (int i = 0; i < OPERANDS; i++)
        memory[i] = guarded_new(MAX_FLOATS);
}

/* Runs a test with every usable set. */
static void with_every_set(void (*test)(void))
{
    const char *set;
    make_memory();
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        test();
    }
}

static float *random_floats(struct nn_random *random, int operand, size_t count)
{
    float *values = guarded_last(&memory[operand], count);
    for (size_t i = 0; i < count; i++)
        values[i] = 2.0f * nn_random_float(random) - 1.0f;
    return values;
}

/* Floats from the first to the last element of a matrix. */
static size_t span(size_t rows, size_t columns, size_t stride)
{
    return rows == 0 ? 0 : (rows - 1) * stride + columns;
}

static struct product product_new(struct nn_random *random, unsigned bits, size_t m, size_t n,
                                  size_t k)
{
    struct product p = {
        .ta = bits & 1, .tb = bits & 2, .accumulate = bits & 4, .m = m, .n = n, .k = k};
    p.lda = (p.ta ? m : k) + 3;
    p.ldb = (p.tb ? k : n) + 1;
    p.ldc = n + 2;
    p.a_count = span(p.ta ? k : m, p.ta ? m : k, p.lda);
    p.b_count = span(p.tb ? n : k, p.tb ? k : n, p.ldb);
    p.c_count = span(m, n, p.ldc);
    p.a = random_floats(random, A, p.a_count);
    p.b = random_floats(random, B, p.b_count);
    p.c = random_floats(random, C, p.c_count);
    p.before = guarded_last(&memory[BEFORE], p.c_count);
    memcpy(p.before, p.c, p.c_count * sizeof *p.c);
    return p;
}

static void product_run(const struct product *p, gemm_function *gemm)
{
    memcpy(p->c, p->before, p->c_count * sizeof *p->c);
    gemm(p->ta, p->tb, p->m, p->n, p->k, p->a, p->lda, p->b, p->ldb, p->c, p->ldc, p->accumulate);
}

static float a_at(const struct product *p, size_t i, size_t l)
{
    return p->ta ? p->a[l * p->lda + i] : p->a[i * p->lda + l];
}

static float b_at(const struct product *p, size_t l, size_t j)
{
    return p->tb ? p->b[j * p->ldb + l] : p->b[l * p->ldb + j];
}

/* Every element against a sum in double; what lies beside C is as it was. */
static void product_check(const struct product *p)
{
    for (size_t i = 0; i < p->m; i++) {
        for (size_t j = 0; j < p->n; j++) {
            double wanted = p->accumulate ? (double)p->before[i * p->ldc + j] : 0;
            double size = fabs(wanted);
            for (size_t l = 0; l < p->k; l++) {
                double term = (double)a_at(p, i, l) * (double)b_at(p, l, j);
                wanted += term;
                size += fabs(term);
            }
            /* Below the bound k eps size, as the roundings partly cancel. */
            double tolerance = (4 + sqrt((double)p->k)) * 6e-8 * size;
            double got = (double)p->c[i * p->ldc + j];
            cr_assert(fabs(got - wanted) <= tolerance,
                      "%s %zux%zux%zu ta=%d tb=%d accumulate=%d: C[%zu,%zu] = %.9g, not %.9g",
                      nn_kernels->name, p->m, p->n, p->k, p->ta, p->tb, p->accumulate, i, j, got,
                      wanted);
        }
        size_t beside = i + 1 < p->m ? (p->ldc - p->n) * sizeof(float) : 0;
        cr_assert(memcmp(p->c + i * p->ldc + p->n, p->before + i * p->ldc + p->n, beside) == 0,
                  "%zux%zux%zu: written beside row %zu", p->m, p->n, p->k, i);
    }
}

static void check_sizes(unsigned bits, size_t m, size_t n, size_t k, gemm_function *gemm)
{
    struct nn_random random;
    nn_random_init(&random, bits, NN_STREAM_GENERATE, (uint32_t)(m * 10000 + n * 100 + k));
    struct product p = product_new(&random, bits, m, n, k);
    product_run(&p, gemm);
    product_check(&p);
}

static void check_all_small_sizes_and_transposes(void)
{
    static const size_t depths[] = {0, 1, 2, 3, 7, 8, 33};
    for (unsigned bits = 0; bits < 8; bits++)
        for (size_t m = 0; m <= 33; m++)
            for (size_t n = 0; n <= 33; n++)
                for (size_t d = 0; d < sizeof depths / sizeof *depths; d++)
                    check_sizes(bits, m, n, depths[d], nn_kernels->gemm);
}

/* Around the widest tiles that a set may have. */
static void check_wide_tiles(void)
{
    static const size_t widths[] = {47, 48, 63, 64, 65, 80, 81, 96, 100, 112, 127, 128, 129};
    for (unsigned bits = 0; bits < 8; bits++)
        for (size_t m = 1; m <= 13; m++)
            for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
                check_sizes(bits, m, widths[i], 20, nn_kernels->gemm);
}

static void check_sizes_around_the_panels(void)
{
    static const size_t sizes[][3] = {{64, 64, 256},  {65, 63, 257}, {63, 65, 255},
                                      {1, 200, 600},  {200, 1, 600}, {1, 1, 1000},
                                      {130, 70, 513}, {4, 8, 512},   {128, 128, 1},
                                      {70, 127, 70},  {13, 600, 70}, {100, 1100, 131}};
    for (unsigned bits = 0; bits < 8; bits++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            check_sizes(bits, sizes[i][0], sizes[i][1], sizes[i][2], nn_kernels->gemm);
            check_sizes(bits, sizes[i][0], sizes[i][1], sizes[i][2], nn_gemm);
        }
}

/* The promise: not a bit depends on the number of threads, nor on where in C an element lies. */
static void check_same_bits_for_any_number_of_threads(void)
{
    static const size_t sizes[][3] = {{257, 129, 300}, {8, 1000, 75}, {1000, 9, 75}, {33, 65, 700}};
    static const int threads[] = {1, 2, 3, 7};
    for (unsigned bits = 0; bits < 8; bits++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct nn_random random;
            nn_random_init(&random, bits, NN_STREAM_GENERATE, (uint32_t)i);
            struct product p = product_new(&random, bits, sizes[i][0], sizes[i][1], sizes[i][2]);
            float *first = nn_calloc(p.c_count, sizeof *first);
            cr_assert(first, "memory");
            for (size_t t = 0; t < sizeof threads / sizeof *threads; t++) {
                nn_pool_set_threads(threads[t], NULL);
                product_run(&p, nn_gemm);
                if (t == 0)
                    memcpy(first, p.c, p.c_count * sizeof *first);
                cr_assert(memcmp(first, p.c, p.c_count * sizeof *first) == 0,
                          "%d threads differ from 1 in case %zu, bits %u", threads[t], i, bits);
            }
            nn_free(first);
        }
    nn_pool_shutdown();
}

/* Rows alone, by twos, ... and columns likewise are the same as in the whole product: a sample has
 * the same outputs in every batch. */
static void check_part(const struct product *p, size_t i, size_t rows, size_t j, size_t columns)
{
    float part[7 * 70];
    nn_kernels->gemm(p->ta, p->tb, rows, columns, p->k, p->ta ? p->a + i : p->a + i * p->lda,
                     p->lda, p->tb ? p->b + j * p->ldb : p->b + j, p->ldb, part, columns, false);
    for (size_t r = 0; r < rows; r++)
        cr_assert(memcmp(part + r * columns, p->c + (i + r) * p->ldc + j, columns * sizeof *part) ==
                      0,
                  "%s ta=%d tb=%d k=%zu: rows %zu + %zu, columns %zu + %zu", nn_kernels->name,
                  p->ta, p->tb, p->k, i, rows, j, columns);
}

static void check_element_does_not_depend_on_its_place(void)
{
    static const size_t depths[] = {8, 70, 300, 1100};
    for (unsigned bits = 0; bits < 4; bits++)
        for (size_t d = 0; d < sizeof depths / sizeof *depths; d++) {
            struct nn_random random;
            nn_random_init(&random, bits, NN_STREAM_GENERATE, 0);
            struct product p = product_new(&random, bits, 71, 70, depths[d]);
            product_run(&p, nn_kernels->gemm);
            for (size_t rows = 1, i = 0; i + rows <= p.m; i += rows, rows = rows % 7 + 1) {
                check_part(&p, i, rows, 0, p.n);
                for (size_t columns = 1, j = 0; j + columns <= p.n; j += columns, columns++)
                    check_part(&p, i, rows, j, columns);
            }
        }
}

/* A NaN or Inf in a row of op(A) or a column of op(B) makes just that row or column of C NaN,
 * although everything that it is multiplied with is zero. */
static void check_nan_and_inf_propagate(void)
{
    enum { SIZE = 13 };
    static const float zeros[SIZE * SIZE], bad[] = {NAN, INFINITY};
    float one_bad[SIZE * SIZE], c[SIZE * SIZE];
    for (unsigned bits = 0; bits < 8; bits++)
        for (size_t line = 0; line < SIZE; line++) {
            bool flip = bits & 1;
            memset(one_bad, 0, sizeof one_bad);
            one_bad[flip ? 5 * SIZE + line : line * SIZE + 5] = bad[bits >> 2];
            nn_kernels->gemm(flip, bits & 2, SIZE, SIZE, SIZE, one_bad, SIZE, zeros, SIZE, c, SIZE,
                             false);
            for (size_t i = 0; i < SIZE * SIZE; i++)
                cr_assert(isnan(c[i]) ? i / SIZE == line : i / SIZE != line && c[i] == 0.0f,
                          "A: C[%zu,%zu] = %g", i / SIZE, i % SIZE, (double)c[i]);
            nn_kernels->gemm(bits & 2, !flip, SIZE, SIZE, SIZE, zeros, SIZE, one_bad, SIZE, c, SIZE,
                             false);
            for (size_t i = 0; i < SIZE * SIZE; i++)
                cr_assert(isnan(c[i]) ? i % SIZE == line : i % SIZE != line && c[i] == 0.0f,
                          "B: C[%zu,%zu] = %g", i / SIZE, i % SIZE, (double)c[i]);
        }
}

Test(gemm, all_small_sizes_and_transposes)
{
    with_every_set(check_all_small_sizes_and_transposes);
}

Test(gemm, wide_tiles)
{
    with_every_set(check_wide_tiles);
}

Test(gemm, sizes_around_the_panels)
{
    with_every_set(check_sizes_around_the_panels);
}

Test(gemm, same_bits_for_any_number_of_threads)
{
    with_every_set(check_same_bits_for_any_number_of_threads);
}

Test(gemm, element_does_not_depend_on_its_place)
{
    with_every_set(check_element_does_not_depend_on_its_place);
}

Test(gemm, nan_and_inf_propagate)
{
    with_every_set(check_nan_and_inf_propagate);
}
