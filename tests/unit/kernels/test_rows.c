/* Kernels that run over the rows of a matrix, of every usable set, in matrices that end a page. */
#include "guarded.h"

#include "base/random.h"
#include "kernels/kernels.h"

enum { MAX_ROWS = 9, MAX_COLUMNS = 67, STRIDE = MAX_COLUMNS + 3 };
enum { X, Y, ARRAYS };
static struct guarded memory[ARRAYS];

static void fill(float *values, size_t count, uint64_t seed)
{
    struct nn_random random;
    nn_random_init(&random, seed, NN_STREAM_GENERATE, 0);
    for (size_t i = 0; i < count; i++)
        values[i] = nn_random_normal(&random);
}

static size_t span(size_t rows, size_t columns)
{
    return rows == 0 ? 0 : (rows - 1) * STRIDE + columns;
}

static void check_sum_columns(size_t rows, size_t columns)
{
    float *x = guarded_last(&memory[X], span(rows, columns));
    float *y = guarded_last(&memory[Y], columns);
    fill(x, span(rows, columns), 1);
    nn_kernels->sum_columns(rows, columns, x, STRIDE, y);
    for (size_t j = 0; j < columns; j++) {
        double wanted = 0;
        for (size_t i = 0; i < rows; i++)
            wanted += (double)x[i * STRIDE + j];
        cr_assert(y[j] == (float)wanted, "%s %zux%zu: %g, not %g", nn_kernels->name, rows, columns,
                  (double)y[j], wanted);
    }
}

Test(rows, every_set_and_size)
{
    const char *set;
    for (int i = 0; i < ARRAYS; i++)
        memory[i] = guarded_new(MAX_ROWS * STRIDE);
    for (size_t s = 0; (set = nn_kernels_available(s)); s++) {
        cr_assert(nn_kernels_select(set, NULL) == NN_OK, "%s", set);
        for (size_t rows = 0; rows <= MAX_ROWS; rows++)
            for (size_t columns = 0; columns <= MAX_COLUMNS; columns++)
                check_sum_columns(rows, columns);
    }
}
