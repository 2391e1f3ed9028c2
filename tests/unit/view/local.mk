# The Criterion program of view: sources test_*.c, one for each part of the module; golden screens in
# tests/screen (UPDATE_GOLDEN=1 rewrites them).
check_PROGRAMS += tests/unit/test-view
tests_unit_test_view_SOURCES = \
	tests/unit/view/drawing.h \
	tests/unit/view/fixture.c \
	tests/unit/view/fixture.h \
	tests/unit/view/test_canvas.c \
	tests/unit/view/test_colormap.c \
	tests/unit/view/test_drawings.c \
	tests/unit/view/test_heatmap.c \
	tests/unit/view/test_results.c \
	tests/unit/view/test_screens.c \
	tests/unit/view/test_study.c
tests_unit_test_view_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_view_LDADD = $(TEST_LIBS)
EXTRA_DIST += tests/screen
