/* The channels of a tile lie side by side, so that transforms are vectors of channels; images are
 * transposed on their way in and out. A block of tiles at a time, so that what is between the steps
 * stays in the second-level cache. */
#include "kernels/winograd.h"

#include "base/size.h"
#include "kernels/kernels.h"

#include <string.h>

enum {
    OUT = NN_WINOGRAD_OUT,
    TAPS = NN_WINOGRAD_TAPS,
    IN = NN_WINOGRAD_IN,
    PRODUCTS = NN_WINOGRAD_PRODUCTS,
    BLOCK_FLOATS = 1 << 17, /* of a block's transforms */
    PLANES = 8,             /* at a time, so that memory is read and written in a few streams */
    LINE = 16 /* floats between two of the 36 matrices, which would else meet in one set of the
                 cache */
};

/* Some rows of tiles of one image. */
struct block {
    const struct nn_winograd *winograd;
    size_t row, rows, across; /* rows of tiles; tiles in one */
    size_t tiles;
};

static size_t height(const struct nn_winograd *winograd)
{
    return winograd->rows - TAPS + 1;
}

static size_t width(const struct nn_winograd *winograd)
{
    return winograd->columns - TAPS + 1;
}

static size_t tiles_across(const struct nn_winograd *winograd)
{
    return nn_size_ratio_up(width(winograd), OUT);
}

size_t nn_winograd_tile_rows(const struct nn_winograd *winograd)
{
    return nn_size_ratio_up(height(winograd), OUT);
}

static size_t block_rows(const struct nn_winograd *winograd)
{
    size_t tile = PRODUCTS * (winograd->channels + winograd->filters);
    size_t rows = BLOCK_FLOATS / tile / tiles_across(winograd);
    return nn_size_min(nn_size_max(rows, 1), nn_winograd_tile_rows(winograd));
}

static struct block block_at(const struct nn_winograd *winograd, size_t row, size_t rows)
{
    size_t across = tiles_across(winograd);
    return (struct block){winograd, row, rows, across, rows * across};
}

/* From one of the 36 matrices to the next. */
static size_t step_of(size_t rows, size_t columns)
{
    return nn_size_ratio_up(rows * columns, LINE) * LINE + LINE;
}

size_t nn_winograd_weight_floats(const struct nn_winograd *winograd)
{
    return PRODUCTS * step_of(winograd->channels, winograd->filters);
}

/* Floats of the pixels of a block, `vectors` at each; `beside` more pixels at its edges. */
static size_t pixel_floats(const struct block *block, size_t beside, size_t vectors)
{
    return (block->rows * OUT + beside) * (block->across * OUT + beside) * vectors;
}

static size_t transform_floats(const struct block *block, size_t vectors)
{
    return PRODUCTS * step_of(block->tiles, vectors);
}

/* Pixels of the input and their transform, then those of the output. Weights are transformed in
 * less. */
size_t nn_winograd_work_floats(const struct nn_winograd *winograd)
{
    struct block block = block_at(winograd, 0, block_rows(winograd));
    size_t c = winograd->channels, f = winograd->filters;
    return pixel_floats(&block, 2, c) + transform_floats(&block, c) + transform_floats(&block, f) +
           pixel_floats(&block, 0, f);
}

void nn_winograd_weights(const struct nn_winograd *winograd, const float *w, size_t filter_step,
                         size_t channel_step, bool turned, size_t channel, size_t count,
                         float *work, float *u)
{
    size_t filters = winograd->filters, step = step_of(winograd->channels, filters);
    ptrdiff_t column = turned ? -(ptrdiff_t)filters : (ptrdiff_t)filters;
    const float *first = turned ? work + (TAPS * TAPS - 1) * filters : work;
    for (size_t c = channel; c < channel + count; c++) {
        nn_kernels->transpose(filters, TAPS * TAPS, w + c * channel_step, filter_step, work,
                              filters);
        nn_kernels->winograd_filter(filters, first, TAPS * column, column, u + c * filters,
                                    (ptrdiff_t)(IN * step), (ptrdiff_t)step);
    }
}

/* Rows of `count` planes, `plane` apart, from `row` on: as pixels with a vector of all planes each,
 * `high` x `wide` of them, zero where the planes have no more. */
static void take_pixels(const float *planes, size_t count, size_t plane, size_t rows,
                        size_t columns, size_t row, size_t high, size_t wide, float *pixels)
{
    size_t valid = nn_size_min(high, rows - row), beside = (wide - columns) * count;
    planes += row * columns;
    for (size_t c = 0; c < count; c += PLANES)
        for (size_t i = 0; i < valid; i++)
            nn_kernels->transpose(nn_size_min(PLANES, count - c), columns,
                                  planes + c * plane + i * columns, plane,
                                  pixels + i * wide * count + c, count);
    for (size_t i = 0; i < valid && beside > 0; i++)
        memset(pixels + (i * wide + columns) * count, 0, beside * sizeof *pixels);
    memset(pixels + valid * wide * count, 0, (high - valid) * wide * count * sizeof *pixels);
}

typedef void transform(size_t n, const float *x, ptrdiff_t row, ptrdiff_t column, float *y,
                       ptrdiff_t y_row, ptrdiff_t y_column);

/* Transforms every tile of a block, OUT pixels apart, into 36 matrices tiles x vectors. */
static void transform_tiles(const struct block *block, transform *work, size_t vectors,
                            const float *pixels, size_t wide, float *to)
{
    ptrdiff_t step = (ptrdiff_t)step_of(block->tiles, vectors);
    for (size_t i = 0; i < block->rows; i++)
        for (size_t j = 0; j < block->across; j++, to += vectors)
            work(vectors, pixels + OUT * (i * wide + j) * vectors, (ptrdiff_t)(wide * vectors),
                 (ptrdiff_t)vectors, to, IN * step, step);
}

/* The transformed image. */
static void transform_image(const struct block *block, const float *image, float *pixels, float *v)
{
    const struct nn_winograd *winograd = block->winograd;
    size_t wide = block->across * OUT + 2, high = block->rows * OUT + 2;
    take_pixels(image, winograd->channels, winograd->plane, winograd->rows, winograd->columns,
                block->row * OUT, high, wide, pixels);
    transform_tiles(block, nn_kernels->winograd_patch, winograd->channels, pixels, wide, v);
}

/* The output of a block from the sums of its products. */
static void put_output(const struct block *block, const float *sums, const float *bias,
                       float *pixels, float *y)
{
    const struct nn_winograd *winograd = block->winograd;
    size_t filters = winograd->filters, wide = block->across * OUT, row = block->row * OUT;
    size_t rows = nn_size_min(block->rows * OUT, height(winograd) - row);
    ptrdiff_t step = (ptrdiff_t)step_of(block->tiles, filters);
    for (size_t i = 0; i < block->rows; i++)
        for (size_t j = 0; j < block->across; j++, sums += filters)
            nn_kernels->winograd_output(filters, sums, IN * step, step, bias,
                                        pixels + OUT * (i * wide + j) * filters,
                                        (ptrdiff_t)(wide * filters), (ptrdiff_t)filters);
    for (size_t f = 0; f < filters; f += PLANES)
        for (size_t i = 0; i < rows; i++)
            nn_kernels->transpose(width(winograd), nn_size_min(PLANES, filters - f),
                                  pixels + i * wide * filters + f, filters,
                                  y + (f * height(winograd) + row + i) * width(winograd),
                                  height(winograd) * width(winograd));
}

void nn_winograd_forward(const struct nn_winograd *winograd, const float *image, const float *u,
                         const float *bias, size_t row, size_t count, float *work, float *y)
{
    size_t channels = winograd->channels, filters = winograd->filters, past = row + count;
    for (size_t rows; row < past; row += rows) {
        rows = nn_size_min(block_rows(winograd), past - row);
        struct block block = block_at(winograd, row, rows);
        float *v = work + pixel_floats(&block, 2, channels);
        float *sums = v + transform_floats(&block, channels);
        transform_image(&block, image, work, v);
        for (size_t k = 0; k < PRODUCTS; k++)
            nn_kernels->gemm(false, false, block.tiles, filters, channels,
                             v + k * step_of(block.tiles, channels), channels,
                             u + k * step_of(channels, filters), filters,
                             sums + k * step_of(block.tiles, filters), filters, false);
        put_output(&block, sums, bias, sums + transform_floats(&block, filters), y);
    }
}

void nn_winograd_add_gradient(const struct nn_winograd *winograd, const float *image,
                              const float *dy, bool accumulate, float *work, float *sums)
{
    size_t channels = winograd->channels, filters = winograd->filters, rows;
    for (size_t row = 0; row < nn_winograd_tile_rows(winograd); row += rows) {
        rows = nn_size_min(block_rows(winograd), nn_winograd_tile_rows(winograd) - row);
        struct block block = block_at(winograd, row, rows);
        float *v = work + pixel_floats(&block, 2, channels);
        float *slopes = v + transform_floats(&block, channels);
        float *pixels = slopes + transform_floats(&block, filters);
        transform_image(&block, image, work, v);
        take_pixels(dy, filters, height(winograd) * width(winograd), height(winograd),
                    width(winograd), row * OUT, rows * OUT, block.across * OUT, pixels);
        transform_tiles(&block, nn_kernels->winograd_slopes, filters, pixels, block.across * OUT,
                        slopes);
        for (size_t k = 0; k < PRODUCTS; k++)
            nn_kernels->gemm(true, false, channels, filters, block.tiles,
                             v + k * step_of(block.tiles, channels), channels,
                             slopes + k * step_of(block.tiles, filters), filters,
                             sums + k * step_of(channels, filters), filters, accumulate || row > 0);
    }
}

void nn_winograd_gradient(const struct nn_winograd *winograd, const float *sums, size_t channel,
                          size_t count, float *work, float *dw)
{
    size_t channels = winograd->channels, filters = winograd->filters;
    ptrdiff_t step = (ptrdiff_t)step_of(channels, filters), column = (ptrdiff_t)filters;
    for (size_t c = channel; c < channel + count; c++) {
        nn_kernels->winograd_gradient(filters, sums + c * filters, IN * step, step, work,
                                      TAPS * column, column);
        nn_kernels->transpose(TAPS * TAPS, filters, work, filters, dw + c * TAPS * TAPS,
                              channels * TAPS * TAPS);
    }
}
