# The interactive program on a pseudo-terminal: programs that start ./nnscope there.
EXTRA_DIST += tests/pty/README.md
PTY_SOURCES = tests/pty/pty.c tests/pty/pty.h tests/pty/vt.c tests/pty/vt.h
check_PROGRAMS += tests/pty/budgets
tests_pty_budgets_SOURCES = tests/pty/budgets.c $(PTY_SOURCES)
tests_pty_budgets_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE -I$(top_srcdir)/tests

# nnscope beside its peers.
EXTRA_PROGRAMS += tests/pty/peers
tests_pty_peers_SOURCES = tests/pty/peers.c $(PTY_SOURCES)
tests_pty_peers_CPPFLAGS = $(AM_CPPFLAGS) -D_GNU_SOURCE -I$(top_srcdir)/tests
CLEANFILES += tests/pty/peers
compare-screens: nnscope tests/pty/peers
	$(AM_TESTS_ENVIRONMENT) tests/pty/peers
.PHONY: compare-screens check-soak

if HAVE_CRITERION
check_PROGRAMS += tests/pty/test-pty
tests_pty_test_pty_SOURCES = $(PTY_SOURCES) \
	tests/pty/run.c tests/pty/run.h \
	tests/pty/test_endings.c tests/pty/test_keys.c tests/pty/test_prompt.c tests/pty/test_mouse.c tests/pty/test_plain.c tests/pty/test_soak.c tests/pty/test_start.c \
	tests/pty/test_training.c
tests_pty_test_pty_CPPFLAGS = $(TEST_CPPFLAGS) -D_GNU_SOURCE
tests_pty_test_pty_LDADD = $(CRITERION_LIBS)

# Ten thousand sizes and many keys: a part of `make check-long`. `make check-soak`: a million keys.
EXTRA_PROGRAMS += tests/pty/test-soak
tests_pty_test_soak_SOURCES = $(PTY_SOURCES) tests/pty/run.c tests/pty/run.h tests/pty/test_soak.c
tests_pty_test_soak_CPPFLAGS = $(TEST_CPPFLAGS) -D_GNU_SOURCE -DSOAK_RESIZES=10000 -DSOAK_KEYS=12000
tests_pty_test_soak_LDADD = $(CRITERION_LIBS)
CLEANFILES += tests/pty/test-soak
check-soak: nnscope tests/pty/test-soak
	$(AM_TESTS_ENVIRONMENT) SOAK_KEYS=1000000 tests/pty/test-soak
endif
