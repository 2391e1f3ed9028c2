/* In place of base/cpu.c: every set that is built in is usable, as it is emulated. */
#include "base/cpu.h"

bool nn_cpu_has_avx2(void)
{
    return true;
}

bool nn_cpu_has_avx512(void)
{
    return true;
}

bool nn_cpu_has_neon(void)
{
    return true;
}
