/* The words that the SIMD kernels are written in, for NEON of AArch64: vectors of 4 floats. What
 * they mean is said in simd_avx2.h. */
#ifndef NN_KERNELS_SIMD_NEON_H
#define NN_KERNELS_SIMD_NEON_H

#include <arm_neon.h>
#include <stddef.h>
#include <stdint.h>

#define ISA         neon
#define DOT_ROWS    4 /* 4 x 4 sums, 4 of B and 4 of A */
#define DOT_COLUMNS 4
enum {
    LANES = 4,
    TILE_VECTORS = 3, /* 6 x 3 sums, 3 of B and 6 of A of 32 registers */
    DEPTH = 256,      /* 12 KiB of B */
};

typedef float32x4_t vec;
typedef uint32x4_t vmask;
typedef float32x4_t quad;

static inline vec v_set(float x)
{
    return vdupq_n_f32(x);
}

static inline vec v_load(const float *x)
{
    return vld1q_f32(x);
}

static inline void v_store(float *y, vec x)
{
    vst1q_f32(y, x);
}

static inline vec v_load_first(const float *x, size_t count)
{
    float32x2_t zero = vdup_n_f32(0.0f);
    if (count >= LANES)
        return v_load(x);
    if (count < 2)
        return vcombine_f32(vld1_lane_f32(x, zero, 0), zero);
    return vcombine_f32(vld1_f32(x), count == 3 ? vld1_lane_f32(x + 2, zero, 0) : zero);
}

static inline vec v_load_bytes(const unsigned char *x)
{
    uint8x8_t four =
        vcreate_u8(x[0] | (uint64_t)x[1] << 8 | (uint64_t)x[2] << 16 | (uint64_t)x[3] << 24);
    return vcvtq_f32_u32(vmovl_u16(vget_low_u16(vmovl_u8(four))));
}

static inline void v_store_first(float *y, vec x, size_t count)
{
    float32x2_t part = vget_low_f32(x);
    if (count >= LANES) {
        v_store(y, x);
        return;
    }
    if (count & 2) {
        vst1_f32(y, part);
        part = vget_high_f32(x);
        y += 2;
    }
    if (count & 1)
        vst1_lane_f32(y, part, 0);
}

static inline vec v_fma(vec a, vec b, vec c)
{
    return vfmaq_f32(c, a, b);
}

static inline vec v_min(vec a, vec b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

static inline vec v_max(vec a, vec b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

static inline vec v_sqrt(vec x)
{
    return vsqrtq_f32(x);
}

static inline vec v_abs(vec x)
{
    return vabsq_f32(x);
}

static inline vec v_copysign(vec size, vec sign)
{
    return vbslq_f32(vdupq_n_u32(0x80000000u), sign, size);
}

static inline vec v_round(vec x)
{
    return vrndnq_f32(x);
}

static inline vmask v_less(vec a, vec b)
{
    return vcltq_f32(a, b);
}

static inline vmask v_at_most(vec a, vec b)
{
    return vcleq_f32(a, b);
}

static inline vec v_select(vmask mask, vec yes, vec no)
{
    return vbslq_f32(mask, yes, no);
}

static inline vmask v_beats(vec x, vec best)
{
    return vandq_u32(vmvnq_u32(vcleq_f32(x, best)), vceqq_f32(best, best));
}

static inline vec v_even(vec a, vec b)
{
    return vuzp1q_f32(a, b);
}

static inline vec v_odd(vec a, vec b)
{
    return vuzp2q_f32(a, b);
}

static inline vec v_permute(vec x, const int32_t *index)
{
    float lane[LANES], moved[LANES];
    v_store(lane, x);
    for (int l = 0; l < LANES; l++)
        moved[l] = lane[index[l]];
    return v_load(moved);
}

/* In two steps, so that the result may be denormal or Inf. */
static inline vec v_scale(vec x, vec n)
{
    int32x4_t whole = vcvtq_s32_f32(n), half = vshrq_n_s32(whole, 1), one = vdupq_n_s32(127);
    int32x4_t first = vshlq_n_s32(vaddq_s32(half, one), 23);
    int32x4_t second = vshlq_n_s32(vaddq_s32(vsubq_s32(whole, half), one), 23);
    return x * vreinterpretq_f32_s32(first) * vreinterpretq_f32_s32(second);
}

static inline quad v_sums(vec a, vec b, vec c, vec d)
{
    return vpaddq_f32(vpaddq_f32(a, b), vpaddq_f32(c, d));
}

typedef struct {
    float64x2_t low, high;
} vdouble;

static inline vdouble d_set(double x)
{
    return (vdouble){vdupq_n_f64(x), vdupq_n_f64(x)};
}

static inline vdouble d_of(vec x)
{
    return (vdouble){vcvt_f64_f32(vget_low_f32(x)), vcvt_high_f64_f32(x)};
}

static inline vec d_round(vdouble x)
{
    return vcvt_high_f32_f64(vcvt_f32_f64(x.low), x.high);
}

static inline vdouble d_add(vdouble a, vdouble b)
{
    return (vdouble){a.low + b.low, a.high + b.high};
}

static inline vdouble d_fma(vdouble a, vdouble b, vdouble c)
{
    return (vdouble){vfmaq_f64(c.low, a.low, b.low), vfmaq_f64(c.high, a.high, b.high)};
}

static inline double d_sum(vdouble x)
{
    return vaddvq_f64(x.low + x.high);
}

#endif
