# The Criterion program of model: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-model
tests_unit_test_model_SOURCES = \
	tests/unit/model/sample.h tests/unit/model/sample.c \
	tests/unit/model/proto.h tests/unit/model/proto.c \
	tests/unit/model/test_model.c \
	tests/unit/model/test_damage.c \
	tests/unit/model/test_c_export.c \
	tests/unit/model/test_onnx.c \
	tests/unit/model/test_onnx_export.c \
	tests/unit/model/test_onnx_hostile.c \
	tests/unit/model/test_onnx_outputs.c \
	tests/unit/model/test_safetensors.c \
	tests/unit/model/test_training.c \
	tests/unit/model/test_weights.c
tests_unit_test_model_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_model_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/unit/model/check_format.py
