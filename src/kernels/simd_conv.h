/* Convolutions in the words of an instruction set: the same product as GEMM, but the matrix of
 * patches (im2col) is never made; its vectors are read where they lie in the image.
 *
 * Source: the idea of Zlateski, Lee, Seung 2016 (ZNNi) and of Dukhan 2019, "The Indirect
 * Convolution Algorithm", arXiv:1907.02129; here the indirection is one offset for each tap. */
#ifndef NN_KERNELS_SIMD_CONV_H
#define NN_KERNELS_SIMD_CONV_H

#include "kernels/conv.h"
#include "kernels/simd_gemm.h"

/* A vector of output places, which are neighbours in the image. Where the output is narrower than
 * the image, some lanes lie between two rows and belong to no place: the others are moved together.
 */
struct strip {
    size_t from;     /* in the image, from the offset of the tap */
    size_t to;       /* in the output */
    size_t count;    /* lanes that are places */
    size_t readable; /* lanes that are in the image */
    int32_t lanes[LANES];
};

/* Steps through the strips of some rows of the output. */
struct walk {
    size_t pitch, width;
    bool by_row;        /* every row begins a strip */
    size_t at, to, end; /* at: of the next strip; end: of the image, for tap 0 */
};

/* Whichever makes fewer strips: row by row, or all at once with lanes that are nothing. */
static struct walk walk_over(const struct nn_conv *conv, size_t row, size_t rows)
{
    size_t length = (rows - 1) * conv->pitch + conv->width;
    size_t by_row = rows * ((conv->width + LANES - 1) / LANES);
    struct walk walk = {.pitch = conv->pitch,
                        .width = conv->width,
                        .by_row = by_row <= (length + LANES - 1) / LANES,
                        .at = row * conv->pitch,
                        .to = row * conv->width};
    walk.end = walk.at + length;
    return walk;
}

/* The strip at walk->at, whose first lane lies in that column. */
static void fill_strip(const struct walk *walk, size_t column, struct strip *strip)
{
    size_t lanes = walk->by_row ? walk->width - column : LANES;
    *strip = (struct strip){
        .from = walk->at, .to = walk->to, .readable = least(LANES, walk->end - walk->at)};
    lanes = least(lanes, strip->readable);
    for (size_t l = 0; l < lanes; l++) {
        if (column < walk->width)
            strip->lanes[strip->count++] = (int32_t)l;
        column = column + 1 == walk->pitch ? 0 : column + 1;
    }
}

static bool next_strip(struct walk *walk, struct strip *strip)
{
    while (walk->at < walk->end) {
        size_t column = walk->at % walk->pitch;
        bool ends_row = column + LANES >= walk->width;
        fill_strip(walk, column, strip);
        walk->to += strip->count;
        walk->at += walk->by_row && ends_row ? walk->pitch - column : LANES;
        if (strip->count > 0)
            return true;
    }
    return false;
}

struct conv_tile {
    size_t depth;
    const float *row[TILE_ROWS]; /* of w */
    const size_t *offset;
    const float *image;
    const struct strip *strips; /* [TILE_VECTORS] */
    const float *bias;          /* of the first row; NULL: add to what stands in y */
    float *y;
    size_t ldy;
};

static inline void put_strip(const struct strip *strip, vec value, bool add, float *y)
{
    y += strip->to;
    if (strip->count == 0)
        return;
    if (strip->count < LANES)
        value = v_permute(value, strip->lanes);
    if (add)
        value += get(y, strip->count);
    put(y, value, strip->count);
}

static inline __attribute__((always_inline)) void convolve(const struct conv_tile *t, size_t rows,
                                                           bool partial)
{
    const size_t depth = t->depth, *offset = t->offset;
    const float *image[TILE_VECTORS], *row[TILE_ROWS];
    vec sum[TILE_ROWS][TILE_VECTORS], right[TILE_VECTORS];
    UNROLL for (size_t v = 0; v < TILE_VECTORS; v++) image[v] = t->image + t->strips[v].from;
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        row[r] = t->row[r];
        vec start = v_set(t->bias ? t->bias[r] : 0.0f);
        UNROLL for (size_t v = 0; v < TILE_VECTORS; v++) sum[r][v] = start;
    }
    for (size_t p = 0; p < depth; p++) {
        UNROLL for (size_t v = 0; v < TILE_VECTORS; v++)
        {
            const float *from = image[v] + offset[p];
            right[v] = partial ? v_load_first(from, t->strips[v].readable) : v_load(from);
        }
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec left = v_set(row[r][p]);
            UNROLL for (size_t v = 0; v < TILE_VECTORS; v++) sum[r][v] =
                v_fma(left, right[v], sum[r][v]);
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t v = 0; v < TILE_VECTORS; v++)
        put_strip(&t->strips[v], sum[r][v], !t->bias, t->y + r * t->ldy);
}

#define CONV_TILES(rows)                                                                           \
    static void conv_full_##rows(const struct conv_tile *t)                                        \
    {                                                                                              \
        convolve(t, rows, false);                                                                  \
    }                                                                                              \
    static void conv_part_##rows(const struct conv_tile *t)                                        \
    {                                                                                              \
        convolve(t, rows, true);                                                                   \
    }
CONV_TILES(1)
CONV_TILES(2)
CONV_TILES(3)
CONV_TILES(4)
CONV_TILES(5)
CONV_TILES(6)
#undef CONV_TILES
    static void (*const conv_tiles[2][TILE_ROWS + 1])(const struct conv_tile *t) = {
        {NULL, conv_full_1, conv_full_2, conv_full_3, conv_full_4, conv_full_5, conv_full_6},
        {NULL, conv_part_1, conv_part_2, conv_part_3, conv_part_4, conv_part_5, conv_part_6}};

/* All filters at some strips, whose part of the image stays in the first-level cache. */
static void convolve_strips(const struct nn_conv *conv, const struct strip *strips, bool partial,
                            const float *image, const float *w, const float *bias, float *y)
{
    static const float zeros[TILE_ROWS];
    struct conv_tile t = {.image = image, .strips = strips, .ldy = conv->height * conv->width};
    for (size_t p = 0; p < conv->taps; p += t.depth) {
        t.depth = least(conv->taps - p, DEPTH);
        t.offset = conv->offset + p;
        for (size_t f = 0, height; f < conv->filters; f += height) {
            height = least(conv->filters - f, TILE_ROWS);
            for (size_t r = 0; r < height; r++)
                t.row[r] = w + (f + r) * conv->taps + p;
            t.bias = p > 0 ? NULL : bias ? bias + f : zeros;
            t.y = y + f * t.ldy;
            conv_tiles[partial][height](&t);
        }
    }
}

static void KERNEL(conv)(const struct nn_conv *conv, const float *image, const float *w,
                         const float *bias, size_t row, size_t rows, float *y)
{
    struct strip strips[TILE_VECTORS];
    struct walk walk = walk_over(conv, row, rows);
    while (next_strip(&walk, &strips[0])) {
        bool partial = strips[0].readable < LANES;
        for (size_t v = 1; v < TILE_VECTORS; v++) {
            if (!next_strip(&walk, &strips[v])) {
                strips[v] = strips[v - 1]; /* fills the tile, */
                strips[v].count = 0;       /* for nothing */
            }
            partial = partial || strips[v].readable < LANES;
        }
        convolve_strips(conv, strips, partial, image, w, bias, y);
    }
}

/* Some filters at one strip, summed in double. */
static inline __attribute__((always_inline)) void
convolve_exact(const struct nn_conv *conv, const struct strip *strip, const float *image,
               const float *w, const float *bias, size_t filters, float *y)
{
    vdouble sum[TILE_ROWS];
    UNROLL for (size_t f = 0; f < filters; f++) sum[f] = d_of(v_set(bias ? bias[f] : 0.0f));
    for (size_t t = 0; t < conv->taps; t++) {
        vdouble right = d_of(get(image + strip->from + conv->offset[t], strip->readable));
        UNROLL for (size_t f = 0; f < filters; f++) sum[f] =
            d_fma(d_of(v_set(w[f * conv->taps + t])), right, sum[f]);
    }
    UNROLL for (size_t f = 0; f < filters; f++)
        put_strip(strip, d_round(sum[f]), false, y + f * conv->height * conv->width);
}

static void KERNEL(conv_exact)(const struct nn_conv *conv, const float *image, const float *w,
                               const float *bias, size_t row, size_t rows, float *y)
{
    struct strip strip;
    struct walk walk = walk_over(conv, row, rows);
    size_t places = conv->height * conv->width;
    while (next_strip(&walk, &strip)) {
        size_t f = 0;
        for (; f + 4 <= conv->filters; f += 4)
            convolve_exact(conv, &strip, image, w + f * conv->taps, bias ? bias + f : NULL, 4,
                           y + f * places);
        for (; f < conv->filters; f++)
            convolve_exact(conv, &strip, image, w + f * conv->taps, bias ? bias + f : NULL, 1,
                           y + f * places);
    }
}

/* Rows of the output that make a block of places of about DEPTH. */
static size_t block_rows(const struct nn_conv *conv)
{
    size_t rows = DEPTH / conv->width;
    return rows > 0 ? rows : 1;
}

/* dw^T = image dy^T: the image is read where it lies; dy is packed, place by place. Wide outputs
 * are cut so that a block of places fits into the pack. */
static void KERNEL(conv_weights)(const struct nn_conv *conv, const float *image, const float *dy,
                                 size_t filter, size_t filters, size_t tap, size_t taps, float *dw,
                                 bool accumulate)
{
    size_t places = conv->height * conv->width, rows = block_rows(conv);
    size_t most = least(conv->width, DEPTH);
    dw += filter * conv->taps + tap;
    for (size_t y = 0; y < conv->height; y += rows)
        for (size_t x = 0; x < conv->width; x += most) {
            size_t height = least(rows, conv->height - y), width = least(most, conv->width - x);
            struct operand b = {dy + filter * places + y * conv->width + x, places, 1};
            struct tile t = {.depth = width,
                             .along = 1,
                             .runs = height,
                             .step = conv->pitch,
                             .ldc = conv->taps,
                             .add = accumulate || y > 0 || x > 0,
                             .transposed = true};
            enum width kind;
            for (size_t j = 0, count; j < filters; j += count) {
                struct operand group = part_of(b, j, 0);
                count = tile_width(filters - j, &kind);
                interleave(&group, count, height * width, b_block, count);
                t.b = b_block;
                t.ldb = t.columns = count;
                for (size_t i = 0, many; i < taps; i += many) {
                    many = least(taps - i, TILE_ROWS);
                    for (size_t r = 0; r < many; r++)
                        t.row[r] = image + conv->offset[tap + i + r] + y * conv->pitch + x;
                    t.c = dw + j * conv->taps + i;
                    tiles[kind][many](&t);
                }
            }
        }
}

/* Adds rows of patches to the image, where their taps read it. */
static void scatter(const struct nn_conv *conv, size_t tap, size_t taps, size_t rows, size_t width,
                    const float *patches, float *image)
{
    for (size_t i = 0; i < taps; i++) {
        float *to = image + conv->offset[tap + i];
        for (size_t y = 0; y < rows; y++, patches += width, to += conv->pitch)
            EACH(width, PUT(to, GET(to) + GET(patches)));
    }
}

/* The patches w^T dy of some taps and places at a time, which are added to the image at once. */
static void KERNEL(conv_input)(const struct nn_conv *conv, const float *w, const float *dy,
                               size_t tap, size_t taps, float *image)
{
    enum { TAPS = 6 * TILE_ROWS };
    static _Thread_local float patches[TAPS * DEPTH];
    size_t places = conv->height * conv->width, rows = block_rows(conv);
    size_t most = least(conv->width, DEPTH);
    for (size_t y = 0; y < conv->height; y += rows)
        for (size_t x = 0; x < conv->width; x += most)
            for (size_t i = 0; i < taps; i += TAPS) {
                size_t height = least(rows, conv->height - y);
                size_t width = least(most, conv->width - x), many = least(taps - i, TAPS);
                KERNEL(gemm)
                (true, false, many, height * width, conv->filters, w + tap + i, conv->taps,
                 dy + y * conv->width + x, places, patches, height * width, false);
                scatter(conv, tap + i, many, height, width, patches, image + y * conv->pitch + x);
            }
}

#endif
