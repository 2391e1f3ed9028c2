# The Criterion program of tui: what works without a terminal.
check_PROGRAMS += tests/unit/test-tui
tests_unit_test_tui_SOURCES = tests/unit/tui/test_decoder.c
tests_unit_test_tui_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_tui_LDADD = src/libtui.a $(TEST_LIBS) $(NCURSES_LIBS) $(READLINE_LIBS)
