/* The compiler's run-time support asks cpuid and, for the wide registers, XGETBV: a CPU that has
 * AVX under a system that does not save its registers counts as one without. */
#include "base/cpu.h"

bool nn_cpu_has_avx2(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

bool nn_cpu_has_avx512(void)
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

bool nn_cpu_has_neon(void)
{
#if defined(__aarch64__)
    return true; /* part of the base architecture */
#else
    return false;
#endif
}
