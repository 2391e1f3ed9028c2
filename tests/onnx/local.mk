# ONNX's own tests of operators (package libonnx-testdata), those of tests.txt.
check_PROGRAMS += tests/onnx/backend
tests_onnx_backend_SOURCES = tests/onnx/backend.c
tests_onnx_backend_LDADD = src/libmodel.a src/libdata.a src/libengine.a $(KERNEL_LIBS) src/libbase.a \
	$(JANSSON_LIBS) $(ZLIB_LIBS) $(PICTURE_LIBS) $(CSV_LIBS)
TESTS += tests/onnx/run-checker.sh
EXTRA_DIST += tests/onnx/tests.txt tests/onnx/run-checker.sh
