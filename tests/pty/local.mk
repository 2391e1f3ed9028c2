# The interactive program on a pseudo-terminal: a Criterion program that starts ./nnscope.
check_PROGRAMS += tests/pty/test-pty
tests_pty_test_pty_SOURCES = \
	tests/pty/pty.c tests/pty/pty.h \
	tests/pty/run.c tests/pty/run.h \
	tests/pty/vt.c tests/pty/vt.h \
	tests/pty/test_endings.c tests/pty/test_prompt.c tests/pty/test_start.c tests/pty/test_training.c
tests_pty_test_pty_CPPFLAGS = $(TEST_CPPFLAGS) -D_GNU_SOURCE
tests_pty_test_pty_LDADD = $(CRITERION_LIBS)
