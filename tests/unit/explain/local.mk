# The Criterion program of explain.
check_PROGRAMS += tests/unit/test-explain
tests_unit_test_explain_SOURCES = \
	tests/unit/explain/cases.c \
	tests/unit/explain/cases.h \
	tests/unit/explain/nets.c \
	tests/unit/explain/nets.h \
	tests/unit/explain/properties.c \
	tests/unit/explain/properties.h \
	tests/unit/explain/test_actmax.c \
	tests/unit/explain/test_axioms.c \
	tests/unit/explain/test_deeplift.c \
	tests/unit/explain/test_dependence.c \
	tests/unit/explain/test_exact.c \
	tests/unit/explain/test_importance.c \
	tests/unit/explain/test_jacobian.c \
	tests/unit/explain/test_layers.c \
	tests/unit/explain/test_images.c \
	tests/unit/explain/test_indices.c \
	tests/unit/explain/test_matrix.c \
	tests/unit/explain/test_patches.c \
	tests/unit/explain/test_pointing.c \
	tests/unit/explain/test_progress.c \
	tests/unit/explain/test_properties.c \
	tests/unit/explain/test_quadrature.c \
	tests/unit/explain/test_reference.c \
	tests/unit/explain/test_refusal.c \
	tests/unit/explain/test_studies.c \
	tests/unit/explain/test_told.c \
	tests/unit/explain/test_trust.c
tests_unit_test_explain_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_explain_LDADD = $(TEST_LIBS)
