#include "kernels/simd_avx512.h"

#include "kernels/simd_set.h"

const struct nn_kernels nn_kernels_avx512 = {
    .name = "avx512",
#define NN_KERNEL(kernel, type, arguments) .kernel = KERNEL(kernel),
#include "kernels/kernels.def"
#undef NN_KERNEL
};
