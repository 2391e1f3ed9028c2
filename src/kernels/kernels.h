/* Kernels: SIMD arithmetic behind one table, chosen once at start.
 *
 * Errors:  none; sizes are the caller's responsibility. NaN and Inf propagate as in ref.
 * Threads: kernels are reentrant; nn_kernels_select only before any work.
 */
#ifndef NN_KERNELS_KERNELS_H
#define NN_KERNELS_KERNELS_H

#include "base/status.h"
#include "kernels/conv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nn_kernels {
    const char *name; /* "ref", "avx2", "avx512", "neon" */
#define NN_KERNEL(name, type, arguments) type(*name) arguments;
#include "kernels/kernels.def"
#undef NN_KERNEL
};

/* The chosen table. */
extern const struct nn_kernels *nn_kernels;

/* Chooses a set by name ("auto": the best that this CPU and build have); NN_ARGUMENT with the
 * available names when it is unknown or not usable here. */
enum nn_status nn_kernels_select(const char *name, struct nn_error *error);
/* Name of the i-th usable set, NULL past the last; "ref" is always the first. */
const char *nn_kernels_available(size_t index);

/* GEMM over the thread pool, split into tiles of C; small products stay on the caller. The result
 * does not depend on the number of threads. */
void nn_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, const float *a, size_t lda,
             const float *b, size_t ldb, float *c, size_t ldc, bool accumulate);

#endif
