/* Takes the place of the compiler's header, so that AVX-512 code runs on a machine without it:
 * SIMDe says in plain C what each instruction does. */
#ifndef NN_TESTS_SIMDE_IMMINTRIN_H
#define NN_TESTS_SIMDE_IMMINTRIN_H

#include_next <immintrin.h>

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>

/* What SIMDe does not have. */
static inline __m512 cross_load(unsigned mask, const float *from)
{
    float lanes[16] = {0};
    for (unsigned i = 0; i < 16; i++)
        if (mask >> i & 1)
            lanes[i] = from[i];
    return simde_mm512_loadu_ps(lanes);
}

static inline void cross_store(float *to, unsigned mask, __m512 x)
{
    float lanes[16];
    simde_mm512_storeu_ps(lanes, x);
    for (unsigned i = 0; i < 16; i++)
        if (mask >> i & 1)
            to[i] = lanes[i];
}

static inline __m512d cross_widen(__m256 x)
{
    double lanes[8];
    for (int i = 0; i < 8; i++)
        lanes[i] = (double)x[i];
    return simde_mm512_loadu_pd(lanes);
}

static inline __m256 cross_narrow(__m512d x)
{
    double from[8];
    float to[8];
    simde_mm512_storeu_pd(from, x);
    for (int i = 0; i < 8; i++)
        to[i] = (float)from[i];
    return _mm256_loadu_ps(to);
}

static inline __m256 cross_half(__m512 x, int which)
{
    float lanes[16];
    simde_mm512_storeu_ps(lanes, x);
    return _mm256_loadu_ps(lanes + 8 * which);
}

static inline __m512i cross_widen_bytes(__m128i x)
{
    int32_t lanes[16];
    unsigned char bytes[16];
    _mm_storeu_si128((void *)bytes, x);
    for (int i = 0; i < 16; i++)
        lanes[i] = bytes[i];
    return simde_mm512_loadu_epi32(lanes);
}

static inline __m512 cross_floats(__m512i x)
{
    int32_t whole[16];
    float lanes[16];
    simde_mm512_storeu_epi32(whole, x);
    for (int i = 0; i < 16; i++)
        lanes[i] = (float)whole[i];
    return simde_mm512_loadu_ps(lanes);
}

#define _mm512_cvtepu8_epi32(x)            cross_widen_bytes(x)
#define _mm512_cvtepi32_ps(x)              cross_floats(x)
#define _mm512_maskz_loadu_ps(mask, from)  cross_load(mask, from)
#define _mm512_mask_storeu_ps(to, mask, x) cross_store(to, mask, x)
#define _mm512_cvtps_pd(x)                 cross_widen(x)
#define _mm512_cvtpd_ps(x)                 cross_narrow(x)
#define _mm512_extractf32x8_ps(x, which)   cross_half(x, which)

#endif
