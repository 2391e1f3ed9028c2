/* Winograd's transforms in plain C: products with the matrices as they are in the paper. */
#include "kernels/sets.h"
#include "kernels/winograd.h"

#define A  NN_WINOGRAD_A
#define B  NN_WINOGRAD_B
#define A2 (A * A)
#define B2 (B * B)
#define FA (0.5f / (A2 * (A2 - B2)))
#define FB (0.5f / (B2 * (B2 - A2)))

enum { IN = NN_WINOGRAD_IN };

/* clang-format off */
static const float b_transposed[IN][IN] = {
    {A2 * B2, 0, -(A2 + B2), 0, 1, 0},
    {0, -A * B2, -B2,  A, 1, 0},
    {0,  A * B2, -B2, -A, 1, 0},
    {0, -B * A2, -A2,  B, 1, 0},
    {0,  B * A2, -A2, -B, 1, 0},
    {0, A2 * B2, 0, -(A2 + B2), 0, 1},
};
static const float g[IN][IN] = {
    {1 / (A2 * B2), 0, 0},
    {FA,  FA * A, FA * A2},
    {FA, -FA * A, FA * A2},
    {FB,  FB * B, FB * B2},
    {FB, -FB * B, FB * B2},
    {0, 0, 1},
};
static const float a[IN][IN] = {
    {1, 0, 0, 0},
    {1,  A, A2,  A * A2},
    {1, -A, A2, -A * A2},
    {1,  B, B2,  B * B2},
    {1, -B, B2, -B * B2},
    {0, 0, 0, 1},
};
/* clang-format on */

/* y = M x M^T; M is the first rows x columns of `matrix`, or of its transpose. */
static void both_sides(const float matrix[IN][IN], bool transposed, size_t rows, size_t columns,
                       size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, const float *bias,
                       float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    for (size_t lane = 0; lane < n; lane++, x++, y++) {
        float between[IN][IN];
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++) {
                between[i][j] = 0;
                for (size_t k = 0; k < columns; k++)
                    between[i][j] += (transposed ? matrix[k][i] : matrix[i][k]) *
                                     x[(ptrdiff_t)k * row + (ptrdiff_t)j * column];
            }
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < rows; j++) {
                float sum = bias ? bias[lane] : 0;
                for (size_t k = 0; k < columns; k++)
                    sum += (transposed ? matrix[k][j] : matrix[j][k]) * between[i][k];
                y[(ptrdiff_t)i * y_row + (ptrdiff_t)j * y_column] = sum;
            }
    }
}

void nn_k_winograd_patch__ref(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                              ptrdiff_t y_row, ptrdiff_t y_column)
{
    both_sides(b_transposed, false, 6, 6, n, x, row, column, NULL, y, y_row, y_column);
}

void nn_k_winograd_filter__ref(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                               ptrdiff_t y_row, ptrdiff_t y_column)
{
    both_sides(g, false, 6, 3, n, x, row, column, NULL, y, y_row, y_column);
}

void nn_k_winograd_output__ref(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                               const float *bias, float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    both_sides(a, true, 4, 6, n, x, row, column, bias, y, y_row, y_column);
}

void nn_k_winograd_slopes__ref(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                               ptrdiff_t y_row, ptrdiff_t y_column)
{
    both_sides(a, false, 6, 4, n, x, row, column, NULL, y, y_row, y_column);
}

void nn_k_winograd_gradient__ref(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column,
                                 float *y, ptrdiff_t y_row, ptrdiff_t y_column)
{
    both_sides(g, true, 3, 6, n, x, row, column, NULL, y, y_row, y_column);
}
