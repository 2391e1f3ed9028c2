/* The words that the SIMD kernels are written in, for AVX-512 (F, BW, DQ, VL): vectors of 16
 * floats. What they mean is said in simd_avx2.h. */
#ifndef NN_KERNELS_SIMD_AVX512_H
#define NN_KERNELS_SIMD_AVX512_H

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#define ISA         avx512
#define DOT_ROWS    6 /* 6 x 4 sums, 4 of B and 1 of A */
#define DOT_COLUMNS 4
enum {
    LANES = 16,
    TILE_VECTORS = 4, /* 6 x 4 sums, 4 of B and 1 of A of 32 registers */
    DEPTH = 128,      /* 32 KiB of B */
};

typedef __m512 vec;
typedef __mmask16 vmask;
typedef __m128 quad;

static inline vec v_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline vec v_load(const float *x)
{
    return _mm512_loadu_ps(x);
}

static inline void v_store(float *y, vec x)
{
    _mm512_storeu_ps(y, x);
}

static inline vmask v_first(size_t count)
{
    return (vmask)((1u << count) - 1);
}

static inline vec v_load_first(const float *x, size_t count)
{
    return _mm512_maskz_loadu_ps(v_first(count), x);
}

static inline vec v_load_bytes(const unsigned char *x)
{
    return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128((const void *)x)));
}

static inline void v_store_first(float *y, vec x, size_t count)
{
    _mm512_mask_storeu_ps(y, v_first(count), x);
}

static inline vec v_fma(vec a, vec b, vec c)
{
    return _mm512_fmadd_ps(a, b, c);
}

static inline vec v_min(vec a, vec b)
{
    return _mm512_min_ps(a, b);
}

static inline vec v_max(vec a, vec b)
{
    return _mm512_max_ps(a, b);
}

static inline vec v_sqrt(vec x)
{
    return _mm512_sqrt_ps(x);
}

static inline vec v_abs(vec x)
{
    return _mm512_andnot_ps(v_set(-0.0f), x);
}

static inline vec v_copysign(vec size, vec sign)
{
    return _mm512_or_ps(size, _mm512_and_ps(v_set(-0.0f), sign));
}

static inline vec v_round(vec x)
{
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

static inline vmask v_less(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ);
}

static inline vmask v_at_most(vec a, vec b)
{
    return _mm512_cmp_ps_mask(a, b, _CMP_LE_OQ);
}

static inline vec v_select(vmask mask, vec yes, vec no)
{
    return _mm512_mask_blend_ps(mask, no, yes);
}

static inline vmask v_beats(vec x, vec best)
{
    return _mm512_cmp_ps_mask(x, best, _CMP_NLE_UQ) & _mm512_cmp_ps_mask(best, best, _CMP_ORD_Q);
}

static inline vec v_even(vec a, vec b)
{
    const __m512i index =
        _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    return _mm512_permutex2var_ps(a, index, b);
}

static inline vec v_odd(vec a, vec b)
{
    const __m512i index =
        _mm512_setr_epi32(1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
    return _mm512_permutex2var_ps(a, index, b);
}

static inline vec v_permute(vec x, const int32_t *index)
{
    return _mm512_permutexvar_ps(_mm512_loadu_si512(index), x);
}

static inline vec v_scale(vec x, vec n)
{
    return _mm512_scalef_ps(x, n);
}

static inline quad v_sums(vec a, vec b, vec c, vec d)
{
    vec ab = _mm512_unpacklo_ps(a, b) + _mm512_unpackhi_ps(a, b);
    vec cd = _mm512_unpacklo_ps(c, d) + _mm512_unpackhi_ps(c, d);
    vec sums = _mm512_shuffle_ps(ab, cd, 0x44) + _mm512_shuffle_ps(ab, cd, 0xee);
    __m256 two = _mm512_castps512_ps256(sums) + _mm512_extractf32x8_ps(sums, 1);
    return _mm256_castps256_ps128(two) + _mm256_extractf128_ps(two, 1);
}

typedef struct {
    __m512d low, high;
} vdouble;

static inline vdouble d_set(double x)
{
    return (vdouble){_mm512_set1_pd(x), _mm512_set1_pd(x)};
}

static inline vdouble d_of(vec x)
{
    return (vdouble){_mm512_cvtps_pd(_mm512_castps512_ps256(x)),
                     _mm512_cvtps_pd(_mm512_extractf32x8_ps(x, 1))};
}

static inline vec d_round(vdouble x)
{
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(x.low)),
                              _mm512_cvtpd_ps(x.high), 1);
}

static inline vdouble d_add(vdouble a, vdouble b)
{
    return (vdouble){a.low + b.low, a.high + b.high};
}

static inline vdouble d_fma(vdouble a, vdouble b, vdouble c)
{
    return (vdouble){_mm512_fmadd_pd(a.low, b.low, c.low), _mm512_fmadd_pd(a.high, b.high, c.high)};
}

static inline double d_sum(vdouble x)
{
    __m512d eight = x.low + x.high;
    __m256d four = _mm512_castpd512_pd256(eight) + _mm512_extractf64x4_pd(eight, 1);
    __m128d two = _mm256_castpd256_pd128(four) + _mm256_extractf128_pd(four, 1);
    return _mm_cvtsd_f64(two) + _mm_cvtsd_f64(_mm_unpackhi_pd(two, two));
}

#endif
