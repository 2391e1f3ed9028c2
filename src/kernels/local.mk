# One library for each instruction set with its own flags; never -ffast-math: NaN and Inf must propagate and
# results must not depend on the compiler's mood. KERNEL_LIBS in the order in which they are linked.
noinst_LIBRARIES += src/libkernels.a
KERNEL_LIBS = src/libkernels.a
src_libkernels_a_SOURCES = \
	src/kernels/conv.h src/kernels/kernels.def src/kernels/kernels.h src/kernels/sets.h \
	src/kernels/conv_ref.c src/kernels/gemm.c src/kernels/gemm_ref.c src/kernels/kernels.c src/kernels/ref.c \
	src/kernels/activations_ref.c \
	src/kernels/simd_activations.h \
	src/kernels/simd_avx2.h \
	src/kernels/simd_avx512.h \
	src/kernels/simd_neon.h \
	src/kernels/simd_conv.h \
	src/kernels/simd_depthwise.h \
	src/kernels/simd_dot.h \
	src/kernels/simd_gemm.h \
	src/kernels/simd_loss.h \
	src/kernels/simd_maps.h \
	src/kernels/simd_math.h \
	src/kernels/simd_norm.h \
	src/kernels/simd_pool.h \
	src/kernels/simd_rows.h \
	src/kernels/simd_set.h \
	src/kernels/simd_tile.h \
	src/kernels/simd_transpose.h \
	src/kernels/simd_winograd.h \
	src/kernels/winograd.h src/kernels/winograd.c src/kernels/winograd_ref.c
src_libkernels_a_CPPFLAGS = $(AM_CPPFLAGS) $(NN_KERNEL_SETS)
src_libkernels_a_CFLAGS = $(AM_CFLAGS) $(NN_KERNEL_CFLAGS)

if HAVE_AVX2
noinst_LIBRARIES += src/libkernels_avx2.a
KERNEL_LIBS += src/libkernels_avx2.a
src_libkernels_avx2_a_SOURCES = src/kernels/set_avx2.c
src_libkernels_avx2_a_CFLAGS = $(AM_CFLAGS) $(NN_KERNEL_CFLAGS) -mavx2 -mfma
endif

if HAVE_AVX512
noinst_LIBRARIES += src/libkernels_avx512.a
KERNEL_LIBS += src/libkernels_avx512.a
src_libkernels_avx512_a_SOURCES = src/kernels/set_avx512.c
src_libkernels_avx512_a_CFLAGS = $(AM_CFLAGS) $(NN_KERNEL_CFLAGS) -mavx512f -mavx512bw -mavx512dq -mavx512vl
endif

if HAVE_NEON
noinst_LIBRARIES += src/libkernels_neon.a
KERNEL_LIBS += src/libkernels_neon.a
src_libkernels_neon_a_SOURCES = src/kernels/set_neon.c
src_libkernels_neon_a_CFLAGS = $(AM_CFLAGS) $(NN_KERNEL_CFLAGS)
endif
