/* Max-pooling in the words of an instruction set. */
#ifndef NN_KERNELS_SIMD_POOL_H
#define NN_KERNELS_SIMD_POOL_H

#include "kernels/simd_maps.h"

/* The pairs of a row, `count` of them: their first and second elements. */
static inline void load_pairs(const float *x, size_t count, vec *first, vec *second)
{
    vec left = get(x, least(2 * count, LANES)), right = v_set(0.0f);
    if (2 * count > LANES)
        right = get(x + LANES, 2 * count - LANES);
    *first = v_even(left, right);
    *second = v_odd(left, right);
}

typedef uint32_t places __attribute__((vector_size(4 * LANES)));

/* The largest of each window of two rows, and which of four places it has. */
static inline vec largest_of_four(const float *top, const float *bottom, size_t count,
                                  const places place[4], places *which)
{
    vec x[4], best, where = (vec)place[0];
    load_pairs(top, count, &x[0], &x[1]);
    load_pairs(bottom, count, &x[2], &x[3]);
    best = x[0];
    UNROLL for (int k = 1; k < 4; k++)
    {
        vmask better = v_beats(x[k], best);
        where = v_select(better, (vec)place[k], where);
        best = v_select(better, x[k], best);
    }
    *which = (places)where;
    return best;
}

/* Windows [at, at + count) of a row that begins at `first` of the plane. */
static inline void pool_windows(const float *x, size_t first, size_t pitch, size_t at, size_t count,
                                float *y, uint32_t *place)
{
    static const uint32_t twice[] = {0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30};
    places which, start;
    first += 2 * at;
    memcpy(&start, twice, sizeof start);
    start += (uint32_t)first;
    const places four[] = {start, start + 1, start + (uint32_t)pitch, start + (uint32_t)pitch + 1};
    put(y + at, largest_of_four(x + first, x + first + pitch, count, four, &which), count);
    put((float *)(void *)(place + at), (vec)which, count); /* only moved, as bits */
}

static void KERNEL(maxpool_2x2)(size_t height, size_t width, const float *x, size_t pitch, float *y,
                                uint32_t *place)
{
    for (size_t row = 0; row < height; row++, y += width, place += width) {
        size_t first = 2 * row * pitch, at = 0;
        for (; at + LANES <= width; at += LANES)
            pool_windows(x, first, pitch, at, LANES, y, place);
        if (at == width)
            continue;
        if (width > LANES) /* some once more: faster than part of a vector */
            pool_windows(x, first, pitch, width - LANES, LANES, y, place);
        else
            pool_windows(x, first, pitch, at, width - at, y, place);
    }
}

#endif
