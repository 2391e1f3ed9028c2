check_PROGRAMS += tests/unit/test-data
tests_unit_test_data_SOURCES = \
	tests/unit/data/data_test.h \
	tests/unit/data/test_adopt.c tests/unit/data/test_classes.c \
	tests/unit/data/test_csv.c tests/unit/data/test_csv_random.c tests/unit/data/test_dataset.c tests/unit/data/test_demos.c \
	tests/unit/data/test_divide.c tests/unit/data/test_generators.c \
	tests/unit/data/test_idx.c tests/unit/data/test_inspect.c tests/unit/data/test_labels.c tests/unit/data/test_load.c \
	tests/unit/data/test_npy.c tests/unit/data/test_npz.c tests/unit/data/test_faults.c tests/unit/data/test_image.c tests/unit/data/test_text_formats.c tests/unit/data/test_split.c tests/unit/data/test_window.c tests/unit/data/test_fill.c
tests_unit_test_data_CPPFLAGS = $(TEST_CPPFLAGS)
tests_unit_test_data_LDADD = $(TEST_LIBS)
