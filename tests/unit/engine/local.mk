# The Criterion program of engine: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-engine
tests_unit_test_engine_SOURCES = \
	tests/unit/engine/build.h \
	tests/unit/engine/fixture.c \
	tests/unit/engine/fixture.h \
	tests/unit/engine/test_augment.c \
	tests/unit/engine/test_conv2d.c \
	tests/unit/engine/test_divergence.c \
	tests/unit/engine/test_field.c \
	tests/unit/engine/test_gradients.c \
	tests/unit/engine/test_history.c \
	tests/unit/engine/test_initialize.c \
	tests/unit/engine/test_layers.c \
	tests/unit/engine/test_layers_reference.c \
	tests/unit/engine/test_layers_written_out.c \
	tests/unit/engine/test_losses.c \
	tests/unit/engine/test_metrics.c \
	tests/unit/engine/test_net.c \
	tests/unit/engine/test_objective.c \
	tests/unit/engine/test_optimizers.c \
	tests/unit/engine/test_pass.c \
	tests/unit/engine/test_regularize.c \
	tests/unit/engine/test_result.c \
	tests/unit/engine/test_schedules.c \
	tests/unit/engine/test_shorthands.c \
	tests/unit/engine/test_tensor.c \
	tests/unit/engine/test_trainer.c \
	tests/unit/engine/test_training_reference.c
tests_unit_test_engine_CPPFLAGS = $(TEST_CPPFLAGS) -I$(top_srcdir)/tests/unit/engine
tests_unit_test_engine_LDADD = $(TEST_LIBS)
