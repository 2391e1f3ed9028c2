/* Convolutions in the words of an instruction set: the same product as GEMM, but the matrix of
 * patches (im2col) is never made; its vectors are read where they lie in the image.
 *
 * Source: the idea of Zlateski, Lee, Seung 2016 (ZNNi) and of Dukhan 2019, "The Indirect
 * Convolution Algorithm", arXiv:1907.02129; here the indirection is one offset for each tap. */
#ifndef NN_KERNELS_SIMD_CONV_H
#define NN_KERNELS_SIMD_CONV_H

#include "kernels/simd_depthwise.h"
#include "kernels/simd_gemm.h"

/* A vector of output places, which are neighbours in the image. Where the output is narrower than
 * the image, some lanes lie between two rows and belong to no place: the others are moved together.
 */
struct strip {
    size_t from;     /* in the image, from the offset of the tap */
    size_t to;       /* in the output */
    size_t count;    /* lanes that are places */
    size_t readable; /* lanes that are in the image */
    bool roomy;      /* behind the places is room for the other lanes, until the next strip comes */
    bool moved;
    int32_t lanes[LANES]; /* where the places come from */
};

/* Steps through the strips of some rows of the output. */
struct walk {
    size_t pitch, width;
    bool by_row;            /* every row begins a strip */
    size_t at, end, column; /* in the image, for tap 0; at: of the next strip */
    size_t to, past;        /* in the output */
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
                        .to = row * conv->width,
                        .past = (row + rows) * conv->width};
    walk.end = walk.at + length;
    return walk;
}

/* Lanes of a strip that does not end in its row. */
static void gather_lanes(const struct walk *walk, struct strip *strip)
{
    size_t column = walk->column;
    strip->moved = true;
    strip->count = 0;
    for (size_t l = 0; l < strip->readable; l++) {
        if (column < walk->width)
            strip->lanes[strip->count++] = (int32_t)l;
        column = column + 1 == walk->pitch ? 0 : column + 1;
    }
}

static void step_on(struct walk *walk)
{
    bool ends_row = walk->by_row && walk->column + LANES >= walk->width;
    size_t step = ends_row ? walk->pitch - walk->column : LANES;
    walk->at += step;
    walk->column += step;
    while (walk->column >= walk->pitch)
        walk->column -= walk->pitch;
}

static bool next_strip(struct walk *walk, struct strip *strip)
{
    while (walk->at < walk->end) {
        size_t left = walk->column < walk->width ? walk->width - walk->column : 0;
        strip->from = walk->at;
        strip->to = walk->to;
        strip->readable = least(LANES, walk->end - walk->at);
        strip->roomy = walk->to + LANES <= walk->past;
        strip->moved = false;
        strip->count = least(left, LANES);
        for (size_t l = 0; l < LANES; l++)
            strip->lanes[l] = (int32_t)l;
        if (left < LANES && !walk->by_row)
            gather_lanes(walk, strip);
        walk->to += strip->count;
        step_on(walk);
        if (strip->count > 0)
            return true;
    }
    return false;
}

enum {
    ALONE_VECTORS = 8
}; /* of a tile of the only filter: so many sums do not wait for each other */

struct conv_tile {
    size_t depth;
    const float *row[TILE_ROWS]; /* of w */
    const size_t *offset;
    const float *image;
    const struct strip *strips; /* [TILE_VECTORS], or [ALONE_VECTORS] */
    bool roomy, moved;          /* all of them; any of them */
    const float *bias;          /* of the first row; NULL: add to what stands in y */
    float *y;
    size_t ldy;
};

static inline void put_strip(const struct strip *strip, vec value, bool add, float *y)
{
    y += strip->to;
    if (strip->count == 0)
        return;
    if (strip->moved)
        value = v_permute(value, strip->lanes);
    if (add)
        value += get(y, strip->count);
    put(y, value, strip->count);
}

static inline __attribute__((always_inline)) void convolve(const struct conv_tile *t, size_t rows,
                                                           size_t vectors, bool partial)
{
    const size_t depth = t->depth, *offset = t->offset;
    const float *image[ALONE_VECTORS], *row[TILE_ROWS];
    vec sum[TILE_ROWS][ALONE_VECTORS], right[ALONE_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) image[v] = t->image + t->strips[v].from;
    UNROLL for (size_t r = 0; r < rows; r++)
    {
        row[r] = t->row[r];
        vec start = v_set(t->bias ? t->bias[r] : 0.0f);
        UNROLL for (size_t v = 0; v < vectors; v++) sum[r][v] = start;
    }
    for (size_t p = 0; p < depth; p++) {
        UNROLL for (size_t v = 0; v < vectors; v++)
        {
            const float *from = image[v] + offset[p];
            right[v] = partial ? v_load_first(from, t->strips[v].readable) : v_load(from);
        }
        UNROLL for (size_t r = 0; r < rows; r++)
        {
            vec left = v_set(row[r][p]);
            UNROLL for (size_t v = 0; v < vectors; v++) sum[r][v] =
                v_fma(left, right[v], sum[r][v]);
        }
    }
    if (t->roomy && t->bias)
        UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t v = 0; v < vectors; v++)
        {
            const struct strip *strip = &t->strips[v];
            vec value = t->moved ? v_permute(sum[r][v], strip->lanes) : sum[r][v];
            v_store(t->y + r * t->ldy + strip->to, value);
        }
    else
        UNROLL for (size_t r = 0; r < rows; r++) UNROLL for (size_t v = 0; v < vectors; v++)
            put_strip(&t->strips[v], sum[r][v], !t->bias, t->y + r * t->ldy);
}

#define CONV_TILES(name, rows, vectors)                                                            \
    static void conv_full_##name(const struct conv_tile *t)                                        \
    {                                                                                              \
        convolve(t, rows, vectors, false);                                                         \
    }                                                                                              \
    static void conv_part_##name(const struct conv_tile *t)                                        \
    {                                                                                              \
        convolve(t, rows, vectors, true);                                                          \
    }
CONV_TILES(alone, 1, ALONE_VECTORS)
CONV_TILES(1, 1, TILE_VECTORS)
CONV_TILES(2, 2, TILE_VECTORS)
CONV_TILES(3, 3, TILE_VECTORS)
CONV_TILES(4, 4, TILE_VECTORS)
CONV_TILES(5, 5, TILE_VECTORS)
CONV_TILES(6, 6, TILE_VECTORS)
#undef CONV_TILES

/* By the number of filters; 0: of one alone. */
static void (*const conv_tiles[2][TILE_ROWS + 1])(const struct conv_tile *t) = {
    {conv_full_alone, conv_full_1, conv_full_2, conv_full_3, conv_full_4, conv_full_5, conv_full_6},
    {conv_part_alone, conv_part_1, conv_part_2, conv_part_3, conv_part_4, conv_part_5,
     conv_part_6}};

/* All filters at some strips, whose part of the image stays in the first-level cache. */
static void convolve_strips(const struct nn_conv *conv, const struct strip *strips, size_t vectors,
                            bool partial, const float *image, const float *w, const float *bias,
                            float *y)
{
    static const float zeros[TILE_ROWS];
    struct conv_tile t; /* all is set below: to clear it first would take its time */
    t.image = image;
    t.strips = strips;
    t.ldy = conv->height * conv->width;
    t.roomy = true;
    t.moved = false;
    for (size_t v = 0; v < vectors; v++) {
        t.roomy = t.roomy && strips[v].roomy;
        t.moved = t.moved || strips[v].moved;
    }
    for (size_t p = 0; p < conv->taps; p += t.depth) {
        t.depth = least(conv->taps - p, DEPTH);
        t.offset = conv->offset + p;
        for (size_t f = 0, height; f < conv->filters; f += height) {
            height = least(conv->filters - f, TILE_ROWS);
            for (size_t r = 0; r < height; r++)
                t.row[r] = w + (f + r) * conv->taps + p;
            t.bias = p > 0 ? NULL : bias ? bias + f : zeros;
            t.y = y + f * t.ldy;
            conv_tiles[partial][conv->filters == 1 ? 0 : height](&t);
        }
    }
}

/* Whether the places lie in a row and the taps at equal steps, as those of a window of 1 x 1: then
 * the patches are a matrix that is there. */
static bool is_product(const struct nn_conv *conv)
{
    if (conv->pitch != conv->width || conv->taps < 2)
        return false;
    size_t step = conv->offset[1] - conv->offset[0];
    for (size_t t = 0; t < conv->taps; t++)
        if (conv->offset[t] != conv->offset[0] + t * step)
            return false;
    return step >= conv->height * conv->width;
}

static void convolve_product(const struct nn_conv *conv, const float *image, const float *w,
                             const float *bias, size_t row, size_t rows, float *y)
{
    size_t places = conv->height * conv->width, many = rows * conv->width;
    y += row * conv->width;
    for (size_t f = 0; bias && f < conv->filters; f++) {
        vec start = v_set(bias[f]);
        EACH(many, PUT(y + f * places, start));
    }
    KERNEL(gemm)
    (false, false, conv->filters, many, conv->taps, w, conv->taps,
     image + conv->offset[0] + row * conv->width, conv->offset[1] - conv->offset[0], y, places,
     bias != NULL);
}

static void KERNEL(conv)(const struct nn_conv *conv, const float *image, const float *w,
                         const float *bias, size_t row, size_t rows, float *y)
{
    if (is_product(conv)) {
        convolve_product(conv, image, w, bias, row, rows, y);
        return;
    }
    struct strip strips[ALONE_VECTORS];
    struct walk walk = walk_over(conv, row, rows);
    size_t vectors = conv->filters == 1 ? ALONE_VECTORS : TILE_VECTORS;
    while (next_strip(&walk, &strips[0])) {
        bool partial = strips[0].readable < LANES;
        for (size_t v = 1; v < vectors; v++) {
            if (!next_strip(&walk, &strips[v])) {
                strips[v] = strips[v - 1]; /* fills the tile, */
                strips[v].count = 0;       /* for nothing */
            }
            partial = partial || strips[v].readable < LANES;
        }
        convolve_strips(conv, strips, vectors, partial, image, w, bias, y);
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
    if (conv->filters == 1) {
        weights_alone(conv, image, dy, tap, taps, dw, accumulate);
        return;
    }
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
    if (conv->filters == 1) {
        input_alone(conv, w, dy, tap, taps, image);
        return;
    }
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
