#include "kernels/simd_avx2.h"

#include "kernels/simd_set.h"

const struct nn_kernels nn_kernels_avx2 = {
    .name = "avx2",
#define NN_KERNEL(kernel, type, arguments) .kernel = KERNEL(kernel),
#include "kernels/kernels.def"
#undef NN_KERNEL
};
