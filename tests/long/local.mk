# Tests that take a minute and more: `make check-long`.
long_programs =
if HAVE_CRITERION
long_programs += tests/long/test-long
endif
EXTRA_PROGRAMS += tests/long/test-long
tests_long_test_long_SOURCES = \
	tests/long/pointing.c tests/long/pointing.h \
	tests/long/test_memory.c tests/long/test_round_trip.c tests/long/test_walks.c
tests_long_test_long_CPPFLAGS = $(TEST_CPPFLAGS)
tests_long_test_long_LDADD = $(TEST_LIBS)
CLEANFILES += tests/long/test-long

check-long: $(long_programs)
	$(AM_TESTS_ENVIRONMENT) for program in $(long_programs); do \
		NN_TEST_TIMEOUT=1200 $(SHELL) $(top_srcdir)/tests/tools/run-unit $$program || exit 1; \
	done
.PHONY: check-long
