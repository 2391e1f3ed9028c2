# The Criterion program of command: sources test_*.c, one for each part of the module.
check_PROGRAMS += tests/unit/test-command
tests_unit_test_command_SOURCES = \
	tests/unit/command/session.c tests/unit/command/session.h \
	tests/unit/command/test_complete.c \
	tests/unit/command/test_data.c \
	tests/unit/command/test_described.c \
	tests/unit/command/test_examples.c \
	tests/unit/command/test_explain.c \
	tests/unit/command/test_fault.c \
	tests/unit/command/test_events.c tests/unit/command/test_hostile.c tests/unit/command/test_lexer.c tests/unit/command/test_limits.c \
	tests/unit/command/test_look.c \
	tests/unit/command/test_recipe.c \
	tests/unit/command/test_runs.c \
	tests/unit/command/test_session.c \
	tests/unit/command/test_studies.c
tests_unit_test_command_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_command_LDADD = $(TEST_LIBS)
