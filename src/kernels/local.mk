# One library for each instruction set with its own flags; never -ffast-math: NaN and Inf must propagate and
# results must not depend on the compiler's mood.
noinst_LIBRARIES += src/libkernels.a
src_libkernels_a_SOURCES = \
	src/kernels/kernels.def src/kernels/kernels.h src/kernels/sets.h \
	src/kernels/gemm.c src/kernels/gemm_ref.c src/kernels/kernels.c src/kernels/ref.c
src_libkernels_a_CFLAGS = $(AM_CFLAGS) $(NN_KERNEL_CFLAGS)
