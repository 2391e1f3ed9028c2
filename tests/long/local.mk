# Tests that take a minute and more: `make check-long`.
long_programs =
if HAVE_CRITERION
long_programs += tests/long/test-long tests/pty/test-soak
endif
EXTRA_PROGRAMS += tests/long/test-long
tests_long_test_long_SOURCES = \
	tests/long/test_memory.c tests/long/test_round_trip.c tests/long/test_walks.c \
	tests/unit/explain/nets.c tests/unit/explain/properties.c tests/unit/explain/test_properties.c
tests_long_test_long_CPPFLAGS = $(TEST_CPPFLAGS) -DPROPERTY_NETS=1200
tests_long_test_long_LDADD = $(TEST_LIBS)
CLEANFILES += tests/long/test-long

# Through the driver of `make check`, so that its tests are shown and counted like the others.
check-long: all $(long_programs)
	$(AM_TESTS_ENVIRONMENT) NN_TEST_TIMEOUT=1200; export NN_TEST_TIMEOUT; \
	for program in $(long_programs); do \
		$(LOG_DRIVER) --test-name $$program --log-file $$program.log --trs-file $$program.trs \
			--color-tests no --enable-hard-errors yes --expect-failure no -- \
			$(LOG_COMPILER) ./$$program || exit 1; \
		if grep -E '^:test-result: (FAIL|ERROR)' $$program.trs; then cat $$program.log; exit 1; fi; \
	done
.PHONY: check-long
