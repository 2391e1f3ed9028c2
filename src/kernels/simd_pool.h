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

/* The largest of each window of two rows; code: which one it is, 0 .. 3. */
static inline vec largest_of_four(const float *top, const float *bottom, size_t count, vec *code)
{
    vec x[4], best;
    load_pairs(top, count, &x[0], &x[1]);
    load_pairs(bottom, count, &x[2], &x[3]);
    best = x[0];
    *code = v_set(0.0f);
    for (int k = 1; k < 4; k++) {
        vmask better = v_beats(x[k], best);
        *code = v_select(better, v_set((float)k), *code);
        best = v_select(better, x[k], best);
    }
    return best;
}

/* Windows [at, at + count) of a row that begins at `first` of the plane. */
static inline void pool_windows(const float *x, size_t first, size_t pitch, size_t at, size_t count,
                                float *y, uint32_t *place)
{
    float which[LANES];
    vec code;
    first += 2 * at;
    put(y + at, largest_of_four(x + first, x + first + pitch, count, &code), count);
    v_store(which, code);
    for (size_t l = 0; l < count; l++) {
        uint32_t k = (uint32_t)(int32_t)which[l];
        place[at + l] = (uint32_t)(first + 2 * l + (k & 1) + (k >> 1) * pitch);
    }
}

static void KERNEL(maxpool_2x2)(size_t height, size_t width, const float *x, size_t pitch, float *y,
                                uint32_t *place)
{
    for (size_t row = 0; row < height; row++, y += width, place += width)
        EACH(width, pool_windows(x, 2 * row * pitch, pitch, at, count, y, place));
}

#endif
