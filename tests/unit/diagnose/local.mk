# The Criterion program of diagnose: nets and data that are broken on purpose, one way each.
check_PROGRAMS += tests/unit/test-diagnose
tests_unit_test_diagnose_SOURCES = \
	tests/unit/command/session.c tests/unit/command/session.h \
	tests/unit/diagnose/test_checks.c \
	tests/unit/diagnose/test_health.c
tests_unit_test_diagnose_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_diagnose_LDADD = $(TEST_LIBS)
