check_PROGRAMS += tests/unit/test-base
tests_unit_test_base_SOURCES = \
	tests/unit/base/test_args.c \
	tests/unit/base/test_arena.c \
	tests/unit/base/test_buffer.c \
	tests/unit/base/test_file.c \
	tests/unit/base/test_mem.c \
	tests/unit/base/test_number.c \
	tests/unit/base/test_pool.c \
	tests/unit/base/test_random.c \
	tests/unit/base/test_status.c \
	tests/unit/base/test_text.c tests/unit/base/test_zip.c tests/zip_make.h
tests_unit_test_base_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_base_LDADD = $(TEST_LIBS)
