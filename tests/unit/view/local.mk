# The Criterion program of view: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-view
tests_unit_test_view_SOURCES = \
	tests/unit/view/drawing.h \
	tests/unit/view/test_canvas.c \
	tests/unit/view/test_colormap.c
tests_unit_test_view_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_view_LDADD = $(TEST_LIBS)
