/* The kernel sets behind the table, for kernels/ alone. Every set is a `struct nn_kernels` whose
 * missing entries (NULL) are filled from ref when it is chosen. */
#ifndef NN_KERNELS_SETS_H
#define NN_KERNELS_SETS_H

#include "kernels/kernels.h"

extern const struct nn_kernels nn_kernels_ref, nn_kernels_avx2, nn_kernels_avx512, nn_kernels_neon;

#define NN_KERNEL(kernel, type, arguments) type nn_k_##kernel##__ref arguments;
#include "kernels/kernels.def"
#undef NN_KERNEL

#endif
