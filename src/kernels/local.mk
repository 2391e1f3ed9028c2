noinst_LIBRARIES += src/libkernels.a
src_libkernels_a_SOURCES = src/kernels/kernels.def src/kernels/kernels.h
