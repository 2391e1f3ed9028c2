noinst_LIBRARIES += src/libdata.a
src_libdata_a_SOURCES = src/data/dataset.h src/data/reader.h
