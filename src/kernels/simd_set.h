/* A kernel set made of the words of one instruction set; the file that includes this names it
 * first. */
#ifndef NN_KERNELS_SIMD_SET_H
#define NN_KERNELS_SIMD_SET_H

#include "kernels/sets.h"

#define JOIN_(kernel, isa) nn_k_##kernel##__##isa
#define JOIN(kernel, isa)  JOIN_(kernel, isa)
#define KERNEL(kernel)     JOIN(kernel, ISA)

#include "kernels/simd_activations.h"
#include "kernels/simd_conv.h"
#include "kernels/simd_gemm.h"
#include "kernels/simd_loss.h"
#include "kernels/simd_maps.h"
#include "kernels/simd_norm.h"
#include "kernels/simd_pool.h"
#include "kernels/simd_transpose.h"
#include "kernels/simd_winograd.h"

#endif
