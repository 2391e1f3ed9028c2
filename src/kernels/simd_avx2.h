/* The words that the SIMD kernels are written in, for AVX2 with FMA: vectors of 8 floats.
 *
 * Every instruction set has such a header with the same words; + - * / work on vectors as they are.
 * No word reads or writes an element beyond the `count` that it is told. */
#ifndef NN_KERNELS_SIMD_AVX2_H
#define NN_KERNELS_SIMD_AVX2_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define ISA         avx2
#define DOT_ROWS    4 /* of A and of B in registers: 4 x 3 sums, 3 of B and 1 of A of 16 */
#define DOT_COLUMNS 3
enum {
    LANES = 8,        /* of a vector */
    TILE_VECTORS = 2, /* of a row of C in registers: 6 x 2 sums, 2 of B and 1 of A of 16 */
    DEPTH = 256,      /* of a panel: 16 KiB of B, half of the first-level cache */
};

typedef __m256 vec;
typedef __m256 vmask;
typedef __m128 quad; /* 4 floats */

static inline vec v_set(float x)
{
    return _mm256_set1_ps(x);
}

static inline vec v_load(const float *x)
{
    return _mm256_loadu_ps(x);
}

static inline void v_store(float *y, vec x)
{
    _mm256_storeu_ps(y, x);
}

/* The first `count` of 1 .. LANES elements, zero behind them. */
static inline vec v_load_first(const float *x, size_t count)
{
    static const int32_t ones[2 * LANES] = {-1, -1, -1, -1, -1, -1, -1, -1};
    return _mm256_maskload_ps(x, _mm256_loadu_si256((const void *)(ones + LANES - count)));
}

static inline vec v_load_bytes(const unsigned char *x)
{
    return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const void *)x)));
}

/* In pieces, as a masked store is slow on some CPUs. */
static inline void v_store_first(float *y, vec x, size_t count)
{
    __m128 part = _mm256_castps256_ps128(x);
    if (count >= LANES) {
        v_store(y, x);
        return;
    }
    if (count & 4) {
        _mm_storeu_ps(y, part);
        part = _mm256_extractf128_ps(x, 1);
        y += 4;
    }
    if (count & 2) {
        _mm_storel_pi((void *)y, part);
        part = _mm_movehl_ps(part, part);
        y += 2;
    }
    if (count & 1)
        _mm_store_ss(y, part);
}

static inline vec v_fma(vec a, vec b, vec c) /* a b + c, rounded once */
{
    return _mm256_fmadd_ps(a, b, c);
}

static inline vec v_min(vec a, vec b) /* b if one of them is NaN */
{
    return _mm256_min_ps(a, b);
}

static inline vec v_max(vec a, vec b) /* b if one of them is NaN */
{
    return _mm256_max_ps(a, b);
}

static inline vec v_sqrt(vec x)
{
    return _mm256_sqrt_ps(x);
}

static inline vec v_abs(vec x)
{
    return _mm256_andnot_ps(v_set(-0.0f), x);
}

static inline vec v_copysign(vec size, vec sign) /* size >= 0 */
{
    return _mm256_or_ps(size, _mm256_and_ps(v_set(-0.0f), sign));
}

static inline vec v_round(vec x)
{
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline vmask v_less(vec a, vec b) /* false for NaN */
{
    return _mm256_cmp_ps(a, b, _CMP_LT_OQ);
}

static inline vmask v_at_most(vec a, vec b) /* false for NaN */
{
    return _mm256_cmp_ps(a, b, _CMP_LE_OQ);
}

static inline vec v_select(vmask mask, vec yes, vec no)
{
    return _mm256_blendv_ps(no, yes, mask);
}

/* Whether x is larger than best; NaN is larger than every number. */
static inline vmask v_beats(vec x, vec best)
{
    return _mm256_and_ps(_mm256_cmp_ps(x, best, _CMP_NLE_UQ),
                         _mm256_cmp_ps(best, best, _CMP_ORD_Q));
}

/* Elements 0, 2, 4 ... of a and b in a row; and 1, 3, 5 ... */
static inline vec v_even(vec a, vec b)
{
    __m256d parts = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0x88));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(parts, 0xd8));
}

static inline vec v_odd(vec a, vec b)
{
    __m256d parts = _mm256_castps_pd(_mm256_shuffle_ps(a, b, 0xdd));
    return _mm256_castpd_ps(_mm256_permute4x64_pd(parts, 0xd8));
}

/* Lane index[l] of x becomes lane l. */
static inline vec v_permute(vec x, const int32_t *index)
{
    return _mm256_permutevar8x32_ps(x, _mm256_loadu_si256((const void *)index));
}

/* x 2^n for whole n of -252 .. 252; in two steps, so that the result may be denormal or Inf. */
static inline vec v_scale(vec x, vec n)
{
    __m256i whole = _mm256_cvtps_epi32(n), half = _mm256_srai_epi32(whole, 1);
    __m256i one = _mm256_set1_epi32(127), rest = _mm256_sub_epi32(whole, half);
    vec first = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(half, one), 23));
    vec second = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(rest, one), 23));
    return x * first * second;
}

/* The sums of the lanes of four vectors. */
static inline quad v_sums(vec a, vec b, vec c, vec d)
{
    vec ab = _mm256_unpacklo_ps(a, b) + _mm256_unpackhi_ps(a, b);
    vec cd = _mm256_unpacklo_ps(c, d) + _mm256_unpackhi_ps(c, d);
    vec sums = _mm256_shuffle_ps(ab, cd, 0x44) + _mm256_shuffle_ps(ab, cd, 0xee);
    return _mm256_castps256_ps128(sums) + _mm256_extractf128_ps(sums, 1);
}

/* As many doubles as a vector has floats. */
typedef struct {
    __m256d low, high;
} vdouble;

static inline vdouble d_set(double x)
{
    return (vdouble){_mm256_set1_pd(x), _mm256_set1_pd(x)};
}

static inline vdouble d_of(vec x)
{
    return (vdouble){_mm256_cvtps_pd(_mm256_castps256_ps128(x)),
                     _mm256_cvtps_pd(_mm256_extractf128_ps(x, 1))};
}

static inline vec d_round(vdouble x)
{
    return _mm256_set_m128(_mm256_cvtpd_ps(x.high), _mm256_cvtpd_ps(x.low));
}

static inline vdouble d_add(vdouble a, vdouble b)
{
    return (vdouble){a.low + b.low, a.high + b.high};
}

static inline vdouble d_fma(vdouble a, vdouble b, vdouble c)
{
    return (vdouble){_mm256_fmadd_pd(a.low, b.low, c.low), _mm256_fmadd_pd(a.high, b.high, c.high)};
}

static inline double d_sum(vdouble x)
{
    __m256d four = x.low + x.high;
    __m128d two = _mm256_castpd256_pd128(four) + _mm256_extractf128_pd(four, 1);
    return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

#endif
