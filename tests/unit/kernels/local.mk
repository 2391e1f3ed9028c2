# The Criterion program of kernels: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-kernels
tests_unit_test_kernels_SOURCES = tests/unit/kernels/test_activations.c tests/unit/kernels/test_conv.c tests/unit/kernels/test_elementwise.c tests/unit/kernels/test_gemm.c \
	tests/unit/kernels/test_pool.c tests/unit/kernels/test_rows.c tests/unit/kernels/test_winograd.c tests/unit/kernels/test_kernels.c tests/unit/kernels/guarded.h
tests_unit_test_kernels_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_kernels_LDADD = $(KERNEL_LIBS) src/libbase.a $(CRITERION_LIBS) $(JANSSON_LIBS) $(ZLIB_LIBS)
