# The Criterion program of engine: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-engine
tests_unit_test_engine_SOURCES = \
	tests/unit/engine/build.h \
	tests/unit/engine/reference.c \
	tests/unit/engine/reference.h \
	tests/unit/engine/test_history.c \
	tests/unit/engine/test_layers_reference.c \
	tests/unit/engine/test_losses.c \
	tests/unit/engine/test_metrics.c \
	tests/unit/engine/test_net.c \
	tests/unit/engine/test_optimizers.c \
	tests/unit/engine/test_pass.c \
	tests/unit/engine/test_result.c \
	tests/unit/engine/test_tensor.c
tests_unit_test_engine_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/tests/unit/engine
tests_unit_test_engine_LDADD = $(TEST_LIBS)
