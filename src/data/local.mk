noinst_LIBRARIES += src/libdata.a
data_readers = src/data/readers/csv.c src/data/readers/idx.c src/data/readers/npy.c
src_libdata_a_SOURCES = \
	src/data/array.h src/data/dataset.h src/data/idx.h src/data/labels.h src/data/npy.h src/data/parts.h \
	src/data/reader.h src/data/records.h src/data/sniff.h \
	src/data/array.c src/data/dataset.c src/data/demos.c src/data/idx.c src/data/label_file.c src/data/labels.c \
	src/data/load.c src/data/npy.c src/data/records.c src/data/registry.c src/data/samples.c src/data/scale.c \
	src/data/sniff.c src/data/source.c src/data/split.c \
	$(data_readers)

BUILT_SOURCES += src/data/readers.def
CLEANFILES += src/data/readers.def
src/data/registry.$(OBJEXT): src/data/readers.def
src/data/readers.def: $(data_readers) src/registry.sh
	$(AM_V_GEN)$(MKDIR_P) src/data && \
	$(REGISTRY) nn_reader NN_READER $(data_readers:%=$(top_srcdir)/%) > $@.tmp && mv $@.tmp $@
