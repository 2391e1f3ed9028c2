/* CPU features, with the operating system's support for their registers. */
#ifndef NN_BASE_CPU_H
#define NN_BASE_CPU_H

#include <stdbool.h>

bool nn_cpu_has_avx2(void);   /* AVX2 and FMA */
bool nn_cpu_has_avx512(void); /* F, BW, DQ, VL */
bool nn_cpu_has_neon(void);

#endif
