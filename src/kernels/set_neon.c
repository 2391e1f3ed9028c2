#include "kernels/simd_neon.h"

#include "kernels/simd_set.h"

const struct nn_kernels nn_kernels_neon = {
    .name = "neon",
#define NN_KERNEL(kernel, type, arguments) .kernel = KERNEL(kernel),
#include "kernels/kernels.def"
#undef NN_KERNEL
};
