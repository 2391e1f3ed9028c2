# The Criterion program of app.
check_PROGRAMS += tests/unit/test-app
tests_unit_test_app_SOURCES = src/app/options.c tests/unit/app/test_options.c
tests_unit_test_app_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_app_LDADD = $(TEST_LIBS)
check_SCRIPTS += tests/tools/check-man.sh
EXTRA_DIST += tests/tools/check-man.sh
